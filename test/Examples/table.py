"""The table that matrix.py and reproducible.py print, and their flags."""
import argparse
import pathlib

from examples import GOALS, check


def parser_of(steps, zero="0,1,2,3"):
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--examples", default=",".join(GOALS))
    parser.add_argument("--zero", default=zero)
    parser.add_argument("--steps", type=int, default=steps)
    parser.add_argument("--quick", action="store_true")
    return parser


def parse(parser, quick):
    """What the command line says, or `quick` where it says --quick."""
    result = parser.parse_args()
    if result.quick:
        vars(result).update(quick)
    return result


def print_table(stages, rows):
    """One row for each (example, mesh, cell) that comes; cell(stage) is a text
    and whether it is as it must be."""
    print("| example | mesh |" + "".join(f" --zero={z} |" for z in stages))
    print("|---|---|" + "---|" * len(stages), flush=True)
    good = True
    for name, mesh, cell in rows:
        print(f"| {name} | {mesh} |", end="", flush=True)
        for stage in stages:
            text, right = cell(stage)
            good &= right
            print(f" {text}{'' if right else ' !'} |", end="", flush=True)
        print()
    check(good, "cells with ! are not as they must be")
