"""One timed run of JAX on two host devices, a thread each.

usage: compare_jax.py WORKLOAD FOLDER jit|shard_map

Prints one JSON object: steps_per_s, and the losses of the first steps.
"""

import functools
import json
import os
import sys
import time

os.environ["XLA_FLAGS"] = ("--xla_force_host_platform_device_count=2 "
                           "--xla_cpu_multi_thread_eigen=false")

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from gpt_jax import adamw, gpt_loss, spec_of
from workloads import WORKLOADS, GptWorkload, read_safetensors

# Queued steps deadlock in XLA's rendezvous where cores are as many as devices.
jax.config.update("jax_cpu_enable_async_dispatch", False)

CHECKED = 5  # steps whose losses are printed
WARM_UP = 15
WHOLE, SHARDED = PartitionSpec(), PartitionSpec("data")


def transform(parameters, indices, values):
    return jnp.einsum("bk,bkn->bn", values, parameters["w"][indices])


def mlp(parameters, x):
    layers = len(parameters) // 2
    for i in range(1, layers + 1):
        x = x @ parameters[f"w{i}"] + parameters[f"b{i}"]
        if i < layers:
            x = jax.nn.relu(x)
    return x


def mse(z, y):
    return jnp.mean((z - y)**2)


def cross_entropy(z, y):
    logs = jax.nn.log_softmax(z)
    return -jnp.mean(jnp.take_along_axis(logs, y[:, None], axis=1))


def adam(parameters, gradients, state, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8):
    t = state["t"] + 1
    c1, c2 = 1 - b1**t, 1 - b2**t
    m = jax.tree.map(lambda m, g: b1 * m + (1 - b1) * g, state["m"], gradients)
    v = jax.tree.map(lambda v, g: b2 * v + (1 - b2) * g * g, state["v"],
                     gradients)
    parameters = jax.tree.map(
        lambda p, m, v: p - lr / c1 * m / (jnp.sqrt(v / c2) + eps),
        parameters, m, v)
    return parameters, {"t": t, "m": m, "v": v}


class Cut:
    """How a workload lies on the mesh."""

    def __init__(self, workload, shapes):
        axis = "tensor" if workload.strategy == "tensor" else "data"
        self.mesh = Mesh(np.array(jax.devices()), (axis,))
        self.whole = NamedSharding(self.mesh, WHOLE)
        self.batch = self.whole if axis == "tensor" else NamedSharding(
            self.mesh, SHARDED)
        self.parameters = {
            name: NamedSharding(self.mesh,
                                spec_of(workload.strategy, name, shape))
            for name, shape in shapes.items()}
        self.state = {"t": self.whole, "m": self.parameters,
                      "v": self.parameters}

    def keep(self, x):
        return jax.lax.with_sharding_constraint(x, self.batch)


def objective_of(workload, cut, mode):
    """The loss of parameters, inputs and y; and the optimizer."""
    if isinstance(workload, GptWorkload):
        keep = {} if mode == "shard_map" else {"keep": cut.keep}
        return (functools.partial(gpt_loss, workload, **keep),
                functools.partial(adamw, lr=workload.lr))
    model = transform if workload.nonzeros else mlp
    loss_of = mse if workload.loss == "mse" else cross_entropy
    return lambda p, inputs, y: loss_of(model(p, *inputs), y), adam


def make_step(workload, cut, mode):
    objective, update = objective_of(workload, cut, mode)

    def step(parameters, state, inputs, y):
        loss, gradients = jax.value_and_grad(
            lambda p: objective(p, inputs, y))(parameters)
        if mode == "shard_map":
            loss, gradients = jax.lax.pmean((loss, gradients), "data")
        return loss, *update(parameters, gradients, state)

    if mode == "shard_map":
        step = jax.shard_map(
            step, mesh=cut.mesh, in_specs=(WHOLE, WHOLE, SHARDED, SHARDED),
            out_specs=WHOLE, check_vma=False)
    variables = (cut.parameters, cut.state)
    return jax.jit(step, in_shardings=(*variables, cut.batch, cut.batch),
                   out_shardings=(cut.whole, *variables),
                   donate_argnums=(0, 1))


def load_batches(workload, folder, cut):
    """Each batch on its devices, as the inputs of the model and y."""
    data = np.load(f"{folder}/{workload.name}.npz")
    rows = workload.batch * workload.batches
    y = data["targets" if isinstance(workload, GptWorkload) else "y"]
    if isinstance(workload, GptWorkload):
        inputs = [data["tokens"]]
    elif workload.nonzeros:
        shape = (rows, workload.nonzeros)
        inputs = [data["x.indices"].reshape(shape),
                  data["x.data"].reshape(shape)]
    else:
        inputs = [data["x"]]
    put = functools.partial(jax.device_put, device=cut.batch)
    return [([put(a[s:s + workload.batch]) for a in inputs],
             put(y[s:s + workload.batch]))
            for s in range(0, rows, workload.batch)]


def initial(parameters, cut):
    zeros = {n: np.zeros_like(p) for n, p in parameters.items()}
    state = {"t": np.float32(0), "m": zeros, "v": zeros}
    return jax.device_put((parameters, state), (cut.parameters, cut.state))


def main():
    workload, folder, mode = WORKLOADS[sys.argv[1]], sys.argv[2], sys.argv[3]
    parameters = read_safetensors(f"{folder}/{workload.name}.safetensors")
    cut = Cut(workload, {n: p.shape for n, p in parameters.items()})
    batches = load_batches(workload, folder, cut)
    step = make_step(workload, cut, mode)
    parameters, state = initial(parameters, cut)
    warm_up = min(WARM_UP, CHECKED + workload.steps // 2)
    losses = []
    for t in range(warm_up + workload.steps):
        if t == warm_up:
            start = time.perf_counter()
        loss, parameters, state = step(parameters, state,
                                       *batches[t % len(batches)])
        jax.block_until_ready((loss, parameters, state))
        if t < CHECKED:
            losses.append(float(loss))
    seconds = time.perf_counter() - start
    print(json.dumps({"steps_per_s": workload.steps / seconds,
                      "losses": losses}))


if __name__ == "__main__":
    main()
