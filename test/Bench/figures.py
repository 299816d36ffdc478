#!/usr/bin/env python3
"""Start-up, compile time, all-reduce, memory, sizes: next to what is asked.

usage: figures.py [BINARIES]        (default: build/bin; needs NumPy)

Times are best and median of several runs: other load only ever adds.
"""

import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

from compare import HERE, Sft
from trace_summary import read_durations
from workloads import WORKLOADS, write_files

EXAMPLES = HERE.parents[1] / "examples"
MIB = 1 << 20


def output_of(command):
    return subprocess.run([str(c) for c in command], check=True, text=True,
                          stdout=subprocess.PIPE, timeout=300).stdout


def milliseconds(command, runs):
    """Sorted wall times."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        output_of(command)
        times.append((time.perf_counter() - start) * 1e3)
    return sorted(times)


def row(name, value, asked, met):
    print(f"| {name} | {value} | {asked} | {'yes' if met else 'no'} |",
          flush=True)


def best_and_median(times, unit):
    return f"{times[0]:.0f} {unit}, median {statistics.median(times):.0f}"


def compile_times(binaries, folder):
    """Of all examples but those that bring a plugin, which is built apart."""
    for model in sorted(EXAMPLES.glob("*/model.mlir")):
        if (model.parent / "CMakeLists.txt").exists():
            continue
        command = [binaries / "sftc", model, "--mesh=data=2", "--quiet", "-o",
                   folder / "example.plan"]
        times = milliseconds(command, 3)
        row(f"compile {model.parent.name}", best_and_median(times, "ms"),
            "< 1000 ms", times[0] < 1000)


def compile_large(binaries, folder):
    """GPT-3's shape, on few ranks and on many."""
    model, few = folder / "large.mlir", None
    model.write_text(output_of(
        [sys.executable, EXAMPLES / "gpt" / "model.py", "--layers=96",
         "--width=12288", "--heads=96", "--sequence=2048", "--batch=1024",
         "--vocabulary=50257"]))
    for mesh in ("data=2,tensor=2", "data=512,tensor=8"):
        command = [binaries / "sftc", model, f"--mesh={mesh}", "--zero=1",
                   "--quiet", "-o", folder / "large.plan"]
        times, bytes_ = milliseconds(command, 3), peak_bytes(command)
        few = few or times[0]
        row(f"compile a GPT of 96 layers, 12288 wide, {mesh}",
            f"{best_and_median(times, 'ms')}, {bytes_ / MIB:.0f} MiB",
            "< 10 s, 2 GiB; as fast within 20 %",
            times[0] < min(1e4, 1.2 * few) and bytes_ < 2048 * MIB)


def start_up(binaries, folder):
    """On two ranks, threads."""
    example, plan = EXAMPLES / "linear-regression", folder / "line.plan"
    output_of([binaries / "sftc", example / "model.mlir", "--mesh=data=2",
               "--quiet", "-o", plan])
    times = milliseconds([binaries / "sft-run", plan, "--steps=1", "--quiet",
                          f"--data={example}/points.csv"], 15)
    row("start-up and one step of linear-regression",
        best_and_median(times, "ms"), "< 60 ms", times[0] < 60)


def all_reduce(binaries):
    bench = [binaries / "sft-bench-allreduce"]
    mpirun = ["mpirun", "--allow-run-as-root", "--oversubscribe", "-n", "2"]
    commands = {"threads": bench}
    if shutil.which("mpirun"):
        commands["mpi"] = mpirun + bench
    for transport, command in commands.items():
        rates = {}
        for _ in range(3):
            for size, rate in re.findall(r"(\d+) bytes .* ([\d.]+) GB/s",
                                         output_of(command)):
                size = int(size) // MIB
                rates[size] = max(rates.get(size, 0), float(rate))
        rates.pop(0)  # those below 1 MiB
        text = ", ".join(f"{size} MiB {r:.1f}" for size, r in rates.items())
        row(f"all-reduce, 2 ranks, {transport}", f"{text} GB/s", "≥ 3 GB/s",
            min(rates.values()) >= 3)


# A process starts with the peak of the one that made it: this one is small.
PEAK = """
import os, sys
null = os.open(os.devnull, os.O_WRONLY)
quiet = [(os.POSIX_SPAWN_DUP2, null, 1)]
child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=quiet)
_, status, usage = os.wait4(child, 0)
print(usage.ru_maxrss)
sys.exit(status != 0)
"""


def peak_bytes(command):
    """Largest resident set of a run."""
    return 1024 * int(output_of([sys.executable, "-I", "-S", "-c", PEAK,
                                 *command]))


def arena_bytes(sft):
    stats = json.loads(output_of([sft.binaries / "sft-plan", "stats", "--json",
                                  sft.plan]))
    return stats["ranks"] * max(p["arena_bytes"] for p in stats["programs"])


def memory(sft):
    """Parameters are those of the plan: a file of them is no data."""
    name = sft.workload.name
    command = [c for c in sft.command(20) if "--init" not in str(c)]
    rest = (peak_bytes(command) - arena_bytes(sft) -
            (sft.folder / f"{name}.npz").stat().st_size)
    row(f"memory of {name} beyond arenas and data", f"{rest / 1e6:.0f} MB",
        "≤ 40 MB", rest <= 40e6)


def contractions_alone(binaries, runs=3):
    """Best microseconds of oneDNN for those of a step of the large MLP."""
    best = []
    for _ in range(runs):
        text = output_of([binaries / "sft-bench-contract"])
        section = re.search(r"^mlp 1024.*\n(?:  .*\n)*", text, re.M)[0]
        times = [float(t) for t in re.findall(r"([\d.]+) us", section)]
        del times[2]  # nothing asks for the gradient of the features
        best = [min(pair) for pair in zip(best or times, times)]
    return sum(best)


def contractions(sft, steps=8):
    """In a step of the large MLP, the best of each from a trace, against the
    same products alone."""
    trace = sft.folder / "trace.json"
    output_of(sft.command(steps, f"--trace={trace}"))
    spent = 0
    for name, times in read_durations(trace, 0).items():
        if name.startswith("contract"):
            a_step = len(times) // steps
            spent += sum(min(times[i::a_step]) for i in range(a_step))
    alone = contractions_alone(sft.binaries)
    row(f"contractions of {sft.workload.name}: {spent / 1e3:.0f} ms a step",
        f"{alone / spent:.0%} of oneDNN's rate", "≥ 90 %",
        alone >= 0.9 * spent)


def stripped_size(file, folder):
    copy = folder / "stripped"
    output_of(["strip", "-o", copy, file])
    return copy.stat().st_size


def sizes(binaries, folder):
    run = binaries / "sft-run"
    libraries = output_of(["ldd", run])
    own = re.findall(r"=> (\S*/libsft\S*)", libraries)
    total = sum(stripped_size(f, folder) for f in [run, *own])
    row("sft-run with its own libraries, stripped", f"{total / 1e6:.1f} MB",
        "< 8 MB", total < 8e6)
    llvm = re.search("LLVM|MLIR", libraries)
    row("LLVM among sft-run's libraries", "yes" if llvm else "no", "no",
        not llvm)


def main():
    default = HERE.parents[1] / "build" / "bin"
    binaries = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else default)
    print("| | measured | asked | met |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="sft-bench-") as scratch:
        folder = pathlib.Path(scratch)
        start_up(binaries, folder)
        compile_times(binaries, folder)
        compile_large(binaries, folder)
        sizes(binaries, folder)
        all_reduce(binaries)
        for workload in WORKLOADS.values():
            write_files(workload, folder)
            sft = Sft(workload, folder, binaries)
            memory(sft)
            if workload.name == "mlp-4096":
                contractions(sft)


if __name__ == "__main__":
    main()
