#!/usr/bin/env python3
"""Prints the model file of a GPT (Radford et al. 2019) over characters or any
other tokens:

    model.py --layers=6 --width=384 --heads=6 --sequence=256 --batch=16 > gpt.mlir

Token and position embeddings; pre-norm blocks of causal attention and a
multilayer perceptron four times as wide; a last norm, and a head that is the
token table again (--tied) or a matrix of its own. Needs Python alone.
"""
import argparse
import math


class Writer:
    """Lines of a model, with the types of the values that they define."""

    def __init__(self):
        self.lines = []
        self.types = {}

    def define(self, name, kind, text):
        """A line `%name = text`."""
        self.types[name] = kind
        line = f"  %{name} = {text}"
        if len(line) > 80:
            line = line.replace(" : ", "\n      : ")
        self.lines.append(line)
        return name

    def type(self, *names):
        """The types of some values; one that all have in common is said once."""
        types = [f"tensor<{self.types[name]}>" for name in names]
        return ", ".join(types if len(set(types)) > 1 else types[:1])

    def parameter(self, name, shape, init):
        return self.define(
            name, f"{shape}xf32",
            f'sft.parameter "{name}" init(#sft.{init}) : tensor<{shape}xf32>')

    def op(self, name, kind, op, *operands, flags=""):
        values = ", ".join(f"%{operand}" for operand in operands)
        return self.define(
            name, kind, f"sft.{op} {values}{flags} : {self.type(*operands)}")

    def unary(self, name, op, x, flags=""):
        return self.define(name, self.types[x],
                           f"sft.{op} %{x}{flags} : {self.type(x)}")

    def add(self, name, x, y):
        return self.op(name, self.types[x], "add", x, y)

    def reshape(self, name, x, kind):
        return self.define(
            name, kind,
            f"sft.reshape %{x} : {self.type(x)} to tensor<{kind}>")


class Gpt:
    def __init__(self, options):
        self.o = options
        self.w = Writer()
        self.rows = f"{options.batch}x{options.sequence}"
        self.hidden = f"{self.rows}x{options.width}xf32"

    def linear(self, name, x, rows, columns, init=0.02):
        weight = self.w.parameter(f"{name}.weight", f"{rows}x{columns}",
                                  f"normal<stddev = {init:.6g}>")
        bias = self.w.parameter(f"{name}.bias", f"{columns}", "zeros")
        return self.w.op(f"{name}", f"{self.rows}x{columns}xf32", "linear", x,
                         weight, bias)

    def norm(self, name, x):
        width = self.o.width
        scale = self.w.parameter(f"{name}.scale", f"{width}", "ones")
        shift = self.w.parameter(f"{name}.shift", f"{width}", "zeros")
        return self.w.define(
            name, self.hidden,
            f"sft.layer_norm %{x}, %{scale}, %{shift} : "
            f"{self.w.type(x, scale)}")

    def attention(self, name, x):
        """Columns of q, k and v are heads: cut by heads, one rank's columns are
        whole heads."""
        width, heads = self.o.width, self.o.heads
        split = f"{self.rows}x{heads}x{width // heads}xf32"
        parts = []
        for part in "qkv":
            flat = self.linear(f"{name}.{part}", x, width, width)
            parts.append(self.w.reshape(f"{name}.{part}.heads", flat, split))
        mixed = self.w.op(f"{name}.mixed", split, "attention", *parts,
                          flags=" causal")
        joined = self.w.reshape(f"{name}.joined", mixed, self.hidden)
        return self.linear(f"{name}.out", joined, width, width, self.residual())

    def residual(self):
        """The more layers add to the stream, the less each adds."""
        return 0.02 / math.sqrt(2 * self.o.layers)

    def mlp(self, name, x):
        width = self.o.width
        up = self.linear(f"{name}.up", x, width, 4 * width)
        bent = self.w.unary(f"{name}.bent", "gelu", up)
        return self.linear(f"{name}.down", bent, 4 * width, width,
                           self.residual())

    def block(self, name, x):
        mixed = self.attention(f"{name}.attention",
                               self.norm(f"{name}.norm1", x))
        x = self.w.add(f"{name}.middle", x, mixed)
        changed = self.mlp(f"{name}.mlp", self.norm(f"{name}.norm2", x))
        return self.w.add(f"{name}.end", x, changed)

    def embed(self):
        o, w = self.o, self.w
        w.types["tokens"] = w.types["targets"] = f"{self.rows}xi32"
        table = w.parameter("tokens.table", f"{o.vocabulary}x{o.width}",
                            "normal<stddev = 0.02>")
        places = w.parameter("positions.table", f"{o.sequence}x{o.width}",
                             "normal<stddev = 0.02>")
        found = w.op("embedded", self.hidden, "embedding", table, "tokens")
        return w.add("start", found, places)

    def logits(self, x):
        o, w = self.o, self.w
        rows = o.batch * o.sequence
        kind = f"{self.rows}x{o.vocabulary}xf32"
        if not o.tied:
            head = w.parameter("head.weight", f"{o.width}x{o.vocabulary}",
                               "normal<stddev = 0.02>")
            return w.op("logits", kind, "linear", x, head)
        flat = w.reshape("rows", x, f"{rows}x{o.width}xf32")
        scores = w.define(
            "scores", f"{rows}x{o.vocabulary}xf32",
            f"sft.matmul %{flat}, %tokens.table {{transpose_y}} : "
            f"{w.type(flat, 'tokens.table')}")
        return w.reshape("logits", scores, kind)

    def text(self):
        o, w = self.o, self.w
        x = self.embed()
        for layer in range(o.layers):
            x = self.block(f"block{layer}", x)
        logits = self.logits(self.norm("norm", x))
        w.op("loss", "f32", "softmax_cross_entropy", logits, "targets")
        rows = f"tensor<{self.rows}xi32>"
        return "\n".join([
            f"// {o.layers} blocks of width {o.width} with {o.heads} heads, "
            f"{o.sequence} tokens of {o.vocabulary}; made by model.py.",
            f"sft.model @gpt(%tokens: {rows}, %targets: {rows})",
            f"    optimizer = #sft.adamw<lr = {o.lr:.6e}, beta2 = 0.99, "
            f"weight_decay = 0.1>",
            "    clip_norm = 1.0 {",
            *w.lines,
            "  sft.yield loss %loss : tensor<f32>, outputs {",
            f'      "logits" = %{logits} : {w.type(logits)}}}',
            "}",
        ])


def options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, default in {"layers": 2, "width": 64, "heads": 4, "sequence": 64,
                          "vocabulary": 65, "batch": 12}.items():
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--lr", type=float, default=5e-4)
    parser.add_argument("--tied", action="store_true")
    result = parser.parse_args()
    if result.width % result.heads:
        parser.error(f"width {result.width} is not a multiple of "
                     f"{result.heads} heads")
    return result


if __name__ == "__main__":
    print(Gpt(options()).text())
