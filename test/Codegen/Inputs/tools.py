"""Compiles models with sftc and runs the plans; files that both sides read."""
import json
import os
import subprocess
import tempfile

import numpy as np

TYPES = {"float32": "f32", "int32": "i32", "int64": "i64", "bool": "i1"}
# Errors print a whole command, so that it can be repeated by hand.
LIMIT_SECONDS = 500


def tensor_type(array):
    sizes = "".join(f"{size}x" for size in array.shape)
    return f"tensor<{sizes}{TYPES[array.dtype.name]}>"


class Workspace:
    """A temporary folder with one model in it."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.folder.cleanup()

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def compile(self, text, *flags):
        with open(self.path("model.mlir"), "w", encoding="utf-8") as file:
            file.write(text)
        run("sftc", self.path("model.mlir"), "--quiet",
            "-o", self.path("model.plan"), *flags)

    def train(self, data, parameters, *flags):
        """Parameters after training from `parameters` (None: drawn)."""
        np.savez(self.path("data.npz"), **data)
        command = ["sft-run", self.path("model.plan"), "--shuffle=no",
                   "--quiet", f"--data={self.path('data.npz')}",
                   f"--save={self.path('after.safetensors')}", *flags]
        if parameters is not None:
            write_safetensors(self.path("before.safetensors"), parameters)
            command.append(f"--init={self.path('before.safetensors')}")
        run(*command)
        return read_safetensors(self.path("after.safetensors"))

    def predict(self, data, parameters, *flags):
        np.savez(self.path("data.npz"), **data)
        write_safetensors(self.path("before.safetensors"), parameters)
        run("sft-run", self.path("model.plan"), "--epochs=0", "--quiet",
            f"--data={self.path('data.npz')}",
            f"--init={self.path('before.safetensors')}",
            f"--predict={self.path('out.npz')}", *flags)
        return dict(np.load(self.path("out.npz")))


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True,
                          timeout=LIMIT_SECONDS, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)}\nexit status "
                         f"{done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def write_safetensors(path, arrays):
    header, at = {}, 0
    for name, array in arrays.items():
        header[name] = {"dtype": "F32", "shape": list(array.shape),
                        "data_offsets": [at, at + array.nbytes]}
        at += array.nbytes
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for array in arrays.values():
            file.write(np.ascontiguousarray(array, np.float32).tobytes())


def read_safetensors(path):
    with open(path, "rb") as file:
        image = file.read()
    size = int.from_bytes(image[:8], "little")
    header = json.loads(image[8:8 + size])
    header.pop("__metadata__", None)
    arrays = {}
    for name, entry in header.items():
        begin, end = (8 + size + at for at in entry["data_offsets"])
        arrays[name] = np.frombuffer(
            image[begin:end], np.float32).reshape(entry["shape"])
    return arrays


def difference(got, want, tolerance):
    """Where two arrays differ, as text; None where they agree."""
    got, want = np.asarray(got, np.float64), np.asarray(want, np.float64)
    if got.shape != want.shape:
        return f"shape {got.shape}, expected {want.shape}"
    bound = tolerance * np.maximum(np.abs(want), 1.0)
    with np.errstate(invalid="ignore"):
        same = (np.abs(got - want) <= bound) | (got == want)
    same |= np.isnan(got) & np.isnan(want)
    if same.all():
        return None
    at = tuple(int(i) for i in np.argwhere(~same)[0])
    return (f"{np.count_nonzero(~same)} of {same.size} elements, first "
            f"{list(at)}: {got[at]!r}, expected {want[at]!r}")
