"""Ops as sftc compiles them against NumPy: values, and gradients against
finite differences.

All cases stand in one model over a batch of one row, so that an operand can
have any shape: it arrives as [1, size] and is reshaped. A second model holds
the operands as parameters and adds up every result times fixed weights; one
step of gradient descent at rate 1 moves each parameter by its gradient.
Usage: ops.py values|gradients
"""
import math
import sys

import numpy as np

import tools

RNG = np.random.default_rng(7)
erf = np.vectorize(math.erf)


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


def sigmoid(x):
    return np.where(x >= 0, 1 / (1 + np.exp(-np.abs(x))),
                    np.exp(-np.abs(x)) / (1 + np.exp(-np.abs(x))))


def silu(x):
    return x * sigmoid(x)


def gelu(x):
    return 0.5 * x * np.vectorize(math.erfc)(-x / math.sqrt(2))


def gelu_tanh(x):
    return x * sigmoid(2 * math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))


UNARY = {
    "neg": np.negative, "exp": np.exp, "abs": np.abs, "square": np.square,
    "cos": np.cos, "sin": np.sin, "floor": np.floor, "erf": erf,
    "tanh": np.tanh, "sigmoid": sigmoid, "silu": silu, "gelu": gelu,
    "relu": lambda x: np.maximum(x, 0),
    "sign": lambda x: np.nan_to_num(np.sign(x)),
    "softplus": lambda x: np.logaddexp(x, 0),
}
OF_POSITIVE = {"log": np.log, "sqrt": np.sqrt, "rsqrt": lambda x: 1 / np.sqrt(x)}


def unary_cases():
    for name, function in UNARY.items():
        for shape in SHAPES:
            yield Case(f"sft.{name} %0 : {{0}}", [normal(*shape)], function,
                       grad=name not in ("sign", "floor"))
    for name, function in OF_POSITIVE.items():
        for shape in SHAPES:
            yield Case(f"sft.{name} %0 : {{0}}", [positive(*shape)], function)
    yield Case("sft.gelu %0 tanh : {0}", [normal(5, 3)], gelu_tanh)
    yield Case("sft.stop_gradient %0 : {0}", [normal(5, 3)], lambda x: x,
               grad=False)


def range_cases():
    """Accuracy over the whole useful range, NaN, infinities, denormals."""
    def wide(name, function, low, high, tolerance=4e-7, text=""):
        x = np.linspace(low, high, 4001, dtype=np.float32)
        return Case(f"sft.{name} %0{text} : {{0}}", [x], function, tolerance,
                    grad=False)
    yield wide("exp", np.exp, -100, 0)
    yield Case("%tl = sft.exp %0 : {0}; sft.log %tl : {0}",
               [np.linspace(-80, 88, 999, dtype=np.float32)], lambda x: x,
               1e-6, grad=False)
    yield wide("log", np.log, 1e-6, 1000, 1e-6)
    yield wide("tanh", np.tanh, -12, 12)
    yield wide("erf", erf, -6, 6)
    yield wide("sigmoid", sigmoid, -100, 100)
    yield wide("softplus", UNARY["softplus"], -100, 100, 1e-6)
    yield wide("gelu", gelu, -12, 12, 1e-6)
    yield wide("gelu", gelu_tanh, -12, 12, 1e-6, " tanh")
    yield wide("silu", silu, -100, 100, 1e-6)
    # Arguments are reduced in single precision: the error grows with them.
    for limit, tolerance in ((3.2, 6e-7), (30, 5e-6)):
        yield wide("sin", np.sin, -limit, limit, tolerance)
        yield wide("cos", np.cos, -limit, limit, tolerance)
    yield wide("sqrt", np.sqrt, 0, 1e6)
    for name, function in (UNARY | OF_POSITIVE).items():
        # Where f32 overflows, so does the expectation.
        with np.errstate(all="ignore"):
            want = function(EDGES.astype(np.float64)).astype(np.float32)
        if name in ("sin", "cos"):
            edges = EDGES[np.abs(EDGES) < 2]
            yield Case(f"sft.{name} %0 : {{0}}", [edges], function, grad=False)
            continue
        yield Case(f"sft.{name} %0 : {{0}}", [EDGES],
                   lambda x, w=want: w.astype(np.float64), grad=False)


BROADCASTS = [((5, 3), (5, 3)), ((5, 3), (3,)), ((3,), (5, 3)),
              ((5, 1), (1, 3)), ((7,), (1,)), ((2, 3, 5), (3, 1)),
              ((3, 1, 2, 9), (4, 1, 1)), ((1, 1), (6, 5)), ((4,), ())]


def binary_cases():
    floats = {"add": np.add, "sub": np.subtract, "mul": np.multiply,
              "min": np.minimum, "max": np.maximum}
    for left, right in BROADCASTS:
        for name, function in floats.items():
            yield Case(f"sft.{name} %0, %1 : {{0}}, {{1}}",
                       [normal(*left), normal(*right)], function)
        yield Case("sft.div %0, %1 : {0}, {1}",
                   [normal(*left), positive(*right)], np.divide)
        yield Case("sft.pow %0, %1 : {0}, {1}",
                   [positive(*left), normal(*right)], np.power, 1e-5)
    edges, turned = EDGES, EDGES[::-1].copy()
    for name, function in floats.items():
        yield Case(f"sft.{name} %0, %1 : {{0}}, {{1}}", [edges, turned],
                   lambda x, y, f=function: f(
                       x.astype(np.float32), y.astype(np.float32)
                   ).astype(np.float64), grad=False)
    for kind in (np.int32, np.int64):
        for name, function in floats.items():
            yield Case(f"sft.{name} %0, %1 : {{0}}, {{1}}",
                       [integers(-9, 9, 5, 3, kind=kind),
                        integers(-9, 9, 3, kind=kind)], function)
        yield Case("sft.div %0, %1 : {0}, {1}",
                   [integers(-20, 20, 5, 3, kind=kind),
                    integers(1, 7, 3, kind=kind)],
                   lambda x, y: np.trunc(x / y).astype(x.dtype))


def choice_cases():
    compares = {"eq": np.equal, "ne": np.not_equal, "lt": np.less,
                "le": np.less_equal, "gt": np.greater, "ge": np.greater_equal}
    for name, function in compares.items():
        select = (f"%tc = sft.compare {name}, %0, %1 : {{0}}, {{1}}; "
                  "sft.select %tc, %2, %3 : tensor<5x3xi1>, {2}, {3}")
        for x, y in [(normal(5, 3), normal(3)),
                     (integers(0, 3, 5, 3), integers(0, 3, 5, 1))]:
            yield Case(select, [x, y, normal(5, 3), normal(1, 3)],
                       lambda x, y, a, b, f=function: np.where(f(x, y), a, b),
                       grad=(2, 3))
        cast = (f"%tc = sft.compare {name}, %0, %1 : {{0}}, {{1}}; "
                "sft.cast %tc : tensor<17xi1> to {z}")
        yield Case(cast, [EDGES, EDGES[::-1].copy()],
                   lambda x, y, f=function: f(x, y).astype(np.int32))
    yield Case("sft.cast %0 : {0} to {z}", [f32(-2.7, -0.5, 0.5, 2.7, 1e6)],
               lambda x: np.trunc(x).astype(np.int32))
    yield Case("sft.cast %0 : {0} to {z}", [f32(-2.7, -0.5, 0.5, 2.7, 1e9)],
               lambda x: np.trunc(x).astype(np.int64))
    yield Case("sft.cast %0 : {0} to {z}", [integers(-99, 99, 5, 3)],
               lambda x: x.astype(np.float64))
    yield Case("sft.cast %0 : {0} to {z}",
               [integers(-2**40, 2**40, 5, kind=np.int64)],
               lambda x: x.astype(np.float64))
    yield Case("sft.cast %0 : {0} to {z}", [integers(-99, 99, 5, 3)],
               lambda x: x.astype(np.int64))


REDUCES = [((7,), (0,)), ((5, 3), (0,)), ((5, 3), (1,)), ((5, 3), (0, 1)),
           ((1, 19), (0,)), ((17, 1), (1,)), ((2, 3, 5), (1,)),
           ((2, 3, 5), (0, 2)), ((3, 4, 2, 9), (1, 3)), ((40, 33), (1,)),
           ((33, 40), (0,)), ((1, 1), (0, 1))]


def reduce_cases():
    kinds = {"sum": np.sum, "max": np.max, "min": np.min}
    for shape, axes in REDUCES:
        text = str(list(axes))
        for keep, flag in ((False, ""), (True, " keep")):
            for name, function in kinds.items():
                yield Case(f"sft.reduce {name} %0 axes {text}{flag} : {{0}}",
                           [normal(*shape)],
                           lambda x, f=function, a=axes, k=keep:
                           f(x, axis=a, keepdims=k), 1e-5)
            yield Case(f"sft.mean %0 axes {text}{flag} : {{0}}",
                       [normal(*shape)],
                       lambda x, a=axes, k=keep: x.mean(a, keepdims=k), 1e-5)
        for name, function in kinds.items():
            yield Case(f"sft.reduce {name} %0 axes {text} : {{0}}",
                       [integers(-50, 50, *shape)],
                       lambda x, f=function, a=axes:
                       np.asarray(f(x, axis=a)).astype(np.int32))
    for name, function in kinds.items():
        bad = normal(4, 5)
        bad[1, 2], bad[2, 0], bad[3, 4] = np.nan, np.inf, -np.inf
        yield Case(f"sft.reduce {name} %0 axes [1] : {{0}}", [bad],
                   lambda x, f=function: f(x, axis=1), 1e-5, grad=False)


def stored(x, transposed):
    return np.ascontiguousarray(x.swapaxes(-1, -2)) if transposed else x


def matmul_cases():
    shapes = [((5, 3), (3, 7)), ((1, 3), (3, 1)), ((1, 1), (1, 1)),
              ((33, 17), (17, 65)), ((2, 5, 3), (3, 4)),
              ((2, 5, 3), (2, 3, 4)), ((1, 5, 3), (6, 3, 4)),
              ((2, 1, 4, 3), (5, 3, 2)), ((5, 3), (4, 3, 2))]
    for left, right in shapes:
        for tx in (False, True):
            for ty in (False, True):
                flags = ", ".join(["transpose_x"] * tx + ["transpose_y"] * ty)
                flags = f" {{{{{flags}}}}}" if flags else ""
                yield Case(
                    f"sft.matmul %0, %1{flags} : {{0}}, {{1}}",
                    [stored(normal(*left), tx), stored(normal(*right), ty)],
                    lambda x, y, tx=tx, ty=ty:
                    stored(x, tx) @ stored(y, ty), 1e-5)
    for shape in [(6, 4), (2, 3, 4)]:
        operands = [normal(*shape), normal(4, 5), normal(5)]
        yield Case("sft.linear %0, %1, %2 : {0}, {1}, {2}", operands,
                   lambda x, w, b: x @ w + b, 1e-5)
        yield Case("sft.linear %0, %1 : {0}, {1}", operands[:2],
                   lambda x, w: x @ w, 1e-5)
    yield from epilogue_cases()


def epilogue_cases():
    """Bias and activation after a product, in one instruction."""
    activations = {"relu": UNARY["relu"], "tanh": np.tanh, "silu": silu,
                   "sigmoid": sigmoid, "gelu": gelu, "gelu tanh": gelu_tanh}
    for name, function in activations.items():
        op, _, mode = name.partition(" ")
        text = ("%tz = sft.linear %0, %1, %2 : {0}, {1}, {2}; "
                f"sft.{op} %tz{' ' + mode if mode else ''} : {{z}}")
        yield Case(text, [normal(6, 4), normal(4, 5), normal(5)],
                   lambda x, w, b, f=function: f(x @ w + b), 1e-5)
        text = ("%tz = sft.matmul %0, %1 : {0}, {1}; "
                f"sft.{op} %tz{' ' + mode if mode else ''} : {{z}}")
        yield Case(text, [normal(2, 3, 4), normal(4, 5)],
                   lambda x, w, f=function: f(x @ w), 1e-5)
    # The sum is needed as well: nothing may be taken into the product.
    yield Case("%tz = sft.linear %0, %1, %2 : {0}, {1}, {2}; "
               "%ta = sft.tanh %tz : {z}; sft.add %ta, %tz : {z}, {z}",
               [normal(6, 4), normal(4, 5), normal(5)],
               lambda x, w, b: np.tanh(x @ w + b) + x @ w + b, 1e-5)
    # A column is no bias; a product may be added to itself.
    yield Case("%tz = sft.matmul %0, %1 : {0}, {1}; "
               "sft.add %tz, %2 : {z}, {2}",
               [normal(5, 4), normal(4, 5), normal(5, 1)],
               lambda x, w, b: x @ w + b, 1e-5)
    yield Case("%tz = sft.matmul %0, %1 : {0}, {1}; "
               "sft.add %tz, %tz : {z}, {z}", [normal(5, 4), normal(4, 5)],
               lambda x, w: 2 * (x @ w), 1e-5)
    yield Case("%ts = sft.reduce sum %0 axes [0] : {0}; "
               "%tz = sft.matmul %0, %1 : {0}, {1}; "
               "sft.add %ts, %tz : tensor<4xf32>, {z}",
               [normal(5, 4), normal(4, 4)],
               lambda x, w: x.sum(0) + x @ w, 1e-5)
    yield Case("%tc = sft.constant dense<0.5> : tensor<4x3xf32>; "
               "%tb = sft.constant dense<2.0> : tensor<3xf32>; "
               "%tz = sft.matmul %0, %tc : {0}, tensor<4x3xf32>; "
               "sft.add %tz, %tb : {z}, tensor<3xf32>", [normal(5, 4)],
               lambda x: x @ np.full((4, 3), 0.5) + 2, 1e-5)


def softmax(x, axis=-1):
    e = np.exp(x - x.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


def layer_norm(x, scale, shift):
    centred = x - x.mean(-1, keepdims=True)
    variance = (centred**2).mean(-1, keepdims=True)
    return centred / np.sqrt(variance + 1e-5) * scale + shift


def normalization_cases():
    for shape, axis in [((7,), 0), ((5, 3), 1), ((5, 3), 0), ((2, 3, 5), 1),
                        ((4, 1), 1), ((3, 200), 1)]:
        for scale in (1, 30):
            x = normal(*shape) * np.float32(scale)
            yield Case(f"sft.softmax %0 axis {axis} : {{0}}", [x],
                       lambda x, a=axis: softmax(x, a), 1e-5)
            yield Case(f"sft.log_softmax %0 axis {axis} : {{0}}", [x],
                       lambda x, a=axis: x - x.max(a, keepdims=True) - np.log(
                           np.exp(x - x.max(a, keepdims=True)).sum(
                               a, keepdims=True)), 1e-5)
    yield Case("sft.softmax %0 : {0}", [f32(1e30, -1e30, 0, 1e30)],
               lambda x: f32(0.5, 0, 0, 0.5).astype(np.float64), grad=False)
    for shape in [(6, 5), (2, 3, 8), (4, 1), (3, 129)]:
        width = shape[-1]
        yield Case("sft.layer_norm %0, %1, %2 : {0}, {1}",
                   [normal(*shape), normal(width), normal(width)],
                   layer_norm, 2e-5, grad=width > 1)
        yield Case("sft.rms_norm %0, %1 : {0}, {1}",
                   [normal(*shape), normal(width)],
                   lambda x, s: x / np.sqrt(
                       (x**2).mean(-1, keepdims=True) + 1e-5) * s, 2e-5)


def cross_entropy(x, labels):
    flat = np.log(softmax(x)).reshape(-1, x.shape[-1])
    return -flat[np.arange(len(flat)), labels.ravel()].mean()


def loss_cases():
    losses = {
        "mse_loss": lambda p, t: ((p - t)**2).mean(),
        "mae_loss": lambda p, t: np.abs(p - t).mean(),
        "binary_cross_entropy":
            lambda p, t: (np.logaddexp(p, 0) - p * t).mean(),
        "hinge_loss": lambda p, t: np.maximum(0, 1 - t * p).mean(),
        "perceptron_loss": lambda p, t: np.maximum(0, -t * p).mean(),
    }
    for shape in [(7,), (5, 3), (16, 1), (1, 1)]:
        for name, function in losses.items():
            target = np.sign(normal(*shape))
            yield Case(f"sft.{name} %0, %1 : {{0}}", [normal(*shape), target],
                       function, 1e-5, grad=name != "binary_cross_entropy")
        yield Case("sft.binary_accuracy %0, %1 : {0}",
                   [normal(*shape), np.sign(normal(*shape))],
                   lambda p, t: ((p > 0) == (t > 0)).mean(), 1e-5, grad=False)
    for shape in [(7, 4), (2, 3, 5), (1, 2), (6, 1)]:
        for kind in (np.int32, np.int64):
            operands = [normal(*shape),
                        integers(0, shape[-1], *shape[:-1], kind=kind)]
            yield Case("sft.softmax_cross_entropy %0, %1 : {0}, {1}",
                       operands, cross_entropy, 1e-5)
            yield Case("sft.accuracy %0, %1 : {0}, {1}", operands,
                       lambda x, l: (x.argmax(-1) == l).mean(), 1e-5,
                       grad=False)
    bad = [normal(3, 4), np.array([0, 4, 1], np.int32)]
    yield Case(COMPUTED + "sft.softmax_cross_entropy %0, %ti : {0}, {1}", bad,
               lambda x, l: np.float64(np.inf), grad=False)


# Indices out of range in a file are refused; those that a model computes are
# not, and have a meaning.
COMPUTED = "%ti = sft.max %1, %1 : {1}, {1}; "


def rows(table, indices):
    inside = (indices >= 0) & (indices < len(table))
    found = table[np.where(inside, indices, 0)]
    return np.where(inside[..., None], found, 0)


def index_cases():
    for shape in [(7,), (2, 3), (1, 1), (40,)]:
        for kind in (np.int32, np.int64):
            yield Case(COMPUTED + "sft.embedding %0, %ti : {0}, {1}",
                       [normal(6, 5), integers(-1, 7, *shape, kind=kind)],
                       rows)
    yield Case("sft.embedding %0, %1 : {0}, {1}",
               [normal(1, 1), integers(0, 1, 9)], rows)
    for axis, shape in [(0, (5, 3)), (1, (5, 3)), (2, (2, 3, 4))]:
        sizes = "x".join(map(str, shape))
        text = (f"%ti = sft.iota axis {axis} : tensor<{sizes}xi32>; "
                "sft.add %0, %ti : {0}, {0}")
        yield Case(text, [integers(0, 9, *shape)],
                   lambda x, a=axis: x + np.indices(x.shape)[a].astype(x.dtype))


def shape_cases():
    yield Case("sft.reshape %0 : {0} to {z}", [normal(5, 6)],
               lambda x: x.reshape(3, 10))
    yield Case("sft.reshape %0 : {0} to {z}", [normal(1)],
               lambda x: x.reshape(()))
    yield Case("%tr = sft.reshape %0 : {0} to tensor<3x10xf32>; "
               "%ts = sft.exp %tr : tensor<3x10xf32>; "
               "%tu = sft.reshape %ts : tensor<3x10xf32> to {0}; "
               "sft.mul %tu, %0 : {0}, {0}", [normal(5, 6)],
               lambda x: np.exp(x) * x)
    for order in [(1, 0)], [(0, 1)], [(2, 0, 1)], [(0, 2, 1)], [(3, 1, 2, 0)]:
        permutation = order[0]
        shape = (5, 3, 4, 2)[:len(permutation)]
        for x in (normal(*shape), integers(0, 99, *shape)):
            yield Case(f"sft.transpose %0 {list(permutation)} : {{0}}", [x],
                       lambda x, p=permutation: x.transpose(p).copy())
    for source, target in [((3,), (5, 3)), ((5, 1), (5, 3)), ((), (4,)),
                           ((1, 1), (3, 4)), ((3, 1, 2), (2, 3, 4, 2)),
                           ((5, 3), (5, 3))]:
        yield Case("sft.broadcast %0 : {0} to {z}", [normal(*source)],
                   lambda x, t=target: np.broadcast_to(x, t).copy())
    for shape, low, size in [((5, 4), (1, 2), (3, 2)), ((5, 4), (0, 0), (5, 4)),
                             ((5, 4), (0, 0), (5, 3)), ((5, 4), (0, 0), (2, 4)),
                             ((9,), (8,), (1,)), ((2, 3, 4), (1, 0, 2),
                                                  (1, 3, 2))]:
        box = tuple(slice(a, a + n) for a, n in zip(low, size))
        yield Case(f"sft.slice %0 {list(low)} {list(size)} : {{0}}",
                   [normal(*shape)], lambda x, b=box: x[b].copy())
    for shape, low, high in [((2, 3), (1, 0), (0, 2)), ((4,), (3,), (2,)),
                             ((2, 1, 3), (0, 2, 1), (1, 0, 0)),
                             ((2, 3), (0, 0), (0, 0))]:
        text = f"sft.pad %0 low {list(low)} high {list(high)} : {{0}}"
        for x in (normal(*shape), integers(1, 9, *shape)):
            yield Case(text, [x], lambda x, p=tuple(zip(low, high)):
                       np.pad(x, p))
    yield Case("sft.concat %0, %1 axis 1 : {0}, {1}",
               [normal(4, 3), normal(4, 2)],
               lambda x, y: np.concatenate((x, y), 1))
    yield Case("sft.concat %0, %1, %0 axis 0 : {0}, {1}, {0}",
               [normal(4, 3), normal(1, 3)],
               lambda x, y: np.concatenate((x, y, x)))
    yield Case("sft.concat %0, %1 axis 2 : {0}, {1}",
               [normal(2, 3, 1), normal(2, 3, 4)],
               lambda x, y: np.concatenate((x, y), 2))
    yield Case("sft.concat %0 axis 0 : {0}", [normal(4, 3)], lambda x: x)


def all_cases():
    for family in (unary_cases, range_cases, binary_cases, choice_cases,
                   reduce_cases, matmul_cases, normalization_cases, loss_cases,
                   index_cases, shape_cases):
        yield from family()


def forward_model(cases):
    """Every operand an input, every result a prediction."""
    inputs, body, outputs = [], "", []
    for c, case in enumerate(cases):
        for i, x in enumerate(case.operands):
            flat = tools.tensor_type(x.reshape(1, -1))
            inputs.append(f"%i{c}_{i}: {flat}")
            body += (f"  %o{c}_{i} = sft.reshape %i{c}_{i} : {flat} to "
                     f"{tools.tensor_type(x)}\n")
        body += case.op(c, [f"%o{c}_{i}" for i in range(len(case.operands))])
        shape = (1, *case.want().shape)
        kind = case.result_type().split("x")[-1].split("<")[-1]
        leading = f"tensor<{'x'.join(map(str, shape))}x{kind}"
        body += f"  %y{c} = sft.reshape %r{c} : {case.result_type()} to {leading}\n"
        outputs.append(f'"y{c}" = %y{c} : {leading}')
    return (f"sft.model @ops({', '.join(inputs)}) {{\n"
            '  %unused = sft.parameter "p" init(#sft.zeros) : tensor<1xf32>\n'
            '  %p = sft.reshape %unused : tensor<1xf32> to tensor<1x1xf32>\n'
            f"{body}  sft.yield outputs {{{', '.join(outputs)}, "
            '"p" = %p : tensor<1x1xf32>}\n}\n')


def check_values(cases):
    data = {f"i{c}_{i}": x.reshape(1, -1) for c, case in enumerate(cases)
            for i, x in enumerate(case.operands)}
    with tools.Workspace() as work:
        work.compile(forward_model(cases))
        got = work.predict(data, {"p": np.zeros(1, np.float32)})
    bad = 0
    for c, case in enumerate(cases):
        want = case.want()
        # One row: the leading dimension may be the output's own.
        found = got[f"y{c}"].reshape(want.shape)
        why = tools.difference(found, want, case.tolerance)
        if why:
            bad += 1
            print(f"{case.text.format(*map(tools.tensor_type, case.operands), z='..')}"
                  f": {why}")
    return bad


def gradient_model(cases):
    """The operands parameters, the loss a weighted sum of all results."""
    inputs, head, body, total = ["%one: tensor<1x1xf32>"], "", "", None
    for c, case in enumerate(cases):
        for i, x in enumerate(case.operands):
            kind, name = tools.tensor_type(x), f"%o{c}_{i}"
            if case.is_trained(i):
                head += (f'  {name} = sft.parameter "p{c}_{i}" init(#sft.zeros)'
                         f" : {kind}\n")
            else:
                flat = tools.tensor_type(x.reshape(1, -1))
                inputs.append(f"%i{c}_{i}: {flat}")
                body += (f"  {name} = sft.reshape %i{c}_{i} : {flat} to "
                         f"{kind}\n")
        body += case.op(c, [f"%o{c}_{i}" for i in range(len(case.operands))])
        size = case.want().size
        flat = f"tensor<1x{size}xf32>"
        inputs.append(f"%w{c}: {flat}")
        body += (f"  %f{c} = sft.reshape %r{c} : {case.result_type()} to {flat}\n"
                 f"  %m{c} = sft.mul %f{c}, %w{c} : {flat}\n"
                 f"  %s{c} = sft.reduce sum %m{c} axes [0, 1] : {flat}\n")
        if total is None:
            total = f"%s{c}"
        else:
            body += f"  %l{c} = sft.add {total}, %s{c} : tensor<f32>\n"
            total = f"%l{c}"
    return (f"sft.model @gradients({', '.join(inputs)})\n"
            f"    optimizer = #sft.sgd<lr = 1.0> {{\n{head}{body}"
            f"  sft.yield loss {total} : tensor<f32>\n}}\n")


def numeric_gradient(case, number, weights):
    """Central differences in double precision."""
    operands = [x.astype(np.float64) if x.dtype == np.float32 else x
                for x in case.operands]
    x = operands[number]
    result = np.zeros(x.shape)
    step = 1e-6
    for at in np.ndindex(x.shape):
        values = []
        for sign in (1, -1):
            moved = x.copy()
            moved[at] += sign * step
            all_operands = operands[:number] + [moved] + operands[number + 1:]
            values.append((case.want(all_operands) * weights).sum())
        result[at] = (values[0] - values[1]) / (2 * step)
    return result


def check_gradients(cases):
    data = {"one": np.ones((1, 1), np.float32)}
    parameters, weights = {}, []
    for c, case in enumerate(cases):
        for i, x in enumerate(case.operands):
            if case.is_trained(i):
                parameters[f"p{c}_{i}"] = x
            else:
                data[f"i{c}_{i}"] = x.reshape(1, -1)
        weights.append(normal(*case.want().shape))
        data[f"w{c}"] = weights[c].reshape(1, -1)
    with tools.Workspace() as work:
        work.compile(gradient_model(cases))
        after = work.train(data, parameters, "--steps=1")
    bad = 0
    for name, before in parameters.items():
        c, i = map(int, name[1:].split("_"))
        got = before.astype(np.float64) - after[name].reshape(before.shape)
        want = numeric_gradient(cases[c], i, weights[c].astype(np.float64))
        scale = max(1.0, float(np.abs(want).max()))
        why = tools.difference(got / scale, want / scale, 5e-5)
        if why:
            bad += 1
            text = cases[c].text.format(
                *map(tools.tensor_type, cases[c].operands), z="..")
            print(f"gradient of operand {i} of {text}: {why}")
    return bad


def has_gradient(case):
    small = sum(x.size for x in case.operands) <= 200
    return (small and case.want().dtype == np.float64
            and any(map(case.is_trained, range(len(case.operands)))))


def main():
    cases = list(all_cases())
    if sys.argv[1] == "values":
        bad = check_values(cases)
    else:
        cases = list(filter(has_gradient, cases))
        bad = check_gradients(cases)
    print(f"{sys.argv[1]} of {len(cases)} ops, {bad} wrong")
    sys.exit(bad != 0)


if __name__ == "__main__":
    main()
