"""F22, end to end: what one mesh saved, every other one goes on from.

  meshes.py BIN

model.mlir (its parameters are cut in all ways) trains two steps on each layout,
and writes a checkpoint and a --save file. Every layout then takes each of them
over:

1. --resume of a finished run and a checkpoint at once: all parameters and all
   optimizer state are the same tensors, bit for bit.
2. --resume and two more steps: the losses, parameters and state of one rank that
   was not interrupted, within 1e-6 of each tensor's largest value.
3. --init and --save without a step: the same parameters, bit for bit.

In each checkpoint every element stands once, whatever is replicated, and a
--save file has the parameters of the checkpoint.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from safetensors_file import load_safetensors

LAYOUTS = [  # mesh, --zero
    ("data=1", 0),
    ("data=2", 0),
    ("data=2", 1),
    ("data=4", 3),
    ("tensor=2", 0),
    ("tensor=4", 0),
    ("data=2,tensor=2", 0),
    ("data=2,tensor=2", 3),
    ("tensor=2,data=2", 2),
]
BIN = pathlib.Path(sys.argv[1]).resolve()
MODEL = pathlib.Path(__file__).with_name("model.mlir")
HALF, WHOLE = 2, 4  # steps


def execute(*command):
    done = subprocess.run(
        [str(word) for word in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, (command, done.stdout, done.stderr)


class Layout:
    def __init__(self, mesh, zero):
        self.name = f"{mesh},zero={zero}"
        self.plan = self.name + ".plan"
        execute(
            BIN / "sftc",
            MODEL,
            f"--mesh={mesh}",
            f"--zero={zero}",
            "--quiet",
            "-o",
            self.plan,
        )

    def run(self, steps, *flags):
        execute(
            BIN / "sft-run",
            self.plan,
            "--data=data.npz",
            f"--steps={steps}",
            "--seed=3",
            "--quiet",
            *flags,
        )


def checkpoint_of(folder, steps):
    """Global tensors, put together by the manifest."""
    step = pathlib.Path(folder) / f"step-{steps:08}"
    manifest = json.loads((step / "manifest.json").read_text())
    files = {
        file["name"]: load_safetensors(step / file["name"])
        for file in manifest["files"]
    }
    tensors = {}
    for name, tensor in manifest["tensors"].items():
        value = np.full(tensor["shape"], np.nan, np.float32)
        written = np.zeros(tensor["shape"], int)
        for part in tensor["slices"]:
            box = tuple(
                slice(begin, begin + size)
                for begin, size in zip(part["offset"], part["size"])
            )
            value[box] = files[part["file"]][name]
            written[box] += 1
        assert (written == 1).all(), f"{folder}: {name} written {written}"
        tensors[name] = value
    return tensors


def check_same(a, b, what):
    assert a.keys() == b.keys(), (what, a.keys() ^ b.keys())
    for name in a:
        assert np.array_equal(a[name], b[name]), f"{what}: {name} differs"


def check_close(a, b, what):
    assert a.keys() == b.keys(), (what, a.keys() ^ b.keys())
    for name in a:
        error = np.max(np.abs(a[name] - b[name])) / np.max(np.abs(b[name]))
        assert error <= 1e-6, f"{what}: {name} differs by {error}"


def losses_of(path):
    records = map(json.loads, pathlib.Path(path).read_text().splitlines())
    return np.array([r["loss"] for r in records if "step_ms" in r])


def uninterrupted(layout):
    layout.run(WHOLE, "--checkpoint=whole", "--metrics=whole.jsonl")
    return checkpoint_of("whole", WHOLE), losses_of("whole.jsonl")


def save(layout):
    layout.run(
        HALF,
        "--checkpoint=" + layout.name,
        f"--save={layout.name}.safetensors",
    )
    state = checkpoint_of(layout.name, HALF)
    saved = load_safetensors(pathlib.Path(layout.name + ".safetensors"))
    assert saved.keys() < state.keys()
    check_same(saved, {name: state[name] for name in saved}, layout.name)
    return state


def take_over(saved, layout, state, whole):
    what = f"{saved.name} -> {layout.name}"
    parameters = pathlib.Path(saved.name + ".safetensors")
    for folder in ("same", "later"):
        shutil.rmtree(folder, ignore_errors=True)

    layout.run(HALF, "--resume=" + saved.name, "--checkpoint=same")
    check_same(checkpoint_of("same", HALF), state, what + ", --resume")
    layout.run(
        WHOLE,
        "--resume=" + saved.name,
        "--checkpoint=later",
        "--metrics=later.jsonl",
    )
    later, losses = checkpoint_of("later", WHOLE), losses_of("later.jsonl")
    check_close(later, whole[0], what)
    np.testing.assert_allclose(losses, whole[1][HALF:], rtol=1e-6, err_msg=what)
    layout.run(0, f"--init={parameters}", "--save=again.safetensors")
    again = load_safetensors(pathlib.Path("again.safetensors"))
    check_same(again, load_safetensors(parameters), what + ", --init")


def main():
    random = np.random.default_rng(0)
    np.savez(
        "data.npz",
        x=random.normal(size=(80, 8)).astype(np.float32),
        y=random.normal(size=(80, 4)).astype(np.float32),
    )
    layouts = [Layout(*layout) for layout in LAYOUTS]
    whole = uninterrupted(layouts[0])
    for saved in layouts:
        state = save(saved)
        for layout in layouts:
            take_over(saved, layout, state, whole)
    print(f"{len(layouts) ** 2} ways from one layout to another")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        main()
