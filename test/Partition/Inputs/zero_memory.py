"""zero_memory.py OUT: what a rank of four holds of a GPT whose batch is a row of
four tokens a rank, so that its arena is parameters, gradients and state.

With --zero=3 it is a quarter of what it is without (27 % are granted), and the
gathered parameters of one layer."""

import json
import pathlib
import subprocess
import sys

SOURCE = pathlib.Path(__file__).parents[3]
WIDTH = 384
LAYER_BYTES = 4 * 12 * WIDTH * WIDTH  # attention's four matrices, the MLP's two


def output_of(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE,
                          text=True).stdout


def arena(model, zero):
    plan = f"{model}.{zero}.plan"
    output_of("sftc", model, "--mesh=data=4", f"--zero={zero}", "--quiet", "-o",
              plan)
    stats = json.loads(output_of("sft-plan", "stats", "--json", plan))
    return stats["programs"][0]["arena_bytes"]


def main(out):
    model = out + ".mlir"
    text = output_of(sys.executable, SOURCE / "examples" / "gpt" / "model.py",
                     "--layers=6", f"--width={WIDTH}", "--heads=6",
                     "--sequence=4", "--vocabulary=65", "--batch=4")
    pathlib.Path(model).write_text(text)
    whole, cut = arena(model, 0), arena(model, 3)
    print(f"{cut} of {whole} bytes, {LAYER_BYTES} in a layer")
    assert cut <= 0.27 * whole + LAYER_BYTES


main(sys.argv[1])
