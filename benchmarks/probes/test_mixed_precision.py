"""Mixed precision: can training compute with fewer bits?

The model computes in sixteen bits and keeps its weights in 32. For TensorFlow tf.keras counts, as
the guide of TensorFlow is about its policies; the quality is then Keras's.
"""

from typing import Any

import numpy as np

from benchmarks.probes.rubric import Facts, Row, Rubric

RUBRIC = Rubric(
    criterion="mixed-precision",
    facts={
        "bfloat16-trains": "training computes in bfloat16, keeps 32-bit weights, and learns",
        "one-switch": "one line turns it on for a model that was written without it",
        "loss-scaling": "for float16, losses are scaled up and down by themselves",
        "float8-trains": "a model also trains with its products in eight bits",
    },
    rows=(
        Row(4, needs=("bfloat16-trains", "one-switch", "loss-scaling", "float8-trains")),
        Row(3, needs=("bfloat16-trains", "one-switch", "loss-scaling")),
        Row(2, needs=("bfloat16-trains",)),
    ),
    floor=1,
)

X = np.random.default_rng(0).random((64, 8), dtype=np.float32)
Y = X.sum(axis=1, keepdims=True)


def with_keras(facts: Facts, keras: Any) -> None:
    """The policies of Keras, be it keras or tf.keras."""

    def trained(policy: str) -> str:
        layers = [keras.layers.Dense(16, "relu", dtype=policy), keras.layers.Dense(1)]
        model = keras.Sequential([keras.Input((8,)), *layers])
        model.compile("adam", "mse")
        losses = model.fit(X, Y, epochs=5, verbose=0).history["loss"]
        kept, computed = layers[0].variable_dtype, layers[0].compute_dtype
        assert losses[-1] < losses[0], f"the loss went from {losses[0]:.2f} to {losses[-1]:.2f}"
        assert kept == "float32", f"weights in {kept}"
        return f"computed in {computed}, loss from {losses[0]:.2f} to {losses[-1]:.2f}"

    with facts.trying("bfloat16-trains") as trial:
        trial.tell(trained("mixed_bfloat16"))
    with facts.trying("one-switch") as trial:
        keras.mixed_precision.set_global_policy("mixed_bfloat16")
        try:
            computed = keras.layers.Dense(4).compute_dtype
            assert computed == "bfloat16", computed
            trial.tell("set_global_policy, and a layer made afterwards computes in bfloat16")
        finally:
            keras.mixed_precision.set_global_policy("float32")
    with facts.trying("loss-scaling") as trial:
        model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1, dtype="mixed_float16")])
        model.compile("adam", "mse", auto_scale_loss=True)
        model.dtype_policy = keras.mixed_precision.DTypePolicy("mixed_float16")
        scaled = keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam(), initial_scale=2.0**40)
        model.compile(scaled, "mse")
        model.fit(X, Y, epochs=3, verbose=0)
        scale = float(np.asarray(scaled.dynamic_scale))
        assert scale < 2.0**40, f"the scale stayed at {scale:.0f}"
        trial.tell(f"the scale fell from 2^40 to 2^{np.log2(scale):.0f}")
    with facts.trying("float8-trains") as trial:
        model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(16)])
        model.quantize("float8")
        model.compile("adam", "mse")
        losses = model.fit(X, X @ np.ones((8, 16)), epochs=5, verbose=0).history["loss"]
        assert losses[-1] < losses[0]
        trial.tell(f"quantize('float8'), loss from {losses[0]:.2f} to {losses[-1]:.2f}")


def test_keras(facts: Facts) -> None:
    import keras

    with_keras(facts, keras)


def test_tensorflow(facts: Facts) -> None:
    import tensorflow as tf

    with_keras(facts, tf.keras)


def test_pytorch(facts: Facts) -> None:
    import torch
    from torch import nn

    x, y = torch.from_numpy(X), torch.from_numpy(Y)

    def trained(dtype: torch.dtype, scaler: Any = None) -> str:
        torch.manual_seed(0)
        model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 1))
        optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
        losses = []
        for _ in range(10):
            optimizer.zero_grad()
            with torch.autocast("cpu", dtype=dtype):
                answers = model(x)
                loss = nn.functional.mse_loss(answers.float(), y)
            (scaler.scale(loss) if scaler else loss).backward()
            scaler.step(optimizer) if scaler else optimizer.step()
            if scaler:
                scaler.update()
            losses.append(loss.item())
        assert answers.dtype == dtype, f"computed in {answers.dtype}"
        assert model[0].weight.dtype == torch.float32
        assert losses[-1] < losses[0]
        return f"computed in {dtype}, loss from {losses[0]:.2f} to {losses[-1]:.2f}"

    for fact in ("bfloat16-trains", "one-switch"):
        with facts.trying(fact) as trial:
            trial.tell(f"torch.autocast: {trained(torch.bfloat16)}")
    with facts.trying("loss-scaling") as trial:
        scaler = torch.amp.GradScaler("cpu", init_scale=2.0**20)
        trained(torch.float16, scaler)
        scale = scaler.get_scale()
        assert scale < 2.0**20, f"the scale stayed at {scale:.0f}"
        trial.tell(f"GradScaler went from 2^20 to 2^{np.log2(scale):.0f}")
    with facts.trying("float8-trains") as trial:
        facts.need("torchao")
        from torchao.float8 import convert_to_float8_training

        model = nn.Sequential(nn.Linear(16, 16), nn.Linear(16, 16))
        convert_to_float8_training(model)
        model(torch.ones(16, 16)).sum().backward()
        trial.tell("torchao.float8")
