"""Models larger than one device: can one model be split over several devices?

The weights of one layer are split over two devices or processes. Each has to hold half of them, and
the outputs have to be those of the whole layer.
"""

from typing import Any

import numpy as np

from benchmarks.probes.child import Child, together
from benchmarks.probes.rubric import Facts, Row, Rubric

RUBRIC = Rubric(
    criterion="model-sharding",
    facts={
        "weights-split": "each of two devices holds half of the weights",
        "same-outputs": "the outputs are those of the layer as a whole",
        "settled-name": "it is public under a name that does not say experimental",
        "on-every-engine": "it is there on all engines that the framework trains with",
        "whole-models-split": "a wrapper shards a whole model for training, layer by layer",
        "pipelines": "layers can sit on different devices, with batches flowing through",
    },
    rows=(
        Row(
            4,
            needs=(
                "weights-split",
                "same-outputs",
                "settled-name",
                "whole-models-split",
                "pipelines",
            ),
        ),
        Row(3, needs=("weights-split", "same-outputs", "settled-name", "on-every-engine")),
        Row(2, needs=("weights-split", "same-outputs", "settled-name")),
        Row(1, needs=("weights-split", "same-outputs")),
    ),
    claims=("perf-torch-07",),
)

X = np.random.default_rng(0).normal(size=(4, 6)).astype(np.float32)
W = np.random.default_rng(1).normal(size=(6, 8)).astype(np.float32)
WANTED = X @ W


def close(outputs: Any) -> str:
    """How far outputs are from those of the whole layer; AssertionError if not rounding."""
    worst = float(np.abs(np.asarray(outputs) - WANTED).max())
    assert worst < 1e-5, f"outputs differ by {worst:.1e}"
    return f"outputs differ by at most {worst:.1e}"


def half(shapes: Any) -> str:
    """The shapes of the parts; AssertionError unless each is half of the weights."""
    assert [int(np.prod(shape)) for shape in shapes] == [W.size // 2] * 2, f"parts of {shapes}"
    return f"{W.shape} as {' and '.join(str(tuple(shape)) for shape in shapes)}"


def keras_sharded() -> Any:
    """A dense layer under ModelParallel over two devices: shapes of the parts, and outputs."""
    import keras

    devices = keras.distribution.list_devices()
    mesh = keras.distribution.DeviceMesh((1, 2), ("batch", "model"), devices)
    layout = keras.distribution.LayoutMap(mesh)
    layout[".*dense/kernel"] = (None, "model")
    strategy = keras.distribution.ModelParallel(layout_map=layout, batch_dim_name="batch")
    keras.distribution.set_distribution(strategy)
    try:
        layer = keras.layers.Dense(8, use_bias=False, name="dense")
        model = keras.Sequential([keras.Input((6,)), layer])
        model.set_weights([W])
        shapes = [part.data.shape for part in layer.kernel.value.addressable_shards]
        return shapes, model.predict(X, verbose=0).tolist()
    finally:
        keras.distribution.set_distribution(None)


def keras_listed() -> int:
    import keras

    return len(keras.distribution.list_devices("cpu"))


def test_keras(facts: Facts, on_jax: Child, on_torch: Child) -> None:
    import keras

    shapes, outputs = [], np.zeros_like(WANTED)
    with facts.trying("weights-split") as trial:
        shapes, outputs = on_jax.run(keras_sharded)
        trial.tell(f"on JAX: {half(shapes)}")
    with facts.trying("same-outputs") as trial:
        trial.tell(close(outputs))
    settled = hasattr(keras.distribution, "ModelParallel")
    facts.record("settled-name", settled, "keras.distribution.ModelParallel")
    with facts.trying("on-every-engine") as trial:
        trial.tell(f"on PyTorch: {on_torch.run(keras_listed)} devices")
    for fact, word in (("whole-models-split", "Sharded"), ("pipelines", "Pipeline")):
        names = [name for name in dir(keras.distribution) if word in name]
        said = ", ".join(names) or f"keras.distribution has nothing called {word}"
        facts.record(fact, bool(names), said)


def tensorflow_sharded() -> Any:
    """A product with weights split by DTensor over two logical processors."""
    import tensorflow as tf
    from tensorflow.experimental import dtensor

    cpu = tf.config.list_physical_devices("CPU")[0]
    logical = [tf.config.LogicalDeviceConfiguration()] * 2
    tf.config.set_logical_device_configuration(cpu, logical)
    mesh = dtensor.create_mesh([("model", 2)], devices=["CPU:0", "CPU:1"])
    split = dtensor.Layout([dtensor.UNSHARDED, "model"], mesh)
    whole = dtensor.Layout([dtensor.UNSHARDED, dtensor.UNSHARDED], mesh)
    weights = dtensor.relayout(dtensor.copy_to_mesh(W, whole), split)
    outputs = tf.matmul(dtensor.copy_to_mesh(X, whole), weights)
    shapes = [part.shape.as_list() for part in dtensor.unpack(weights)]
    parts = [part.numpy() for part in dtensor.unpack(outputs)]
    return shapes, np.concatenate(parts, axis=1).tolist()


def test_tensorflow(facts: Facts) -> None:
    import tensorflow as tf
    from tensorflow.experimental import dtensor

    shapes, outputs = [], np.zeros_like(WANTED)
    with facts.trying("weights-split") as trial, Child() as fresh:
        shapes, outputs = fresh.run(tensorflow_sharded)
        trial.tell(half(shapes))
    with facts.trying("same-outputs") as trial:
        trial.tell(close(outputs))
    names = dtensor.relayout._tf_api_names
    settled = any("experimental" not in name for name in names)
    facts.record("settled-name", settled, ", ".join(f"tf.{name}" for name in names))
    split = facts.established["weights-split"].holds
    facts.record("on-every-engine", split, "it has one engine")
    for fact, word in (("whole-models-split", "Sharded"), ("pipelines", "Pipeline")):
        names = [name for name in dir(tf.distribute) if word in name]
        said = ", ".join(names) or f"tf.distribute has nothing called {word}"
        facts.record(fact, bool(names), said)


def torch_sharded(rank: int, port: int) -> Any:
    """A layer split by fully_shard over two processes: shape of this part, and outputs."""
    import torch
    from torch.distributed.device_mesh import init_device_mesh
    from torch.distributed.fsdp import fully_shard

    meet = f"tcp://127.0.0.1:{port}"
    torch.distributed.init_process_group("gloo", init_method=meet, rank=rank, world_size=2)
    layer = torch.nn.Linear(6, 8, bias=False)
    layer.weight.data = torch.from_numpy(W.T.copy())
    fully_shard(layer, mesh=init_device_mesh("cpu", (2,)))
    outputs = layer(torch.from_numpy(X))
    outputs.sum().backward()
    part: Any = layer.weight
    shape = list(part.to_local().shape)
    torch.distributed.destroy_process_group()
    return shape, outputs.tolist()


def torch_pipelined(rank: int, port: int) -> Any:
    """Two layers, one in each process, and two small batches that flow through both."""
    import torch
    from torch.distributed.pipelining import PipelineStage, ScheduleGPipe

    meet = f"tcp://127.0.0.1:{port}"
    torch.distributed.init_process_group("gloo", init_method=meet, rank=rank, world_size=2)
    layer = torch.nn.Linear(6, 8, bias=False) if rank == 0 else torch.nn.Identity()
    if isinstance(layer, torch.nn.Linear):
        layer.weight.data = torch.from_numpy(W.T.copy())
    stage = PipelineStage(layer, rank, 2, torch.device("cpu"))
    schedule = ScheduleGPipe(stage, n_microbatches=2)
    outputs = schedule.step(torch.from_numpy(X)) if rank == 0 else schedule.step()
    found = outputs.tolist() if outputs is not None else None
    torch.distributed.destroy_process_group()
    return found


def test_pytorch(facts: Facts) -> None:
    shapes, outputs = [], np.zeros_like(WANTED)
    with facts.trying("weights-split") as trial:
        workers = together(torch_sharded)
        shapes, outputs = [worker[0] for worker in workers], workers[0][1]
        trial.tell(f"fully_shard: {half(shapes)}")
    with facts.trying("same-outputs") as trial:
        trial.tell(close(outputs))
    import torch.distributed.fsdp

    settled = hasattr(torch.distributed.fsdp, "fully_shard")
    facts.record("settled-name", settled, "torch.distributed.fsdp.fully_shard")
    whole = facts.established["weights-split"].holds
    facts.record("on-every-engine", whole, "it has one engine")
    facts.record("whole-models-split", whole, "fully_shard takes any module, and trained it")
    with facts.trying("pipelines") as trial:
        trial.tell(f"ScheduleGPipe: {close(together(torch_pipelined)[1])}")
