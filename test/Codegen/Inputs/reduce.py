"""Reductions, softmax, norms and losses."""
import numpy as np

from case import COMPUTED, Case, f32, integers, normal


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


def cases():
    yield from reduce_cases()
    yield from normalization_cases()
    yield from loss_cases()
