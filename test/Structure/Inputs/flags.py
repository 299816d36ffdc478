"""flags.py SOURCE TOOL...: looks for every flag of the tools in the tests."""
import pathlib
import re
import subprocess
import sys

SUFFIXES = {".test", ".mlir", ".py", ".sh", ".cpp", ".conf", ".md"}
# LLVM's own.
GENERIC = {"help", "help-list", "version"}


def flags_of(tool):
    text = subprocess.run([tool, "--help"], capture_output=True, text=True,
                          timeout=60, check=True).stdout
    return set(re.findall(r"^ +--?([a-z][a-z-]+)", text, re.M)) - GENERIC


def main():
    source = pathlib.Path(sys.argv[1])
    texts = [(path, path.read_text(errors="replace"))
             for folder in ("test", "examples")
             for path in (source / folder).rglob("*")
             if path.suffix in SUFFIXES and path.is_file()]
    count, missing = 0, []
    for tool in sys.argv[2:]:
        # A test of one tool says nothing about another's flag.
        tests = [text for _, text in texts if tool in text]
        for flag in flags_of(tool):
            count += 1
            if not any(re.search(rf"--{flag}\b(?!-)", t) for t in tests):
                missing.append(f"{tool} --{flag}")
    print("\n".join(missing))
    print(f"{count} flags, {len(missing)} without a test")


if __name__ == "__main__":
    main()
