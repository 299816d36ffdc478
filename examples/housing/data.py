"""The table of boston.csv, its columns standardised: 405 rows to train, 101
held out."""
import pathlib
import sys

import numpy as np

out = pathlib.Path(sys.argv[1])
table = np.loadtxt(
    pathlib.Path(__file__).with_name("boston.csv"),
    delimiter=",",
    skiprows=2,
    dtype=np.float32,
)
table = np.random.default_rng(0).permutation(table)
x, price = table[:, :13], table[:, 13:]
x = (x - x[:405].mean(0)) / x[:405].std(0)
np.savez(out / "train.npz", x=x[:405], price=price[:405])
np.savez(out / "test.npz", x=x[405:], price=price[405:])
