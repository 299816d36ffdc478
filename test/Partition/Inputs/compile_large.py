"""compile_large.py OUT: compiles a large GPT for few ranks and for many."""

import os
import pathlib
import subprocess
import sys

SOURCE = pathlib.Path(__file__).parents[3]
MESHES = ("data=2,tensor=2", "data=512,tensor=8")
MOST_KIB = 2 << 20


def compiled(model, mesh):
    """Bytes of the plan, and KiB that the compiler had at most."""
    plan = f"{model}.{mesh}.plan"
    sftc = subprocess.Popen(["sftc", model, f"--mesh={mesh}", "--zero=1",
                             "--quiet", "-o", plan])
    _, status, usage = os.wait4(sftc.pid, 0)
    assert status == 0, (mesh, status)
    return os.path.getsize(plan), usage.ru_maxrss


def main(out):
    model = out + ".mlir"
    with open(model, "w") as file:
        subprocess.run([sys.executable, SOURCE / "examples" / "gpt" / "model.py",
                        "--layers=96", "--width=12288", "--heads=96",
                        "--sequence=2048", "--vocabulary=50257",
                        "--batch=1024"], check=True, stdout=file)
    (few, few_kib), (many, many_kib) = (compiled(model, m) for m in MESHES)
    print(f"plans of {few} and {many} bytes, made in {few_kib} and {many_kib} KiB")
    # The names of axes are longer where some are in parts.
    assert many < 1.2 * few
    assert many_kib < 1.2 * few_kib and many_kib < MOST_KIB


main(sys.argv[1])
