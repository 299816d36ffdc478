#!/usr/bin/env python3
"""Where the time of a run goes: `sft-run --trace=FILE` summed by name.

usage: trace_summary.py FILE.json [RANK]

The first event of each name is left out: it pays for cold pages and caches.
"""

import collections
import json
import os
import re
import signal
import statistics
import sys


def short(name):
    """Without the folder of the model's file."""
    return re.sub(r"@ (\S*/)", "@ ", name)


def read_durations(path, rank):
    with open(path) as file:
        events = json.load(file)["traceEvents"]
    lanes = {(e["pid"], e["tid"]) for e in events
             if e["ph"] == "M" and e["args"].get("name") == f"rank {rank}"}
    durations = collections.defaultdict(list)
    for event in events:
        if event["ph"] == "X" and (event["pid"], event["tid"]) in lanes:
            durations[short(event["name"])].append(event["dur"])
    return durations


def print_table(durations):
    durations = {name: d[1:] for name, d in durations.items() if len(d) > 1}
    total = sum(map(sum, durations.values()))
    if not total:
        sys.exit("trace_summary.py: no event twice: trace more steps")
    print("share   total ms   count  median us  name")
    for name, d in sorted(durations.items(), key=lambda item: -sum(item[1])):
        print(f"{sum(d) / total:5.1%} {sum(d) / 1e3:10.2f} {len(d):7} "
              f"{statistics.median(d):10.2f}  {name}")
    print(f" 100% {total / 1e3:10.2f}")


def main():
    if not 2 <= len(sys.argv) <= 3 or not os.path.exists(sys.argv[1]):
        sys.exit(__doc__)
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # for `| head`
    rank = int(sys.argv[2]) if len(sys.argv) == 3 else 0
    print_table(read_durations(sys.argv[1], rank))


if __name__ == "__main__":
    main()
