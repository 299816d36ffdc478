"""predict.py PLAN IN OUT: predictions for x = 0 .. 5, one name a line."""
import subprocess
import sys

import numpy as np

plan, inputs, outputs = sys.argv[1:]
np.savez(inputs, x=np.arange(6, dtype=np.float32))
subprocess.run(["sft-run", plan, f"--data={inputs}", "--epochs=0", "--quiet",
                f"--predict={outputs}"], check=True, timeout=60)
for name, values in np.load(outputs).items():
    print(name, values.tolist())
