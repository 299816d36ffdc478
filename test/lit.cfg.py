# Structure is checked with FileCheck, numbers by running.
import importlib.util
import os
import sys

import lit.formats

config.name = "sft"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test"]
config.test_source_root = os.path.dirname(__file__)
config.excludes = ["Inputs", "Runtime", "Fuzz", "Bench", "Plugin"]
config.environment["PATH"] = os.pathsep.join(
    [config.sft_bin, config.llvm_bin, os.environ["PATH"]]
)
config.substitutions.append(("%sft_source", config.sft_source))
config.substitutions.append(("FileCheck", "FileCheck --enable-var-scope"))
config.substitutions.append(("%python", sys.executable))
config.substitutions.append(("%test_plugin", config.sft_test_plugin))
config.substitutions.append(("%crash_on_worker", config.sft_crash_on_worker))
if importlib.util.find_spec("numpy"):
    config.available_features.add("numpy")
lit_config.maxIndividualTestTime = 600
