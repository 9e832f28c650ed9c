"""Data-parallel training: can training be spread over several devices or machines?

Two workers each see half of a batch; the gradient that both then hold is compared with that of one
process on the whole batch, worked out by NumPy. The model is linear: y = x w.
"""

import json
import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks.probes.child import Child, together
from benchmarks.probes.rubric import Facts, Row, Rubric

RUBRIC = Rubric(
    criterion="data-parallel",
    facts={
        "equal-gradients": "two workers hold the gradient that one has on the whole batch",
        "several-processes": "the workers are processes of their own, as on several machines",
        "sharded-state": "weights and optimizer state can be spread over the workers as well",
        "launcher": "a launcher that comes along starts the workers and tells them of each other",
        "built-in-loop": "the built-in loop trains on several workers",
    },
    asides={
        "two-logical-devices": "one process trains on two logical devices",
        "tensorflow-engine": "keras.distribution works on TensorFlow",
        "torch-engine": "keras.distribution works on PyTorch",
    },
    rows=(
        Row(4, needs=("equal-gradients", "several-processes", "sharded-state", "launcher")),
        Row(3, needs=("equal-gradients",), some=1, of=("several-processes", "built-in-loop")),
        Row(2, needs=("equal-gradients",)),
    ),
    floor=1,
    claims=(
        "arch-tf-10",
        "perf-keras-05",
        "perf-torch-07",
    ),
)

X = np.random.default_rng(0).normal(size=(8, 3)).astype(np.float32)
Y = X.sum(axis=1, keepdims=True)
W = np.ones((3, 1), dtype=np.float32) * 0.5

#: The gradient of the mean squared error over the whole batch.
GRADIENT = 2 * X.T @ (X @ W - Y) / len(X)


def equal(gradients: Sequence[Any]) -> str:
    """How far gradients are from the one on the whole batch; AssertionError if not rounding."""
    worst = max(
        float(np.abs(np.asarray(each).reshape(3, 1) - GRADIENT).max()) for each in gradients
    )
    assert worst < 1e-5, f"gradients differ by {worst:.1e}"
    return f"{len(gradients)} gradients differ by at most {worst:.1e}"


def keras_gradient() -> Any:
    """One step of fit() under keras.distribution; the gradient follows from the weights."""
    import keras

    devices = keras.distribution.list_devices()
    assert len(devices) == 2, f"{len(devices)} devices"
    keras.distribution.set_distribution(keras.distribution.DataParallel(devices=devices))
    try:
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, use_bias=False)])
        model.set_weights([W])
        model.compile(keras.optimizers.SGD(1.0), "mse")
        model.fit(X, Y, batch_size=8, verbose=0)
        return (W - model.get_weights()[0]).tolist()
    finally:
        keras.distribution.set_distribution(None)


def keras_worker(rank: int, port: int) -> Any:
    """One of two processes that keras.distribution joins on JAX, with its half of the batch."""
    import keras

    keras.distribution.initialize(f"127.0.0.1:{port}", 2, rank)
    devices = keras.distribution.list_devices()
    strategy = keras.distribution.DataParallel(devices=devices, auto_shard_dataset=False)
    keras.distribution.set_distribution(strategy)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, use_bias=False)])
    model.set_weights([W])
    model.compile(keras.optimizers.SGD(1.0), "mse")
    half = slice(rank * 4, rank * 4 + 4)
    model.fit(X[half], Y[half], batch_size=4, verbose=0)
    return (W - np.asarray(model.layers[0].kernel)).tolist()


def keras_whole_state() -> bool:
    """Whether the optimizer's state is whole on every one of the devices."""
    import keras

    devices = keras.distribution.list_devices()
    keras.distribution.set_distribution(keras.distribution.DataParallel(devices=devices))
    try:
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
        model.compile("adam", "mse")
        model.fit(np.ones((8, 4)), np.ones((8, 2)), batch_size=8, verbose=0)
        return all(each.value.sharding.is_fully_replicated for each in model.optimizer.variables)
    finally:
        keras.distribution.set_distribution(None)


def keras_distribution() -> str:
    """Whether keras.distribution can list devices and take a strategy on this engine."""
    import keras

    devices = keras.distribution.list_devices("cpu")
    keras.distribution.set_distribution(keras.distribution.DataParallel(devices=devices))
    keras.distribution.set_distribution(None)
    return f"{len(devices)} devices"


def test_keras(facts: Facts, on_jax: Child, on_torch: Child) -> None:
    import keras

    for fact in ("equal-gradients", "built-in-loop"):
        with facts.trying(fact) as trial:
            trial.tell(f"on JAX, two devices: {equal([on_jax.run(keras_gradient)])}")
    with facts.trying("several-processes") as trial:
        hidden = ("tensorflow", "torch")
        gradients = together(keras_worker, hidden=hidden, KERAS_BACKEND="jax", JAX_PLATFORMS="cpu")
        trial.tell(f"on JAX: {equal(gradients)}")
    with facts.trying("sharded-state"):
        assert not on_jax.run(keras_whole_state), "Adam's state is whole on every device"
    names = [name for name in dir(keras.distribution) if "launch" in name or "run" in name]
    facts.record("launcher", bool(names), ", ".join(names) or "keras.distribution names none")
    with facts.trying("torch-engine") as trial:
        trial.tell(on_torch.run(keras_distribution))
    with facts.trying("tensorflow-engine") as trial, Child(KERAS_BACKEND="tensorflow") as fresh:
        trial.tell(fresh.run(keras_distribution))


def tensorflow_worker(rank: int, port: int) -> Any:
    """One of two workers of MultiWorkerMirroredStrategy, meeting on this machine."""
    addresses = [f"127.0.0.1:{port}", f"127.0.0.1:{port + 1}"]
    task = {"type": "worker", "index": rank}
    os.environ["TF_CONFIG"] = json.dumps({"cluster": {"worker": addresses}, "task": task})
    import tensorflow as tf

    strategy = tf.distribute.MultiWorkerMirroredStrategy()
    return tensorflow_gradient(strategy, X[rank * 4 : rank * 4 + 4], Y[rank * 4 : rank * 4 + 4])


def tensorflow_gradient(strategy: Any, x: Any, y: Any) -> Any:
    """The summed gradient of a step under a strategy, each worker with its share."""
    import tensorflow as tf

    with strategy.scope():
        weights = tf.Variable(W)

    @tf.function
    def gradient(x: Any, y: Any) -> Any:
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum((x @ weights - y) ** 2) / len(X)
        found = tape.gradient(loss, weights)
        return tf.distribute.get_replica_context().all_reduce("sum", found)

    found = strategy.run(gradient, args=(tf.constant(x), tf.constant(y)))
    return strategy.experimental_local_results(found)[0].numpy().tolist()


def tensorflow_logical() -> Any:
    """One process with two logical processors under MirroredStrategy."""
    import tensorflow as tf

    cpu = tf.config.list_physical_devices("CPU")[0]
    half = tf.config.LogicalDeviceConfiguration()
    tf.config.set_logical_device_configuration(cpu, [half, half])
    strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    data = tf.data.Dataset.from_tensor_slices((X, Y)).batch(8)
    with strategy.scope():
        weights = tf.Variable(W)

    def gradient(x: Any, y: Any) -> Any:
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum((x @ weights - y) ** 2) / len(X)
        return tf.distribute.get_replica_context().all_reduce("sum", tape.gradient(loss, weights))

    batch = next(iter(strategy.experimental_distribute_dataset(data)))
    found = strategy.run(gradient, args=batch)
    return [each.numpy().tolist() for each in strategy.experimental_local_results(found)]


def test_tensorflow(facts: Facts) -> None:
    import tensorflow as tf

    with facts.trying("equal-gradients") as trial:
        trial.tell(f"MultiWorkerMirroredStrategy: {equal(together(tensorflow_worker))}")
    several = facts.established["equal-gradients"].holds
    facts.record("several-processes", several, "two processes met over gRPC")
    with facts.trying("two-logical-devices") as trial, Child() as fresh:
        trial.tell(f"MirroredStrategy: {equal(fresh.run(tensorflow_logical))}")
    with facts.trying("built-in-loop") as trial:
        with tf.distribute.MirroredStrategy(["CPU:0"]).scope():
            model = tf.keras.Sequential([tf.keras.Input((3,)), tf.keras.layers.Dense(1)])
            model.compile("sgd", "mse")
        model.fit(X, Y, verbose=0)
        trial.tell("fit() of tf.keras within a strategy's scope")
    names = [name for name in dir(tf.distribute) if "FSDP" in name or "Sharded" in name]
    facts.record("sharded-state", bool(names), ", ".join(names) or "no strategy spreads the state")
    names = [name for name in dir(tf.distribute) if "launch" in name.lower()]
    said = ", ".join(names) or "tf.distribute names none: TF_CONFIG is written by other means"
    facts.record("launcher", bool(names), said)


def torch_worker(rank: int, port: int) -> Any:
    """One of two workers of DistributedDataParallel on gloo."""
    import torch
    from torch.nn.parallel import DistributedDataParallel

    meet = f"tcp://127.0.0.1:{port}"
    torch.distributed.init_process_group("gloo", init_method=meet, rank=rank, world_size=2)
    model = torch.nn.Linear(3, 1, bias=False)
    model.weight.data = torch.from_numpy(W.T.copy())
    half = slice(rank * 4, rank * 4 + 4)
    parallel = DistributedDataParallel(model)
    found = parallel(torch.from_numpy(X[half]))
    torch.nn.functional.mse_loss(found, torch.from_numpy(Y[half])).backward()
    assert model.weight.grad is not None
    gradient = model.weight.grad.tolist()
    torch.distributed.destroy_process_group()
    return gradient


def torch_sharded_worker(rank: int, port: int) -> Any:
    """One of two workers of fully_shard, with Adam on its half of the weights."""
    import torch
    from torch.distributed.device_mesh import init_device_mesh
    from torch.distributed.fsdp import fully_shard

    meet = f"tcp://127.0.0.1:{port}"
    torch.distributed.init_process_group("gloo", init_method=meet, rank=rank, world_size=2)
    model = torch.nn.Linear(3, 2, bias=False)
    fully_shard(model, mesh=init_device_mesh("cpu", (2,)))
    optimizer = torch.optim.Adam(model.parameters())
    half = slice(rank * 4, rank * 4 + 4)
    model(torch.from_numpy(X[half])).sum().backward()
    optimizer.step()
    state = next(iter(optimizer.state.values()))["exp_avg"].to_local().numel()
    torch.distributed.destroy_process_group()
    return state


def test_pytorch(facts: Facts) -> None:
    import torch

    with facts.trying("equal-gradients") as trial:
        trial.tell(f"DistributedDataParallel: {equal(together(torch_worker))}")
    several = facts.established["equal-gradients"].holds
    facts.record("several-processes", several, "two processes met over gloo")
    with facts.trying("sharded-state") as trial:
        state = together(torch_sharded_worker)
        assert state == [3, 3], f"numbers of state on each worker: {state}"
        trial.tell("fully_shard: each worker keeps 3 of Adam's 6 means")
    with facts.trying("launcher") as trial:
        from torch.distributed import run

        trial.tell(f"torchrun is {run.__name__}")
    names = [name for name in dir(torch.nn.Module) if name == "fit"]
    facts.record("built-in-loop", bool(names), "there is no built-in loop")
