"""sft.transform on CSR batches against NumPy: products, and what a step of
gradient descent makes of W. Rows may be empty, columns occur in any row."""
import sys

import numpy as np

import tools

RNG = np.random.default_rng(11)
ROWS, COLUMNS, BATCH = 24, 13, 8
MODEL = """sft.model @m(%x: !sft.csr<8x13xf32, capacity = 64>,
             %y: tensor<8xNxf32>) optimizer = #sft.sgd<lr = 1.0> {
  %w = sft.parameter "w" init(#sft.zeros) : tensor<13xNxf32>
  %z = sft.transform %x, %w
      : !sft.csr<8x13xf32, capacity = 64>, tensor<13xNxf32>
  %loss = sft.mse_loss %z, %y : tensor<8xNxf32>
  sft.yield loss %loss : tensor<f32>, outputs {"z" = %z : tensor<8xNxf32>}
}
"""


def sparse_rows():
    """A dense matrix with few entries, and the same as CSR arrays."""
    counts = RNG.integers(0, 6, ROWS)
    counts[:3] = 0, COLUMNS, 1
    dense = np.zeros((ROWS, COLUMNS))
    columns = [np.sort(RNG.choice(COLUMNS, n, replace=False)) for n in counts]
    values = RNG.standard_normal(counts.sum()).astype(np.float32)
    rows = np.repeat(np.arange(ROWS), counts)
    dense[rows, np.concatenate(columns)] = values
    return dense, {
        "x.indptr": np.concatenate(([0], np.cumsum(counts))).astype(np.int32),
        "x.indices": np.concatenate(columns).astype(np.int32),
        "x.data": values}


def trained(w, dense, y):
    for first in range(0, ROWS, BATCH):
        x, want = dense[first:first + BATCH], y[first:first + BATCH]
        w = w - 2 * x.T @ (x @ w - want) / want.size
    return w


def check(work, width, mesh):
    dense, data = sparse_rows()
    w = RNG.standard_normal((COLUMNS, width)).astype(np.float32)
    data["y"] = RNG.standard_normal((ROWS, width)).astype(np.float32)
    work.compile(MODEL.replace("N", str(width)), f"--mesh=data={mesh}")
    product = work.predict(data, {"w": w})["z"]
    after = work.train(data, {"w": w}, f"--steps={ROWS // BATCH}")["w"]
    wide, bad = w.astype(np.float64), 0
    for what, got, want in [("product", product, dense @ wide),
                            ("step", after, trained(wide, dense, data["y"]))]:
        why = tools.difference(got, want, 1e-5)
        if why:
            bad += 1
            print(f"{what}, {width} columns, data={mesh}: {why}")
    return bad


def main():
    with tools.Workspace() as work:
        bad = sum(check(work, width, mesh)
                  for width in (1, 3, 16, 33) for mesh in (1, 2))
    print(f"8 models, {bad} wrong")
    sys.exit(bad != 0)


if __name__ == "__main__":
    main()
