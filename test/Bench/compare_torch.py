"""One timed run of PyTorch: two processes, gloo, a thread each.

usage: compare_torch.py WORKLOAD FOLDER eager|compile

Prints one JSON object: steps_per_s, and the losses of the first steps.
"""

import json
import os
import sys
import time

import numpy as np
import torch
import torch.distributed as dist
import torch.multiprocessing as mp
from torch import nn
from torch.nn.parallel import DistributedDataParallel

from gpt_torch import make_gpt_step
from workloads import WORKLOADS, GptWorkload, read_safetensors

RANKS = 2
CHECKED = 5  # steps whose losses are printed
WARM_UP = 15


class Mlp(nn.Module):
    def __init__(self, parameters):
        super().__init__()
        layers = []
        for i in range(len(parameters) // 2):
            w, b = parameters[f"w{i + 1}"], parameters[f"b{i + 1}"]
            linear = nn.utils.skip_init(nn.Linear, *w.shape)
            linear.weight = nn.Parameter(torch.tensor(w.T.copy()))
            linear.bias = nn.Parameter(torch.tensor(b))
            layers += [linear, nn.ReLU()]
        self.layers = nn.Sequential(*layers[:-1])

    def forward(self, x):
        return self.layers(x)


class Transform(nn.Module):
    """z = W x of sparse rows: a bag of W's rows, weighted."""

    def __init__(self, w, sparse):
        super().__init__()
        self.bag = nn.EmbeddingBag.from_pretrained(
            torch.tensor(w), freeze=False, mode="sum", sparse=sparse)

    def forward(self, indices, values):
        return self.bag(indices, per_sample_weights=values)


def load_batches(workload, folder, rank):
    """This rank's share of each batch (all of it where weights are cut), as
    the arguments of the model and y."""
    data = np.load(f"{folder}/{workload.name}.npz")
    rows = workload.batch * workload.batches
    if isinstance(workload, GptWorkload):
        inputs = [data["tokens"].astype(np.int64)]
    elif workload.nonzeros:
        shape = (rows, workload.nonzeros)
        inputs = [data["x.indices"].astype(np.int64).reshape(shape),
                  data["x.data"].reshape(shape)]
    else:
        inputs = [data["x"]]
    if isinstance(workload, GptWorkload):
        y = data["targets"].astype(np.int64)
    elif workload.loss == "cross_entropy":
        y = data["y"].astype(np.int64)
    else:
        y = data["y"]
    parts = 1 if workload.strategy == "tensor" else RANKS
    local = workload.batch // parts
    starts = range(rank % parts * local, rows, workload.batch)
    return [([torch.from_numpy(a[s:s + local]) for a in inputs],
             torch.from_numpy(y[s:s + local])) for s in starts]


def make_step(workload, folder, mode):
    parameters = read_safetensors(f"{folder}/{workload.name}.safetensors")
    if isinstance(workload, GptWorkload):
        return make_gpt_step(workload, parameters, mode)
    model = (Transform(parameters["w"], workload.lazy) if workload.nonzeros
             else Mlp(parameters))
    model = DistributedDataParallel(model)
    if workload.lazy:
        optimizer = torch.optim.SparseAdam(model.parameters(), lr=1e-3)
    else:
        optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)
    if mode == "compile":
        model = torch.compile(model)
    loss_of = (nn.MSELoss() if workload.loss == "mse"
               else nn.CrossEntropyLoss())

    def step(inputs, y):
        optimizer.zero_grad(set_to_none=True)
        loss = loss_of(model(*inputs), y)
        loss.backward()
        optimizer.step()
        return loss.detach()

    return step


def run(rank, workload, folder, mode):
    torch.set_num_threads(1)
    dist.init_process_group("gloo", rank=rank, world_size=RANKS,
                            init_method=f"file://{folder}/rendezvous")
    batches = load_batches(workload, folder, rank)
    step = make_step(workload, folder, mode)
    losses = []
    for t in range(CHECKED):
        loss = step(*batches[t % len(batches)])
        dist.all_reduce(loss)
        losses.append(loss.item() / RANKS)
    for t in range(CHECKED, min(WARM_UP, CHECKED + workload.steps // 2)):
        step(*batches[t % len(batches)])
    dist.barrier()
    start = time.perf_counter()
    for t in range(workload.steps):
        step(*batches[t % len(batches)])
    dist.barrier()
    seconds = time.perf_counter() - start
    if rank == 0:
        print(json.dumps({"steps_per_s": workload.steps / seconds,
                          "losses": losses}), flush=True)
    os._exit(0)  # gloo may abort while it is taken down


def main():
    workload, folder, mode = WORKLOADS[sys.argv[1]], sys.argv[2], sys.argv[3]
    if os.path.exists(f"{folder}/rendezvous"):
        os.remove(f"{folder}/rendezvous")
    mp.spawn(run, (workload, folder, mode), nprocs=RANKS)


if __name__ == "__main__":
    main()
