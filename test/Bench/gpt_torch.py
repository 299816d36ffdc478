"""The GPT of the comparison in PyTorch, written as nanoGPT is: one product for
queries, keys and values, scaled_dot_product_attention, fused AdamW.
"""

import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.parallel import DistributedDataParallel


def linear(parameters, *names):
    """One layer of the columns of all the names."""
    weight = torch.cat([torch.tensor(parameters[f"{n}.weight"]) for n in names],
                       1)
    layer = nn.utils.skip_init(nn.Linear, *weight.shape)
    layer.weight = nn.Parameter(weight.T.contiguous())
    layer.bias = nn.Parameter(torch.cat(
        [torch.tensor(parameters[f"{n}.bias"]) for n in names]))
    return layer


def norm(parameters, name):
    layer = nn.LayerNorm(parameters[f"{name}.scale"].shape)
    layer.weight = nn.Parameter(torch.tensor(parameters[f"{name}.scale"]))
    layer.bias = nn.Parameter(torch.tensor(parameters[f"{name}.shift"]))
    return layer


class Block(nn.Module):
    def __init__(self, parameters, name, heads):
        super().__init__()
        self.heads = heads
        self.norm1 = norm(parameters, f"{name}.norm1")
        self.qkv = linear(parameters,
                          *(f"{name}.attention.{part}" for part in "qkv"))
        self.out = linear(parameters, f"{name}.attention.out")
        self.norm2 = norm(parameters, f"{name}.norm2")
        self.up = linear(parameters, f"{name}.mlp.up")
        self.down = linear(parameters, f"{name}.mlp.down")

    def attention(self, x):
        batch, sequence, width = x.shape
        parts = self.qkv(x).view(batch, sequence, 3, self.heads, -1)
        q, k, v = parts.permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.out(mixed.transpose(1, 2).reshape(batch, sequence, width))

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


def make_gpt_step(workload, parameters, mode):
    model = DistributedDataParallel(Gpt(workload, parameters))
    optimizer = torch.optim.AdamW(model.parameters(), lr=workload.lr,
                                  betas=(0.9, 0.99), weight_decay=0.1,
                                  fused=True)
    if mode == "compile":
        model = torch.compile(model)

    def step(inputs, y):
        optimizer.zero_grad(set_to_none=True)
        logits = model(*inputs)
        loss = F.cross_entropy(logits.flatten(0, 1), y.flatten())
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        return loss.detach()

    return step
