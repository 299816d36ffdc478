"""Unary and binary ops, ranges, comparisons and choices."""
import math

import numpy as np

from case import Case, EDGES, f32, integers, normal, positive, SHAPES


erf = np.vectorize(math.erf)


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


def cases():
    yield from unary_cases()
    yield from range_cases()
    yield from binary_cases()
    yield from choice_cases()
