"""Runs random models through sft-check.

    check.py --cases=300              cases 0 to 299, as in the tests
    check.py --seed=1000 --forever    from 1000 on; what fails is reduced

Two of three have axes in parts, or a layer that brings them about. Each case ends
right, or refused because an axis has nothing to cut or a part of a sparse batch
is fuller than its share.
Anything else is a failure: its model is left in --out, reduced if --forever or
--reduce is given, with the command line that shows it.
"""
import argparse
import os
import re
import subprocess
import sys

from cases import add_arguments, run_all
from generate import case

REFUSED = re.compile(r"error: .*(is named by no `shard`"
                     r"|stores more values than|raise its capacity)")
# What the reducer has to keep is the kind of failure, not its numbers.
KINDS = [r"differs", r"error: [^\"#<%]*[a-z]"]


def run(command, path):
    """None, "refused" or what went wrong."""
    try:
        result = subprocess.run([*command, path], capture_output=True,
                                text=True, timeout=120)
    except subprocess.TimeoutExpired:
        return "deadline passed"
    if result.returncode == 0:
        return None
    if result.returncode == 1 and REFUSED.search(result.stderr):
        return "refused"
    return result.stderr or f"ended with status {result.returncode}"


def kind_of(failure):
    """A regular expression that similar failures match."""
    for kind in KINDS:
        found = re.search(kind, failure)
        if found:
            return re.escape(found.group().strip())
    return "."


def reduce(command, path, failure):
    """Makes the model at `path` as small as still shows the failure."""
    script = path + ".sh"
    with open(script, "w") as file:
        file.write("#!/bin/sh\n"
                   f'{" ".join(command)} "$1" 2>&1 |\n'
                   f"  grep -Eq '{kind_of(failure)}' && exit 1\nexit 0\n")
    os.chmod(script, 0o755)
    small = path.replace(".mlir", ".small.mlir")
    subprocess.run(["sft-reduce", path, f"--sft-drop-ops=test={script}", "-o",
                    small], capture_output=True)
    return small if os.path.exists(small) else path


def check(number, options):
    text, flags = case(number, parts=True)
    command = ["sft-check", "--steps=2", f"--tolerance={options.tolerance}",
               *flags]
    path = os.path.join(options.out, f"{number}.mlir")
    with open(path, "w") as file:
        file.write(f"// {' '.join(command)}\n{text}")
    failure = run(command, path)
    if failure in (None, "refused"):
        os.remove(path)
        return failure or "right"
    if options.forever or options.reduce:
        path = reduce(command, path, failure)
    print(f"case {number}: {' '.join(command)} {path}\n{failure[:600]}",
          flush=True)
    return "failed"


def main():
    parser = argparse.ArgumentParser()
    add_arguments(parser, cases=300)
    parser.add_argument("--reduce", action="store_true")
    parser.add_argument("--out", default=".")
    parser.add_argument("--tolerance", type=float, default=1e-9)
    options = parser.parse_args()
    os.makedirs(options.out, exist_ok=True)
    return not run_all(options, lambda number: check(number, options))


if __name__ == "__main__":
    sys.exit(main())
