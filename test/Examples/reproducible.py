"""Trains examples with --reproducible on 1, 2, 4 and 8 ranks along "data":
losses and parameters must be the same, bit for bit.

  reproducible.py BUILD [--examples=NAME,...] [--with=AXIS=N;...] [--zero=0,3]
                  [--steps=20] [--quick]

Prints a table, one row an example and what else the mesh has. Every second
size runs under mpirun. Exits with 1 where a bit differs; and where none differs
without the flag, on an example where some must.

--quick: the subset that the tests run.
"""
import math

import numpy as np

from examples import MPIRUN, Example, check, load_safetensors
from matrix import sizes_of
from table import parse, parser_of, print_table

DATA = (1, 2, 4, 8)
QUICK = {
    "examples": "digits,sft-sparse,gpt,bert-classifier",
    "others": ";tensor=2",
    "zero": "0,3",
    "steps": 10,
}


class Result:
    """Losses and parameters of a run."""

    def __init__(self, example, mesh, zero, steps, *flags):
        plan, compiled = example.compile(mesh, zero, *flags)
        check(compiled.returncode == 0, compiled.stderr)
        ranks = math.prod(sizes_of(mesh).values())
        launcher = [*MPIRUN, ranks] if ranks in (2, 8) else ()
        self.losses = example.train(plan, "bits", launcher, steps)[0]
        self.tensors = load_safetensors(example.out / "bits.safetensors")

    def differs(self, other):
        """The first thing that differs, or nothing."""
        for step, (a, b) in enumerate(zip(self.losses, other.losses)):
            if a != b:
                return f"step {step}: {a:.9g}, {b:.9g}"
        for name, tensor in self.tensors.items():
            if not np.array_equal(tensor, other.tensors[name]):
                return f"parameter {name}"
        return ""


def mesh_of(data, others):
    return ",".join(filter(None, [f"data={data}", others]))


def cell(example, others, zero, steps):
    """What differs between sizes of the data axis, and whether nothing does."""
    divisor = max(d for d in DATA if example.batch % d == 0)
    results = {
        data: Result(
            example,
            mesh_of(data, others),
            zero,
            steps,
            f"--reproducible=data={divisor}",
        )
        for data in DATA
        if data <= divisor
    }
    for data, result in results.items():
        difference = results[1].differs(result)
        if difference:
            return f"data={data}: {difference}", False
    return f"equal up to data={divisor}", True


def check_power(example, steps):
    one, most = (Result(example, mesh_of(d, ""), 0, steps) for d in (1, 8))
    check(one.differs(most), "nothing differs without --reproducible either")


def rows(options):
    for name in options.examples.split(","):
        example = Example(name, options.build, out="bits-" + name)
        example.run("--steps=0")  # makes the data
        if name == "digits":
            check_power(example, options.steps)
        for others in options.others.split(";"):
            yield name, mesh_of("N", others), lambda zero: cell(
                example, others, zero, options.steps
            )


def main():
    parser = parser_of(steps=20)
    parser.add_argument("--with", dest="others", default=";tensor=2")
    options = parse(parser, QUICK)
    print_table(options.zero.split(","), rows(options))


if __name__ == "__main__":
    main()
