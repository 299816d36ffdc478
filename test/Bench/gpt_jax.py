"""The GPT of the comparison in JAX, its optimizer, and how it is cut."""

import jax
import jax.numpy as jnp
from jax.sharding import PartitionSpec


def linear(p, name, x):
    return x @ p[f"{name}.weight"] + p[f"{name}.bias"]


def norm(p, name, x):
    centred = x - x.mean(-1, keepdims=True)
    variance = (centred * centred).mean(-1, keepdims=True)
    return (centred * jax.lax.rsqrt(variance + 1e-5) * p[f"{name}.scale"] +
            p[f"{name}.shift"])


def attention(p, name, x, heads):
    q, k, v = (linear(p, f"{name}.{part}", x).reshape(*x.shape[:2], heads, -1)
               for part in "qkv")
    mixed = jax.nn.dot_product_attention(q, k, v, is_causal=True)
    return linear(p, f"{name}.out", mixed.reshape(x.shape))


def spec_of(strategy, name, shape):
    """The part of a parameter that each device holds."""
    layer, _, part = name.rpartition(".")
    if strategy == "tensor" and layer.endswith((".q", ".k", ".v", ".up")):
        return PartitionSpec(*[None] * (len(shape) - 1), "tensor")
    if (strategy == "tensor" and part == "weight" and
            layer.endswith((".out", ".down"))):
        return PartitionSpec("tensor")
    if strategy == "zero3":
        dim = next(d for d, size in enumerate(shape) if size % 2 == 0)
        return PartitionSpec(*[None] * dim, "data")
    return PartitionSpec()


def gpt_loss(workload, p, inputs, targets, keep=lambda x: x):
    """`keep` says how what runs between the blocks is cut."""
    x = p["tokens.table"][inputs[0]] + p["positions.table"]
    for i in range(workload.layers):
        x = keep(x)
        name = f"block{i}"
        x = x + attention(p, f"{name}.attention", norm(p, f"{name}.norm1", x),
                          workload.heads)
        up = linear(p, f"{name}.mlp.up", norm(p, f"{name}.norm2", x))
        x = x + linear(p, f"{name}.mlp.down",
                       jax.nn.gelu(up, approximate=False))
    logs = jax.nn.log_softmax(norm(p, "norm", keep(x)) @ p["head.weight"])
    return -jnp.mean(jnp.take_along_axis(logs, targets[..., None], axis=-1))


def adamw(p, gradients, state, lr, b1=0.9, b2=0.99, eps=1e-8, decay=0.1):
    """Gradients clipped to norm 1 first."""
    total = jnp.sqrt(sum(jnp.sum(g * g) for g in jax.tree.leaves(gradients)))
    factor = jnp.minimum(1, 1 / (total + 1e-6))
    t = state["t"] + 1
    c1, c2 = 1 - b1**t, 1 - b2**t
    m = jax.tree.map(lambda m, g: b1 * m + (1 - b1) * factor * g, state["m"],
                     gradients)
    v = jax.tree.map(lambda v, g: b2 * v + (1 - b2) * (factor * g)**2,
                     state["v"], gradients)
    p = jax.tree.map(
        lambda p, m, v: (p * (1 - lr * decay) -
                         lr / c1 * m / (jnp.sqrt(v / c2) + eps)), p, m, v)
    return p, {"t": t, "m": m, "v": v}
