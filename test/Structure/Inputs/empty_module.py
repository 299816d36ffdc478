"""Runs each pass of sft-opt alone on a module that is empty."""
import re
import subprocess
import sys


def sft_opt(*flags):
    return subprocess.run(["sft-opt", *flags], input="module {}", text=True,
                          capture_output=True, timeout=60, check=False)


passes = sorted(set(re.findall(r"^ +(--sft-[a-z-]+)", sft_opt("--help").stdout,
                               re.MULTILINE)))
crashed = 0
for name in passes:
    done = sft_opt("-", name)
    if done.returncode not in (0, 1):
        crashed += 1
        print(name, done.returncode, done.stderr[:300])
print(f"{len(passes)} passes, {crashed} crashed")
sys.exit(crashed != 0 or len(passes) < 20)
