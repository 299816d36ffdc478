"""Two clouds of points in the plane that a line can separate."""
import pathlib
import sys

import numpy as np

out = pathlib.Path(sys.argv[1])
random = np.random.default_rng(0)
label = np.where(random.random(480) < 0.5, -1, 1).astype(np.float32)
centre = label[:, None] * np.array([1.5, 1.0])
x = (centre + random.uniform(-1, 1, (480, 2))).astype(np.float32)
np.savez(out / "train.npz", x=x[:384], label=label[:384])
np.savez(out / "test.npz", x=x[384:], label=label[384:])
