"""TensorFlow: a `tf.data.Dataset` and a Python loop around the traced step.

Follows https://www.tensorflow.org/guide/data and
https://www.tensorflow.org/guide/core/mlp_core
"""

from typing import Any

import tensorflow as tf

from benchmarks.tasks.task import Examples

__all__ = ["loader", "run_epoch"]


def loader(trainer: Any, examples: Examples, *, batch: int, shuffle: bool) -> Any:
    """Slices of the arrays, shuffled among all in each epoch, prefetched as TensorFlow sees fit."""
    del trainer
    dataset = tf.data.Dataset.from_tensor_slices((examples.inputs, examples.targets))
    if shuffle:
        dataset = dataset.shuffle(len(examples.targets))
    # Nothing remains; to say so fixes the size of a batch, so that there is one trace.
    return dataset.batch(batch, drop_remainder=True).prefetch(tf.data.AUTOTUNE)


def run_epoch(trainer: Any, loader: Any) -> None:
    """The stack's step on every batch; each returns its loss on the host."""
    for batch in loader:
        trainer.step(batch)
