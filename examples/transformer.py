"""Transformers as model files: what the generators of examples share. Needs
Python alone.
"""
import math


class Writer:
    """Lines of a model, with the types of the values that they define."""

    def __init__(self):
        self.lines = []
        self.types = {}
        self.frozen = False  # parameters from here on

    def define(self, name, kind, text):
        """A line `%name = text`."""
        self.types[name] = kind
        line = f"  %{name} = {text}"
        if len(line) > 80:
            line = line.replace(" : ", "\n      : ")
        self.lines.append(line)
        return name

    def type(self, *names):
        """Types of values; one that all have in common is said once."""
        types = [f"tensor<{self.types[name]}>" for name in names]
        return ", ".join(types if len(set(types)) > 1 else types[:1])

    def parameter(self, name, shape, init, shard=""):
        """`shard`: the mesh axis of each dimension, as in "-, tensor"."""
        return self.define(
            name, f"{shape}xf32",
            f'sft.parameter "{name}" init(#sft.{init})'
            f'{" frozen" if self.frozen else ""}'
            f'{f" shard <[{shard}]>" if shard else ""} : tensor<{shape}xf32>')

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


class Transformer:
    """Layers over hidden rows [batch, sequence, width]."""

    def __init__(self, options, causal):
        self.o = options
        self.causal = causal
        self.w = Writer()
        self.rows = f"{options.batch}x{options.sequence}"
        self.hidden = f"{self.rows}x{options.width}xf32"

    def linear(self, name, x, rows, columns, init=0.02, shard=""):
        weight = self.w.parameter(f"{name}.weight", f"{rows}x{columns}",
                                  f"normal<stddev = {init:.6g}>", shard)
        bias = self.w.parameter(f"{name}.bias", f"{columns}", "zeros")
        leading = self.w.types[x].rsplit("x", 2)[0]
        return self.w.op(name, f"{leading}x{columns}xf32", "linear", x, weight,
                         bias)

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
        whole heads. It is enough to say so of q: the other weights of the layer
        follow by propagation, out by its rows."""
        width, heads = self.o.width, self.o.heads
        split = f"{self.rows}x{heads}x{width // heads}xf32"
        parts = []
        for part in "qkv":
            flat = self.linear(f"{name}.{part}", x, width, width,
                               shard="-, tensor" if part == "q" else "")
            parts.append(self.w.reshape(f"{name}.{part}.heads", flat, split))
        mixed = self.w.op(f"{name}.mixed", split, "attention", *parts,
                          flags=" causal" if self.causal else "")
        joined = self.w.reshape(f"{name}.joined", mixed, self.hidden)
        return self.linear(f"{name}.out", joined, width, width, self.residual())

    def stream(self, x):
        """What runs between layers: each rank along "tensor" has its part of
        the sequence, if that is asked for. Weights come first: they say how a
        layer is cut inside."""
        if not getattr(self.o, "sequence_parallel", False):
            return x
        return self.w.unary(f"{x}.part", "shard", x, " to <[data, tensor, -], priority = 1>")

    def residual(self):
        """The more layers add to the stream, the less each adds."""
        return 0.02 / math.sqrt(2 * self.o.layers)

    def mlp(self, name, x):
        width = self.o.width
        up = self.linear(f"{name}.up", x, width, 4 * width, shard="-, tensor")
        bent = self.w.unary(f"{name}.bent", "gelu", up)
        return self.linear(f"{name}.down", bent, 4 * width, width,
                           self.residual())

    def embed(self):
        """Of the tokens and of where they stand."""
        o, w = self.o, self.w
        table = w.parameter("tokens.table", f"{o.vocabulary}x{o.width}",
                            "normal<stddev = 0.02>")
        places = w.parameter("positions.table", f"{o.sequence}x{o.width}",
                             "normal<stddev = 0.02>")
        found = w.op("embedded", self.hidden, "embedding", table, "tokens")
        return w.add("start", found, places)


def parse(parser, **defaults):
    """Options of the sizes, beside those that the parser has."""
    for name, default in defaults.items():
        parser.add_argument(f"--{name}", type=int, default=default)
    options = parser.parse_args()
    if options.width % options.heads:
        parser.error(f"width {options.width} is not a multiple of "
                     f"{options.heads} heads")
    return options
