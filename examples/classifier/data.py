"""Ten clouds around random centres in 32 dimensions; they overlap a little."""
import pathlib
import sys

import numpy as np

out = pathlib.Path(sys.argv[1])
random = np.random.default_rng(0)
centres = random.normal(size=(10, 32))
label = random.integers(0, 10, 5760).astype(np.int32)
x = (centres[label] + random.normal(0, 1.2, (5760, 32))).astype(np.float32)
np.savez(out / "train.npz", x=x[:4800], label=label[:4800])
np.savez(out / "test.npz", x=x[4800:], label=label[4800:])
