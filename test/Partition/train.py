"""Trains models whose sizes do not fit the mesh, on threads and under mpirun.

  train.py BIN

Where an axis is too large for a factor it ends up in parts, and where parts do
not divide a dimension it is padded; --explain or a warning must say so. Losses
are those of one rank within 1e-5 relative, on threads and under mpirun the same,
bit for bit. So they are with --reproducible on each number of ranks. What is
saved and predicted has the shapes of the model, and a run that changes the mesh
twice ends where one rank does.
"""
import json
import math
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from safetensors_file import load_safetensors  # noqa: E402

BIN = pathlib.Path(sys.argv[1]).resolve()
INPUTS = pathlib.Path(__file__).with_name("Inputs")
MPIRUN = ["mpirun", "--oversubscribe", "--bind-to", "none", "-n"]
AS_ROOT = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
STEPS = 20
PARTS = "in parts"
PADDED = "is padded to"
CASES = [  # model, mesh, --zero, what must be said
    ("heads", "tensor=4", 0, PARTS),
    ("heads", "tensor=4,data=2", 1, PARTS),
    ("heads", "tensor=8", 0, PARTS),
    ("pairs", "tensor=4", 0, PARTS),
    ("pairs", "data=2,tensor=4", 3, PARTS),
    ("batches", "data=8", 0, PARTS),
    ("batches", "data=8", 3, PARTS),
    ("uneven", "data=4", 0, "batch of 30 rows"),
    ("uneven", "data=7", 1, "padded to 35"),
    ("uneven", "tensor=4", 0, "padded to 16"),
    ("uneven", "data=4,tensor=2", 3, PADDED),
    ("ten", "tensor=4", 0, "padded to 12"),
    ("ratios", "data=4,tensor=2", 1, "padded to 8"),
    ("sparse", "data=4", 0, "padded to 32"),
    ("sparse", "tensor=4", 0, "padded to 104"),
    ("sparse", "data=4,tensor=2", 1, PADDED),
]


def execute(*command):
    done = subprocess.run(
        [str(word) for word in command],
        env={**os.environ, **AS_ROOT},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, (command, done.stdout, done.stderr)
    return done.stdout + done.stderr


def write_data(model):
    """Three batches of every input."""
    random = np.random.default_rng(0)
    text = (INPUTS / f"{model}.mlir").read_text()
    head = text[text.index("sft.model") : text.index("optimizer")]
    arrays = {}
    for name, shape in re.findall(r"%(\w+): tensor<([\dx]+)xf32>", head):
        rows, *rest = map(int, shape.split("x"))
        values = random.normal(size=[3 * rows, *rest])
        arrays[name] = values.astype(np.float32)
    for name, rows in re.findall(r"%(\w+): tensor<(\d+)xi32>", head):
        arrays[name] = random.integers(5, size=3 * int(rows), dtype=np.int32)
    for name, rows, columns in re.findall(r"%(\w+): !sft.csr<(\d+)x(\d+)", head):
        add_sparse(arrays, name, 3 * int(rows), int(columns), random)
    np.savez(f"{model}.npz", **arrays)


def add_sparse(arrays, name, rows, columns, random):
    """Zero to nine of the columns in each row."""
    lengths = random.integers(10, size=rows)
    chosen = [np.sort(random.choice(columns, n, replace=False)) for n in lengths]
    arrays[f"{name}.indptr"] = np.cumsum([0, *lengths])
    arrays[f"{name}.indices"] = np.concatenate(chosen).astype(np.int32)
    values = random.normal(size=lengths.sum())
    arrays[f"{name}.data"] = values.astype(np.float32)


def compile(model, *flags):
    return execute(
        *(BIN / "sftc", INPUTS / f"{model}.mlir", "-o", "plan"),
        *flags,
    )


def train(model, *launcher, flags=()):
    """Losses, the saved parameters and the predictions."""
    execute(
        *(*launcher, BIN / "sft-run", "plan", f"--data={model}.npz"),
        *(f"--steps={STEPS}", "--epochs=20", "--quiet", "--predict=p.npz"),
        *("--metrics=m.jsonl", "--save=w.safetensors", *flags),
    )
    records = map(json.loads, pathlib.Path("m.jsonl").read_text().splitlines())
    losses = np.array([r["loss"] for r in records if "step_ms" in r])
    tensors = load_safetensors(pathlib.Path("w.safetensors"))
    with np.load("p.npz") as predicted:
        return losses, tensors | dict(predicted)


def check_same(a, b):
    for name in a:
        assert np.array_equal(a[name], b[name]), name


def check_close(actual, expected):
    """Tensors of the same names and shapes, up to rounding."""
    assert actual.keys() == expected.keys()
    for name, tensor in expected.items():
        assert actual[name].shape == tensor.shape, name
        scale = np.max(np.abs(tensor)) + 1e-6
        assert np.max(np.abs(actual[name] - tensor)) <= 1e-4 * scale, name


def check(model, mesh, zero, said):
    write_data(model)
    compile(model)
    one, tensors = train(model)
    told = compile(model, f"--mesh={mesh}", f"--zero={zero}", "--explain")
    assert said in told, told
    ranks = math.prod(int(n) for n in re.findall(r"=(\d+)", mesh))
    threads, mpi = train(model), train(model, *MPIRUN, ranks)
    assert np.array_equal(threads[0], mpi[0])
    check_same(threads[1], mpi[1])
    check_close(threads[1], tensors)
    worst = np.max(np.abs(threads[0] - one) / np.abs(one))
    print(f"{model} {mesh} --zero={zero}: {worst:.1e}", flush=True)
    assert len(one) == STEPS and worst <= 1e-5


def check_reproducible(model, said, finest, meshes):
    results = []
    write_data(model)
    for mesh in meshes:
        flags = [f"--mesh={mesh}", f"--reproducible={finest}", "--explain"]
        told = compile(model, *flags)
        assert said in told, told
        results.append(train(model))
    for losses, tensors in results:
        assert np.array_equal(losses, results[0][0]), (losses, results[0][0])
        check_same(tensors, results[0][1])


def check_moves(model, flags_of_parts):
    """Each part of the run starts from the checkpoint of the one before."""
    write_data(model)
    compile(model)
    losses, tensors = train(model)
    done = STEPS // len(flags_of_parts)
    folders = [f"c{i}" for i in range(len(flags_of_parts))]
    for i, (folder, flags) in enumerate(zip(folders, flags_of_parts)):
        compile(model, *flags)
        resume = [f"--resume={folders[i - 1]}"] if i else []
        steps = STEPS if i + 1 == len(folders) else (i + 1) * done
        every = [f"--checkpoint={folder}", f"--checkpoint-every={steps}"]
        last, moved = train(model, flags=[*resume, *every, f"--steps={steps}"])
    check_close(moved, tensors)
    assert np.allclose(last, losses[-len(last):], rtol=1e-5), (last, losses)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for case in CASES:
            check(*case)
        check_reproducible("heads", "axis tensor = 4 in parts", "data=4",
                           [f"data={n},tensor=4" for n in (1, 2, 4)])
        check_reproducible("uneven", PADDED, "data=8,tensor=2",
                           ["data=1", "data=4", "data=2,tensor=2"])
        check_moves("uneven", [["--mesh=data=4,tensor=2", "--zero=3"],
                               ["--mesh=tensor=4"],
                               ["--mesh=data=7", "--zero=1"]])
