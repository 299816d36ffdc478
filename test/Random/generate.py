"""Random models that are valid, each with a mesh and a ZeRO stage.

A case is a function of its number alone. Values keep the batch as their
leading dimension between layers, so that any layer can follow any other; sizes
are small; a fourth of the cuts, and of the batches, does not ask whether they
divide.
"""
import math
import random
import re

SIZES = [2, 3, 4, 4, 6, 8, 8, 12]
AXES = ["data", "tensor", "model"]
MOST_ELEMENTS = 768
UNARY = ["relu", "tanh", "gelu", "sigmoid", "silu", "softplus", "sin", "cos",
         "neg", "erf", "abs", "stop_gradient"]
MESHES = [{"data": 2}, {"tensor": 2}, {"data": 4}, {"tensor": 4},
          {"data": 2, "tensor": 2}, {"tensor": 2, "data": 2},
          {"data": 2, "tensor": 4}, {"data": 4, "tensor": 2},
          {"tensor": 2, "model": 2}, {"data": 2, "tensor": 2, "model": 2},
          {"model": 2, "data": 2, "tensor": 2}, {"data": 3}, {"data": 8},
          {"data": 2, "model": 3}, {"tensor": 3, "data": 2},
          {"tensor": 6}, {"tensor": 8}, {"data": 2, "tensor": 6}]
# Of whose axis "tensor" factors can take a part.
SPLIT_MESHES = [{"tensor": 4}, {"tensor": 6}, {"tensor": 8},
                {"data": 2, "tensor": 4}, {"tensor": 4, "data": 4},
                {"tensor": 4, "model": 2}, {"data": 2, "tensor": 6}]


def tensor(shape, element="f32"):
    return "tensor<" + "".join(f"{d}x" for d in shape) + element + ">"


def numbers(values):
    return "[" + ", ".join(map(str, values)) + "]"


class Value:
    def __init__(self, name, shape):
        self.name, self.shape = name, list(shape)

    def __str__(self):
        return self.name

    @property
    def type(self):
        return tensor(self.shape)


class Model:
    def __init__(self, rng, split=False):
        """`split`: with a layer that makes sft-split-axes split an axis."""
        self.rng, self.split = rng, split
        self.lines, self.inputs, self.parameters, self.live = [], [], [], []
        self.mesh = rng.choice(SPLIT_MESHES if split else MESHES)
        share = 1 if rng.random() < 0.25 else self.mesh.get("data", 1)
        self.batch = rng.choice([n for n in (4, 5, 6, 7, 8, 8, 8, 12)
                                 if n % share == 0])
        self.count = 0

    # Pieces of text

    def fresh(self, prefix="v"):
        self.count += 1
        return f"{prefix}{self.count}"

    def op(self, text, shape):
        value = Value("%" + self.fresh(), shape)
        self.lines.append(f"{value} = sft.{text}")
        return value

    def input(self, shape, element="f32"):
        name = self.fresh("in")
        kind = element if element.startswith("!") else tensor(shape, element)
        self.inputs.append(f"%{name}: {kind}")
        return Value("%" + name, shape)

    def annotation(self, shape, axes):
        """Each axis cuts one dimension at most; a fourth need not divide it."""
        dims = [[] for _ in shape]
        rest = list(shape)
        for axis in self.rng.sample(axes, len(axes)):
            size = self.mesh.get(axis, 1)
            d = self.rng.randrange(len(shape))
            if self.rng.random() < 0.6 and (
                    rest[d] % size == 0
                    or shape[d] > 1 and self.rng.random() < 0.25):
                dims[d].append(axis)
                rest[d] = -(-rest[d] // size)
        text = ", ".join("-" if not d else d[0] if len(d) == 1
                         else "{" + ", ".join(d) + "}" for d in dims)
        priority = self.rng.choice(["", "", ", priority = 1", ", priority = 2"])
        return f"<[{text}]{priority}>"

    def parameter(self, shape, cut=None):
        """Cut as it happens, or as said."""
        for old in self.parameters:
            if old.shape == list(shape) and self.rng.random() < 0.3:
                return old
        name = self.fresh("w")
        frozen = " frozen" if self.rng.random() < 0.1 else ""
        shard = f" shard <[{cut}]>" if cut else ""
        if not cut and self.rng.random() < 0.5:
            axes = AXES if self.rng.random() < 0.1 else AXES[1:]
            shard = " shard " + self.annotation(shape, axes)
        value = Value("%" + name, shape)
        self.lines.append(f'{value} = sft.parameter "{name}" init(#sft.normal'
                          f"<stddev = 0.4>){frozen}{shard} : {value.type}")
        self.parameters.append(value)
        return value

    # Layers: each takes a value and returns another or None

    def unary(self, x):
        return self.op(f"{self.rng.choice(UNARY)} {x} : {x.type}", x.shape)

    def binary(self, x):
        name = self.rng.choice(["add", "sub", "mul", "min", "max"])
        same = [v for v in self.live if v.shape == x.shape]
        y = self.rng.choice(same)
        if self.rng.random() < 0.5:
            shape = x.shape[self.rng.randrange(1, len(x.shape)):]
            shape = [1 if self.rng.random() < 0.2 else d for d in shape]
            y = self.parameter(shape)
        return self.op(f"{name} {x}, {y} : {x.type}, {y.type}", x.shape)

    def select(self, x):
        y = self.rng.choice([v for v in self.live if v.shape == x.shape])
        test = self.op(f"compare gt, {x}, {y} : {x.type}", x.shape)
        return self.op(f"select {test}, {x}, {y} : "
                       f"{tensor(x.shape, 'i1')}, {x.type}, {x.type}", x.shape)

    def linear(self, x):
        columns = self.rng.choice(SIZES)
        w = self.parameter([x.shape[-1], columns])
        shape = x.shape[:-1] + [columns]
        if self.rng.random() < 0.5:
            b = self.parameter([columns])
            return self.op(f"linear {x}, {w}, {b} : {x.type}, {w.type}, "
                           f"{b.type}", shape)
        return self.op(f"linear {x}, {w} : {x.type}, {w.type}", shape)

    def matmul_transposed(self, x):
        rows = self.rng.choice(SIZES)
        w = self.parameter([rows, x.shape[-1]])
        return self.op(f"matmul {x}, {w} {{transpose_y}} : {x.type}, {w.type}",
                       x.shape[:-1] + [rows])

    def matmul_batched(self, x):
        if len(x.shape) != 3:
            return None
        scores = self.op(f"matmul {x}, {x} {{transpose_y}} : {x.type}, "
                         f"{x.type}", [x.shape[0], x.shape[1], x.shape[1]])
        scores = self.op(f"softmax {scores} : {scores.type}", scores.shape)
        return self.op(f"matmul {scores}, {x} : {scores.type}, {x.type}",
                       x.shape)

    def norm(self, x):
        scale = self.parameter([x.shape[-1]])
        if self.rng.random() < 0.5:
            shift = self.parameter([x.shape[-1]])
            return self.op(f"layer_norm {x}, {scale}, {shift} {{epsilon = 0.1}}"
                           f" : {x.type}, {scale.type}", x.shape)
        return self.op(f"rms_norm {x}, {scale} {{epsilon = 0.1}} : {x.type}, "
                       f"{scale.type}", x.shape)

    def batch_norm(self, x):
        shape = [1] + x.shape[1:]
        mean = self.op(f"mean {x} axes [0] keep : {x.type}", shape)
        return self.op(f"sub {x}, {mean} : {x.type}, {mean.type}", x.shape)

    def softmax(self, x):
        name = self.rng.choice(["softmax", "log_softmax"])
        axis = self.rng.randrange(len(x.shape))
        return self.op(f"{name} {x} axis {axis} : {x.type}", x.shape)

    def reduce(self, x):
        axes = [d for d in range(1, len(x.shape)) if self.rng.random() < 0.5]
        if not axes or len(axes) == len(x.shape) - 1:
            return None
        name = self.rng.choice(["reduce sum", "reduce max", "reduce min",
                                "mean"])
        shape = [n for d, n in enumerate(x.shape) if d not in axes]
        return self.op(f"{name} {x} axes {numbers(axes)} : {x.type}", shape)

    def reduce_and_repeat(self, x):
        axis = self.rng.randrange(len(x.shape))
        shape = [1 if d == axis else n for d, n in enumerate(x.shape)]
        name = self.rng.choice(["reduce sum", "reduce max", "mean"])
        y = self.op(f"{name} {x} axes [{axis}] keep : {x.type}", shape)
        y = self.op(f"broadcast {y} : {y.type} to {x.type}", x.shape)
        return self.op(f"add {x}, {y} : {x.type}", x.shape)

    def reshape(self, x):
        rest = math.prod(x.shape[1:])
        first = self.rng.choice([d for d in range(1, rest + 1) if not rest % d])
        shape = [x.shape[0], rest] if first == 1 else [
            x.shape[0], first, rest // first]
        return self.op(f"reshape {x} : {x.type} to {tensor(shape)}", shape)

    def flatten(self, x):
        """Through a shape in which the batch is part of a dimension."""
        shape = [x.shape[0] * x.shape[1]] + (x.shape[2:] or [1])
        y = self.op(f"reshape {x} : {x.type} to {tensor(shape)}", shape)
        y = self.rng.choice([self.linear, self.unary, self.norm])(y)
        shape = x.shape[:2] + y.shape[1:]
        return self.op(f"reshape {y} : {y.type} to {tensor(shape)}", shape)

    def transpose(self, x):
        order = list(range(1, len(x.shape)))
        self.rng.shuffle(order)
        order = [0] + order
        return self.op(f"transpose {x} {numbers(order)} : {x.type}",
                       [x.shape[d] for d in order])

    def transpose_batch(self, x):
        """There and back, with something between."""
        order = [1, 0] + list(range(2, len(x.shape)))
        y = self.op(f"transpose {x} {numbers(order)} : {x.type}",
                    [x.shape[d] for d in order])
        y = self.rng.choice([self.unary, self.softmax, self.shard])(y)
        return self.op(f"transpose {y} {numbers(order)} : {y.type}", x.shape)

    def scale(self, x):
        """Rows as shares of their sum, which padded ones do not have."""
        kept = x.shape[:-1] + [1]
        size = self.op(f"abs {x} : {x.type}", x.shape)
        axis = len(x.shape) - 1
        total = self.op(f"reduce sum {size} axes [{axis}] keep : {x.type}", kept)
        root = self.op(f"{self.rng.choice(['sqrt', 'abs'])} {total} : "
                       f"{total.type}", kept)
        return self.op(f"div {x}, {root} : {x.type}, {root.type}", x.shape)

    def halves(self, x):
        """Two halves of the batch, each less its own mean or by itself."""
        if x.shape[0] % 2:
            return self.unary(x)
        shape = [2, x.shape[0] // 2] + x.shape[1:]
        y = self.op(f"reshape {x} : {x.type} to {tensor(shape)}", shape)
        if self.rng.random() < 0.5:
            kept = [2, 1] + x.shape[1:]
            mean = self.op(f"mean {y} axes [1] keep : {y.type}", kept)
            y = self.op(f"sub {y}, {mean} : {y.type}, {mean.type}", shape)
        y = self.unary(y)
        return self.op(f"reshape {y} : {y.type} to {x.type}", x.shape)

    def concat(self, x):
        axis = self.rng.randrange(1, len(x.shape))
        others = [v for v in self.live if len(v.shape) == len(x.shape) and all(
            d == axis or v.shape[d] == n for d, n in enumerate(x.shape))]
        y = self.rng.choice(others)
        shape = list(x.shape)
        shape[axis] += y.shape[axis]
        return self.op(f"concat {x}, {y} axis {axis} : {x.type}, {y.type}",
                       shape)

    def slice(self, x):
        sizes = [x.shape[0]] + [self.rng.randint(1, n) for n in x.shape[1:]]
        offsets = [self.rng.randint(0, n - s) for n, s in zip(x.shape, sizes)]
        return self.op(f"slice {x} {numbers(offsets)} {numbers(sizes)} : "
                       f"{x.type}", sizes)

    def pad(self, x):
        low = [0] + [self.rng.randint(0, 2) for _ in x.shape[1:]]
        high = [0] + [self.rng.randint(0, 2) for _ in x.shape[1:]]
        return self.op(f"pad {x} low {numbers(low)} high {numbers(high)} : "
                       f"{x.type}",
                       [n + a + b for n, a, b in zip(x.shape, low, high)])

    def attention(self, x):
        if len(x.shape) != 3:
            return None
        heads = [h for h in (1, 2, 3, 4, 6) if not x.shape[2] % h]
        return self.attend(x, self.rng.choice(heads))

    def attention_in_parts(self):
        """Columns divide over "tensor", heads over a part of it."""
        x = self.input([self.batch, self.rng.choice([2, 3]), 24])
        size = self.mesh["tensor"]
        heads = [h for h in (2, 3, 4, 6, 8, 12)
                 if 1 < math.gcd(h, size) < size]
        y = self.attend(x, self.rng.choice(heads), "-, tensor")
        w = self.parameter([24, 24], "tensor, -")
        return self.op(f"linear {y}, {w} : {y.type}, {w.type}", y.shape)

    def attend(self, x, heads, cut=None):
        batch, length, width = x.shape
        shape = [batch, length, heads, width // heads]
        parts = []
        for _ in range(3):
            w = self.parameter([width, width], cut)
            y = self.op(f"linear {x}, {w} : {x.type}, {w.type}", x.shape)
            parts.append(self.op(f"reshape {y} : {y.type} to {tensor(shape)}",
                                 shape))
        causal = self.rng.choice(["", " causal"])
        y = self.op(f"attention {parts[0]}, {parts[1]}, {parts[2]}{causal} : "
                    f"{tensor(shape)}", shape)
        return self.op(f"reshape {y} : {y.type} to {x.type}", x.shape)

    def dropout(self, x):
        return self.op(f"dropout {x} rate 0.25 : {x.type}", x.shape)

    def shard(self, x):
        axes = AXES[1:] if self.rng.random() < 0.5 else AXES
        cut = self.annotation(x.shape, axes)
        return self.op(f"shard {x} to {cut} : {x.type}", x.shape)

    # Models

    def start(self):
        kind = self.rng.choice(["dense", "dense", "sequence", "tokens", "csr"])
        width = self.rng.choice(SIZES)
        length = self.rng.choice([2, 3, 4, 6])
        if kind == "dense":
            return self.input([self.batch, width])
        if kind == "sequence":
            return self.input([self.batch, length, width])
        rows = self.rng.choice([8, 12, 16, 9, 10])
        table = self.parameter([rows, width])
        if kind == "tokens":
            shape = self.rng.choice([[self.batch], [self.batch, length]])
            i = self.input(shape, "i32")
            return self.op(f"embedding {table}, {i} : {table.type}, "
                           f"{tensor(shape, 'i32')}", shape + [width])
        capacity = self.batch * self.rng.choice([1, 2, 4])
        csr = f"!sft.csr<{self.batch}x{rows}xf32, capacity = {capacity}>"
        x = self.input([], csr)
        return self.op(f"transform {x}, {table} : {csr}, {table.type}",
                       [self.batch, width])

    def layers(self):
        all_layers = [
            self.unary, self.binary, self.select, self.linear, self.linear,
            self.matmul_transposed, self.matmul_batched, self.norm,
            self.batch_norm, self.scale, self.softmax, self.reduce,
            self.reduce_and_repeat, self.reshape, self.flatten, self.transpose, self.transpose_batch,
            self.halves, self.concat, self.slice, self.pad, self.attention,
            self.dropout, self.shard, self.shard]
        self.live = [self.start() for _ in range(self.rng.randint(1, 2))]
        if self.split:
            self.live.append(self.attention_in_parts())
        for _ in range(self.rng.randint(1, 9)):
            x = self.rng.choice(self.live[-3:])
            y = self.rng.choice(all_layers)(x)
            if y and math.prod(y.shape) <= MOST_ELEMENTS:
                self.live.append(y)

    def loss(self, x):
        kind = self.rng.choice(["pair", "pair", "class", "own"])
        if kind == "pair":
            name = self.rng.choice(["mse_loss", "mae_loss", "hinge_loss",
                                    "binary_cross_entropy", "perceptron_loss"])
            t = self.input(x.shape)
            return self.op(f"{name} {x}, {t} : {x.type}", [])
        if kind == "class":
            label = self.input(x.shape[:-1], "i32")
            types = f"{x.type}, {tensor(x.shape[:-1], 'i32')}"
            return self.op(f"softmax_cross_entropy {x}, {label} : {types}", [])
        square = self.op(f"square {x} : {x.type}", x.shape)
        axes = numbers(range(len(x.shape)))
        return self.op(f"mean {square} axes {axes} : {x.type}", [])

    def optimizer(self):
        lazy = self.rng.choice(["", ", lazy = true"])
        return self.rng.choice([
            "sgd<lr = 0.05", "sgd<lr = 0.05, momentum = 0.9",
            "sgd<lr = 0.05, momentum = 0.9, nesterov = true",
            "adagrad<lr = 0.05, eps = 0.01", "rmsprop<lr = 0.02, eps = 0.01",
            "rmsprop<lr = 0.02, eps = 0.01, momentum = 0.5",
            "adam<lr = 0.02, eps = 0.01", "adamw<lr = 0.02, eps = 0.01",
            "adam<lr = 0.02, eps = 0.01, weight_decay = 0.1"]) + lazy + ">"

    def trained(self, loss):
        """The parameters that the loss depends on."""
        found = {loss}
        for line in reversed(self.lines):
            name, rest = line.split(" = ", 1)
            if name in found and "stop_gradient" not in rest \
                    and "compare" not in rest:
                found.update(re.findall(r"%\w+", rest))
        return {w.name for w in self.parameters} & found

    def freeze_others(self, trained):
        for i, line in enumerate(self.lines):
            if "sft.parameter" in line and line.split()[0] not in trained:
                self.lines[i] = re.sub(r"(init\(.*?\))( frozen)?",
                                       r"\1 frozen", line)

    def text(self):
        self.layers()
        x = self.live[-1]
        loss = self.loss(x)
        if self.rng.random() < 0.25:
            other = self.loss(self.rng.choice(self.live))
            loss = self.op(f"add {loss}, {other} : tensor<f32>", [])
        if not self.trained(loss.name):
            # A parameter that is used everywhere, by adding it to the loss.
            w = self.parameter([2])
            w = self.op(f"mean {w} axes [0] : {w.type}", [])
            loss = self.op(f"add {loss}, {w} : tensor<f32>", [])
        self.freeze_others(self.trained(loss.name))
        if all(" frozen" in line for line in self.lines
               if "sft.parameter" in line):
            self.lines = [line.replace(" frozen", "") if line.split()[0] in
                          self.trained(loss.name) else line
                          for line in self.lines]
        head = f"sft.model @random({', '.join(self.inputs)})\n"
        head += f"    optimizer = #sft.{self.optimizer()}"
        if self.rng.random() < 0.2:
            head += " schedule = #sft.cosine<steps = 5>"
        if self.rng.random() < 0.3:
            head += " clip_norm = 0.1"
        body = "".join(f"  {line}\n" for line in self.lines)
        return (f"{head} {{\n{body}  sft.yield loss {loss} : tensor<f32>, "
                f'outputs {{"p" = {x} : {x.type}}}\n}}\n')


def in_parts(axis, size):
    """"tensor:0=2,tensor:1=3" for tensor=6."""
    primes, left = [], size
    while left > 1:
        primes.append(next(p for p in range(2, left + 1) if left % p == 0))
        left //= primes[-1]
    if len(primes) < 2:
        return f"{axis}={size}"
    return ",".join(f"{axis}:{i}={p}" for i, p in enumerate(primes))


def case(number, parts=False):
    """The text of a model, and sft-check's flags. With `parts`, each third case
    has a mesh whose axes are in parts, and the next one that gets them."""
    rng = random.Random(number)
    model = Model(rng, split=parts and number % 3 == 1)
    text = model.text()
    given = parts and number % 3 == 0
    mesh = ",".join(in_parts(axis, n) if given else f"{axis}={n}"
                    for axis, n in model.mesh.items())
    return text, [f"--mesh={mesh}", f"--zero={rng.randrange(4)}"]
