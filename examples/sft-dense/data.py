"""The rows of ../sft-sparse as dense vectors."""
import pathlib
import runpy

sparse = pathlib.Path(__file__).parents[1] / "sft-sparse" / "data.py"
module = runpy.run_path(str(sparse))
module["main"](module["write_dense"])
