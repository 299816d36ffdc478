"""Collectives beside the computation change no bit.

  overlap.py SOURCE

Compiles models with --overlap-bytes=1 and with so large a number that nothing
overlaps, and trains both, with and without communication threads, on threads and
under mpirun: the same losses and parameters, bit for bit.
"""
import json
import os
import pathlib
import shutil
import sys

import numpy as np

import tools

SOURCE = pathlib.Path(sys.argv[1])
STEPS = 6
NEVER = 10**15
RNG = np.random.default_rng(3)
os.environ |= {"OMPI_ALLOW_RUN_AS_ROOT": "1",
               "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}


def digits():
    text = (SOURCE / "examples/digits/model.mlir").read_text()
    rows = 64 * STEPS
    return text, {"x": RNG.standard_normal((rows, 64)).astype(np.float32),
                  "label": RNG.integers(0, 10, rows).astype(np.int32)}


def gpt():
    text = tools.run(sys.executable, str(SOURCE / "examples/gpt/model.py"),
                     "--layers=2", "--width=32", "--heads=2", "--sequence=16",
                     "--batch=4", "--vocabulary=32")
    tokens = RNG.integers(0, 32, (4 * STEPS, 17)).astype(np.int32)
    return text, {"tokens": tokens[:, :-1], "targets": tokens[:, 1:]}


CASES = [
    (digits, "--mesh=data=2", "--bucket-bytes=1000"),
    (gpt, "--mesh=data=2", "--zero=0", "--bucket-bytes=1000"),
    (gpt, "--mesh=data=2", "--zero=1"),
    (gpt, "--mesh=data=2", "--zero=2"),
    (gpt, "--mesh=data=2", "--zero=3"),
    (gpt, "--mesh=data=4", "--zero=3"),
    (gpt, "--mesh=data=2,tensor=2", "--zero=3"),
]


def ranks_of(flags):
    mesh = flags[0].removeprefix("--mesh=")
    return int(np.prod([int(axis.split("=")[1]) for axis in mesh.split(",")]))


def train(work, launcher, *flags):
    """Bytes of the losses and of the parameters."""
    metrics, saved = work.path("metrics.jsonl"), work.path("after.safetensors")
    tools.run(*launcher, "sft-run", work.path("model.plan"), "--quiet",
              f"--data={work.path('data.npz')}", f"--metrics={metrics}",
              f"--save={saved}", *flags)
    with open(metrics, encoding="utf-8") as file:
        records = [json.loads(line) for line in file]
    # Its header names the plan.
    parameters = tools.read_safetensors(saved)
    return ([record["loss"] for record in records if "step_ms" in record],
            {name: array.tobytes() for name, array in parameters.items()})


def instructions(work):
    return tools.run("sft-plan", "show", work.path("model.plan"))


def check(work, model, *flags):
    text, data = model()
    np.savez(work.path("data.npz"), **data)
    work.compile(text, *flags, f"--overlap-bytes={NEVER}")
    assert "[stream 1]" not in instructions(work)
    plain = train(work, [])
    work.compile(text, *flags, "--overlap-bytes=1")
    assert "[stream 1]" in instructions(work)
    launchers = [[]]
    if shutil.which("mpirun"):
        launchers.append(["mpirun", "--oversubscribe", "--bind-to", "none",
                          "-n", str(ranks_of(flags))])
    for launcher in launchers:
        for thread in ("yes", "no"):
            beside = train(work, launcher, f"--comm-thread={thread}")
            if beside != plain:
                return f"{model.__name__} {flags} {launcher} {thread}"
    return None


def main():
    with tools.Workspace() as work:
        bad = [why for case in CASES if (why := check(work, *case))]
    for why in bad:
        print("differs:", why)
    print(f"{len(CASES)} cases, {len(bad)} differ")
    sys.exit(bool(bad))


main()
