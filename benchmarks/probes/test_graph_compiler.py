"""Graph compiler: is there a compiler that makes a finished model faster?

Whether it does is measured by the stacks; here the compiler has to run, to fuse operations, and to
give the same numbers as the code that was not compiled.
"""

from typing import Any

import numpy as np

from benchmarks.probes.child import Child
from benchmarks.probes.rubric import Facts, Row, Rubric

RUBRIC = Rubric(
    criterion="graph-compiler",
    facts={
        "compiles-a-step": "a compiled training step gives the same loss and weights",
        "one-word": "one word in the documented way of training turns it on",
        "fuses": "the compiler joins several operations into one kernel",
        "takes-everything": "compiled code that calls NumPy or Python in its midst still runs",
    },
    asides={
        "on-another-engine": "the same word compiles on JAX",
        "captured-by-dynamo": "TorchDynamo counts the graph that it captured",
    },
    rows=(
        Row(4, needs=("compiles-a-step", "one-word", "fuses", "takes-everything")),
        Row(3, needs=("compiles-a-step", "one-word", "fuses")),
        Row(2, needs=("compiles-a-step",)),
    ),
    floor=1,
    claims=(
        "ov-all-02",
        "perf-torch-02",
    ),
)

RNG = np.random.default_rng(0)
X = RNG.normal(size=(16, 4)).astype(np.float32)
Y = X.sum(axis=1, keepdims=True)


def same(first: Any, second: Any) -> str:
    """How far two results are apart; AssertionError if by more than rounding."""
    pairs = zip(first, second, strict=True)
    worst = max(float(np.abs(np.asarray(a) - np.asarray(b)).max()) for a, b in pairs)
    assert worst < 1e-5, f"results differ by {worst:.1e}"
    return f"results differ by at most {worst:.1e}"


def keras_step(jit_compile: bool) -> Any:
    """The weights after some steps of fit()."""
    import keras

    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(8, "tanh"), keras.layers.Dense(1)]
    )
    model.compile("sgd", "mse", jit_compile=jit_compile)
    model.fit(X, Y, epochs=3, shuffle=False, verbose=0)
    return [weight.tolist() for weight in model.get_weights()]


def keras_compiles() -> str:
    """The same compiled and not, in this process's back end."""
    return same(keras_step(jit_compile=True), keras_step(jit_compile=False))


def test_keras(facts: Facts, on_jax: Child) -> None:
    import keras
    import tensorflow as tf

    for fact in ("compiles-a-step", "one-word"):
        with facts.trying(fact) as trial:
            trial.tell(f"jit_compile=True: {keras_compiles()}")
    with facts.trying("fuses") as trial:
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8, "tanh")])
        step = tf.function(lambda x: tf.exp(model(x)) * 2.0 + 1.0, jit_compile=True)
        trial.tell(fused_by_xla(step, tf.constant(X)))
    with facts.trying("takes-everything") as trial:
        sort = keras.layers.Lambda(lambda x: tf.numpy_function(np.sort, [x], tf.float32))
        model = keras.Sequential([keras.Input((4,)), sort])
        model.compile(jit_compile=True)
        trial.tell(same([model.predict_on_batch(X)], [np.sort(X)]))
    with facts.trying("on-another-engine") as trial:
        trial.tell(on_jax.run(keras_compiles))


def fused_by_xla(step: Any, *arguments: Any) -> str:
    """How many fusions XLA made; AssertionError if none."""
    text = step.experimental_get_compiler_ir(*arguments)(stage="optimized_hlo")
    fusions = text.count(" fusion(")
    assert fusions, "no fusion in XLA's program"
    return f"{fusions} fusions in XLA's program"


def test_tensorflow(facts: Facts) -> None:
    import tensorflow as tf

    first = RNG.normal(size=(4, 8)).astype(np.float32)

    def trained(jit_compile: bool) -> Any:
        weights = tf.Variable(first), tf.Variable(tf.ones((8, 1)))

        @tf.function(jit_compile=jit_compile)
        def step() -> Any:
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean((tf.tanh(X @ weights[0]) @ weights[1] - Y) ** 2)
            for weight, gradient in zip(weights, tape.gradient(loss, weights), strict=True):
                weight.assign_sub(0.01 * gradient)
            return loss

        losses = [step() for _ in range(3)]
        return [*losses, *weights]

    for fact in ("compiles-a-step", "one-word"):
        with facts.trying(fact) as trial:
            trial.tell(f"jit_compile=True: {same(trained(True), trained(False))}")
    with facts.trying("fuses") as trial:
        step = tf.function(lambda x: tf.exp(tf.tanh(x @ first)) * 2.0 + 1.0, jit_compile=True)
        trial.tell(fused_by_xla(step, tf.constant(X)))
    with facts.trying("takes-everything") as trial:
        outside = lambda x: tf.numpy_function(np.sort, [x], tf.float32)  # noqa: E731
        trial.tell(same([tf.function(outside, jit_compile=True)(tf.constant(X))], [np.sort(X)]))


def test_pytorch(facts: Facts) -> None:
    import torch

    x, y = torch.from_numpy(X), torch.from_numpy(Y)
    counted = torch._dynamo.utils.counters

    def trained(compile_it: bool) -> Any:
        torch.manual_seed(0)
        layers = [torch.nn.Linear(4, 8), torch.nn.Tanh(), torch.nn.Linear(8, 1)]
        model = torch.nn.Sequential(*layers)
        compute = torch.compile(model) if compile_it else model
        optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
        losses = []
        for _ in range(3):
            optimizer.zero_grad()
            loss = torch.nn.functional.mse_loss(compute(x), y)
            loss.backward()
            optimizer.step()
            losses.append(loss.detach())
        return [*losses, *(parameter.detach() for parameter in model.parameters())]

    torch._dynamo.reset()
    counted.clear()
    for fact in ("compiles-a-step", "one-word"):
        with facts.trying(fact) as trial:
            trial.tell(f"torch.compile: {same(trained(True), trained(False))}")
    graphs = counted["stats"]["unique_graphs"]
    facts.record("captured-by-dynamo", graphs > 0, f"{graphs} graphs")
    with facts.trying("fuses") as trial:
        from torch._inductor.utils import run_and_get_code

        compiled = torch.compile(lambda x: torch.exp(torch.tanh(x)) * 2.0 + 1.0)
        _, code = run_and_get_code(compiled, x)
        kernels = code[0].count('extern "C"')
        assert kernels == 1, f"{kernels} kernels for 4 operations"
        trial.tell("1 kernel for 4 operations")
    with facts.trying("takes-everything") as trial:
        outside = torch.compile(lambda x: torch.as_tensor(sorted(x[:, 0].tolist())) + 1)
        trial.tell(same([outside(x)], [np.sort(X[:, 0]) + 1]))
