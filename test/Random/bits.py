"""Trains random models with sft-run: the same bits on every mesh.

    bits.py --seed=145 --cases=40     cases 145 to 184, as in the tests
    bits.py --seed=1000 --forever     from 1000 on

Each case is compiled with --reproducible for 1, 2, 4 ... ranks along "data" (and
its other axes and ZeRO stage), every second one on fewer along "tensor", too, some
with collectives under way while the step computes, and trained for three steps on random data: losses, predictions'
metrics and parameters must be equal bit for bit, and the first loss that of the
plan of one rank without any of this. Ends with the number of cases that were
right, refused, or failed; the models of the latter are left in --out.
"""
import argparse
import itertools
import json
import pathlib
import re
import subprocess
import sys

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from cases import add_arguments, run_all  # noqa: E402
from generate import case  # noqa: E402
from safetensors_file import load_safetensors  # noqa: E402

REFUSED = re.compile(
    r"error.*(is named by no `shard`"
    r"|do not hold neighbouring parts|is over several axes at once"
    r"|may hold \d+ non-zeros|raise its capacity|is no index in \[0, 1\))"
)
STEPS = 3


def execute(*command):
    return subprocess.run(
        list(map(str, command)), capture_output=True, text=True, timeout=120
    )


def data_of(text, rng):
    """Three batches for each input: small indices, which every table has."""
    arrays = {}
    head = text[text.index("@random") : text.index("optimizer")]
    for name, kind in re.findall(r"%(\w+): ([^%]*>)", head):
        *dims, element = re.search(r"<([\dx]*)(f32|i32)", kind).groups()
        shape = [int(d) for d in dims[0].split("x") if d]
        rows = shape[0] * STEPS
        if "csr" in kind:
            room = int(re.search(r"capacity = (\d+)", kind)[1]) // shape[0]
            arrays[f"{name}.indptr"] = np.arange(rows + 1) * room
            arrays[f"{name}.indices"] = np.concatenate(
                [np.sort(rng.permutation(shape[1])[:room]) for _ in range(rows)]
            ).astype(np.int32)
            arrays[f"{name}.data"] = rng.normal(size=rows * room)
        elif element == "i32":
            arrays[name] = rng.integers(0, 2, [rows, *shape[1:]], np.int32)
        else:
            arrays[name] = rng.normal(size=[rows, *shape[1:]])
    return {
        name: array.astype(np.float32) if array.dtype == np.float64 else array
        for name, array in arrays.items()
    }


class Refused(Exception):
    pass


class Case:
    def __init__(self, number, out):
        self.text, (mesh, self.zero) = case(number)
        self.mesh = dict(axis.split("=") for axis in mesh[7:].split(","))
        # The largest power of two up to 8 that divides the batch.
        batch = int(re.search(r": (?:tensor|!sft.csr)<(\d+)", self.text)[1])
        self.folded = {"data": min(8, batch & -batch)}
        tensor = int(self.mesh.get("tensor", 1))
        if number % 2 and tensor in (2, 4):
            self.folded["tensor"] = tensor
        self.folder = out / str(number)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.model = self.folder / "model.mlir"
        self.model.write_text(self.text)
        rng = np.random.default_rng(number)
        np.savez(self.folder / "data.npz", **data_of(self.text, rng))

    def train(self, compiler, runner=()):
        """Losses, and parameters by name."""
        plan, saved = self.folder / "plan", self.folder / "w.safetensors"
        metrics = self.folder / "metrics.jsonl"
        compiled = execute("sftc", self.model, "-o", plan, *compiler)
        if compiled.returncode == 1 and REFUSED.search(compiled.stderr):
            raise Refused(REFUSED.search(compiled.stderr)[1])
        if compiled.returncode:
            raise ValueError(f"sftc {compiler}: {compiled.stderr}")
        ran = execute(
            *("sft-run", plan, f"--data={self.folder / 'data.npz'}"),
            *(f"--steps={STEPS}", "--quiet", "--on-nan=warn"),
            *(f"--metrics={metrics}", f"--save={saved}", *runner),
        )
        if ran.returncode in (65, 78) and REFUSED.search(ran.stderr):
            raise Refused(REFUSED.search(ran.stderr)[1])
        if ran.returncode:
            raise ValueError(f"sftc {compiler}; sft-run: {ran.stderr}")
        records = map(json.loads, metrics.read_text().splitlines())
        return [r["loss"] for r in records if "step_ms" in r], load_safetensors(
            saved
        )

    def meshes(self):
        """The mesh with each number of ranks along the axes that are folded."""
        sizes = {axis: [size] for axis, size in self.mesh.items()}
        for axis, most in self.folded.items():
            sizes[axis] = [n for n in (1, 2, 4, 8) if n <= most]
        for each in itertools.product(*sizes.values()):
            yield ",".join(f"{axis}={n}" for axis, n in zip(sizes, each))

    def check(self, folded):
        first_loss, _ = self.train([])
        most = ",".join(f"{axis}={n}" for axis, n in self.folded.items())
        fold = [f"--reproducible={most}"] if folded else []
        want = None
        for i, mesh in enumerate(self.meshes()):
            flags = [f"--mesh={mesh}", self.zero, *fold]
            under_way = i % 2 == 1
            losses, tensors = self.train(
                [*flags, *(["--overlap-bytes=1"] if under_way else [])],
                ["--comm-thread=yes"] if under_way else [],
            )
            want = want or (losses, tensors)
            self.expect(losses == want[0], f"{flags}: {losses}, {want[0]}")
            for name, tensor in tensors.items():
                same = np.array_equal(tensor, want[1][name], equal_nan=True)
                self.expect(same, f"{flags}: parameter {name} differs")
        self.expect(
            np.isclose(want[0][0], first_loss[0], rtol=1e-4, atol=1e-5),
            f"first loss {want[0][0]}, of one rank {first_loss[0]}",
        )

    @staticmethod
    def expect(right, message):
        if not right:
            raise ValueError(message)


def check(number, options):
    """right, refused or failed."""
    each = Case(number, options.out)
    try:
        each.check(not options.plain)
    except Refused as reason:
        print(f"case {number} refused: {reason}", flush=True)
        return "refused"
    except (ValueError, subprocess.TimeoutExpired) as failure:
        print(f"case {number} ({each.mesh}): {failure}", flush=True)
        return "failed"
    for file in each.folder.iterdir():
        file.unlink()
    each.folder.rmdir()
    return "right"


def main():
    parser = argparse.ArgumentParser()
    add_arguments(parser, cases=40)
    parser.add_argument(
        "--plain", action="store_true", help="leave --reproducible out"
    )
    parser.add_argument("--out", type=pathlib.Path, default=".")
    options = parser.parse_args()
    return not run_all(options, lambda number: check(number, options))


if __name__ == "__main__":
    sys.exit(main())
