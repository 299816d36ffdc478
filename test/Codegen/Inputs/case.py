"""A case: an op, its operands, and what NumPy makes of them."""
import numpy as np

import tools

RNG = np.random.default_rng(7)


class Case:
    """An op on operands %0, %1, ...; `text` is what defines the result. `grad`:
    whether the float operands have gradients, or the numbers of those that do.
    """

    def __init__(self, text, operands, expected, tolerance=2e-6, grad=True):
        self.text = text
        self.operands = operands
        self.expected = expected
        self.tolerance = tolerance
        self.grad = grad

    def is_trained(self, i):
        numbers = range(9) if self.grad is True else self.grad or ()
        return i in numbers and self.operands[i].dtype == np.float32

    def want(self, operands=None):
        """In double precision."""
        operands = self.operands if operands is None else operands
        wide = [x.astype(np.float64) if x.dtype == np.float32 else x
                for x in operands]
        with np.errstate(all="ignore"):
            return np.asarray(self.expected(*wide))

    def result_type(self):
        want = self.want()
        kind = np.float32 if want.dtype == np.float64 else want.dtype
        return tools.tensor_type(np.zeros(want.shape, kind))

    def op(self, number, names):
        types = [tools.tensor_type(x) for x in self.operands]
        text = self.text.format(*types, z=self.result_type())
        for i, name in enumerate(names):
            text = text.replace(f"%{i}", name)
        lines = text.replace("%t", f"%t{number}_").split(";")
        lines[-1] = f"%r{number} = {lines[-1].strip()}"
        return "".join(f"  {line.strip()}\n" for line in lines)


def normal(*shape):
    return RNG.standard_normal(shape).astype(np.float32)


def positive(*shape):
    return RNG.uniform(0.2, 3.0, shape).astype(np.float32)


def integers(low, high, *shape, kind=np.int32):
    return RNG.integers(low, high, shape).astype(kind)


def f32(*values):
    return np.array(values, np.float32)

EDGES = f32(0.0, -0.0, 1.0, -1.0, 0.5, 88.0, -87.0, 1e-30, -1e-30, 1e30, -1e30,
            np.inf, -np.inf, np.nan, 3.4e38, -3.4e38, 1.2e-38)
# Odd sizes, so that vector loops have a remainder; ones; every rank.
SHAPES = [(1,), (7,), (64,), (1, 1), (5, 3), (1, 19), (17, 1), (2, 3, 5),
          (3, 1, 2, 9)]

# Indices out of range in a file are refused; those that a model computes are
# not, and have a meaning.
COMPUTED = "%ti = sft.max %1, %1 : {1}, {1}; "
