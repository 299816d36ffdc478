"""Points of a square on both sides of a line, none nearer to it than 0.1.

Coordinates are multiples of 1/16 and the batch is a power of two: single
precision is exact here, so that points on the border of their class do not turn
rounding errors into losses.
"""
import pathlib
import sys

import numpy as np

out = pathlib.Path(sys.argv[1])
x = np.random.default_rng(0).integers(0, 64, (520, 2)).astype(np.float32) / 16
distance = (x @ [1.0, 2.0] - 6) / np.sqrt(5)
x, distance = x[abs(distance) > 0.1], distance[abs(distance) > 0.1]
label = np.sign(distance).astype(np.float32)
np.savez(out / "train.npz", x=x[:384], label=label[:384])
np.savez(out / "test.npz", x=x[384:], label=label[384:])
