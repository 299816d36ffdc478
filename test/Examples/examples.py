"""Runs an example of the build tree and judges it by its numbers.

  examples.py NAME BUILD

1. tools/run-example.sh trains it as its run.conf says; it must reach its goal.
2. On 1, 2, 3 and 4 ranks, 200 steps: the losses of one rank within 1e-5
   relative; a batch that the mesh does not divide is padded, with a warning.
3. The same run twice, and once under mpirun: the same losses and parameters, bit
   for bit.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from safetensors_file import load_safetensors

SOURCE = pathlib.Path(__file__).parents[2]
STEPS = 200
MPIRUN = ["mpirun", "--oversubscribe", "--bind-to", "none", "-n"]
AS_ROOT = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
UNAVAILABLE, SKIPPED = 69, 77  # of sysexits; of ctest


def check(condition, message):
    if not condition:
        sys.exit("error: " + message)


def execute(command):
    return subprocess.run(
        [str(word) for word in command],
        env={**os.environ, **AS_ROOT},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        timeout=500,
    )


def output_of(command):
    done = execute(command)
    check(
        done.returncode == 0,
        f"{command} ended with {done.returncode}: {done.stderr}",
    )
    return done.stdout


class Example:
    def __init__(self, name, build, out=None):
        self.name, self.build = name, build
        self.source = SOURCE / "examples" / name
        self.data = build / "examples" / name
        self.out = build / "test" / "Examples" / (out or name)
        shutil.rmtree(self.out, ignore_errors=True)
        self.out.mkdir(parents=True)

    def flag(self, name):
        """What run.conf says for a flag of sft-run."""
        for line in (self.source / "run.conf").read_text().split():
            if line.startswith(f"--{name}="):
                return line.split("=", 1)[1].format(
                    source=self.source, data=self.data
                )

    def run(self, *flags):
        """The runner's results: {"loss": 0.1, "eval_accuracy": 0.97, ...}."""
        runner = SOURCE / "tools" / "run-example.sh"
        done = execute([runner, self.name, "--quiet", "--", *flags])
        if done.returncode == UNAVAILABLE:
            print("skipped:", done.stderr)
            sys.exit(SKIPPED)
        check(done.returncode == 0, done.stderr)
        results = map(str.split, done.stdout.splitlines())
        return {name: float(value) for name, value in results}

    @property
    def batch(self):
        """Rows of the first input."""
        text = (self.source / "model.mlir").read_text()
        return int(re.search(r"%\w+: (?:tensor|!sft\.csr)<(\d+)x", text)[1])

    def compile(self, mesh, zero=0, *flags):
        plan = self.out / f"{mesh}-{zero}.plan"
        return plan, execute(
            [
                self.build / "bin" / "sftc",
                self.source / "model.mlir",
                f"--mesh={mesh}",
                f"--zero={zero}",
                *flags,
                "--quiet",
                "-o",
                plan,
            ]
        )

    def train(self, plan, run, launcher=(), steps=STEPS):
        """Losses of the steps and bytes of the saved parameters."""
        metrics = self.out / (run + ".jsonl")
        saved = self.out / (run + ".safetensors")
        output_of(
            [
                *launcher,
                self.build / "bin" / "sft-run",
                plan,
                "--data=" + self.flag("data"),
                f"--steps={steps}",
                "--quiet",
                f"--metrics={metrics}",
                f"--save={saved}",
            ]
        )
        records = map(json.loads, metrics.read_text().splitlines())
        losses = [r["loss"] for r in records if "step_ms" in r]
        check(len(losses) == steps, f"{run}: {len(losses)} losses")
        return np.array(losses), saved.read_bytes()


def same_bits(a, b):
    return np.array_equal(a[0], b[0]) and a[1] == b[1]


def check_meshes(example):
    for ranks in (1, 2, 3, 4):
        plan, compiled = example.compile(f"data={ranks}")
        check(compiled.returncode == 0, compiled.stderr)
        padded = "rows does not divide" in compiled.stderr
        check(padded == (example.batch % ranks != 0), compiled.stderr)
        first = example.train(plan, f"{ranks}-threads")
        if ranks == 1:
            one = first[0]
        np.testing.assert_allclose(
            first[0], one, rtol=1e-5, err_msg=f"{ranks} ranks"
        )
        again = example.train(plan, f"{ranks}-again")
        check(same_bits(first, again), f"{ranks} ranks: a run does not repeat")
        mpi = example.train(plan, f"{ranks}-mpi", [*MPIRUN, ranks])
        check(same_bits(first, mpi), f"{ranks} ranks: threads and mpi differ")


def linear_regression(example):
    """Against gradient descent in NumPy, in double precision."""
    saved = example.out / "line.safetensors"
    example.run(f"--save={saved}")
    table = np.loadtxt(example.source / "points.csv", delimiter=",", skiprows=1)
    x, y = table.T
    w = b = 0.0
    for _ in range(1000):
        slope = 2 * (w * x + b - y) / len(x)
        w, b = w - 0.01 * slope @ x, b - 0.01 * slope.sum()
    line = load_safetensors(saved)
    np.testing.assert_allclose(line["w"].item(), w, rtol=1e-5)
    np.testing.assert_allclose(line["b"].item(), b, rtol=1e-5)


def at_least(metric, bound):
    def goal(example):
        reached = example.run()[metric]
        check(reached >= bound, f"{metric} is {reached}, not {bound}")

    return goal


def at_most(metric, bound):
    def goal(example):
        reached = example.run()[metric]
        check(reached <= bound, f"{metric} is {reached}, not {bound}")

    return goal


def dense_is_sparse(example):
    """The same rows as vectors and as CSR: the same losses and parameters."""
    sparse = Example("sft-sparse", example.build, out="sft-dense-as-sparse")
    for each in (example, sparse):
        each.run("--steps=0")  # makes the data
    dense_losses, dense_w = losses_and_w(example)
    sparse_losses, sparse_w = losses_and_w(sparse)
    np.testing.assert_allclose(dense_losses, sparse_losses, rtol=1e-5)
    # Not element by element: Adam's step by a gradient near zero is mostly the
    # sign of a rounding error.
    error = np.linalg.norm(dense_w - sparse_w) / np.linalg.norm(sparse_w)
    check(error <= 1e-5, f"dense and sparse parameters differ by {error}")


def losses_and_w(example):
    plan, compiled = example.compile("data=1")
    check(compiled.returncode == 0, compiled.stderr)
    losses, _ = example.train(plan, "compared")
    saved = load_safetensors(example.out / "compared.safetensors")
    return losses, saved["w"]


def check_generated(example):
    printed = output_of([sys.executable, "-B", example.source / "model.py"])
    check(
        printed == (example.source / "model.mlir").read_text(),
        "model.mlir is not what model.py prints",
    )


def gpt(example):
    """It learns; what it writes repeats the second animal of each sentence as
    the last subject, which needs attention."""
    check_generated(example)
    saved = example.out / "gpt.safetensors"
    reached = example.run(f"--save={saved}")["eval_loss"]
    check(reached <= 0.3, f"eval_loss is {reached}, not 0.3")
    plan = example.data / "gpt.plan"
    generate = [
        "env",
        f"SFT_LIBRARY={example.build / 'lib' / 'libsft.so.0'}",
        sys.executable,
        "-B",
        example.source / "generate.py",
        plan,
        saved,
    ]
    likeliest = [
        output_of([*generate, "--length=20", "--temperature=0", f"--seed={seed}"])
        for seed in (1, 2)
    ]
    check(likeliest[0] == likeliest[1], "the likeliest is left to chance")
    text = output_of([*generate, "--samples=8", "--length=400"])
    pairs = re.findall(r"the \w+ (\w+), and the (\w+) \w+", text)
    check(len(pairs) >= 30, f"hardly a sentence in {text}")
    same = sum(a == b for a, b in pairs) / len(pairs)
    check(same >= 0.75, f"{same} of the sentences agree: {text}")


def bert_classifier(example):
    """It learns; a new head on the frozen encoder learns the other task, and
    nothing but the head changes."""
    check_generated(example)
    saved = example.out / "all.safetensors"
    tuned = example.out / "head.safetensors"
    reached = example.run(f"--save={saved}")["eval_accuracy"]
    check(reached >= 0.97, f"eval_accuracy is {reached}, not 0.97")
    model, plan = example.out / "frozen.mlir", example.out / "frozen.plan"
    model.write_text(
        output_of(
            [sys.executable, "-B", example.source / "model.py", "--frozen"]
        )
    )
    output_of([example.build / "bin" / "sftc", model, "--quiet", "-o", plan])
    results = output_of(
        [
            example.build / "bin" / "sft-run",
            plan,
            f"--init={saved}",
            f"--data={example.data / 'other.npz'}",
            f"--eval={example.data / 'other-test.npz'}",
            "--epochs=2",
            "--quiet",
            f"--save={tuned}",
        ]
    )
    reached = float(re.search(r"eval_accuracy (\S+)", results)[1])
    check(reached >= 0.97, f"fine-tuned: eval_accuracy is {reached}, not 0.97")
    before, after = load_safetensors(saved), load_safetensors(tuned)
    changed = {n for n in before if not np.array_equal(before[n], after[n])}
    head = {n for n in before if n.startswith(("head.", "pooler."))}
    check(changed == head, f"changed: {changed}")


GOALS = {
    "linear-regression": linear_regression,
    "perceptron": at_least("eval_accuracy", 1),
    "housing": at_most("eval_mean_absolute_error", 2.5),
    "classifier": at_least("eval_accuracy", 0.97),
    "digits": at_least("eval_accuracy", 0.96),
    "sft-dense": dense_is_sparse,
    "sft-sparse": at_most("loss", 5),
    "mushrooms": at_least("eval_accuracy", 0.99),
    "text": at_least("eval_accuracy", 0.65),
    "mlp-tensor-parallel": at_least("eval_accuracy", 0.96),
    "gpt": gpt,
    "bert-classifier": bert_classifier,
}


def main():
    name, build = sys.argv[1], pathlib.Path(sys.argv[2])
    example = Example(name, build)
    GOALS[name](example)
    check_meshes(example)


if __name__ == "__main__":
    main()
