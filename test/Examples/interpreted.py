"""Lets sft-check judge examples on many meshes and ZeRO stages: loss, gradients
and parameters of the partitioned steps, in the interpreter's double precision,
against those of the model as written.

  interpreted.py BUILD [--examples=NAME,...] [--meshes=MESH;...] [--zero=0,1,2,3]
                 [--steps=3] [--quick]

Prints a table, one row an example and mesh, one column a stage: the largest
relative difference, and that of quantities which rounding makes. Exits with 1 where sft-check finds one above its tolerance.

--quick: the subset that the tests run.
"""
import re

from examples import SOURCE, execute
from matrix import MESHES
from table import parse, parser_of, print_table

QUICK = {"meshes": "data=2,tensor=2", "zero": "3", "steps": 2}


def cell(options, example, mesh, zero):
    done = execute(
        [
            options.build / "bin" / "sft-check",
            SOURCE / "examples" / example / "model.mlir",
            f"--mesh={mesh}",
            f"--zero={zero}",
            f"--steps={options.steps}",
        ]
    )
    if done.returncode:
        return done.stderr.strip(), False
    figures = re.findall(r"(\S+e[-+]\d\d)( .*)?$", done.stdout, re.MULTILINE)
    text = max((f for f, scale in figures if not scale), key=float)
    rounding = [f for f, scale in figures if scale]
    if rounding:
        text += f" ({max(rounding, key=float)} to rounding)"
    return text, True



def rows(options):
    for example in options.examples.split(","):
        for mesh in options.meshes.split(";"):
            yield example, mesh, lambda zero: cell(options, example, mesh, zero)


def main():
    parser = parser_of(steps=3)
    parser.add_argument("--meshes", default=MESHES)
    options = parse(parser, QUICK)
    print_table(options.zero.split(","), rows(options))


if __name__ == "__main__":
    main()
