"""Ops that look up rows or move elements."""
import numpy as np

from case import COMPUTED, Case, integers, normal


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


def cases():
    yield from index_cases()
    yield from shape_cases()
