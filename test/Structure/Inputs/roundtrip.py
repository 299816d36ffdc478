"""Prints and reads back every module of the tests and examples that is valid."""
import pathlib
import subprocess
import sys

sft_opt, source = sys.argv[1], pathlib.Path(sys.argv[2])
files = [path for folder in ("test", "examples")
         for path in sorted((source / folder).rglob("*.mlir"))]
checked, failed = 0, []
for path in files:
    text = path.read_text()
    # What expects an error, or holds several files, is read by its own test;
    # a fuzz corpus holds what is broken, custom-op what needs a plugin.
    if ({"corpus", "custom-op"} & set(path.parts) or "expected-error" in text
            or "split-file" in text or "not sft" in text):
        continue
    flags = [] if "split-input-file" not in text else ["--split-input-file"]
    run = subprocess.run([sft_opt, str(path), "--verify-roundtrip", *flags],
                         capture_output=True, text=True, timeout=60)
    checked += 1
    if run.returncode != 0:
        failed.append(f"{path}:\n{run.stderr[:400]}")
print("\n".join(failed))
print(f"{checked} files, {len(failed)} failed")
sys.exit(1 if failed or checked < 35 else 0)
