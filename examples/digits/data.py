"""The images of digits.csv.gz, scaled to [0, 1]: 1437 to train, 360 held out."""
import pathlib
import sys

import numpy as np

out = pathlib.Path(sys.argv[1])
table = np.loadtxt(
    pathlib.Path(__file__).with_name("digits.csv.gz"),
    delimiter=",",
    dtype=np.float32,
)
table = np.random.default_rng(0).permutation(table)
x, label = table[:, :64] / 16, table[:, 64].astype(np.int32)
np.savez(out / "train.npz", x=x[:1437], label=label[:1437])
np.savez(out / "test.npz", x=x[1437:], label=label[1437:])
