"""The GPT of the comparison in PyTorch, written as nanoGPT is: one product for
queries, keys and values, scaled_dot_product_attention, fused AdamW; and cut over
the ranks in three ways.
"""

import torch
import torch.distributed as dist
from torch import nn
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import fully_shard
from torch.distributed.tensor import DTensor
from torch.distributed.tensor.parallel import (
    ColwiseParallel, RowwiseParallel, parallelize_module)
from torch.nn import functional as F
from torch.nn.parallel import DistributedDataParallel


def interleave(parts, heads):
    """Columns of q, k and v, head after head: what a rank gets of them when
    columns are cut is whole heads."""
    return torch.stack([torch.tensor(p).unflatten(-1, (heads, -1))
                        for p in parts], -2).flatten(-3)


def linear(parameters, *names, heads=1):
    """One layer of the columns of all the names."""
    weight, bias = (interleave([parameters[f"{n}.{part}"] for n in names],
                               heads) for part in ("weight", "bias"))
    layer = nn.utils.skip_init(nn.Linear, *weight.shape)
    layer.weight = nn.Parameter(weight.T.contiguous())
    layer.bias = nn.Parameter(bias)
    return layer


def norm(parameters, name):
    layer = nn.LayerNorm(parameters[f"{name}.scale"].shape)
    layer.weight = nn.Parameter(torch.tensor(parameters[f"{name}.scale"]))
    layer.bias = nn.Parameter(torch.tensor(parameters[f"{name}.shift"]))
    return layer


class Block(nn.Module):
    def __init__(self, parameters, name, heads):
        super().__init__()
        self.norm1 = norm(parameters, f"{name}.norm1")
        self.qkv = linear(parameters,
                          *(f"{name}.attention.{part}" for part in "qkv"),
                          heads=heads)
        self.head_width = self.qkv.in_features // heads
        self.out = linear(parameters, f"{name}.attention.out")
        self.norm2 = norm(parameters, f"{name}.norm2")
        self.up = linear(parameters, f"{name}.mlp.up")
        self.down = linear(parameters, f"{name}.mlp.down")

    def attention(self, x):
        parts = self.qkv(x).unflatten(-1, (-1, 3, self.head_width))
        q, k, v = parts.permute(3, 0, 2, 1, 4)
        mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.out(mixed.transpose(1, 2).flatten(2))

    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        return x + self.down(F.gelu(self.up(self.norm2(x))))


class Gpt(nn.Module):
    def __init__(self, workload, parameters):
        super().__init__()
        self.table = nn.Embedding.from_pretrained(
            torch.tensor(parameters["tokens.table"]), freeze=False)
        self.positions = nn.Parameter(
            torch.tensor(parameters["positions.table"]))
        self.blocks = nn.Sequential(*(
            Block(parameters, f"block{i}", workload.heads)
            for i in range(workload.layers)))
        self.norm = norm(parameters, "norm")
        self.head = nn.Linear(workload.width, workload.vocabulary, bias=False)
        self.head.weight = nn.Parameter(
            torch.tensor(parameters["head.weight"]).T.contiguous())

    def forward(self, tokens):
        x = self.blocks(self.table(tokens) + self.positions)
        return self.head(self.norm(x))


def cut_batch(model, compiled):
    model = DistributedDataParallel(model)
    return torch.compile(model) if compiled else model


def cut_weights(model, compiled):
    """Into heads and perceptron by columns, out of them by rows."""
    mesh = init_device_mesh("cpu", (dist.get_world_size(),))
    for block in model.blocks:
        parallelize_module(block, mesh, {
            "qkv": ColwiseParallel(), "out": RowwiseParallel(),
            "up": ColwiseParallel(), "down": RowwiseParallel()})
    return torch.compile(model) if compiled else model


def cut_state(model, compiled):
    """FSDP2, block by block, each compiled by itself."""
    mesh = init_device_mesh("cpu", (dist.get_world_size(),))
    for block in model.blocks:
        if compiled:
            block.compile()
        fully_shard(block, mesh=mesh)
    fully_shard(model, mesh=mesh)
    return model


CUTS = {"data": cut_batch, "tensor": cut_weights, "zero3": cut_state}


def by_kind(parameters):
    """Those that are cut and those that are whole: torch's functions of many
    tensors take either, not both."""
    parameters = list(parameters)
    kinds = ([p for p in parameters if isinstance(p, DTensor) == cut]
             for cut in (False, True))
    return [kind for kind in kinds if kind]


def clip(kinds):
    """Gradients of all kinds together to norm 1."""
    norms = [nn.utils.get_total_norm([p.grad for p in kind]) for kind in kinds]
    total = torch.linalg.vector_norm(torch.stack(
        [n.full_tensor() if isinstance(n, DTensor) else n for n in norms]))
    for kind in kinds:
        nn.utils.clip_grads_with_norm_(kind, 1.0, total)


def make_gpt_step(workload, parameters, mode):
    model = CUTS[workload.strategy](Gpt(workload, parameters),
                                    mode == "compile")
    kinds = by_kind(model.parameters())
    optimizer = torch.optim.AdamW([{"params": kind} for kind in kinds],
                                  lr=workload.lr, betas=(0.9, 0.99),
                                  weight_decay=0.1, fused=True)

    def step(inputs, y):
        optimizer.zero_grad(set_to_none=True)
        logits = model(*inputs)
        loss = F.cross_entropy(logits.flatten(0, 1), y.flatten())
        loss.backward()
        clip(kinds)
        optimizer.step()
        return loss.detach()

    return step
