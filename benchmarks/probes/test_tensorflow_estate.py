"""TensorFlow code you have: how much of existing TensorFlow models and code can stay?

A SavedModel and a traced training step with a tape are what is there. Each framework is asked to
take over both.
"""

from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.probes.child import Child
from benchmarks.probes.rubric import Facts, Row, Rubric

RUBRIC = Rubric(
    criterion="tensorflow-estate",
    facts={
        "model-opens": "the SavedModel opens and answers the same",
        "model-trains-on": "the opened model can be trained further",
        "code-stays": "the training step runs as it is within the new program",
        "served-as-before": "what is trained anew is written as a SavedModel too",
        "unchanged": "none of this needs another package or a wrapper",
    },
    rows=(
        Row(
            4,
            needs=(
                "model-opens",
                "model-trains-on",
                "code-stays",
                "served-as-before",
                "unchanged",
            ),
        ),
        Row(3, needs=("model-opens", "code-stays", "served-as-before")),
        Row(2, some=2, of=("model-opens", "code-stays", "served-as-before")),
    ),
    floor=1,
)

X = np.random.default_rng(0).normal(size=(16, 4)).astype(np.float32)
Y = X.sum(axis=1, keepdims=True)


def saved(folder: str) -> Any:
    """The SavedModel that is there already; what it answers."""
    import tensorflow as tf

    class Model(tf.Module):
        def __init__(self) -> None:
            super().__init__()
            self.kernel = tf.Variable(tf.ones((4, 1)) * 0.5)

        @tf.function(input_signature=[tf.TensorSpec((None, 4), tf.float32)])
        def serve(self, x: Any) -> Any:
            return x @ self.kernel

    model = Model()
    tf.saved_model.save(model, folder, signatures={"serving_default": model.serve})
    return model.serve(tf.constant(X)).numpy()


def step(model: Any, weights: Any) -> list[float]:
    """The traced training step that is there already, three times."""
    import tensorflow as tf

    @tf.function
    def train(x: Any, y: Any) -> Any:
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((model(x) - y) ** 2)
        for weight, gradient in zip(weights, tape.gradient(loss, weights), strict=True):
            weight.assign_sub(0.1 * gradient)
        return loss

    return [float(train(tf.constant(X), tf.constant(Y))) for _ in range(3)]


def close(found: Any, wanted: Any) -> str:
    """How far outputs are apart; AssertionError if by more than rounding."""
    worst = float(np.abs(np.asarray(found) - np.asarray(wanted)).max())
    assert worst < 1e-5, f"outputs differ by {worst:.1e}"
    return f"outputs differ by at most {worst:.1e}"


def fell(losses: list[float]) -> str:
    """How the loss fell; AssertionError unless it did."""
    said = f"the loss went from {losses[0]:.3f} to {losses[-1]:.3f}"
    assert losses[-1] < losses[0], said
    return said


def test_keras(facts: Facts, tmp_path: Path) -> None:
    import keras
    import tensorflow as tf

    folder = str(tmp_path / "model")
    wanted = saved(folder)
    layer = keras.layers.TFSMLayer(
        folder, call_endpoint="serve", call_training_endpoint="serve", trainable=True
    )
    wrapped = keras.Sequential([keras.Input((4,)), layer])
    with facts.trying("model-opens") as trial:
        trial.tell(f"as a layer: {close(wrapped.predict(X, verbose=0), wanted)}")
    with facts.trying("model-trains-on") as trial:
        wrapped.compile("sgd", "mse")
        trial.tell(fell(wrapped.fit(X, Y, epochs=3, verbose=0).history["loss"]))
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    with facts.trying("code-stays") as trial:
        trial.tell(fell(step(model, model.trainable_variables)))
    with facts.trying("served-as-before") as trial:
        model.export(str(tmp_path / "new"), verbose=False)
        served = tf.saved_model.load(str(tmp_path / "new"))
        trial.tell(close(served.serve(tf.constant(X)), model.predict(X, verbose=0)))
    kind = type(wrapped.layers[0]).__name__
    facts.record("unchanged", kind == "Dense", f"a SavedModel is wrapped in a {kind}")


def test_tensorflow(facts: Facts, tmp_path: Path) -> None:
    import tensorflow as tf

    folder = str(tmp_path / "model")
    wanted = saved(folder)
    opened = tf.saved_model.load(folder)
    with facts.trying("model-opens") as trial:
        trial.tell(close(opened.serve(tf.constant(X)), wanted))
    with facts.trying("model-trains-on") as trial:
        trial.tell(fell(step(opened.serve, [opened.kernel])))
    trained = facts.established["model-trains-on"].holds
    facts.record("code-stays", trained, "it was the same step")
    with facts.trying("served-as-before") as trial:
        tf.saved_model.save(opened, str(tmp_path / "again"))
        again = tf.saved_model.load(str(tmp_path / "again"))
        trial.tell(close(again.serve(tf.constant(X)), opened.serve(tf.constant(X))))
    home = type(opened).__module__
    facts.record("unchanged", home.startswith("tensorflow."), f"it is opened by {home}")


def step_without_tensorflow() -> list[float]:
    """The training step where there is PyTorch alone."""
    import torch

    model = torch.nn.Linear(4, 1)
    return step(model, list(model.parameters()))


def saved_elsewhere(folder: str) -> None:
    saved(folder)


def test_pytorch(facts: Facts, tmp_path: Path) -> None:
    facts.need("tensorflow")
    import torch

    folder = str(tmp_path / "model")
    with Child() as tensorflow_process:
        tensorflow_process.run(saved_elsewhere, folder)
    with facts.trying("model-opens"):
        for load in (torch.load, torch.jit.load, torch.export.load):
            try:
                load(folder)
            except Exception:
                continue
            break
        else:
            raise AssertionError("none of PyTorch's loaders opens a SavedModel")
    opened = facts.established["model-opens"]
    for fact in ("model-trains-on", "unchanged"):
        facts.record(fact, opened.holds, opened.detail)
    with facts.trying("code-stays") as trial, Child(hidden=["tensorflow"]) as torch_process:
        trial.tell(fell(torch_process.run(step_without_tensorflow)))
    writers = [name for name in dir(torch) + dir(torch.export) if "saved_model" in name]
    facts.record("served-as-before", bool(writers), "nothing in torch writes a SavedModel")
    assert not opened.holds, "it opens now: extend this probe"
