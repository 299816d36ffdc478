"""What sft-run refuses before the first step, and F30 in a compiled model.

Row D10: labels that are no class and ids that are no row of a table end a
run with status 65 and name array, sample and limit. A model that yields scalars
only cannot --predict. F30: the first op that made a NaN is named."""
import os
import subprocess
import tempfile

import numpy as np

BATCH, SAMPLES = 4, 8
# The first column of %ids goes into a table of 5 rows, the second one of 9.
MODEL = """sft.model @m(%ids: tensor<4x2xi64>, %label: tensor<4xi32>)
    optimizer = #sft.sgd<lr = 0.1> {
  %t1 = sft.parameter "t1" init(#sft.normal) : tensor<5x3xf32>
  %t2 = sft.parameter "t2" init(#sft.normal) : tensor<9x3xf32>
  %c1 = sft.slice %ids [0, 0] [4, 1] : tensor<4x2xi64>
  %c2 = sft.slice %ids [0, 1] [4, 1] : tensor<4x2xi64>
  %i1 = sft.reshape %c1 : tensor<4x1xi64> to tensor<4xi64>
  %i2 = sft.cast %c2 : tensor<4x1xi64> to tensor<4x1xi32>
  %i3 = sft.reshape %i2 : tensor<4x1xi32> to tensor<4xi32>
  %e1 = sft.embedding %t1, %i1 : tensor<5x3xf32>, tensor<4xi64>
  %e2 = sft.embedding %t2, %i3 : tensor<9x3xf32>, tensor<4xi32>
  %logits = sft.add %e1, %e2 : tensor<4x3xf32>
  %loss = sft.softmax_cross_entropy %logits, %label
      : tensor<4x3xf32>, tensor<4xi32>
  sft.yield loss %loss : tensor<f32>,
      outputs {"logits" = %logits : tensor<4x3xf32>}
}
"""

LOGARITHM = """sft.model @m(%x: tensor<4x2xf32>, %y: tensor<4x2xf32>)
    optimizer = #sft.sgd<lr = 0.1> {
  %w = sft.parameter "w" init(#sft.ones) : tensor<2xf32>
  %l = sft.log %x : tensor<4x2xf32>
  %p = sft.mul %l, %w : tensor<4x2xf32>, tensor<2xf32>
  %loss = sft.mse_loss %p, %y : tensor<4x2xf32>
  sft.yield loss %loss : tensor<f32>
}
"""


def good():
    return {
        "ids": np.stack([np.arange(SAMPLES) % 5, np.arange(SAMPLES)], axis=1),
        "label": np.arange(SAMPLES) % 3,
    }


def changed(array, at, value):
    data = good()
    data[array][at] = value
    return data


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def check(done, status, message=""):
    assert done.returncode == status, (done.args, done.returncode, done.stderr)
    assert message in done.stderr, (done.args, message, done.stderr)


class Workspace:
    def __init__(self, folder, mesh, text=MODEL):
        self.folder, self.plan = folder, os.path.join(folder, "m.plan")
        model = os.path.join(folder, "m.mlir")
        with open(model, "w", encoding="utf-8") as file:
            file.write(text)
        check(run("sftc", model, "--quiet", mesh, "-o", self.plan), 0)

    def save(self, name, data):
        path = os.path.join(self.folder, name)
        np.savez(path, **data)
        return path

    def refuses(self, data, message, launcher=()):
        path = self.save("bad.npz", data)
        done = run(*launcher, "sft-run", self.plan, "--data=" + path, "--quiet")
        check(done, 65, "error[SFT0221]")
        check(done, 65, f"{path}: {message}")
        assert done.stderr.count("error[") == 1, done.stderr

    def training(self):
        self.refuses(changed("label", 6, 3),
                     'input "label": 3 in sample 6 is no index in [0, 3)')
        self.refuses(changed("label", 0, -1),
                     'input "label": -1 in sample 0 is no index in [0, 3)')
        # Each column has the limit of its own table.
        self.refuses(changed("ids", (5, 0), 5),
                     'input "ids": 5 in sample 5 is no index in [0, 5)')
        self.refuses(changed("ids", (5, 1), 9),
                     'input "ids": 9 in sample 5 is no index in [0, 9)')

    def evaluation(self):
        data = self.save("good.npz", good())
        bad = self.save("bad.npz", changed("label", 7, 4))
        common = ["sft-run", self.plan, "--quiet", "--eval=" + bad]
        message = 'bad.npz: input "label": 4 in sample 7'
        done = run(*common, "--data=" + data)
        check(done, 65, message)
        assert "loss" not in done.stdout, done.stdout
        check(run(*common), 65, message)

    def prediction(self):
        """Reads no labels, but ids."""
        out = os.path.join(self.folder, "out.npz")
        common = ["sft-run", self.plan, "--quiet", "--epochs=0",
                  "--predict=" + out, "--data"]
        check(run(*common, self.save("bad.npz", changed("label", 7, 4))), 0)
        assert np.load(out)["logits"].shape == (SAMPLES, 3)
        check(run(*common, self.save("bad.npz", changed("ids", (2, 0), -1))),
              65, 'input "ids": -1 in sample 2')

    def scalars_only(self):
        out = os.path.join(self.folder, "none.npz")
        done = run("sft-run", self.plan, "--data=" + self.save("x.npz", good()),
                   "--predict=" + out)
        check(done, 64, "error[SFT0005]")
        assert not done.stdout and "step" not in done.stderr, done

    def not_a_number(self):
        x = np.ones((SAMPLES, 2), np.float32)
        x[6, 1] = -1  # step 1, the rows of rank 1
        path = self.save("x.npz", {"x": x, "y": x})
        done = run("sft-run", self.plan, "--data=" + path, "--shuffle=no")
        check(done, 80, "error[SFT0320] rank 0 step 1:")
        check(done, 80, "; NaN first came up on rank 1 in launch sft.log")
        check(done, 80, 'm.mlir:')
        check(done, 80, 'the loss is nan; not finite: the gradient of "w"')


with tempfile.TemporaryDirectory() as temporary:
    for mesh in ("--mesh=data=1", "--mesh=data=2"):
        workspace = Workspace(temporary, mesh)
        workspace.training()
        workspace.evaluation()
        workspace.prediction()
    outputs = MODEL.index(",\n      outputs")
    Workspace(temporary, "--mesh=data=1",
              MODEL[:outputs] + "\n}\n").scalars_only()
    Workspace(temporary, "--mesh=data=2", LOGARITHM).not_a_number()
