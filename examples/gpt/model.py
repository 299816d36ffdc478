#!/usr/bin/env python3
"""Prints the model file of a GPT (Radford et al. 2019) over characters or any
other tokens:

    model.py --layers=6 --width=384 --heads=6 --sequence=256 --batch=16 > gpt.mlir

Token and position embeddings; pre-norm blocks of causal attention and a
multilayer perceptron four times as wide; a last norm, and a head that is the
token table again (--tied) or a matrix of its own. With --sequence-parallel what runs
between the blocks is cut along the sequence (Korthikanti et al. 2022): a gather
before and a reduce-scatter behind each layer, where there would be an all-reduce.
Needs Python alone.
"""
import argparse
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import transformer


class Gpt(transformer.Transformer):
    def __init__(self, options):
        super().__init__(options, causal=True)
        kind = f"{self.rows}xi32"
        self.w.types["tokens"] = self.w.types["targets"] = kind

    def block(self, name, x):
        mixed = self.attention(f"{name}.attention",
                               self.norm(f"{name}.norm1", x))
        x = self.stream(self.w.add(f"{name}.middle", x, mixed))
        changed = self.mlp(f"{name}.mlp", self.norm(f"{name}.norm2", x))
        return self.stream(self.w.add(f"{name}.end", x, changed))

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
        x = self.stream(self.embed())
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


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lr", type=float, default=5e-4)
    parser.add_argument("--tied", action="store_true")
    parser.add_argument("--sequence-parallel", action="store_true")
    print(Gpt(transformer.parse(parser, layers=2, width=64, heads=4,
                                sequence=64, vocabulary=65, batch=12)).text())


if __name__ == "__main__":
    main()
