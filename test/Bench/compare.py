"""Steps per second of SFT, PyTorch and JAX on two ranks, a thread each.

Run it through compare.sh, which installs the peers. Every system starts from
the same parameters and takes the same batches in the same order; the losses of
the first steps have to agree. Runs alternate: SFT, each peer, SFT, ...
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

from workloads import STRATEGIES, WORKLOADS, write_files

HERE = pathlib.Path(__file__).resolve().parent
# "torch eager" runs compare_torch.py with the argument "eager".
PEERS = ["torch eager", "torch compile", "jax jit", "jax shard_map"]
CHECKED = 5  # steps whose losses are compared
TOLERANCE = 1e-3
LIMIT = 600  # seconds a run may take


def run(command, **more):
    return subprocess.run([str(c) for c in command], check=True,
                          capture_output=True, text=True, timeout=LIMIT, **more)


class Sft:
    """sftc once, then sft-run on threads."""

    def __init__(self, workload, folder, binaries):
        self.workload, self.binaries = workload, binaries
        self.folder = folder
        self.plan = folder / f"{workload.name}.plan"
        model = workload.model(folder)
        run([binaries / "sftc", model, *STRATEGIES[workload.strategy], "-o",
             self.plan, "--quiet"])

    def command(self, steps, *flags):
        name = self.folder / self.workload.name
        return [self.binaries / "sft-run", self.plan, f"--data={name}.npz",
                f"--init={name}.safetensors", f"--steps={steps}",
                "--shuffle=no", "--transport=threads", "--quiet", *flags]

    def seconds(self, steps):
        start = time.perf_counter()
        run(self.command(steps))
        return time.perf_counter() - start

    def steps_per_s(self):
        """Of a long run, less a run that starts up, warms up and ends."""
        few = max(1, self.workload.sft_steps // 20)
        many = few + self.workload.sft_steps
        return self.workload.sft_steps / (self.seconds(many) -
                                          self.seconds(few))

    def losses(self):
        metrics = self.folder / "metrics.jsonl"
        run(self.command(CHECKED, f"--metrics={metrics}"))
        lines = map(json.loads, metrics.read_text().splitlines())
        return [line["loss"] for line in lines if "loss" in line]


def run_peer(peer, workload, folder):
    """What the peer's program printed, or None where it fails."""
    library, mode = peer.split()
    environment = dict(os.environ, OMP_NUM_THREADS="1", MKL_NUM_THREADS="1",
                       GLOO_SOCKET_IFNAME="lo")
    try:
        done = run([sys.executable, HERE / f"compare_{library}.py",
                    workload.name, folder, mode], env=environment)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        log = folder / f"{workload.name}-{peer.replace(' ', '-')}.log"
        log.write_text(str(error.stderr))
        print(f"  {peer}: failed, see {log}", file=sys.stderr)
        return None
    return json.loads(done.stdout.splitlines()[-1])


def check_losses(peer, ours, theirs):
    for step, (a, b) in enumerate(zip(ours, theirs), 1):
        if abs(a - b) > TOLERANCE * abs(b):
            sys.exit(f"step {step}: loss {a} of SFT, {b} of {peer}")


def supports(peer, workload):
    """JAX has no optimizer that touches only the rows that occurred; what
    shard_map runs is written for data parallelism."""
    return not (workload.lazy and peer.startswith("jax") or
                workload.strategy != "data" and peer == "jax shard_map")


def measure(workload, folder, binaries, rounds, peers):
    """System -> steps per second of each round."""
    write_files(workload, folder)
    sft = Sft(workload, folder, binaries)
    ours = sft.losses()
    rates = {"sft": []}
    peers = [p for p in peers if supports(p, workload)]
    for _ in range(rounds):
        rates["sft"].append(sft.steps_per_s())
        print(f"  sft: {number(rates['sft'][-1])}", file=sys.stderr)
        for peer in list(peers):
            result = run_peer(peer, workload, folder)
            if result is None:
                peers.remove(peer)
                continue
            check_losses(peer, ours, result["losses"])
            rates.setdefault(peer, []).append(result["steps_per_s"])
            print(f"  {peer}: {number(rates[peer][-1])}", file=sys.stderr)
    return rates


def number(x):
    return f"{x:.0f}" if x >= 100 else f"{x:.3g}"


def verdicts(workload, medians):
    """`ratio× peer (target)` for each target of the workload."""
    texts = []
    for target, least in workload.targets.items():
        rates = [rate for peer, rate in medians.items()
                 if peer != "sft" and (target == "best" or
                                       peer.startswith(target))]
        if rates:
            ratio = medians["sft"] / max(rates)
            sign = "≥" if ratio >= least else "<"
            texts.append(f"{ratio:.3g}× {target} {sign} {least:g}")
    return ", ".join(texts)


def print_row(workload, rates, peers):
    medians = {name: statistics.median(r) for name, r in rates.items()}
    cells = [number(medians[n]) if n in medians else "–" for n in peers]
    print("| " + " | ".join(
        [workload.title, number(medians["sft"]), number(max(rates["sft"])),
         *cells, verdicts(workload, medians)]) + " |", flush=True)


def print_header(peers):
    titles = ["steps/s", "SFT", "its best", *peers, "SFT / peer's faster mode"]
    print("| " + " | ".join(titles) + " |")
    print("|---" * len(titles) + "|", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workloads", nargs="*", metavar="WORKLOAD",
                        help=f"of {', '.join(WORKLOADS)} (default: all)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--binaries", type=pathlib.Path,
                        default=HERE.parents[1] / "build" / "bin")
    parser.add_argument("--folder", type=pathlib.Path,
                        help="keep data, plans and logs here")
    parser.add_argument("--peers", nargs="*", default=PEERS, choices=PEERS)
    args = parser.parse_args()
    names = args.workloads or list(WORKLOADS)
    if unknown := [n for n in names if n not in WORKLOADS]:
        parser.error(f"no workload {unknown[0]}: one of {', '.join(WORKLOADS)}")
    if not (args.binaries / "sftc").exists():
        parser.error(f"no sftc in {args.binaries}: build, or --binaries=DIR")
    with tempfile.TemporaryDirectory(prefix="sft-bench-") as scratch:
        folder = (args.folder or pathlib.Path(scratch)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        print_header(args.peers)
        for name in names:
            print(WORKLOADS[name].title, file=sys.stderr)
            rates = measure(WORKLOADS[name], folder, args.binaries,
                            args.rounds, args.peers)
            print_row(WORKLOADS[name], rates, args.peers)


if __name__ == "__main__":
    main()
