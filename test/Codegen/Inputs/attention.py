"""Attention as sftc compiles it against NumPy. Small cases also against finite
differences; those longer than a block of keys against the formula of the
gradient, since differences would take hours.
"""
import sys

import numpy as np

import ops
from case import Case, normal
from reduce import softmax


def scores_of(q, k, causal, scale):
    """[batch, heads, queries, keys]"""
    scores = np.einsum("bihd,bjhd->bhij", q, k) * (scale or q.shape[3]**-0.5)
    if causal:
        scores += np.triu(np.full(scores.shape[2:], -np.inf), 1)
    return scores


def attention(q, k, v, causal, scale=None):
    weights = softmax(scores_of(q, k, causal, scale))
    return np.einsum("bhij,bjhd->bihd", weights, v)


def log_sum_exp(q, k, causal, scale):
    scores = scores_of(q, k, causal, scale)
    largest = scores.max(-1)
    return largest + np.log(np.exp(scores - largest[..., None]).sum(-1))


def gradients(q, k, v, g, causal, scale):
    """By the chain rule through a whole matrix of scores."""
    weights = softmax(scores_of(q, k, causal, scale))
    by_weight = np.einsum("bihd,bjhd->bhij", g, v)
    along = (by_weight * weights).sum(-1, keepdims=True)
    slopes = weights * (by_weight - along) * scale
    return (np.einsum("bhij,bjhd->bihd", slopes, k),
            np.einsum("bhij,bihd->bjhd", slopes, q),
            np.einsum("bhij,bihd->bjhd", weights, g))


# Sequence, heads, width: below, at and beyond blocks of 64 and registers of 16.
SHAPES = [(1, 1, 1), (3, 2, 4), (5, 2, 3), (64, 1, 16), (65, 2, 5),
          (130, 1, 40), (200, 3, 64), (256, 2, 7)]


def value_cases():
    for sequence, heads, width in SHAPES:
        for causal in (False, True):
            operands = [normal(2, sequence, heads, width) for _ in "qkv"]
            flag = " causal" if causal else ""
            yield Case(
                f"sft.attention %0, %1, %2{flag} : {{0}}", operands,
                lambda q, k, v, c=causal: attention(q, k, v, c), 1e-5)
    for queries, keys in [(1, 7), (7, 1), (70, 3), (3, 70), (65, 129)]:
        operands = [normal(1, n, 2, 6) for n in (queries, keys, keys)]
        yield Case(
            "sft.attention %0, %1, %2 scale 0.3 : {0}, {1}", operands,
            lambda q, k, v: attention(q, k, v, False, 0.3), 1e-5)
    # Scores that would overflow, and a key that takes all the weight.
    big = [normal(1, 70, 1, 8) * np.float32(40) for _ in "qkv"]
    yield Case("sft.attention %0, %1, %2 causal : {0}", big,
                   lambda q, k, v: attention(q, k, v, True), 2e-4)


def gradient_cases():
    """One result a case: dq, dk or dv."""
    for sequence, heads, width in SHAPES:
        for causal in (False, True):
            scale = 0.4
            q, k, v, g = (normal(2, sequence, heads, width) for _ in "qkvg")
            y = attention(q, k, v, causal, scale).astype(np.float32)
            lse = log_sum_exp(q, k, causal, scale).astype(np.float32)
            flag = " causal" if causal else ""
            for i, name in enumerate(("%tq", "%tk", "%tv")):
                yield Case(
                    "%tq, %tk, %tv = sft.attention_backward %0, %1, %2, %3, "
                    f"%4, %5 scale {scale}{flag} : {{4}}, {{0}}; "
                    f"sft.reshape {name} : {{0}} to {{0}}",
                    [q, k, v, y, lse, g],
                    lambda q, k, v, y, lse, g, i=i, c=causal, s=scale:
                    gradients(q, k, v, g, c, s)[i], 2e-5)


def main():
    values = list(value_cases())
    by_differences = list(filter(ops.has_gradient, values))
    # On threads that cut the heads among them; differences take one.
    bad = ops.check_values(values + list(gradient_cases()), "--threads=3")
    bad += ops.check_gradients(by_differences)
    print(f"attention: {len(values)} cases, {len(by_differences)} of them "
          f"differentiated, {bad} wrong")
    sys.exit(bad != 0)


if __name__ == "__main__":
    main()
