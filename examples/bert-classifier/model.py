#!/usr/bin/env python3
"""Prints the model file of a text classifier: an encoder as BERT's (Devlin et
al. 2019) and a head on its first token.

    model.py                  all of it is trained
    model.py --frozen         the head alone is

Token and position embeddings and a norm; blocks of attention in both directions
and a multilayer perceptron, each followed by a norm; a pooler and a linear
layer on what stands at the first token. Needs Python alone.
"""
import argparse
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import transformer


class Classifier(transformer.Transformer):
    def __init__(self, options):
        super().__init__(options, causal=False)
        self.w.types["tokens"] = f"{self.rows}xi32"
        self.w.types["label"] = f"{options.batch}xi32"

    def block(self, name, x):
        mixed = self.attention(f"{name}.attention", x)
        x = self.norm(f"{name}.norm1",
                      self.w.add(f"{name}.mixed", x, mixed))
        changed = self.mlp(f"{name}.mlp", x)
        return self.norm(f"{name}.norm2",
                         self.w.add(f"{name}.changed", x, changed))

    def first_token(self, x):
        o, w = self.o, self.w
        first = w.define(
            "first", f"{o.batch}x1x{o.width}xf32",
            f"sft.slice %{x} [0, 0, 0] [{o.batch}, 1, {o.width}] : {w.type(x)}")
        return w.reshape("pooled", first, f"{o.batch}x{o.width}xf32")

    def head(self, x):
        pooled = self.linear("pooler", self.first_token(x), self.o.width,
                             self.o.width)
        bent = self.w.unary("pooler.bent", "tanh", pooled)
        return self.linear("head", bent, self.o.width, self.o.classes)

    def text(self):
        o, w = self.o, self.w
        w.frozen = o.frozen
        x = self.norm("norm", self.embed())
        for layer in range(o.layers):
            x = self.block(f"block{layer}", x)
        w.frozen = False
        logits = self.head(x)
        w.op("loss", "f32", "softmax_cross_entropy", logits, "label")
        w.op("accuracy", "f32", "accuracy", logits, "label")
        return "\n".join([
            f"// {o.layers} blocks of width {o.width} with {o.heads} heads, "
            f"{o.sequence} tokens of {o.vocabulary}; made by model.py.",
            f"sft.model @classifier(%tokens: {w.type('tokens')},",
            f"                      %label: {w.type('label')})",
            f"    optimizer = #sft.adamw<lr = {o.lr:.6e}> clip_norm = 1.0 {{",
            *w.lines,
            "  sft.yield loss %loss : tensor<f32>, outputs {",
            '      "accuracy" = %accuracy : tensor<f32>,',
            f'      "logits" = %{logits} : {w.type(logits)}}}',
            "}",
        ])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lr", type=float, default=5e-4)
    parser.add_argument("--frozen", action="store_true")
    print(Classifier(transformer.parse(
        parser, layers=2, width=32, heads=4, sequence=16, vocabulary=32,
        batch=24, classes=2)).text())


if __name__ == "__main__":
    main()
