"""Lazy optimizers on the table of an sft.embedding against NumPy, on one, two
and four ranks: only the rows that ids of the batch name move. Ids come twice,
name no row, and are more or fewer than the table has rows."""
import sys

import numpy as np

import tools

RNG = np.random.default_rng(13)
BATCH, WIDTH, STEPS = 8, 5, 3
RATE, DECAY = 0.05, 0.1
# Ids are computed, so that those that name no row are not refused: they are the
# larger of two inputs.
MODEL = """sft.model @m(%a: tensor<8x3xi32>, %b: tensor<8x3xi32>,
             %y: tensor<8x3x5xf32>)
    optimizer = #sft.OPTIMIZER {
  %t = sft.parameter "t" init(#sft.zeros) : tensor<ROWSx5xf32>
  %ids = sft.max %a, %b : tensor<8x3xi32>, tensor<8x3xi32>
  %e = sft.embedding %t, %ids : tensor<ROWSx5xf32>, tensor<8x3xi32>
  %loss = sft.mse_loss %e, %y : tensor<8x3x5xf32>
  sft.yield loss %loss : tensor<f32>
}
"""


def sgd(table, state, gradient, step):
    table -= RATE * (gradient + DECAY * table)


def adagrad(table, state, gradient, step):
    v = state.setdefault("v", np.zeros_like(gradient))
    v += gradient ** 2
    table -= RATE * gradient / (np.sqrt(v) + 1e-10)


def adam(table, state, gradient, step):
    m = state.setdefault("m", np.zeros_like(gradient))
    v = state.setdefault("v", np.zeros_like(gradient))
    m += 0.1 * (gradient - m)
    v += 0.001 * (gradient ** 2 - v)
    root = np.sqrt(v / (1 - 0.999 ** step)) + 1e-8
    table -= RATE / (1 - 0.9 ** step) * m / root


OPTIMIZERS = {
    f"sgd<lr = {RATE}, weight_decay = {DECAY}, lazy = true>": sgd,
    f"adagrad<lr = {RATE}, lazy = true>": adagrad,
    f"adam<lr = {RATE}, lazy = true>": adam,
}


def trained(table, update, ids, y):
    """Row by row, each with a state of its own."""
    table = table.astype(np.float64)
    states = [{} for _ in table]
    for step in range(1, STEPS + 1):
        batch = slice((step - 1) * BATCH, step * BATCH)
        at = ids[batch].ravel()
        want = y[batch].reshape(-1, WIDTH).astype(np.float64)
        known = (at >= 0) & (at < len(table))
        slope = np.zeros_like(want)
        slope[known] = 2 * (table[at[known]] - want[known]) / want.size
        for row in np.unique(at[known]):
            update(table[row], states[row], slope[at == row].sum(0), step)
    return table


def check(work, rows, name, update):
    a = RNG.integers(-2, rows + 2, (BATCH * STEPS, 3)).astype(np.int32)
    b = np.full_like(a, -2)
    y = RNG.standard_normal((*a.shape, WIDTH)).astype(np.float32)
    table = RNG.standard_normal((rows, WIDTH)).astype(np.float32)
    want = trained(table, update, a, y)
    text = MODEL.replace("ROWS", str(rows)).replace("OPTIMIZER", name)
    bad = 0
    for mesh in (1, 2, 4):
        work.compile(text, f"--mesh=data={mesh}")
        after = work.train({"a": a, "b": b, "y": y}, {"t": table},
                           f"--steps={STEPS}")["t"]
        why = tools.difference(after, want, 1e-5)
        if why:
            bad += 1
            print(f"{name}, {rows} rows, data={mesh}: {why}")
    return bad


def main():
    with tools.Workspace() as work:
        bad = sum(check(work, rows, name, update)
                  for rows in (7, 100) for name, update in OPTIMIZERS.items())
    print(f"18 plans, {bad} wrong")
    sys.exit(bad != 0)


if __name__ == "__main__":
    main()
