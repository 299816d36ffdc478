"""Flags of sft-run whose effect shows in what a run saves or ends with."""
import os
import subprocess
import sys
import tempfile

import numpy as np

MODEL = """sft.model @line(%x: tensor<8x4xf32>, %y: tensor<8x1xf32>)
    optimizer = #sft.sgd<lr = LR> {
  %w = sft.parameter "w" init(#sft.normal) : tensor<4x1xf32>
  %p = sft.matmul %x, %w : tensor<8x4xf32>, tensor<4x1xf32>
  %loss = sft.mse_loss %p, %y : tensor<8x1xf32>
  sft.yield loss %loss : tensor<f32>
}
"""


def compile_model(rate):
    with open("model.mlir", "w", encoding="utf-8") as file:
        file.write(MODEL.replace("LR", str(rate)))
    subprocess.run(["sftc", "model.mlir", "--mesh=data=2", "--quiet", "-o",
                    "model.plan"], check=True, timeout=60)


def run(*flags, status=0, failpoint=None):
    environment = dict(os.environ)
    if failpoint:
        environment["SFT_FAILPOINT"] = failpoint
    done = subprocess.run(["sft-run", "model.plan", "--data=data.npz", *flags],
                          capture_output=True, text=True, timeout=60,
                          check=False, env=environment)
    assert done.returncode == status, (flags, done)
    return done


def saved(*flags):
    """The bytes of w; what stands before them names the plan."""
    run("--quiet", "--save=after.safetensors", *flags)
    with open("after.safetensors", "rb") as file:
        return file.read()[-16:]


def check_lr():
    compile_model(0.25)
    want, other = saved(), saved("--lr=0.5")
    compile_model(0.5)
    assert saved("--lr=0.25") == want, "--lr does not replace the model's"
    assert saved() == other != want, "--lr changes nothing"
    run("--lr=fast", status=64)
    print("lr: instead of the model's")


def check_threads():
    want = saved("--threads=1")
    assert saved("--threads=2") == want, "threads change numbers"
    run("--threads=0", status=64)
    print("threads: the same numbers")


def check_checkpoint_errors():
    """A disk that is full when a state is to be saved."""
    flags = ["--checkpoint=states", "--steps=4", "--checkpoint-every=2"]
    full = "file.write:enospc"
    stderr = run(*flags, "--checkpoint-errors=warn", failpoint=full).stderr
    assert "warning" in stderr, stderr
    stderr = run(*flags, "--checkpoint-errors=fatal", status=74,
                 failpoint=full).stderr
    assert "error[" in stderr, stderr
    run(*flags, "--checkpoint-errors=ignore", status=64)
    print("checkpoint-errors: a warning or the end")


def check_resume():
    """A run that has nothing left to do has no loss to tell."""
    flags = ["--checkpoint=done", "--steps=4", "--quiet"]
    assert "loss" in run(*flags).stdout
    assert run(*flags, "--resume=done").stdout.split() == ["steps", "4"]
    print("resume: no loss where no step was done")


def main():
    random = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        x = random.standard_normal((32, 4)).astype(np.float32)
        np.savez("data.npz", x=x, y=x.sum(axis=1, keepdims=True))
        check_lr()
        check_threads()
        check_checkpoint_errors()
        check_resume()
        os.chdir("/")


if __name__ == "__main__":
    sys.exit(main())
