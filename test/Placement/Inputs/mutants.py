"""Every slip in one role's communication is found by the compiler.

  mutants.py SFTC SFT_OPT MODEL FOLDER

Compiles MODEL for data=2,tensor=2, gives the ranks at data=1 a program of their
own (a copy), which must pass; then drops, duplicates, swaps and changes one
communication after the other in the copy, each of which must be refused at a
line of the module.
"""
import itertools
import pathlib
import re
import subprocess
import sys

SFTC, OPT, MODEL, FOLDER = sys.argv[1:]
MUTANT = pathlib.Path(FOLDER) / "mutant.mlir"


def placed():
    """The module up to its program, the program's lines, the end."""
    out = pathlib.Path(FOLDER) / "placed"
    done = subprocess.run(
        [SFTC, MODEL, "--mesh=data=2,tensor=2", "--quiet"]
        + [f"--dump-phases={out}", "-o", str(out) + ".plan"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    dump = next(out.glob("*placement*.mlir"))
    text = subprocess.run(
        [OPT, str(dump)], capture_output=True, text=True, check=True
    ).stdout
    lines = [re.sub(r" loc\(#loc\d*\)", "", line) for line in text.splitlines()]
    lines = [line for line in lines if not line.startswith("#loc")]
    begin = next(i for i, l in enumerate(lines) if "plan.program @spmd" in l)
    stop = lines.index("}", begin)
    program = lines[begin + 1 : stop]
    # A line may come to stand in another function, before its buffers.
    program.sort(key=lambda line: " = plan.buffer " not in line)
    # The kernels' code is not looked at.
    head = ['module attributes {sft.mesh = #sft.mesh<"data" = 2, "tensor" = 2>} {']
    return head, [lines[begin], *program], ["}"]


def role(lines, name, place):
    first = lines[0].replace(
        "@spmd", f"@{name} at {{data = {place} : i64}}"
    )
    return [first, *lines[1:]]


def verdict(lines):
    MUTANT.write_text("\n".join(lines) + "\n")
    done = subprocess.run(
        [OPT, str(MUTANT), "--sft-verify-communication", "-o", "/dev/null"],
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stderr


def changed(line):
    """The line with another kind, reduction, group, root, tag, type or size."""
    for old, new in (
        ("all_reduce sum", "reduce sum"),
        (" all_reduce sum ", " all_reduce max "),
        ("axes [0]", "axes [1]"),
        ("axes [1]", "axes [0]"),
        ("axes [0]", "axes [0, 1]"),
        ("axes [0, 1]", "axes [1, 0]"),
        ("root 0", "root 1"),
    ):
        if old in line:
            yield line.replace(old, new, 1)
    if " tag " in line:
        yield re.sub(r" tag \d+", " tag 999", line)
    else:
        yield line.replace(" : memref", " tag 999 : memref", 1)
    yield re.sub(r"%\w+ -> %\w+ (?=axes)", "%float -> %float ", typed(line, "7xf32"))
    yield re.sub(r"%\w+ -> %\w+ (?=axes)", "%int -> %int ", typed(line, "7xi32"))


def typed(line, kind):
    return re.sub(r"memref<[^>]*>", f"memref<{kind}>", line)


def mutants(lines, places, swappable):
    """`places`: what the roles do together. They may be swapped with what is
    done within one."""
    for i in places:
        yield "drop", lines[:i] + lines[i + 1 :]
        yield "duplicate", lines[: i + 1] + lines[i:]
        for line in changed(lines[i]):
            yield "change", lines[:i] + [line] + lines[i + 1 :]
    for i, j in itertools.combinations(swappable, 2):
        if i not in places and j not in places:
            continue
        copy = list(lines)
        copy[i], copy[j] = copy[j], copy[i]
        yield "swap", copy


def concerns_roles(line):
    """Roles differ along axis 0; what stays within one cannot disagree."""
    return "plan.collective" in line and re.search(r"axes \[[\d, ]*0", line)


def main():
    head, program, end = placed()
    extra = [
        '  %float = plan.buffer "float" temporary at 0 bytes 28 : memref<7xf32>',
        '  %int = plan.buffer "int" temporary at 0 bytes 28 : memref<7xi32>',
    ]
    program[1:1] = extra
    original = role(program, "first", 0)
    copy = role(program, "second", 1)
    status, error = verdict([*head, *original, *copy, *end])
    assert status == 0, error
    places = [i for i, line in enumerate(copy) if concerns_roles(line)]
    assert len(places) >= 4, places
    count = 0
    swappable = [i for i, l in enumerate(copy) if "plan.collective" in l]
    for kind, mutant in mutants(copy, places, swappable):
        status, error = verdict([*head, *original, *mutant, *end])
        assert status == 1, f"{kind} was not found:\n" + "\n".join(mutant)
        assert "error: 'plan.collective' op" in error, f"{kind}: {error}"
        count += 1
    print(f"{count} of {count} mutants found")


main()
