"""Trains small models on one, two and four ranks and compares what they save.
The first model's numbers are NumPy's: gradient descent on a line."""
import sys

import numpy as np

import tools

RNG = np.random.default_rng(3)
BATCH, STEPS = 8, 3
HEAD = ("sft.model @m(%x: tensor<8x6xf32>, %y: tensor<8x2xf32>, "
        "%ids: tensor<8xi32>)\n    optimizer = {} {{\n")
W1 = '  %w1 = sft.parameter "w1" init(#sft.he_normal) : tensor<6x5xf32>\n'
W2 = '  %w2 = sft.parameter "w2" init(#sft.glorot_uniform) : tensor<5x2xf32>\n'
H = "tensor<8x5xf32>"
FIRST = f"  %h = sft.matmul %x, %w1 : tensor<8x6xf32>, tensor<6x5xf32>\n"
LAST = (f"  %p = sft.matmul %a, %w2 : {H}, tensor<5x2xf32>\n"
        "  %loss = sft.mse_loss %p, %y : tensor<8x2xf32>\n"
        "  sft.yield loss %loss : tensor<f32>\n}\n")


def mlp(layer, optimizer="#sft.sgd<lr = 0.05>"):
    return HEAD.format(optimizer) + W1 + W2 + FIRST + layer + LAST


ACTIVATION = f"  %a = sft.{{}} %h : {H}\n"
NORM = (f'  %s = sft.parameter "s" init(#sft.ones) : tensor<5xf32>\n'
        f'  %t = sft.parameter "t" init(#sft.zeros) : tensor<5xf32>\n'
        f"  %n = sft.layer_norm %h, %s, %t : {H}, tensor<5xf32>\n"
        f"  %a = sft.tanh %n : {H}\n")
EMBEDDING = (f'  %table = sft.parameter "table" init(#sft.normal) : '
             "tensor<9x5xf32>\n"
             "  %e = sft.embedding %table, %ids : tensor<9x5xf32>, "
             f"tensor<8xi32>\n  %a = sft.add %h, %e : {H}\n")
OPTIMIZERS = [
    "#sft.sgd<lr = 0.05, momentum = 0.9>",
    "#sft.sgd<lr = 0.05, momentum = 0.9, nesterov = true, weight_decay = 0.1>",
    "#sft.adagrad<lr = 0.05>", "#sft.rmsprop<lr = 0.01>",
    "#sft.rmsprop<lr = 0.01, momentum = 0.5>", "#sft.adam<lr = 0.01>",
    "#sft.adamw<lr = 0.01, weight_decay = 0.1>",
    "#sft.adam<lr = 0.01> clip_norm = 0.1",
    "#sft.sgd<lr = 0.1> schedule = #sft.cosine<steps = 5, floor = 0.1>",
    "#sft.sgd<lr = 0.1> schedule = #sft.step_decay<every = 1, factor = 0.5>",
    "#sft.sgd<lr = 0.1> schedule = #sft.warmup<steps = 2, then = "
    "#sft.cosine<steps = 4>>",
]
SPARSE = """sft.model @m(%x: !sft.csr<8x20xf32, capacity = 64>,
                         %y: tensor<8x2xf32>)
    optimizer = OPTIMIZER {
  %w = sft.parameter "w" init(#sft.normal<stddev = 0.1>) : tensor<20x2xf32>
  %p = sft.transform %x, %w
      : !sft.csr<8x20xf32, capacity = 64>, tensor<20x2xf32>
  %loss = sft.mse_loss %p, %y : tensor<8x2xf32>
  sft.yield loss %loss : tensor<f32>
}
"""


def models():
    for name in ("relu", "tanh", "sigmoid", "silu", "gelu", "softplus", "abs"):
        yield name, mlp(ACTIVATION.format(name))
    yield "dropout", mlp(f"  %a = sft.dropout %h rate 0.5 : {H}\n")
    yield "layer_norm", mlp(NORM)
    yield "embedding", mlp(EMBEDDING)
    for optimizer in OPTIMIZERS:
        yield optimizer, mlp(ACTIVATION.format("relu"), optimizer)
    for name in ("sgd", "adagrad", "adam"):
        for lazy in ("false", "true"):
            optimizer = f"#sft.{name}<lr = 0.05, lazy = {lazy}>"
            yield f"sparse {optimizer}", SPARSE.replace("OPTIMIZER", optimizer)


def dense_data():
    rows = BATCH * STEPS
    return {"x": RNG.standard_normal((rows, 6)).astype(np.float32),
            "y": RNG.standard_normal((rows, 2)).astype(np.float32),
            "ids": RNG.integers(0, 9, rows).astype(np.int32)}


def sparse_data():
    rows = BATCH * STEPS
    counts = RNG.integers(0, 5, rows)
    columns = [np.sort(RNG.choice(20, n, replace=False)) for n in counts]
    return {"x.indptr": np.concatenate(([0], np.cumsum(counts))).astype(np.int32),
            "x.indices": np.concatenate(columns).astype(np.int32),
            "x.data": RNG.standard_normal(counts.sum()).astype(np.float32),
            "y": RNG.standard_normal((rows, 2)).astype(np.float32)}


def check_ranks(work, name, text, data):
    """Two and four ranks against one; with one bucket and with many."""
    alone = None
    bad = 0
    for mesh in (1, 2, 4):
        work.compile(text, f"--mesh=data={mesh}",
                     f"--bucket-bytes={0 if mesh == 4 else 10**7}")
        after = work.train(data, None, f"--steps={STEPS}")
        alone = alone or after
        for key, want in alone.items():
            why = tools.difference(after[key], want, 1e-5)
            if why:
                bad += 1
                print(f"{name}, data={mesh}, {key}: {why}")
    return bad


def check_numpy(work, data):
    """Three steps of gradient descent on a linear layer."""
    text = (HEAD.format("#sft.sgd<lr = 0.1>")
            + '  %w = sft.parameter "w" init(#sft.zeros) : tensor<6x2xf32>\n'
            "  %p = sft.matmul %x, %w : tensor<8x6xf32>, tensor<6x2xf32>\n"
            "  %loss = sft.mse_loss %p, %y : tensor<8x2xf32>\n"
            "  sft.yield loss %loss : tensor<f32>\n}\n")
    w = np.zeros((6, 2))
    for step in range(STEPS):
        rows = slice(step * BATCH, (step + 1) * BATCH)
        x = data["x"][rows].astype(np.float64)
        w -= 0.1 * 2 * x.T @ (x @ w - data["y"][rows]) / (BATCH * 2)
    work.compile(text)
    after = work.train(data, {"w": np.zeros((6, 2), np.float32)},
                       f"--steps={STEPS}")
    why = tools.difference(after["w"], w, 1e-6)
    if why:
        print(f"against NumPy: {why}")
    return bool(why)


def main():
    count = 0
    with tools.Workspace() as work:
        dense, sparse = dense_data(), sparse_data()
        bad = check_numpy(work, dense)
        for name, text in models():
            data = sparse if name.startswith("sparse") else dense
            bad += check_ranks(work, name, text, data)
            count += 1
    print(f"{count} models, {bad} wrong")
    sys.exit(bad != 0)


if __name__ == "__main__":
    main()
