"""Custom layers, operations and loops: how easily does one write what is not ready made?

What is written has to work, not only to be accepted: gradients are compared with differences, and
the two networks of a toy GAN both have to change.
"""

import re
from collections.abc import Callable
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
        Row(
            4,
            some=6,
            of=(
                "own-layer",
                "own-gradient",
                "own-step",
                "own-optimizer",
                "hooks",
                "own-operation",
            ),
        ),
        Row(3, needs=("own-layer", "own-gradient", "own-step", "own-optimizer")),
        Row(2, needs=("own-layer",), some=1, of=("own-gradient", "own-step", "own-optimizer")),
        Row(1, needs=("own-layer",)),
    ),
    claims=(
        "dbg-keras-04",
        "dbg-tf-07",
        "dbg-torch-03",
    ),
)

#: How a framework would call a way to hook into a layer.
HOOK = re.compile(r"(add|register|set)_\w*hook")

X = np.random.default_rng(0).normal(size=(16, 3)).astype(np.float32)
Y = X.sum(axis=1, keepdims=True)


def fell(losses: list[float]) -> str:
    """How the loss fell; AssertionError unless it did."""
    said = f"the loss went from {losses[0]:.3f} to {losses[-1]:.3f}"
    assert losses[-1] < losses[0], said
    return said


def keras_layer() -> str:
    """A layer with a factor of its own for each input, under fit()."""
    import keras

    class Scale(keras.layers.Layer):
        def build(self, shape: Any) -> None:
            self.factor = self.add_weight(shape=(shape[-1],), initializer="ones")

        def call(self, x: Any) -> Any:
            return x * self.factor

    model = keras.Sequential([keras.Input((3,)), Scale(), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(X, Y, verbose=0)
    moved = float(np.abs(model.layers[0].get_weights()[0] - 1).max())
    assert moved > 0
    return f"its weights moved by up to {moved:.3f}"


def keras_gradient() -> str:
    """An operation whose gradient is turned round."""
    import tensorflow as tf
    from keras import ops

    @ops.custom_gradient
    def reversed_gradient(x: Any) -> Any:
        def backward(*given: Any, upstream: Any = None) -> Any:
            return -(given[0] if upstream is None else upstream)

        return x * 1.0, backward

    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = reversed_gradient(x * 3.0)
    gradient = float(tape.gradient(y, x))
    assert gradient == -3.0, f"the gradient is {gradient}"
    return "3 became -3"


def keras_optimizer() -> str:
    """Gradient descent with half of the step."""
    import keras

    class HalfStep(keras.optimizers.Optimizer):
        def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
            self.assign_sub(variable, 0.5 * learning_rate * gradient)

    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile(HalfStep(learning_rate=0.2), "mse")
    return fell(model.fit(X, Y, epochs=5, verbose=0).history["loss"])


def keras_duel() -> str:
    """A train_step that trains a forger and a judge in turn, under fit()."""
    import keras
    import tensorflow as tf

    class Duel(keras.Model):
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


def try_all(facts: Facts, programs: dict[str, Callable[[], str]]) -> None:
    """Each program establishes the fact of its name."""
    for fact, program in programs.items():
        with facts.trying(fact) as trial:
            trial.tell(program())


def test_keras(facts: Facts, on_torch: Child) -> None:
    import keras
    from keras import ops

    programs = {
        "own-layer": keras_layer,
        "own-gradient": keras_gradient,
        "own-step": keras_duel,
        "own-optimizer": keras_optimizer,
    }
    try_all(facts, programs)
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


def tensorflow_layer() -> str:
    """A module with a factor for each input, and an optimizer with half of the step."""
    import tensorflow as tf

    class Scale(tf.Module):
        def __init__(self) -> None:
            super().__init__()
            self.factor = tf.Variable(tf.ones((3,)))

        def __call__(self, x: Any) -> Any:
            return x * self.factor

    class HalfStep:
        def apply(self, gradients: Any, variables: Any) -> None:
            for gradient, variable in zip(gradients, variables, strict=True):
                variable.assign_sub(0.05 * gradient)

    layer = Scale()

    @tf.function
    def step() -> Any:
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((tf.reduce_sum(layer(X), 1, keepdims=True) - 2 * Y) ** 2)
        HalfStep().apply(tape.gradient(loss, layer.trainable_variables), layer.trainable_variables)
        return loss

    return fell([float(step()) for _ in range(5)])


def tensorflow_gradient() -> str:
    """An operation whose gradient is turned round."""
    import tensorflow as tf

    @tf.custom_gradient
    def reversed_gradient(x: Any) -> Any:
        return tf.identity(x), lambda upstream: -upstream

    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = reversed_gradient(x * 3.0)
    gradient = float(tape.gradient(y, x))
    assert gradient == -3.0, f"the gradient is {gradient}"
    return "3 became -3"


def tensorflow_duel() -> str:
    """A traced step that trains a forger and a judge in turn."""
    import tensorflow as tf

    judge, forger = (tf.Variable(tf.random.normal(shape)) for shape in ((3, 1), (2, 3)))
    before = judge.numpy(), forger.numpy()

    @tf.function
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
    return "both networks changed in one traced step"


def tensorflow_operation() -> str:
    """NumPy's sort as an operation in a graph."""
    import tensorflow as tf

    sort = tf.function(lambda x: tf.numpy_function(np.sort, [x], tf.float32))
    assert np.allclose(sort(tf.constant(X)), np.sort(X))
    return "numpy_function within a tf.function"


def test_tensorflow(facts: Facts) -> None:
    import tensorflow as tf

    programs = {
        "own-layer": tensorflow_layer,
        "own-optimizer": tensorflow_layer,
        "own-gradient": tensorflow_gradient,
        "own-step": tensorflow_duel,
        "own-operation": tensorflow_operation,
    }
    try_all(facts, programs)
    with facts.trying("hooks"):
        found = [name for name in dir(tf.Module) if HOOK.fullmatch(name)]
        assert found, "a module of TensorFlow has no hooks"


def torch_layer() -> str:
    """A module with a factor for each input, and an optimizer with half of the step."""
    import torch

    class Scale(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.factor = torch.nn.Parameter(torch.ones(3))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return (x * self.factor).sum(1, keepdim=True)

    class HalfStep(torch.optim.Optimizer):
        def step(self, closure: Any = None) -> Any:
            for group in self.param_groups:
                for parameter in group["params"]:
                    parameter.data -= 0.5 * group["lr"] * parameter.grad

    layer, losses = Scale(), []
    optimizer = HalfStep(layer.parameters(), {"lr": 0.1})
    for _ in range(5):
        optimizer.zero_grad()
        loss = torch.nn.functional.mse_loss(layer(torch.from_numpy(X)), torch.from_numpy(2 * Y))
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return fell(losses)


def torch_gradient() -> str:
    """A cube whose gradient was written by hand, compared with differences."""
    import torch

    class Cube(torch.autograd.Function):
        @staticmethod
        def forward(context: Any, x: torch.Tensor) -> torch.Tensor:
            context.save_for_backward(x)
            return x**3

        @staticmethod
        def backward(context: Any, *upstream: torch.Tensor) -> torch.Tensor:
            (x,) = context.saved_tensors
            return upstream[0] * 3 * x**2

    point = torch.randn(4, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(Cube.apply, (point,))
    return "gradcheck agrees with differences"


def torch_duel() -> str:
    """A forger and a judge, trained in turn."""
    import torch

    x, softplus = torch.from_numpy(X), torch.nn.functional.softplus
    judge, forger = torch.nn.Linear(3, 1), torch.nn.Linear(2, 3)
    nets = (judge, forger)
    before = [net.weight.detach().clone() for net in nets]
    optimizers = [torch.optim.SGD(net.parameters(), lr=0.1) for net in nets]
    forged = judge(forger(torch.randn(16, 2)).detach())
    (softplus(-judge(x)) + softplus(forged)).mean().backward()
    optimizers[0].step()
    optimizers[1].zero_grad()
    softplus(-judge(forger(torch.randn(16, 2)))).mean().backward()
    optimizers[1].step()
    assert not any(torch.equal(old, net.weight) for old, net in zip(before, nets, strict=True))
    return "both networks changed in one turn"


def torch_hook() -> str:
    """A hook that turns the outputs of a layer to zero."""
    import torch

    layer = torch.nn.Linear(3, 2)
    layer.register_forward_hook(lambda *given: given[2] * 0.0)
    assert layer(torch.from_numpy(X)).abs().sum() == 0
    return "a forward hook turned the outputs to zero"


def torch_operation() -> str:
    """NumPy's sort as an operation in a compiled graph."""
    import torch

    @torch.library.custom_op("advisor::sort", mutates_args=())
    def sort(x: torch.Tensor) -> torch.Tensor:
        return torch.from_numpy(np.sort(x.numpy()))

    sort.register_fake(torch.empty_like)
    compiled = torch.compile(lambda x: sort(x) + 0, backend="eager", fullgraph=True)
    assert np.allclose(compiled(torch.from_numpy(X)), np.sort(X))
    return "a custom_op within one compiled graph"


def test_pytorch(facts: Facts) -> None:
    programs = {
        "own-layer": torch_layer,
        "own-optimizer": torch_layer,
        "own-gradient": torch_gradient,
        "own-step": torch_duel,
        "hooks": torch_hook,
        "own-operation": torch_operation,
    }
    try_all(facts, programs)
