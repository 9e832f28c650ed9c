# ruff: noqa: D102  (what every verb does is said once, in protocol.py)
"""TensorFlow as an engine, for its own stacks and for Keras on top of it."""

import math
import os
from typing import Any

# Importing TensorFlow imports Keras, which would follow another backend into this process.
os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np
import tensorflow as tf

from benchmarks.errors import LaboratoryError
from benchmarks.stacks.protocol import Device, Flag
from benchmarks.tasks.task import Weights

__all__ = ["RUNTIME", "TensorflowRuntime", "count_flops", "dense_gradients"]

#: The operations that multiply and add; the profiler knows how much.
COUNTED = ["BatchMatMulV2", "Conv2D", "MatMul"]
#: Whoever is in a graph hides operations that the profiler does not see.
OPAQUE = {"Case", "If", "PartitionedCall", "StatefulPartitionedCall", "StatelessIf"}
OPAQUE |= {"StatelessWhile", "While"}


class TensorflowRuntime:
    """See `protocol.Runtime`."""

    def __init__(self) -> None:
        self.device = "/CPU:0"

    def limit_threads(self, threads: int) -> None:
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(threads)

    def threads(self) -> dict[str, int]:
        # oneDNN's kernels run in the first of these pools.
        return {
            "threads": tf.config.threading.get_intra_op_parallelism_threads(),
            "interop_threads": tf.config.threading.get_inter_op_parallelism_threads(),
        }

    def use(self, device: Device) -> None:
        cards = tf.config.list_physical_devices("GPU")
        if device == "cuda" and not cards:
            raise LaboratoryError(
                "--device cuda",
                "TensorFlow finds no NVIDIA GPU",
                cure='Install "tensorflow[and-cuda]" and the driver, or measure with --device cpu',
            )
        chosen = cards[:1] if device == "cuda" else []
        tf.config.set_visible_devices(chosen, "GPU")
        for card in chosen:
            # Else it takes the whole card at once, and its peak says nothing.
            tf.config.experimental.set_memory_growth(card, True)
            self.device = "/GPU:0"
        tf.config.experimental.enable_tensor_float_32_execution(False)

    def put(self, values: Any) -> tf.Tensor:
        """The values as a tensor on the device."""
        with tf.device(self.device):
            return tf.identity(tf.constant(values))

    def finish(self) -> None:
        """Wait until the card has done all that was queued; a CPU queues nothing."""
        if self.device != "/CPU:0":
            tf.test.experimental.sync_devices()

    def versions(self) -> dict[str, str]:
        build = tf.sysconfig.get_build_info()
        cuda = {} if self.device == "/CPU:0" else {"cuda": str(build.get("cuda_version"))}
        return {"tensorflow": tf.__version__, "numpy": np.__version__, **cuda}

    def flags(self) -> dict[str, Flag]:
        return {
            **self.threads(),
            "onednn": os.environ.get("TF_ENABLE_ONEDNN_OPTS", "default"),
            "tf32": tf.config.experimental.tensor_float_32_execution_enabled(),
            "cudnn_benchmark": os.environ.get("TF_CUDNN_USE_AUTOTUNE", "default"),
            "xla_auto_jit": str(tf.config.optimizer.get_jit() or "off"),
        }

    def peak_device_bytes(self) -> int | None:
        if self.device == "/CPU:0":
            return None
        return int(tf.config.experimental.get_memory_info("GPU:0")["peak"])


def count_flops(function: Any, *inputs: tf.Tensor) -> int | None:
    """What TensorFlow's own profiler counts in the graph of `function` on these inputs."""
    graph = tf.function(function).get_concrete_function(*inputs).graph
    operations = graph.get_operations()
    if any(each.type in OPAQUE for each in operations):
        return None
    builder = tf.compat.v1.profiler.ProfileOptionBuilder
    options = builder(builder.float_operation()).with_accounted_types(COUNTED)
    profile = tf.compat.v1.profiler.profile(
        graph, cmd="op", options=options.with_empty_output().build()
    )
    einsums = [_einsum_flops(each) for each in operations if each.type == "Einsum"]
    return int(profile.total_float_ops) + sum(einsums)


def _einsum_flops(einsum: tf.Operation) -> int:
    """Two operations for every combination of its labels; the profiler knows no Einsum."""
    terms = einsum.get_attr("equation").decode().partition("->")[0].split(",")
    sizes: dict[str, int] = {}
    for term, operand in zip(terms, einsum.inputs, strict=True):
        sizes |= dict(zip(term, operand.shape, strict=True))
    return 2 * math.prod(sizes.values())


def dense_gradients(found: dict[str, Any]) -> Weights:
    """Gradients as arrays, those of embeddings with a row for every word."""
    return {name: tf.convert_to_tensor(each).numpy() for name, each in found.items()}


RUNTIME = TensorflowRuntime()
