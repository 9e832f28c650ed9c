"""Step-through debugging: can one stop inside the model and look at real numbers?

A trace function does what a debugger does: it stops in the model's own code, there looks at the
argument `values` and tries to read numbers out of it. Symbols have none.
"""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import numpy as np

from benchmarks.probes.child import Child
from benchmarks.probes.rubric import Facts, Row, Rubric

RUBRIC = Rubric(
    criterion="step-debugging",
    facts={
        "numbers-while-training": "in training as documented, a stop in the model shows numbers",
        "numbers-on-request": "one documented switch makes every training step stop with numbers",
        "numbers-when-called": "a call of the model by itself shows numbers",
        "gradients-seen": "a stop between gradient and update shows the gradients as numbers",
        "compiled-code-prints": "compiled code can still print its numbers at every step",
    },
    asides={
        "jax-numbers-on-request": "on JAX the same switch shows JAX's own arrays",
        "torch-numbers-on-request": "on PyTorch the same switch shows PyTorch's own tensors",
        "reached-while-tracing-only": "a line in a traced function is reached for the trace alone",
        "print-splits-the-graph": "a print in a compiled model splits its graph",
    },
    rows=(
        Row(4, needs=("numbers-while-training", "numbers-when-called", "gradients-seen")),
        Row(3, needs=("numbers-on-request", "numbers-when-called", "gradients-seen")),
        Row(2, needs=("numbers-when-called",)),
        Row(1, needs=("compiled-code-prints",)),
    ),
    claims=(
        "arch-torch-08",
        "ease-torch-02",
        "dbg-keras-02",
        "dbg-tf-04",
        "dbg-tf-05",
        "dbg-torch-01",
        "dbg-torch-04",
    ),
)

X = np.random.default_rng(0).random((8, 3), dtype=np.float32)
Y = X.sum(axis=1, keepdims=True)


class Stops:
    """What a debugger finds in `values` at its stops in functions whose name ends in `name`."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.seen: list[str] = []
        self.numbers: list[bool] = []

    def during(self, action: Callable[[], object]) -> "Stops":
        """Run `action` under the trace function."""
        before = sys.gettrace()
        sys.settrace(self._enter)
        try:
            action()
        finally:
            sys.settrace(before)
        return self

    def _enter(self, frame: FrameType, event: str, _: Any) -> None:
        if frame.f_code.co_name.endswith(self.name) and "values" in frame.f_locals:
            values = frame.f_locals["values"]
            self.seen.append(type(values).__name__)
            self.numbers.append(has_numbers(values))

    def __str__(self) -> str:
        kinds = ", ".join(sorted(set(self.seen)))
        return f"{len(self.seen)} stops, {sum(self.numbers)} with numbers ({kinds})"

    def show_numbers(self, at_least: int) -> str:
        """Say what was seen; AssertionError unless at least so many stops had numbers."""
        assert sum(self.numbers) >= at_least, str(self)
        return str(self)


def has_numbers(values: Any) -> bool:
    """Whether an array of numbers can be had from `values`."""
    values = values.detach() if hasattr(values, "detach") else values
    try:
        return bool(np.isfinite(np.asarray(values, dtype=np.float32)).all())
    except Exception:
        return False


def keras_model() -> Any:
    """One layer of one's own and one that is ready made, and how the layer computes."""
    import keras

    class Scale(keras.layers.Layer):
        def call(self, values: Any) -> Any:
            return values * 2.0

    return keras.Sequential([keras.Input((3,)), Scale(), keras.layers.Dense(1)])


def keras_stops(run_eagerly: bool) -> Stops:
    """Three steps of fit() under the debugger."""
    model = keras_model()
    model.compile("sgd", "mse", run_eagerly=run_eagerly)
    fit = lambda: model.fit(X, Y, batch_size=8, epochs=3, verbose=0)  # noqa: E731
    return Stops("call").during(fit)


def keras_numbers_on_request() -> str:
    """The same in another back end."""
    return keras_stops(run_eagerly=True).show_numbers(3)


def test_keras(facts: Facts, on_jax: Child, on_torch: Child) -> None:
    import keras
    import tensorflow as tf

    with facts.trying("numbers-while-training") as trial:
        trial.tell(keras_stops(run_eagerly=False).show_numbers(3))
    with facts.trying("numbers-on-request") as trial:
        trial.tell(keras_stops(run_eagerly=True).show_numbers(3))
    with facts.trying("numbers-when-called") as trial:
        model = keras_model()
        trial.tell(Stops("call").during(lambda: model(X)).show_numbers(1))
    with facts.trying("gradients-seen") as trial:
        model = keras_model()
        with tf.GradientTape() as tape:
            loss = keras.losses.MeanSquaredError()(Y, model(X))
        gradients = tape.gradient(loss, model.trainable_variables)
        assert all(map(has_numbers, gradients))
        trial.tell(f"gradient of the kernel: {gradients[0].numpy().ravel()[:2].round(3)}")
    with facts.trying("compiled-code-prints") as trial:
        printed: list[float] = []
        layer = keras.layers.Lambda(lambda x: tf.numpy_function(note(printed), [x], tf.float32))
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1), layer])
        model.compile("sgd", "mse")
        model.predict(X, batch_size=4, verbose=0)
        assert len(printed) == 2, f"{len(printed)} prints in 2 steps"
        trial.tell(f"{len(printed)} prints in 2 steps")
    for back_end, child in (("jax", on_jax), ("torch", on_torch)):
        with facts.trying(f"{back_end}-numbers-on-request") as trial:
            trial.tell(child.run(keras_numbers_on_request))


def note(printed: list[float]) -> Callable[[Any], Any]:
    """A function that prints what it is given and hands it on."""

    def look(values: Any) -> Any:
        printed.append(float(np.sum(values)))
        print("seen", printed[-1])
        return values

    return look


def test_tensorflow(facts: Facts) -> None:
    import tensorflow as tf

    weights = tf.Variable(tf.zeros((3, 1)))
    printed: list[float] = []

    def model(values: Any) -> Any:
        return values @ weights

    @tf.function
    def step(values: Any) -> Any:
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((model(values) - Y) ** 2)
        weights.assign_sub(0.1 * tape.gradient(loss, weights))
        return loss

    def train() -> None:
        for _ in range(3):
            step(tf.constant(X))

    with facts.trying("numbers-while-training") as trial:
        stops = Stops("step").during(train)
        trial.tell(stops.show_numbers(3))
    facts.record("reached-while-tracing-only", len(stops.seen) == 1, f"{stops} in 3 calls")
    with facts.trying("numbers-on-request") as trial:
        tf.config.run_functions_eagerly(True)
        try:
            trial.tell(Stops("step").during(train).show_numbers(3))
        finally:
            tf.config.run_functions_eagerly(False)
    with facts.trying("numbers-when-called") as trial:
        trial.tell(Stops("model").during(lambda: model(tf.constant(X))).show_numbers(1))
    with facts.trying("gradients-seen") as trial:
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((model(tf.constant(X)) - Y) ** 2)
        gradient = tape.gradient(loss, weights)
        assert has_numbers(gradient)
        trial.tell(f"gradient of the weights: {gradient.numpy().ravel()[:2].round(3)}")
    with facts.trying("compiled-code-prints") as trial:
        look = tf.function(lambda x: tf.numpy_function(note(printed), [x], tf.float32))
        for _ in range(2):
            look(tf.constant(X))
        assert len(printed) == 2, f"{len(printed)} prints in 2 steps"
        trial.tell(f"{len(printed)} prints in 2 steps")


def test_pytorch(facts: Facts) -> None:
    import torch

    class Model(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.linear = torch.nn.Linear(3, 1)

        def forward(self, values: torch.Tensor) -> torch.Tensor:
            return self.linear(values * 2.0)

    model = Model()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    x, y = torch.from_numpy(X), torch.from_numpy(Y)

    def train() -> None:
        for _ in range(3):
            optimizer.zero_grad()
            torch.nn.functional.mse_loss(model(x), y).backward()
            optimizer.step()

    with facts.trying("numbers-while-training") as trial:
        trial.tell(Stops("forward").during(train).show_numbers(3))
    with facts.trying("numbers-on-request") as trial:
        trial.tell("nothing has to be switched; " + Stops("forward").during(train).show_numbers(3))
    with facts.trying("numbers-when-called") as trial:
        trial.tell(Stops("forward").during(lambda: model(x)).show_numbers(1))
    with facts.trying("gradients-seen") as trial:
        optimizer.zero_grad()
        torch.nn.functional.mse_loss(model(x), y).backward()
        gradient = model.linear.weight.grad
        assert gradient is not None
        assert has_numbers(gradient)
        trial.tell(f"gradient of the weight: {gradient.numpy().ravel()[:2].round(3)}")
    torch_prints(facts, x)


def torch_prints(facts: Facts, x: Any) -> None:
    """Print from within a compiled function, and see what that does to its graph."""
    import torch

    printed: list[float] = []
    look = note(printed)

    def printing(values: torch.Tensor) -> torch.Tensor:
        twice = values * 2.0
        look(twice.numpy())
        return twice + 1.0

    with facts.trying("compiled-code-prints") as trial:
        compiled = torch.compile(printing, backend="eager")
        for _ in range(2):
            compiled(x)
        assert len(printed) == 2, f"{len(printed)} prints in 2 steps"
        trial.tell(f"{len(printed)} prints in 2 steps")
    with facts.trying("print-splits-the-graph") as trial:
        found = torch._dynamo.explain(printing)(x)
        assert found.graph_count > 1, f"{found.graph_count} graph"
        trial.tell(f"{found.graph_count} graphs, {found.graph_break_count} break")
