"""The digits of the example next door, cut in the same way."""
import pathlib
import runpy

runpy.run_path(
    str(pathlib.Path(__file__).parents[1] / "digits" / "data.py"),
    run_name="__main__",
)
