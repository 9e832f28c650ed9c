"""Tools for numerical faults: can one find where a NaN or a wrong gradient comes from?

A logarithm of a negative number is planted in the forward pass. In the backward pass it is an
arccosine of one, whose gradient, zero times infinity, is the first that is no number. A tool has
found the fault when it names the operation. What the engine's tools find in a Keras model counts,
but is not Keras's own.
"""

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.probes.child import Child
from benchmarks.probes.rubric import Facts, Row, Rubric

RUBRIC = Rubric(
    criterion="numerics-debugging",
    facts={
        "forward-located": "a tool names the operation that gave the first NaN of the outputs",
        "backward-located": "a tool names the operation that gave the first NaN of the gradients",
        "line-shown": "the tool also shows the function of one's own in which that stands",
        "found-when-compiled": "the tool works in compiled code too",
        "gradients-checked": "a checker compares gradients with differences",
        "own-tools": "the tools are those of the framework itself",
    },
    asides={
        "training-stops": "training can be made to stop at the first loss that is no number",
        "engine-tools-reach-in": "on PyTorch, its anomaly mode finds the fault in a Keras model",
        "dump": "a dump of every tensor's health can be written and read",
        "old-debugger-imports": "the debugger for sessions of version 1 can still be imported",
    },
    rows=(
        Row(
            4,
            needs=(
                "forward-located",
                "backward-located",
                "line-shown",
                "found-when-compiled",
                "gradients-checked",
                "own-tools",
            ),
        ),
        Row(
            3,
            needs=("backward-located", "own-tools"),
            some=2,
            of=("forward-located", "line-shown", "found-when-compiled", "gradients-checked"),
        ),
        Row(2, some=1, of=("forward-located", "backward-located")),
    ),
    floor=1,
    claims=(
        "dbg-keras-03",
        "dbg-tf-02",
        "dbg-tf-06",
        "dbg-torch-04",
    ),
)

X = np.array([[1.0], [-1.0], [2.0]], dtype=np.float32)
ONES = np.ones((3, 1), dtype=np.float32)


def told(action: Callable[[], object]) -> str:
    """The error and the warnings when `action` fails; AssertionError if it just goes on."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            action()
        except Exception as error:
            return "\n".join([*_chain(error), *(str(each.message) for each in caught)])
    raise AssertionError("nothing was raised")


def _chain(error: BaseException | None) -> list[str]:
    """What an error says, and whatever it was raised for."""
    return [*_chain(error.__cause__ or error.__context__), str(error)] if error else []


def naming(said: str, *operations: str) -> str:
    """The line that names one of the operations; AssertionError if none does."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    places = [line.startswith("File ") for line in lines]
    # After the place of a call stands its source, where the name is only a name.
    lines = [
        line
        for line, here, before in zip(lines, places, [False, *places], strict=False)
        if not here and not before
    ]
    wanted = [line for line in lines if any(name in line for name in operations)]
    assert wanted, f"the message names no operation: {lines[0]}"
    return wanted[0]


def show_line(facts: Facts, said: str) -> None:
    """Whether the function `planted` is named by more than the call that ran into the fault."""
    facts.record("line-shown", "in planted" in said, "in planted" if "in planted" in said else "no")


def test_keras(facts: Facts, on_torch: Child) -> None:
    import keras
    import tensorflow as tf
    from keras import ops

    class Fault(keras.layers.Layer):
        def __init__(self, planted: Any) -> None:
            super().__init__()
            self.planted = planted

        def call(self, x: Any) -> Any:
            return self.planted(x)

    def planted(x: Any) -> Any:
        return ops.log(x)

    def arccosine(x: Any) -> Any:
        return ops.arccos(x) * (x - 1.0)

    def fit(function: Any, x: np.ndarray = X) -> None:
        made = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1), Fault(function)])
        made.layers[0].set_weights([np.ones((1, 1)), np.zeros(1)])
        made.compile("sgd", "mse")
        made.fit(x, x, verbose=0)

    tf.debugging.enable_check_numerics()
    try:
        with facts.trying("forward-located") as trial:
            trial.tell(naming(told(lambda: Fault(planted)(X)), '"Log"', "b'Log'"))
        with facts.trying("found-when-compiled") as trial:
            said = told(lambda: fit(planted))
            trial.tell(naming(said, "/Log/"))
        show_line(facts, said)
        with facts.trying("backward-located") as trial:
            said = told(lambda: fit(arccosine, ONES))
            trial.tell(naming(said, "Acos", "Reciprocal"))
    finally:
        tf.debugging.disable_check_numerics()
    words = {
        "gradients-checked": ("gradcheck", "gradient_check"),
        "own-tools": ("check_numerics", "debugging", "anomaly"),
    }
    for fact, names in words.items():
        with facts.trying(fact):
            found = [n for n in (*dir(keras), *dir(keras.utils), *dir(keras.config)) if n in names]
            assert found, "keras has none: it is left to the engine"
    with facts.trying("training-stops") as trial:
        trial.tell(keras_stops())
    with facts.trying("engine-tools-reach-in") as trial:
        trial.tell(on_torch.run(anomaly_in_keras))


def keras_stops() -> str:
    """A callback that ends a training whose loss is no number."""
    import keras

    made = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    made.compile("sgd", "mse")
    stop = keras.callbacks.TerminateOnNaN()
    done = made.fit(X * np.nan, X, epochs=9, verbose=0, callbacks=[stop]).epoch
    assert len(done) < 9, f"{len(done)} epochs were run"
    return f"TerminateOnNaN ended it in epoch {len(done)}"


def anomaly_in_keras() -> str:
    """PyTorch's anomaly mode over a Keras model whose gradient is no number."""
    import keras
    import torch
    from keras import ops

    class Fault(keras.layers.Layer):
        def call(self, x: Any) -> Any:
            return ops.arccos(x) * (x - 1.0)

    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1), Fault()])
    model.layers[0].set_weights([np.ones((1, 1)), np.zeros(1)])
    with torch.autograd.set_detect_anomaly(True):
        return naming(told(lambda: model(ONES).sum().backward()), "AcosBackward")


def test_tensorflow(facts: Facts, tmp_path: Path) -> None:
    import tensorflow as tf

    def planted(x: Any) -> Any:
        return tf.math.log(x)

    def arccosine() -> None:
        x = tf.Variable(ONES)
        with tf.GradientTape() as tape:
            y = tf.acos(x) * (x - 1.0)
        tape.gradient(y, x)

    tf.debugging.enable_check_numerics()
    try:
        with facts.trying("forward-located") as trial:
            trial.tell(naming(told(lambda: planted(X)), '"Log"', "b'Log'"))
        with facts.trying("found-when-compiled") as trial:
            said = told(lambda: tf.function(planted)(tf.constant(X)))
            trial.tell(naming(said, "node Log/"))
        show_line(facts, said)
        with facts.trying("backward-located") as trial:
            trial.tell(naming(told(arccosine), "Acos", "Reciprocal"))
    finally:
        tf.debugging.disable_check_numerics()
    with facts.trying("gradients-checked") as trial:
        theory, numbers = tf.test.compute_gradient(lambda x: x**3, [tf.constant([1.0, 2.0])])
        worst = float(np.abs(theory[0] - numbers[0]).max())
        assert worst < 0.1
        trial.tell(f"tf.test.compute_gradient differs by {worst:.3f}")
    home = tf.debugging.enable_check_numerics.__module__
    facts.record("own-tools", home.startswith("tensorflow."), home)
    with facts.trying("dump") as trial:
        writer = tf.debugging.experimental.enable_dump_debug_info(
            str(tmp_path), tensor_debug_mode="FULL_HEALTH", circular_buffer_size=-1
        )
        tf.function(tf.math.log)(tf.constant(X))
        writer.FlushNonExecutionFiles()
        writer.FlushExecutionFiles()
        tf.debugging.experimental.disable_dump_debug_info()
        sizes = {p.suffix: p.stat().st_size for p in tmp_path.iterdir() if p.stat().st_size}
        assert sizes, "the files are empty"
        trial.tell(f"{len(sizes)} files, {sum(sizes.values())} bytes")
    with facts.trying("old-debugger-imports") as trial:
        from tensorflow.python.debug.wrappers.local_cli_wrapper import (
            LocalCLIDebugWrapperSession,
        )

        trial.tell(LocalCLIDebugWrapperSession.__name__)


def test_pytorch(facts: Facts) -> None:
    import torch

    def planted(x: torch.Tensor) -> torch.Tensor:
        return x.arccos() * (x - 1)

    def backward(function: Any, x: np.ndarray = ONES) -> None:
        with torch.autograd.detect_anomaly():
            function(torch.from_numpy(x).requires_grad_()).sum().backward()

    with facts.trying("forward-located") as trial:
        # The mode watches gradients alone; that of a logarithm is finite where the value is not.
        trial.tell(naming(told(lambda: backward(torch.log, X)), "LogBackward"))
    with facts.trying("backward-located") as trial:
        said = told(lambda: backward(planted))
        trial.tell(naming(said, "AcosBackward"))
    show_line(facts, said)
    with facts.trying("found-when-compiled") as trial:
        compiled = torch.compile(planted, backend="aot_eager")
        trial.tell(naming(told(lambda: backward(compiled)), "AcosBackward"))
    with facts.trying("gradients-checked") as trial:
        point = torch.tensor([1.0, 2.0], dtype=torch.float64, requires_grad=True)
        assert torch.autograd.gradcheck(lambda x: x**3, (point,))
        trial.tell("torch.autograd.gradcheck agrees")
    home = torch.autograd.detect_anomaly.__module__
    facts.record("own-tools", home.startswith("torch."), home)
