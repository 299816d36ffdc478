"""orders.py [--bits] PLAN...: all plans give the losses of the first, as close
as rounding allows or (--bits) bit for bit, on threads and under MPI."""

import json
import os
import shutil
import subprocess
import sys
import tempfile

import numpy as np

ROOT = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}


def ranks_of(plan):
    stats = subprocess.run(["sft-plan", "stats", "--json", plan], check=True,
                           capture_output=True, text=True)
    return json.loads(stats.stdout)["ranks"]


def losses(command, folder):
    metrics = os.path.join(folder, "metrics.jsonl")
    subprocess.run(command + [f"--metrics={metrics}"], check=True,
                   env=os.environ | ROOT, stdout=subprocess.DEVNULL)
    with open(metrics) as lines:
        steps = [json.loads(line) for line in lines]
    return [step["loss"] for step in steps if "loss" in step and "step" in step]


def launches(plan):
    """Ways to run it, and what stands in front of the command."""
    yield "threads", []
    if shutil.which("mpirun") and ranks_of(plan) > 1:
        launch = ["mpirun", "-n", str(ranks_of(plan)), "--oversubscribe"]
        yield "mpi", launch
        yield "messages", launch + ["-x", "SFT_MPI_SHARED=0"]


def main(arguments):
    plans = [each for each in arguments if each != "--bits"]
    folder = tempfile.mkdtemp()
    rng = np.random.default_rng(0)
    data = os.path.join(folder, "data.npz")
    np.savez(data, x=rng.normal(size=(64, 8)).astype(np.float32),
             t=rng.normal(size=(64, 8)).astype(np.float32))
    first = None
    for plan in plans:
        exact = None
        for name, words in launches(plan):
            found = losses(words + ["sft-run", plan, f"--data={data}",
                                    "--epochs=3", "--seed=1", "--quiet"],
                           folder)
            first, exact = first or found, exact or found
            assert len(found) == 12, (plan, name, found)
            assert found == exact, (plan, name, found, exact)
        same = exact == first if "--bits" in arguments else np.allclose(
            exact, first, rtol=1e-5)
        assert same, (plan, exact, first)
    shutil.rmtree(folder)


main(sys.argv[1:])
