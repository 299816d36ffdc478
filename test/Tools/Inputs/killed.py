"""Kills sftc in the middle of writing its plan, then at many times."""
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time

MODEL = sys.argv[1]


def command(plan):
    return ["sftc", MODEL, "--mesh=data=2", "--quiet", "-o", plan]


def read(path):
    with open(path, "rb") as file:
        return file.read()


def check_limit(folder, plan):
    """The kernel kills whoever writes a byte too many (SIGXFSZ)."""
    size = os.path.getsize(plan)
    with open(plan, "wb") as file:
        file.write(b"old")

    def limit():
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (size - 100, size - 100))

    done = subprocess.run(command(plan), preexec_fn=limit, check=False,
                          capture_output=True, timeout=60)
    assert done.returncode != 0, done
    assert read(plan) == b"old", "the old plan is damaged"
    assert os.listdir(folder) == ["m.plan"], os.listdir(folder)
    print("killed while writing: old plan intact")


def check_times(plan):
    whole = []
    start = time.monotonic()
    subprocess.run(command(plan), check=True, timeout=60)
    took = time.monotonic() - start
    new = read(plan)
    for part in range(1, 11):
        with open(plan, "wb") as file:
            file.write(b"old")
        process = subprocess.Popen(command(plan))
        time.sleep(took * part / 10)
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=60)
        whole.append(read(plan) in (b"old", new))
    assert all(whole), whole
    print("killed at any time: a whole plan")


def main():
    with tempfile.TemporaryDirectory() as folder:
        plan = os.path.join(folder, "m.plan")
        subprocess.run(command(plan), check=True, timeout=60)
        check_limit(folder, plan)
        check_times(plan)


if __name__ == "__main__":
    main()
