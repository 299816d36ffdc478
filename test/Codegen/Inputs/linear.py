"""Matrix products with their epilogues."""
import numpy as np

from case import Case, normal
from elementwise import UNARY, gelu, gelu_tanh, sigmoid, silu


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


def cases():
    yield from matmul_cases()
