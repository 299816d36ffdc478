"""What the random tests have in common: numbered cases, counted."""
import itertools
import os
from concurrent.futures import ThreadPoolExecutor


def add_arguments(parser, cases):
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--cases", type=int, default=cases)
    parser.add_argument("--forever", action="store_true")


def run_all(options, check):
    """Has `check` say of each case "right", "refused" or "failed", and prints
    how often it did. True if none failed."""
    counts = {"right": 0, "refused": 0, "failed": 0}
    numbers = itertools.islice(
        itertools.count(options.seed),
        None if options.forever else options.cases,
    )
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        while batch := list(itertools.islice(numbers, 100)):
            for result in pool.map(check, batch):
                counts[result] += 1
            if options.forever:
                print(f"up to {batch[-1]}: {counts}", flush=True)
    print(", ".join(f"{n} {what}" for what, n in counts.items()))
    return not counts["failed"]
