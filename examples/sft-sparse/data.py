"""Sparse rows and their linear images: 10000 features of which few are common,
as words are; about 50 a row; y = x W + noise for some W.

The rows are written as CSR (the names are scipy's). ../sft-dense writes the
same ones as dense vectors.
"""
import pathlib
import sys

import numpy as np

FEATURES, OUTPUTS, NONZEROS = 10000, 100, 50


def draw_row(random, popularity):
    """Ascending columns, without repetition, and their values."""
    count = random.integers(NONZEROS - 10, NONZEROS + 11)
    columns = np.unique(random.choice(FEATURES, count, p=popularity))
    return columns, random.normal(size=len(columns)).astype(np.float32)


def draw(rows, seed):
    """A list of (columns, values), and y."""
    random = np.random.default_rng(seed)
    popularity = 1 / np.arange(10, FEATURES + 10)
    popularity /= popularity.sum()
    weight = np.random.default_rng(0).normal(size=(FEATURES, OUTPUTS))
    x = [draw_row(random, popularity) for _ in range(rows)]
    y = np.stack([values @ weight[columns] for columns, values in x])
    y += random.normal(0, 0.1, y.shape)
    return x, y.astype(np.float32)


def write_csr(path, x, y):
    columns, values = zip(*x)
    offsets = np.cumsum([0] + [len(c) for c in columns])
    np.savez(
        path,
        **{
            "x.indptr": offsets.astype(np.int64),
            "x.indices": np.concatenate(columns).astype(np.int32),
            "x.data": np.concatenate(values),
        },
        y=y,
    )


def write_dense(path, x, y):
    dense = np.zeros((len(x), FEATURES), np.float32)
    for row, (columns, values) in zip(dense, x):
        row[columns] = values
    np.savez(path, x=dense, y=y)


def main(write):
    out = pathlib.Path(sys.argv[1])
    write(out / "train.npz", *draw(1024, seed=1))
    write(out / "test.npz", *draw(128, seed=2))


if __name__ == "__main__":
    main(write_csr)
