"""Trains examples on many meshes and ZeRO stages and compares with one rank.

  matrix.py BUILD [--examples=NAME,...] [--meshes=MESH;...] [--zero=0,1,2,3]
            [--steps=100] [--quick]

Prints a table, one row an example and mesh, one column a stage: the largest
relative difference of a step's loss from one rank's. Every cell also runs a
second time and under mpirun: the same losses and parameters, bit for bit. Of a
batch that does not divide, and is padded, sftc must say which sizes do. Exits
with 1 where a cell exceeds 1e-5, does not repeat, or differs between transports.

--quick: the subset that the tests run.
"""
import itertools
import math
import re

import numpy as np

from examples import MPIRUN, Example, check, same_bits
from table import parse, parser_of, print_table

MOST_RANKS = 8
MESHES = ";".join(
    ",".join(
        f"{axis}={size}"
        for axis, size in (("data", data), ("tensor", tensor))
        if size > 1
    )
    or "data=1"
    for data in range(1, MOST_RANKS + 1)
    for tensor in range(1, MOST_RANKS // data + 1)
)
QUICK = {
    "examples": "mlp-tensor-parallel,mushrooms,gpt",
    "meshes": "data=2,tensor=2;data=8",
    "zero": "0,1,3",
    "steps": 20,
}
LIMIT = 1e-5


def sizes_of(mesh):
    return {
        axis: int(size)
        for axis, size in (word.split("=") for word in mesh.split(","))
    }


class Row:
    """An example on a mesh."""

    def __init__(self, example, mesh, steps):
        self.example, self.mesh, self.steps = example, mesh, steps
        self.ranks = math.prod(sizes_of(mesh).values())

    def cell(self, zero, one):
        """The text of the cell, and whether it is as it must be."""
        plan, compiled = self.example.compile(self.mesh, zero)
        if compiled.returncode:
            return compiled.stderr.strip().splitlines()[0], False
        first, again, mpi = (
            self.example.train(plan, "matrix", launcher, self.steps)
            for launcher in ([], [], [*MPIRUN, self.ranks])
        )
        scale = np.where(one == 0, 1, np.abs(one))  # perceptron ends at 0
        worst = np.max(np.abs(first[0] - one) / scale)
        notes = [f"{worst:.1e}"]
        if not self.is_told(compiled.stderr):
            notes.append("padded in silence")
        if not same_bits(first, again):
            notes.append("does not repeat")
        if not same_bits(first, mpi):
            notes.append("threads and mpi differ")
        return ", ".join(notes), len(notes) == 1 and worst <= LIMIT

    def is_told(self, messages):
        """Whether a padded batch is, with valid sizes, and no other is."""
        batch = self.example.batch
        padded = batch % sizes_of(self.mesh).get("data", 1) != 0
        told = re.search(
            r"batch of \d+ rows .*sizes that divide it: ([\d, ]+)", messages
        )
        if not padded or not told:
            return bool(padded) == bool(told)
        return all(batch % int(size) == 0 for size in told[1].split(","))


def one_rank(example, steps):
    plan, compiled = example.compile("data=1", 0)
    check(compiled.returncode == 0, compiled.stderr)
    return example.train(plan, "one", (), steps)[0]


def rows(options):
    for name in options.examples.split(","):
        example = Example(name, options.build, out="matrix-" + name)
        example.run("--steps=0")  # makes the data
        one = one_rank(example, options.steps)
        for mesh in options.meshes.split(";"):
            row = Row(example, mesh, options.steps)
            yield name, mesh, lambda zero: row.cell(zero, one)


def main():
    parser = parser_of(steps=100)
    parser.add_argument("--meshes", default=MESHES)
    options = parse(parser, QUICK)
    print_table(options.zero.split(","), rows(options))


if __name__ == "__main__":
    main()
