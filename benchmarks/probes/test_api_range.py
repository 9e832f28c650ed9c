"""Range of the API: can one work at a high level and go down to single operations?

The same straight line, y = 2x + 1, is found at four levels with what the one package offers: by a
trainer, by layers, by gradients and an optimizer alone, and by single operations with the gradient
worked out by hand. Where TensorFlow's documentation sends its reader to tf.keras, that counts, and
the quality is Keras's.
"""

from typing import Any

import numpy as np

from benchmarks.probes.rubric import Facts, Row, Rubric

RUBRIC = Rubric(
    criterion="api-range",
    facts={
        "trainer": "one call trains a model",
        "layers": "ready-made layers can be put together and called without a trainer",
        "gradients": "it differentiates any computation on its arrays, and has optimizers",
        "single-operations": "single operations on arrays suffice, with nothing above them",
    },
    rows=(
        Row(4, needs=("trainer", "layers", "gradients", "single-operations")),
        Row(3, some=3, of=("trainer", "layers", "gradients", "single-operations")),
        Row(2, some=2, of=("trainer", "layers", "gradients", "single-operations")),
        Row(1, some=1, of=("trainer", "layers", "gradients", "single-operations")),
    ),
    claims=(
        "arch-tf-03",
        "ease-tf-03",
        "dbg-tf-07",
    ),
)

X = np.linspace(-1, 1, 32, dtype=np.float32).reshape(-1, 1)
Y = 2 * X + 1


def found(slope: Any, intercept: Any) -> str:
    """What line was found; AssertionError unless it is the right one."""
    slope, intercept = (float(np.asarray(value).ravel()[0]) for value in (slope, intercept))
    line = f"y = {slope:.2f} x + {intercept:.2f}"
    assert abs(slope - 2) < 0.05, line
    assert abs(intercept - 1) < 0.05, line
    return line


def by_trainer(keras: Any) -> str:
    """With fit()."""
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.3), "mse")
    model.fit(X, Y, batch_size=32, epochs=60, verbose=0)
    return found(*model.get_weights())


def test_keras(facts: Facts) -> None:
    import keras
    from keras import ops

    with facts.trying("trainer") as trial:
        trial.tell(by_trainer(keras))
    with facts.trying("layers") as trial:
        layer = keras.layers.Dense(1)
        assert layer(X).shape == Y.shape
        trial.tell(f"a layer called by itself gave {tuple(layer(X).shape)}")
    with facts.trying("gradients") as trial:
        gradients = [name for name in dir(ops) if name in ("grad", "gradient", "value_and_grad")]
        assert gradients, "keras.ops differentiates nothing: that is left to the back end"
        trial.tell(", ".join(gradients))
    with facts.trying("single-operations") as trial:
        slope, intercept = ops.zeros(()), ops.zeros(())
        for _ in range(60):
            error = slope * X + intercept - Y
            slope = slope - 0.6 * ops.mean(error * X)
            intercept = intercept - 0.6 * ops.mean(error)
        trial.tell(found(slope, intercept))


def test_tensorflow(facts: Facts) -> None:
    import tensorflow as tf

    with facts.trying("trainer") as trial:
        trial.tell(f"tf.keras: {by_trainer(tf.keras)}")
    with facts.trying("layers") as trial:
        layer = tf.keras.layers.Dense(1)
        trial.tell(f"a layer of tf.keras called by itself gave {tuple(layer(X).shape)}")
    with facts.trying("gradients") as trial:
        line = tf.Variable([0.0, 0.0])
        optimizer = tf.keras.optimizers.SGD(0.3)
        for _ in range(60):
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean((line[0] * X + line[1] - Y) ** 2)
            optimizer.apply_gradients([(tape.gradient(loss, line), line)])
        trial.tell(found(*line.numpy()))
    with facts.trying("single-operations") as trial:
        slope, intercept = tf.zeros(()), tf.zeros(())
        for _ in range(60):
            scaled = tf.raw_ops.AddV2(x=tf.raw_ops.Mul(x=slope, y=X), y=intercept)
            error = tf.raw_ops.Sub(x=scaled, y=Y)
            slope -= 0.6 * tf.raw_ops.Mean(input=tf.raw_ops.Mul(x=error, y=X), axis=[0, 1])
            intercept -= 0.6 * tf.raw_ops.Mean(input=error, axis=[0, 1])
        trial.tell(found(slope, intercept))


def test_pytorch(facts: Facts) -> None:
    import torch

    x, y = torch.from_numpy(X), torch.from_numpy(Y)
    with facts.trying("trainer") as trial:
        trainers = [n for n in (*dir(torch.nn.Module), *dir(torch)) if n in ("fit", "Trainer")]
        assert trainers, "neither a module nor the package has fit() or a Trainer"
        trial.tell(", ".join(trainers))
    with facts.trying("layers") as trial:
        layer = torch.nn.Linear(1, 1)
        trial.tell(f"a layer called by itself gave {tuple(layer(x).shape)}")
    with facts.trying("gradients") as trial:
        line = torch.zeros(2, requires_grad=True)
        optimizer = torch.optim.SGD([line], lr=0.3)
        for _ in range(60):
            optimizer.zero_grad()
            ((line[0] * x + line[1] - y) ** 2).mean().backward()
            optimizer.step()
        trial.tell(found(*line.detach()))
    with facts.trying("single-operations") as trial:
        slope, intercept = torch.zeros(()), torch.zeros(())
        for _ in range(60):
            error = torch.ops.aten.add(torch.ops.aten.mul(slope, x), intercept) - y
            slope = slope - 0.6 * torch.ops.aten.mean(torch.ops.aten.mul(error, x))
            intercept = intercept - 0.6 * torch.ops.aten.mean(error)
        trial.tell(found(slope, intercept))
