"""Computes ops with NumPy and with sft-test-interpret and compares."""
import math
import subprocess
import sys

import numpy as np


def softmax(x, axis):
    e = np.exp(x - x.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


def layer_norm(x, scale, shift):
    centred = x - x.mean(-1, keepdims=True)
    variance = (centred**2).mean(-1, keepdims=True)
    return centred / np.sqrt(variance + 1e-5) * scale + shift


def rms_norm(x, scale):
    return x / np.sqrt((x**2).mean(-1, keepdims=True) + 1e-5) * scale


def cross_entropy(x, labels):
    return -np.mean(np.log(softmax(x, -1))[np.arange(len(labels)), labels])


erf = np.vectorize(math.erf)
LABELS = np.array([0, 1, 2])

# (operand shapes, the op on %0, %1, ..., the same in NumPy)
CASES = [
    ([(3, 4)], "sft.exp %0 : {0}", np.exp),
    ([(3, 4)], "sft.erf %0 : {0}", erf),
    ([(3, 4)], "sft.gelu %0 : {0}", lambda x: x / 2 * (1 + erf(x / 2**0.5))),
    ([(3, 4)], "sft.softplus %0 : {0}", lambda x: np.logaddexp(x, 0)),
    ([(3, 4), (4,)], "sft.sub %0, %1 : {0}, {1}", np.subtract),
    ([(3, 1), (2, 1, 4)], "sft.mul %0, %1 : {0}, {1}", np.multiply),
    ([(3, 4), (1, 4)], "sft.max %0, %1 : {0}, {1}", np.maximum),
    ([(3, 4), (4, 2)], "sft.matmul %0, %1 : {0}, {1}", np.matmul),
    ([(5, 3, 4), (1, 2, 4)], "sft.matmul %0, %1 {{transpose_y}} : {0}, {1}",
     lambda x, y: x @ y.swapaxes(-1, -2)),
    ([(5, 4, 3), (4, 2)], "sft.matmul %0, %1 {{transpose_x}} : {0}, {1}",
     lambda x, y: x.swapaxes(-1, -2) @ y),
    ([(2, 3, 4), (4, 5), (5,)], "sft.linear %0, %1, %2 : {0}, {1}, {2}",
     lambda x, w, b: x @ w + b),
    ([(2, 3, 4)], "sft.reduce sum %0 axes [0, 2] : {0}",
     lambda x: x.sum((0, 2))),
    ([(2, 3, 4)], "sft.reduce min %0 axes [1] keep : {0}",
     lambda x: x.min(1, keepdims=True)),
    ([(2, 3, 4)], "sft.mean %0 axes [1] : {0}", lambda x: x.mean(1)),
    ([(2, 3, 4)], "sft.softmax %0 axis 1 : {0}", lambda x: softmax(x, 1)),
    ([(3, 4)], "sft.log_softmax %0 : {0}", lambda x: np.log(softmax(x, 1))),
    ([(3, 4), (4,), (4,)], "sft.layer_norm %0, %1, %2 : {0}, {1}", layer_norm),
    ([(3, 4), (4,)], "sft.rms_norm %0, %1 : {0}, {1}", rms_norm),
    ([(3, 4), (3, 4)], "sft.mse_loss %0, %1 : {0}",
     lambda p, t: np.mean((p - t)**2)),
    ([(3, 4), (3, 4)], "sft.hinge_loss %0, %1 : {0}",
     lambda p, t: np.mean(np.maximum(0, 1 - p * t))),
    ([(3, 4)], "sft.softmax_cross_entropy %0, %label : {0}, tensor<3xi32>",
     lambda x: cross_entropy(x, LABELS)),
    ([(4, 2)], "sft.embedding %0, %label : {0}, tensor<3xi32>",
     lambda x: x[LABELS]),
    ([(2, 3, 4)], "sft.transpose %0 [2, 0, 1] : {0}",
     lambda x: x.transpose(2, 0, 1)),
    ([(4, 5)], "sft.slice %0 [1, 2] [3, 2] : {0}", lambda x: x[1:4, 2:4]),
    ([(2, 3)], "sft.pad %0 low [1, 0] high [0, 2] : {0}",
     lambda x: np.pad(x, ((1, 0), (0, 2)))),
    ([(2, 3), (2, 2)], "sft.concat %0, %1 axis 1 : {0}, {1}",
     lambda x, y: np.concatenate((x, y), 1)),
]


def tensor_type(shape, element="f64"):
    return "tensor<" + "".join(f"{size}x" for size in shape) + element + ">"


def operand(number, shape):
    """Elements sin(flat index + number), built without any input."""
    size = math.prod(shape)
    flat = tensor_type((size,))
    return f"""
      %i{number} = sft.iota axis 0 : {tensor_type((size,), "i32")}
      %f{number} = sft.cast %i{number} : {tensor_type((size,), "i32")} to {flat}
      %n{number} = sft.constant dense<{number}.0> : tensor<f64>
      %s{number} = sft.add %f{number}, %n{number} : {flat}, tensor<f64>
      %v{number} = sft.sin %s{number} : {flat}
      %{number} = sft.reshape %v{number} : {flat} to {tensor_type(shape)}"""


def program(index, shapes, op, result):
    lines = [operand(number, shape) for number, shape in enumerate(shapes)]
    text = op.format(*[tensor_type(shape) for shape in shapes])
    return f"""sft.step predict @case{index}() {{{"".join(lines)}
      %label = sft.iota axis 0 : tensor<3xi32>
      %r = {text}
      sft.output prediction "{index}", %r : {tensor_type(result.shape)}
    }}"""


def main():
    programs, expected = [], []
    for index, (shapes, op, compute) in enumerate(CASES):
        operands = [
            np.sin(np.arange(math.prod(shape)) + number).reshape(shape)
            for number, shape in enumerate(shapes)
        ]
        expected.append(np.asarray(compute(*operands)))
        programs.append(program(index, shapes, op, expected[-1]))
    run = subprocess.run(["sft-test-interpret"], input="\n".join(programs),
                         stdout=subprocess.PIPE, text=True, check=True)
    lines = run.stdout.splitlines()
    assert len(lines) == len(CASES), "a value for each case"
    failures = 0
    for line, (_, op, _), value in zip(lines, CASES, expected):
        actual = np.array(line.split(":")[1].split(), float)
        if not np.allclose(actual, value.ravel(), rtol=1e-12, atol=1e-13):
            print(f"{op}: {actual} instead of {value.ravel()}")
            failures += 1
    return failures != 0


sys.exit(main())
