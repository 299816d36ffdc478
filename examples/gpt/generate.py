#!/usr/bin/env python3
"""Writes text with a trained GPT, through the C API of libsft:

    generate.py gpt.plan gpt.safetensors --prompt="the " --length=300

Needs Python alone. SFT_LIBRARY names libsft.so where the loader does not find it.
"""
import argparse
import ctypes
import json
import math
import os
import random
import sys


class Input(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("data", ctypes.c_void_p),
                ("row_offsets", ctypes.c_void_p),
                ("column_indices", ctypes.c_void_p)]


class TensorInfo(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("role", ctypes.c_int),
                ("type", ctypes.c_int), ("sparse", ctypes.c_int),
                ("rank", ctypes.c_size_t),
                ("dims", ctypes.POINTER(ctypes.c_int64))]


class Model:
    """A plan with parameters: tokens in, logits out."""

    def __init__(self, plan_path, parameters):
        self.sft = ctypes.CDLL(os.environ.get("SFT_LIBRARY", "libsft.so.0"))
        self.sft.sft_error_message.restype = ctypes.c_char_p
        self.sft.sft_plan_find.restype = ctypes.POINTER(TensorInfo)
        self.session = ctypes.c_void_p()
        plan = ctypes.c_void_p()
        self.call("sft_plan_load", plan_path.encode(), ctypes.byref(plan))
        info = self.sft.sft_plan_find(plan, b"logits").contents
        self.batch, self.length, self.vocabulary = info.dims[:3]
        self.call("sft_session_create", plan, None, ctypes.byref(self.session))
        self.call("sft_session_load", self.session, parameters.encode())

    def call(self, name, *arguments):
        function = getattr(self.sft, name)
        function.restype = ctypes.c_void_p
        error = function(*arguments)
        if error:
            message = self.sft.sft_error_message(ctypes.c_void_p(error))
            sys.exit(f"generate: {message.decode()}")

    def logits(self, rows, position):
        """For each row of tokens, the logits behind `position`."""
        flat = [token for row in rows for token in row]
        tokens = (ctypes.c_int32 * len(flat))(*flat)
        given = Input(b"tokens", ctypes.cast(tokens, ctypes.c_void_p))
        self.call("sft_session_predict", self.session, ctypes.byref(given), 1)
        out = (ctypes.c_float * (len(flat) * self.vocabulary))()
        self.call("sft_session_read_output", self.session, b"logits", out,
                  ctypes.c_size_t(ctypes.sizeof(out)))
        for row in range(self.batch):
            begin = (row * self.length + position) * self.vocabulary
            yield out[begin:begin + self.vocabulary]


def vocabulary_of(path):
    """The bytes that tokens stand for, as training left them with the
    parameters."""
    try:
        with open(path, "rb") as file:
            size = int.from_bytes(file.read(8), "little")
            metadata = json.loads(file.read(size)).get("__metadata__", {})
    except (OSError, ValueError) as error:
        sys.exit(f"generate: {path}: {error}")
    if "vocabulary" not in metadata:
        sys.exit(f"generate: {path} was not trained on a text")
    return bytes.fromhex(metadata["vocabulary"])


def draw(logits, count, temperature):
    """One of the first `count` tokens; the others stand for no byte. The
    likeliest at temperature 0."""
    largest = max(logits[:count])
    if temperature == 0:
        return logits.index(largest)
    weights = [math.exp((x - largest) / temperature) for x in logits[:count]]
    return random.choices(range(count), weights)[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("plan")
    parser.add_argument("parameters")
    parser.add_argument("--prompt", default="\n")
    parser.add_argument("--length", type=int, default=300)
    parser.add_argument("--samples", type=int, default=1)
    parser.add_argument("--temperature", type=float, default=0.8)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    if options.temperature < 0 or options.length < 0 or options.samples < 1:
        parser.error("temperature and length are no less than 0, samples than 1")
    random.seed(options.seed)
    vocabulary = vocabulary_of(options.parameters)
    unknown = set(options.prompt.encode()) - set(vocabulary)
    if unknown:
        parser.error(f"the training text has no {bytes(sorted(unknown))}")
    model = Model(options.plan, options.parameters)
    start = [vocabulary.index(byte) for byte in options.prompt.encode()]
    rows = [list(start) for _ in range(model.batch)]
    for _ in range(options.length):
        seen = min(len(rows[0]), model.length)
        # What stands behind the last token is not looked at.
        windows = [row[-seen:] + [0] * (model.length - seen) for row in rows]
        for row, logits in zip(rows, model.logits(windows, seen - 1)):
            row.append(draw(logits, len(vocabulary), options.temperature))
    for row in rows[:options.samples]:
        text = bytes(vocabulary[token] for token in row)
        print(text.decode("utf-8", "replace"))


if __name__ == "__main__":
    main()
