"""Watching experiments: can curves, graphs and runs be looked at and compared?

Whatever is written is read back with TensorBoard's own reader, in a process of its own, since that
package imports TensorFlow where it finds it.
"""

from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.probes.child import Child
from benchmarks.probes.packages import needed
from benchmarks.probes.rubric import Facts, Row, Rubric

RUBRIC = Rubric(
    criterion="experiment-visualisation",
    facts={
        "curves": "numbers written during training are read back as they were",
        "graph": "the graph of the model is written and read back",
        "distributions": "distributions of weights are written and read back",
        "from-the-loop": "the built-in loop writes them without code of one's own",
        "viewer-included": "a viewer comes with the package",
    },
    asides={"viewer-asked-for": "without the viewer, training with it ends in a clear error"},
    rows=(
        Row(4, needs=("curves", "graph", "distributions", "from-the-loop", "viewer-included")),
        Row(3, needs=("curves",), some=2, of=("graph", "distributions", "from-the-loop")),
        Row(2, needs=("curves",)),
    ),
    floor=1,
    claims=(
        "arch-tf-06",
        "dbg-tf-01",
    ),
)

X = np.random.default_rng(0).random((16, 3), dtype=np.float32)
Y = X.sum(axis=1, keepdims=True)


def read_back(folder: str) -> dict[str, Any]:
    """What TensorBoard's reader finds: names of scalars, tensors and histograms, and of graphs."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    found: dict[str, Any] = {"scalars": [], "tensors": [], "histograms": [], "graph": False}
    folders = {str(file.parent) for file in Path(folder).rglob("*tfevents*")}
    for each in sorted(folders):
        events = EventAccumulator(each)
        events.Reload()
        tags = events.Tags()
        for kind in ("scalars", "tensors", "histograms"):
            found[kind] += tags[kind]
        plugins = [events.SummaryMetadata(tag).plugin_data.plugin_name for tag in tags["tensors"]]
        drawn = tags["graph"] or any(plugin.startswith("graph") for plugin in plugins)
        found["graph"] = found["graph"] or bool(drawn)
    return found


def record_what_was_read(facts: Facts, found: dict[str, Any], loss: str) -> None:
    """Curves, graph and distributions, by the names that were read."""
    names = found["scalars"] + found["tensors"]
    facts.record("curves", any(loss in name for name in names), ", ".join(names[:6]))
    facts.record("graph", found["graph"], "the graph was read" if found["graph"] else "none")
    weights = [n for n in found["histograms"] + found["tensors"] if "kernel" in n or "weight" in n]
    facts.record("distributions", bool(weights), ", ".join(weights[:3]) or "none")


def record_viewer(facts: Facts, name: str) -> None:
    """Whether a viewer comes with the package."""
    included = "tensorboard" in needed(name)
    facts.record("viewer-included", included, "TensorBoard is a package of its own")


def keras_fit(folder: str) -> str:
    """Train with the callback for TensorBoard."""
    import keras

    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, name="dense")])
    model.compile("sgd", "mse")
    watch = keras.callbacks.TensorBoard(folder, histogram_freq=1, write_graph=True)
    model.fit(X, Y, epochs=2, verbose=0, callbacks=[watch])
    return "fit() with the TensorBoard callback"


def test_keras(facts: Facts, tmp_path: Path) -> None:
    facts.need("tensorboard")
    with facts.trying("from-the-loop") as trial:
        trial.tell(keras_fit(str(tmp_path)))
    with Child() as reader:
        record_what_was_read(facts, reader.run(read_back, str(tmp_path)), "loss")
    record_viewer(facts, "keras")
    with facts.trying("viewer-asked-for") as trial, Child(hidden=["tensorboard"]) as without:
        try:
            said = without.run(keras_fit, str(tmp_path))
        except Exception as error:
            trial.tell(str(error))
        else:
            raise AssertionError(said)


def test_tensorflow(facts: Facts, tmp_path: Path) -> None:
    import tensorflow as tf

    facts.need("tensorboard")
    weights = tf.Variable(tf.zeros((3, 1)), name="weight")

    @tf.function
    def step(x: Any) -> Any:
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((x @ weights - Y) ** 2)
        weights.assign_sub(0.1 * tape.gradient(loss, weights))
        return loss

    with tf.summary.create_file_writer(str(tmp_path)).as_default():
        tf.summary.trace_on(graph=True)
        for number in range(2):
            tf.summary.scalar("loss", step(tf.constant(X)), step=number)
            tf.summary.histogram("weight", weights, step=number)
        tf.summary.trace_export("step", step=0)
    with Child() as reader:
        record_what_was_read(facts, reader.run(read_back, str(tmp_path)), "loss")
    with facts.trying("from-the-loop") as trial:
        trial.tell(f"tf.keras: {keras_fit(str(tmp_path / 'keras'))}")
    record_viewer(facts, "tensorflow")


def torch_write(folder: str) -> str:
    """Write scalars, histograms and the graph from a loop of one's own."""
    import torch
    from torch.utils.tensorboard import SummaryWriter

    model = torch.nn.Linear(3, 1)
    with SummaryWriter(folder) as writer:
        for number in range(2):
            loss = torch.nn.functional.mse_loss(model(torch.from_numpy(X)), torch.from_numpy(Y))
            writer.add_scalar("loss", loss.item(), number)
            writer.add_histogram("weight", model.weight, number)
        writer.add_graph(model, torch.from_numpy(X))
    return "SummaryWriter"


def test_pytorch(facts: Facts, tmp_path: Path) -> None:
    facts.need("tensorboard")
    with Child(hidden=["tensorflow"]) as writer:
        writer.run(torch_write, str(tmp_path))
        record_what_was_read(facts, writer.run(read_back, str(tmp_path)), "loss")
    import torch

    facts.record("from-the-loop", hasattr(torch.nn.Module, "fit"), "there is no built-in loop")
    record_viewer(facts, "torch")
