"""A small GPT reads the works of Shakespeare, byte by byte.

  shakespeare.py BUILD TEXT

It must come below the entropy of a byte that follows a known one, which takes
more of the context than its last byte. Cut over data and tensor axes, the head's
65 columns too, which neither two nor four ranks divide, the losses are those of
one rank within 1e-5, and the same bits under mpirun. Skipped without the text.
"""
import json
import pathlib
import sys

import numpy as np

from examples import MPIRUN, SKIPPED, SOURCE, check, output_of

SIZES = "--layers=2 --width=64 --heads=4 --sequence=32 --batch=16 --vocabulary=65"
GOAL_STEPS, COMPARED_STEPS = 1000, 50
HEAD = '"head.weight" init(#sft.normal<stddev = 0.02>)'


def entropy(counts):
    shares = counts[counts > 0] / counts.sum()
    return -np.sum(shares * np.log(shares))


def entropy_after_a_byte(text):
    pairs = np.zeros((256, 256))
    np.add.at(pairs, (text[:-1], text[1:]), 1)
    return entropy(pairs.ravel()) - entropy(pairs.sum(axis=1))


class Runs:
    def __init__(self, build, text):
        self.bin, self.text = build / "bin", text
        self.out = build / "test" / "Examples" / "shakespeare"
        self.out.mkdir(parents=True, exist_ok=True)
        model = output_of(
            [sys.executable, "-B", SOURCE / "examples/gpt/model.py", *SIZES.split()]
        )
        check(HEAD in model, "model.py writes the head another way")
        self.model = self.out / "model.mlir"
        self.model.write_text(model.replace(HEAD, HEAD + " shard <[-, tensor]>"))

    def losses(self, mesh, steps, launcher=(), zero=0):
        plan, metrics = self.out / "plan", self.out / "metrics.jsonl"
        sftc = [self.bin / "sftc", self.model, f"--mesh={mesh}", f"--zero={zero}"]
        output_of([*sftc, "--quiet", "-o", plan])
        run = [self.bin / "sft-run", plan, f"--data={self.text}"]
        output_of(
            [*launcher, *run, f"--steps={steps}", "--quiet", f"--metrics={metrics}"]
        )
        records = map(json.loads, metrics.read_text().splitlines())
        return np.array([r["loss"] for r in records if "step_ms" in r])


def main():
    build, text = map(pathlib.Path, sys.argv[1:])
    if not text.exists():
        print(f"skipped: there is no {text}")
        sys.exit(SKIPPED)
    runs = Runs(build, text)
    one = runs.losses("data=1", GOAL_STEPS)
    reached = one[-100:].mean()
    bound = entropy_after_a_byte(np.fromfile(text, np.uint8))
    check(reached < bound, f"loss is {reached}, not below {bound}")
    print(f"loss {reached:.3f} < {bound:.3f}")
    for mesh, zero, ranks in (("data=2,tensor=2", 1, 4), ("tensor=4", 0, 4)):
        threads = runs.losses(mesh, COMPARED_STEPS, zero=zero)
        mpi = runs.losses(mesh, COMPARED_STEPS, [*MPIRUN, ranks], zero)
        np.testing.assert_allclose(
            threads, one[:COMPARED_STEPS], rtol=1e-5, err_msg=mesh
        )
        check(np.array_equal(threads, mpi), f"{mesh}: threads and mpi differ")


if __name__ == "__main__":
    main()
