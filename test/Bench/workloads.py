"""The workloads of the comparison: shapes, data, initial parameters.

Data and parameters are random, from a fixed seed, and the same for every
system. They lie in FOLDER as NAME.npz (arrays named after the model's inputs)
and NAME.safetensors.
"""

import json
import pathlib
import re
import subprocess
import sys
from dataclasses import dataclass

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
GPT = HERE.parents[1] / "examples" / "gpt" / "model.py"


# What sftc is told, by strategy; the peers do the same in their own ways.
STRATEGIES = {
    "data": ["--mesh=data=2"],
    "tensor": ["--mesh=tensor=2"],
    "zero3": ["--mesh=data=2", "--zero=3"],
}


@dataclass(frozen=True)
class Workload:
    name: str
    title: str
    sizes: tuple  # features, hidden..., outputs
    batch: int
    loss: str  # "mse" or "cross_entropy"
    batches: int  # in the data file
    steps: int  # of one timed run of a peer
    sft_steps: int  # of one timed run of SFT
    targets: dict  # "torch", "jax" or "best" -> least ratio SFT / peer
    nonzeros: int = 0  # a row; 0 for dense input
    lazy: bool = False  # Adam on the rows that occurred only
    strategy: str = "data"

    @property
    def parameters(self):
        """Name and shape of each parameter."""
        if self.nonzeros:
            return {"w": self.sizes}
        shapes = {}
        for i, (n, m) in enumerate(zip(self.sizes, self.sizes[1:]), 1):
            shapes[f"w{i}"] = (n, m)
            shapes[f"b{i}"] = (m,)
        return shapes

    def model(self, folder):
        """The model file."""
        return HERE / "models" / f"{self.name}.mlir"

    def data(self, rng):
        rows = self.batch * self.batches
        return {**make_features(self, rows, rng),
                "y": make_targets(self, rows, rng)}


@dataclass(frozen=True)
class GptWorkload:
    """A character model, printed by examples/gpt/model.py: AdamW (decay 0.1,
    beta2 0.99), gradients clipped to norm 1."""
    name: str
    title: str
    layers: int
    width: int
    heads: int
    sequence: int
    vocabulary: int
    batch: int
    batches: int
    steps: int
    sft_steps: int
    targets: dict
    strategy: str = "data"
    lr: float = 5e-4
    nonzeros: int = 0
    lazy: bool = False

    def model(self, folder):
        path = pathlib.Path(folder) / f"{self.name}.mlir"
        path.write_text(self.text)
        return path

    @property
    def text(self):
        sizes = [f"--{size}={getattr(self, size)}" for size in
                 ("layers", "width", "heads", "sequence", "vocabulary", "batch",
                  "lr")]
        return subprocess.run(
            [sys.executable, "-B", GPT, *sizes], check=True,
            capture_output=True, text=True).stdout

    @property
    def parameters(self):
        found = re.findall(r'sft.parameter "(\S+)"[^:]*: tensor<([\dx]+)xf32>',
                           self.text)
        return {name: tuple(map(int, sizes.split("x")))
                for name, sizes in found}

    def data(self, rng):
        text = rng.integers(0, self.vocabulary,
                            (self.batch * self.batches, self.sequence + 1))
        return {"tokens": text[:, :-1].astype(np.int32),
                "targets": text[:, 1:].astype(np.int32)}


WORKLOADS = {
    w.name: w
    for w in [
        Workload("housing", "housing 13→64→1, batch 32", (13, 64, 1), 32,
                 "mse", 64, 2000, 200000, {"torch": 60, "jax": 10}),
        Workload("digits", "digits 64→128→10, batch 64", (64, 128, 10), 64,
                 "cross_entropy", 64, 2000, 60000, {"torch": 30, "jax": 6}),
        Workload("sparse", "sft-sparse 10000→100, batch 32, Adam over all of W",
                 (10000, 100), 32, "mse", 64, 300, 3000, {"torch": 8, "jax": 2},
                 nonzeros=50),
        Workload("sparse-rows", "the same, Adam on the rows that occurred",
                 (10000, 100), 32, "mse", 64, 500, 10000, {"torch": 12},
                 nonzeros=50, lazy=True),
        Workload("mlp-512", "MLP 784→512→512→10, batch 256",
                 (784, 512, 512, 10), 256, "cross_entropy", 16, 200,
                 400, {"best": 1.4}),
        Workload("mlp-4096", "MLP 1024→4096→4096→1024, batch 512",
                 (1024, 4096, 4096, 1024), 512, "mse", 4, 6,
                 16, {"best": 1.25}),
        GptWorkload("gpt", "GPT, 6 blocks of 384, sequence 256, batch 16", 6,
                    384, 6, 256, 65, 16, 4, 6, 12, {"best": 1.2}),
        GptWorkload("gpt-tensor", "the same GPT, weights cut", 6, 384, 6, 256,
                    65, 16, 4, 6, 12, {"best": 1.45}, "tensor"),
        GptWorkload("gpt-zero3", "the same GPT, ZeRO-3", 6, 384, 6, 256, 65, 16,
                    4, 6, 12, {"best": 1.2}, "zero3"),
    ]
}


def write_safetensors(path, tensors):
    """The format is an eight-byte length, a JSON header, the bytes."""
    header, offset = {}, 0
    for name, array in tensors.items():
        header[name] = {"dtype": "F32", "shape": list(array.shape),
                        "data_offsets": [offset, offset + array.nbytes]}
        offset += array.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for array in tensors.values():
            file.write(array.tobytes())


def read_safetensors(path):
    raw = pathlib.Path(path).read_bytes()
    length = int.from_bytes(raw[:8], "little")
    tensors = {}
    for name, entry in json.loads(raw[8:8 + length]).items():
        begin, end = (8 + length + o for o in entry["data_offsets"])
        flat = np.frombuffer(raw[begin:end], np.float32)
        tensors[name] = flat.reshape(entry["shape"])
    return tensors


def make_parameters(workload, rng):
    def values(name, shape):
        if len(shape) == 1:
            return np.full(shape, name.endswith(".scale"), np.float32)
        scale = np.sqrt(2 / shape[0])
        return (scale * rng.standard_normal(shape)).astype(np.float32)

    return {name: values(name, s) for name, s in workload.parameters.items()}


def make_features(workload, rows, rng):
    features = workload.sizes[0]
    if not workload.nonzeros:
        return {"x": rng.standard_normal((rows, features), np.float32)}
    picks = [np.sort(rng.choice(features, workload.nonzeros, replace=False))
             for _ in range(rows)]
    return {"x.indptr": np.arange(rows + 1, dtype=np.int64) * workload.nonzeros,
            "x.indices": np.concatenate(picks).astype(np.int32),
            "x.data": rng.standard_normal(rows * workload.nonzeros, np.float32)}


def make_targets(workload, rows, rng):
    outputs = workload.sizes[-1]
    if workload.loss == "mse":
        return rng.standard_normal((rows, outputs), np.float32)
    return rng.integers(0, outputs, rows, dtype=np.int32)


def write_files(workload, folder):
    """Writes data and parameters unless they are there."""
    folder = pathlib.Path(folder)
    data = folder / f"{workload.name}.npz"
    parameters = folder / f"{workload.name}.safetensors"
    if not (data.exists() and parameters.exists()):
        rng = np.random.default_rng(0)
        np.savez(data, **workload.data(rng))
        write_safetensors(parameters, make_parameters(workload, rng))
    return data, parameters
