"""Footprint: how much disk and memory does it take before a model is loaded?

Sizes on the disk come from the metadata of the packages and leave out what serves GPUs alone. The
memory is what a fresh process holds after the import and one small computation.
"""

import psutil

from benchmarks.probes.child import Child
from benchmarks.probes.packages import needed, size_bytes
from benchmarks.probes.rubric import Facts, Row, Rubric

RUBRIC = Rubric(
    criterion="footprint",
    facts={
        "disk-under-300-mb": "with its default engine it takes less than 300 MB on the disk",
        "disk-under-1-gb": "with its default engine it takes less than 1 GB on the disk",
        "memory-under-150-mb": "ready to compute, it holds less than 150 MB of memory",
        "memory-under-500-mb": "ready to compute, it holds less than 500 MB of memory",
        "light-engine": "there is an engine with which it stays under 1 GB and 500 MB",
    },
    rows=(
        Row(4, needs=("disk-under-300-mb", "memory-under-150-mb")),
        Row(3, needs=("disk-under-1-gb", "memory-under-500-mb")),
        Row(2, needs=("light-engine",)),
    ),
    floor=1,
)


def _disk(*names: str) -> int:
    return sum(size_bytes(each) for each in {part for name in names for part in needed(name)})


def _resident() -> int:
    return int(psutil.Process().memory_info().rss)


def keras_memory() -> int:
    import keras

    keras.ops.add(1.0, 1.0)
    return _resident()


def tensorflow_memory() -> int:
    import tensorflow as tf

    tf.add(1.0, 1.0)
    return _resident()


def torch_memory() -> int:
    import torch

    torch.add(torch.ones(()), 1.0)
    return _resident()


def record(facts: Facts, disk: int, memory: int) -> None:
    """The thresholds, by bytes on the disk and in memory."""
    facts.record("disk-under-300-mb", disk < 300e6, f"{disk / 1e6:.0f} MB")
    facts.record("disk-under-1-gb", disk < 1e9, f"{disk / 1e6:.0f} MB")
    facts.record("memory-under-150-mb", memory < 150e6, f"{memory / 1e6:.0f} MB")
    facts.record("memory-under-500-mb", memory < 500e6, f"{memory / 1e6:.0f} MB")


def record_light(facts: Facts, disk: int, memory: int, engine: str) -> None:
    """Whether it is light with the lightest engine that trains."""
    said = f"with {engine}: {disk / 1e6:.0f} MB on the disk, {memory / 1e6:.0f} MB in memory"
    facts.record("light-engine", disk < 1e9 and memory < 500e6, said)


def test_keras(facts: Facts) -> None:
    facts.need("jax")
    with Child(KERAS_BACKEND="tensorflow") as child:
        record(facts, _disk("keras", "tensorflow"), child.run(keras_memory))
    with Child(hidden=["tensorflow", "torch"], KERAS_BACKEND="jax") as child:
        record_light(facts, _disk("keras", "jax"), child.run(keras_memory), "JAX")


def test_tensorflow(facts: Facts) -> None:
    with Child() as child:
        disk, memory = _disk("tensorflow"), child.run(tensorflow_memory)
    record(facts, disk, memory)
    record_light(facts, disk, memory, "its only engine")


def test_pytorch(facts: Facts) -> None:
    with Child() as child:
        disk, memory = _disk("torch"), child.run(torch_memory)
    record(facts, disk, memory)
    record_light(facts, disk, memory, "its only engine")
