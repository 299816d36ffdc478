"""Trains models whose mesh axes end up in parts, on threads and under mpirun.

  parts.py BIN

Each plan must say in --explain that an axis is in parts. Its losses are those of
one rank within 1e-5 relative, on threads and under mpirun the same, bit for bit.
With --reproducible along another axis, so they are on each number of ranks.
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
CASES = [  # model, mesh, --zero
    ("heads", "tensor=4", 0),
    ("heads", "tensor=4,data=2", 1),
    ("heads", "tensor=8", 0),
    ("pairs", "tensor=4", 0),
    ("pairs", "data=2,tensor=4", 3),
    ("batches", "data=8", 0),
    ("batches", "data=8", 3),
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
    return done.stdout


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
    np.savez(f"{model}.npz", **arrays)


def compile(model, *flags):
    return execute(
        *(BIN / "sftc", INPUTS / f"{model}.mlir", "-o", "plan", "--quiet"),
        *flags,
    )


def train(model, *launcher):
    """Losses and the saved parameters."""
    execute(
        *(*launcher, BIN / "sft-run", "plan", f"--data={model}.npz"),
        *(f"--steps={STEPS}", "--epochs=20", "--quiet"),
        *("--metrics=m.jsonl", "--save=w.safetensors"),
    )
    records = map(json.loads, pathlib.Path("m.jsonl").read_text().splitlines())
    losses = np.array([r["loss"] for r in records if "step_ms" in r])
    return losses, load_safetensors(pathlib.Path("w.safetensors"))


def check_same(a, b):
    for name in a:
        assert np.array_equal(a[name], b[name]), name


def check(model, mesh, zero):
    write_data(model)
    compile(model)
    one, _ = train(model)
    told = compile(model, f"--mesh={mesh}", f"--zero={zero}", "--explain")
    assert "in parts" in told, told
    ranks = math.prod(int(n) for n in re.findall(r"=(\d+)", mesh))
    threads, mpi = train(model), train(model, *MPIRUN, ranks)
    assert np.array_equal(threads[0], mpi[0])
    check_same(threads[1], mpi[1])
    worst = np.max(np.abs(threads[0] - one) / np.abs(one))
    print(f"{model} {mesh} --zero={zero}: {worst:.1e}", flush=True)
    assert len(one) == STEPS and worst <= 1e-5


def check_reproducible():
    results = []
    for data in (1, 2, 4):
        flags = [f"--mesh=data={data},tensor=4", "--reproducible=data=4"]
        told = compile("heads", *flags, "--explain")
        assert "axis tensor = 4 in parts" in told, told
        results.append(train("heads"))
    for losses, tensors in results:
        assert np.array_equal(losses, results[0][0]), (losses, results[0][0])
        check_same(tensors, results[0][1])


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for case in CASES:
            check(*case)
        check_reproducible()
