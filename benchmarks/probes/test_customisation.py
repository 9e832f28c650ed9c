"""Custom layers, operations and loops: how easily does one write what is not ready made?

What is written has to work, not only to be accepted: gradients are compared with differences, and
the two networks of a toy GAN both have to change.
"""

import re
from typing import Any

import numpy as np

from benchmarks.probes.child import Child
from benchmarks.probes.rubric import Facts, Row, Rubric

RUBRIC = Rubric(
    criterion="customisation",
    facts={
        "own-layer": "a layer of one's own with its own weights trains",
        "own-gradient": "an operation may have a gradient of one's own",
        "own-step": "a step that trains two networks against each other can be written",
        "own-optimizer": "an optimizer of one's own trains a model",
        "hooks": "what flows through a layer can be watched and changed without editing the model",
        "own-operation": "any Python code can become an operation that survives compilation",
    },
    asides={
        "native-loop": "a bare loop of the engine trains a model of Keras",
        "low-rank-adaptation": "weights can be frozen and adapted by low-rank matrices",
    },
    rows=(
        Row(4, some=6, of=(
            "own-layer", "own-gradient", "own-step", "own-optimizer", "hooks", "own-operation",
        )),
        Row(3, needs=("own-layer", "own-gradient", "own-step", "own-optimizer")),
        Row(2, needs=("own-layer",), some=1, of=("own-gradient", "own-step", "own-optimizer")),
        Row(1, needs=("own-layer",)),
    ),
    claims=("dbg-keras-04", "dbg-tf-07", "dbg-torch-03"),
)  # fmt: skip

#: How a framework would call a way to hook into a layer.
HOOK = re.compile(r"(add|register|set)_\w*hook")

X = np.random.default_rng(0).normal(size=(16, 3)).astype(np.float32)
Y = X.sum(axis=1, keepdims=True)


def test_keras(facts: Facts, on_torch: Child) -> None:
    import keras
    import tensorflow as tf
    from keras import ops

    class Scale(keras.layers.Layer):  # type: ignore[misc]
        def build(self, shape: Any) -> None:
            self.factor = self.add_weight(shape=(shape[-1],), initializer="ones")

        def call(self, x: Any) -> Any:
            return x * self.factor

    @ops.custom_gradient  # type: ignore[untyped-decorator]
    def reversed_gradient(x: Any) -> Any:
        def backward(*given: Any, upstream: Any = None) -> Any:
            return -(given[0] if upstream is None else upstream)

        return x * 1.0, backward

    class HalfStep(keras.optimizers.Optimizer):  # type: ignore[misc]
        def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
            self.assign_sub(variable, 0.5 * learning_rate * gradient)

    with facts.trying("own-layer") as trial:
        model = keras.Sequential([keras.Input((3,)), Scale(), keras.layers.Dense(1)])
        model.compile("sgd", "mse")
        model.fit(X, Y, verbose=0)
        moved = float(np.abs(model.layers[0].get_weights()[0] - 1).max())
        assert moved > 0
        trial.tell(f"its weights moved by up to {moved:.3f}")
    with facts.trying("own-gradient") as trial:
        x = tf.Variable(2.0)
        with tf.GradientTape() as tape:
            y = reversed_gradient(x * 3.0)
        gradient = float(tape.gradient(y, x))
        assert gradient == -3.0, f"the gradient is {gradient}"
        trial.tell("3 became -3")
    with facts.trying("own-step") as trial:
        trial.tell(keras_duel())
    with facts.trying("own-optimizer") as trial:
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
        model.compile(HalfStep(learning_rate=0.2), "mse")
        losses = model.fit(X, Y, epochs=5, verbose=0).history["loss"]
        assert losses[-1] < losses[0]
        trial.tell(f"the loss fell from {losses[0]:.3f} to {losses[-1]:.3f}")
    with facts.trying("hooks"):
        found = [name for name in dir(keras.layers.Layer) if HOOK.fullmatch(name)]
        assert found, "a layer of Keras has no hooks; on PyTorch those of nn.Module are there"
    with facts.trying("own-operation"):
        found = [name for name in dir(keras) + dir(ops) if name in ("custom_op", "register_op")]
        assert found, "operations are those of the back end"
    with facts.trying("native-loop") as trial:
        trial.tell(on_torch.run(native_loop))
    with facts.trying("low-rank-adaptation") as trial:
        layer = keras.layers.Dense(8)
        layer.build((None, 8))
        layer.enable_lora(2)
        trial.tell(f"{len(layer.trainable_weights)} trainable weights after enable_lora")


def keras_duel() -> str:
    """A train_step that trains a forger and a judge in turn, under fit()."""
    import keras
    import tensorflow as tf

    class Duel(keras.Model):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.forger = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3)])
            self.judge = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
            self.rates = keras.optimizers.SGD(0.1), keras.optimizers.SGD(0.1)

        def train_step(self, data: Any) -> Any:
            with tf.GradientTape(persistent=True) as tape:
                forged = self.judge(self.forger(tf.random.normal((tf.shape(data)[0], 2))))
                judged = tf.reduce_mean(tf.nn.softplus(-self.judge(data)) + tf.nn.softplus(forged))
                fooled = tf.reduce_mean(tf.nn.softplus(-forged))
            for loss, net, rate in (
                (judged, self.judge, self.rates[0]), (fooled, self.forger, self.rates[1]),
            ):  # fmt: skip
                gradients = tape.gradient(loss, net.trainable_variables)
                rate.apply_gradients(zip(gradients, net.trainable_variables, strict=True))
            return {"judge": judged, "forger": fooled}

    duel = Duel()
    before = [net.get_weights()[0].copy() for net in (duel.judge, duel.forger)]
    duel.compile()
    duel.fit(X, verbose=0)
    after = [net.get_weights()[0] for net in (duel.judge, duel.forger)]
    assert all((a != b).any() for a, b in zip(before, after, strict=True))
    return "both networks changed in one step of fit()"


def native_loop() -> str:
    """A loop in plain PyTorch around a model of Keras."""
    import keras
    import torch

    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    assert isinstance(model, torch.nn.Module)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    losses = []
    for _ in range(5):
        optimizer.zero_grad()
        loss = torch.nn.functional.mse_loss(model(torch.from_numpy(X)), torch.from_numpy(Y))
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0]
    return f"as an nn.Module its loss fell from {losses[0]:.3f} to {losses[-1]:.3f}"


def test_tensorflow(facts: Facts) -> None:
    import tensorflow as tf

    class Scale(tf.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.factor = tf.Variable(tf.ones((3,)))

        def __call__(self, x: Any) -> Any:
            return x * self.factor

    class HalfStep:
        def apply(self, gradients: Any, variables: Any) -> None:
            for gradient, variable in zip(gradients, variables, strict=True):
                variable.assign_sub(0.05 * gradient)

    @tf.custom_gradient  # type: ignore[untyped-decorator]
    def reversed_gradient(x: Any) -> Any:
        return tf.identity(x), lambda upstream: -upstream

    layer = Scale()
    losses = []

    @tf.function  # type: ignore[untyped-decorator]
    def step() -> Any:
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((tf.reduce_sum(layer(X), 1, keepdims=True) - 2 * Y) ** 2)
        HalfStep().apply(tape.gradient(loss, layer.trainable_variables), layer.trainable_variables)
        return loss

    for fact in ("own-layer", "own-optimizer"):
        with facts.trying(fact) as trial:
            losses = [float(step()) for _ in range(5)]
            assert losses[-1] < losses[0]
            trial.tell(f"the loss fell from {losses[0]:.3f} to {losses[-1]:.3f}")
    with facts.trying("own-gradient") as trial:
        x = tf.Variable(2.0)
        with tf.GradientTape() as tape:
            y = reversed_gradient(x * 3.0)
        gradient = float(tape.gradient(y, x))
        assert gradient == -3.0, f"the gradient is {gradient}"
        trial.tell("3 became -3")
    with facts.trying("own-step") as trial:
        judge, forger = (tf.Variable(tf.random.normal(shape)) for shape in ((3, 1), (2, 3)))
        before = judge.numpy(), forger.numpy()

        @tf.function  # type: ignore[untyped-decorator]
        def duel() -> None:
            with tf.GradientTape(persistent=True) as tape:
                forged = tf.random.normal((16, 2)) @ forger @ judge
                judged = tf.reduce_mean(tf.nn.softplus(-(X @ judge)) + tf.nn.softplus(forged))
                fooled = tf.reduce_mean(tf.nn.softplus(-forged))
            judge.assign_sub(0.1 * tape.gradient(judged, judge))
            forger.assign_sub(0.1 * tape.gradient(fooled, forger))

        duel()
        assert (before[0] != judge.numpy()).any()
        assert (before[1] != forger.numpy()).any()
        trial.tell("both networks changed in one traced step")
    with facts.trying("hooks"):
        found = [name for name in dir(tf.Module) if HOOK.fullmatch(name)]
        assert found, "a module of TensorFlow has no hooks"
    with facts.trying("own-operation") as trial:
        sort = tf.function(lambda x: tf.numpy_function(np.sort, [x], tf.float32))
        assert np.allclose(sort(tf.constant(X)), np.sort(X))
        trial.tell("numpy_function within a tf.function")


def test_pytorch(facts: Facts) -> None:
    import torch

    class Scale(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.factor = torch.nn.Parameter(torch.ones(3))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return (x * self.factor).sum(1, keepdim=True)

    class Cube(torch.autograd.Function):
        @staticmethod
        def forward(context: Any, x: torch.Tensor) -> torch.Tensor:
            context.save_for_backward(x)
            return x**3

        @staticmethod
        def backward(context: Any, *upstream: torch.Tensor) -> torch.Tensor:
            (x,) = context.saved_tensors
            return upstream[0] * 3 * x**2

    class HalfStep(torch.optim.Optimizer):
        def step(self, closure: Any = None) -> None:
            for group in self.param_groups:
                for parameter in group["params"]:
                    parameter.data -= 0.5 * group["lr"] * parameter.grad

    x, y = torch.from_numpy(X), torch.from_numpy(Y)
    for fact in ("own-layer", "own-optimizer"):
        with facts.trying(fact) as trial:
            layer, losses = Scale(), []
            optimizer = HalfStep(layer.parameters(), {"lr": 0.1})
            for _ in range(5):
                optimizer.zero_grad()
                loss = torch.nn.functional.mse_loss(layer(x), 2 * y)
                loss.backward()
                optimizer.step()
                losses.append(loss.item())
            assert losses[-1] < losses[0]
            trial.tell(f"the loss fell from {losses[0]:.3f} to {losses[-1]:.3f}")
    with facts.trying("own-gradient") as trial:
        point = torch.randn(4, dtype=torch.float64, requires_grad=True)
        assert torch.autograd.gradcheck(Cube.apply, (point,))
        trial.tell("gradcheck agrees with differences")
    with facts.trying("own-step") as trial:
        judge, forger = torch.nn.Linear(3, 1), torch.nn.Linear(2, 3)
        before = judge.weight.detach().clone(), forger.weight.detach().clone()
        softplus = torch.nn.functional.softplus
        for net, loss in (
            (judge, lambda f: (softplus(-judge(x)) + softplus(f.detach())).mean()),
            (forger, lambda f: softplus(-f).mean()),
        ):
            optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
            optimizer.zero_grad()
            loss(judge(forger(torch.randn(16, 2)))).backward()
            optimizer.step()
        assert not torch.equal(before[0], judge.weight)
        assert not torch.equal(before[1], forger.weight)
        trial.tell("both networks changed in one turn")
    with facts.trying("hooks") as trial:
        layer = torch.nn.Linear(3, 2)
        layer.register_forward_hook(lambda *given: given[2] * 0.0)
        assert layer(x).abs().sum() == 0
        trial.tell("a forward hook turned the outputs to zero")
    with facts.trying("own-operation") as trial:

        @torch.library.custom_op("advisor::sort", mutates_args=())
        def sort(x: torch.Tensor) -> torch.Tensor:
            return torch.from_numpy(np.sort(x.numpy()))

        sort.register_fake(lambda x: torch.empty_like(x))
        compiled = torch.compile(lambda x: sort(x) + 0, backend="eager", fullgraph=True)
        assert np.allclose(compiled(x), np.sort(X))
        trial.tell("a custom_op within one compiled graph")
