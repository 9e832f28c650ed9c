"""Error messages: does a mistake say where it is and what to change?

Eight faults that beginners make are planted in each framework, as close to each other as the APIs
allow. For each it is noted whether an error comes at all, whether it gives the sizes that do not
fit, whether it names the layer, and whether the last line of one's own in the trace is the faulty
one. TensorFlow's layer is a tf.Module with a name scope, in a traced function, as in its guide.
"""

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.probes.child import Child
from benchmarks.probes.rubric import ChildError, Facts, Row, Rubric

MERITS = ("noticed", "sizes-given", "layer-named", "line-found", "short", "no-crash")

RUBRIC = Rubric(
    criterion="error-messages",
    facts={
        "noticed": "at least seven of eight planted faults raise an error",
        "sizes-given": "at least four of five faults of shape are told with both sizes",
        "layer-named": "most faults within a layer name the layer",
        "line-found": "in at least six of eight the trace ends, in one's own code, at the fault",
        "short": "most messages have at most ten lines",
        "no-crash": "none of the faults ends the whole process",
    },
    rows=(
        Row(4, some=6, of=MERITS),
        Row(3, needs=("no-crash",), some=4, of=MERITS),
        Row(2, some=3, of=MERITS),
    ),
    floor=1,
    claims=("dbg-torch-02",),
)

X = np.random.default_rng(0).random((8, 6), dtype=np.float32)
LABELS = np.array([0, 1, 2, 0, 1, 2, 0, 1])


@dataclass(frozen=True)
class Fault:
    """A planted fault: the program, and what a good message about it would hold.

    `sizes` are the two numbers that do not fit, `layer` the name that the layer was given; both may
    be empty. The line with the fault ends in the comment "fault".
    """

    program: Callable[[], object]
    sizes: tuple[str, ...] = ()
    layer: str = ""


def examined(framework: str, name: str) -> list[str]:
    """What the message about one fault holds, by the keys of MERITS; nothing if none comes."""
    fault = FAULTS[framework]()[name]
    try:
        fault.program()
    except Exception as error:
        text, own = str(error), _own_lines(error)
        merits = {
            "noticed": True,
            "sizes-given": bool(fault.sizes) and all(size in text for size in fault.sizes),
            "layer-named": bool(fault.layer) and fault.layer in text,
            "line-found": bool(own) and own[-1].endswith("# fault"),
            "short": len(text.strip().splitlines()) <= 10,
        }
        return [merit for merit, had in merits.items() if had]
    return []


def _own_lines(error: Exception) -> list[str]:
    """The lines of this file that the trace goes through."""
    trace = traceback.extract_tb(error.__traceback__)
    return [(frame.line or "").rstrip() for frame in trace if frame.filename == __file__]


def judge(facts: Facts, framework: str, examine: Callable[[str, str], list[str]]) -> None:
    """Plant every fault and count what the messages hold; a crash leaves no message."""
    faults, found = FAULTS[framework](), {}
    crashed = []
    for name in faults:
        try:
            found[name] = examine(framework, name)
        except ChildError:
            found[name] = []
            crashed.append(name)
    shapes = [name for name, fault in faults.items() if fault.sizes]
    within = [name for name, fault in faults.items() if fault.layer]
    for merit, (least, among) in {
        "noticed": (7, list(faults)),
        "sizes-given": (4, shapes),
        "layer-named": (len(within) // 2 + 1, within),
        "line-found": (6, list(faults)),
        "short": (5, list(faults)),
    }.items():
        absent = [name for name in among if merit not in found[name]]
        said = f"{len(among) - len(absent)} of {len(among)}; not: {', '.join(absent) or 'none'}"
        facts.record(merit, len(among) - len(absent) >= least, said)
    facts.record("no-crash", not crashed, f"ended by: {', '.join(crashed) or 'none'}")


def keras_faults() -> dict[str, Fault]:
    import keras
    from keras import layers, ops

    def network(*inner: Any) -> Any:
        return keras.Sequential([keras.Input((6,)), *inner])

    def fit(model: Any, y: Any, loss: str) -> None:
        model.compile("sgd", loss)
        model.fit(X, y, verbose=0)  # fault

    def wrong_width() -> None:
        layer = layers.Dense(4, name="second")
        layer.build((None, 5))
        layer(X)  # fault

    def wrong_concatenation() -> None:
        ops.concatenate([X, X[:, :4]], axis=0)  # fault

    def wrong_reshape() -> None:
        network(layers.Reshape((4, 2), name="second"))  # fault

    def wrong_broadcast() -> None:
        network(layers.Dense(4))(X) + ops.ones((8, 3))  # fault

    def words_for_numbers() -> None:
        layers.Dense(4, name="second")(np.array([["a", "b"]]))  # fault

    def label_too_large() -> None:
        fit(network(layers.Dense(3)), LABELS + 1, "sparse_categorical_crossentropy")

    def wrong_target() -> None:
        fit(network(layers.Dense(3)), np.ones((8, 2), dtype=np.float32), "mse")

    def missing_flatten() -> None:
        layer = layers.LSTM(4, name="second")
        layer(X)  # fault

    return {
        "wrong width": Fault(wrong_width, ("5", "6"), "second"),
        "concatenation": Fault(wrong_concatenation, ("6", "4")),
        "reshape": Fault(wrong_reshape, ("6", "4"), "second"),
        "broadcast": Fault(wrong_broadcast, ("4", "3")),
        "words for numbers": Fault(words_for_numbers, layer="second"),
        "label too large": Fault(label_too_large),
        "target of another shape": Fault(wrong_target, ("3", "2")),
        "missing dimension": Fault(missing_flatten, layer="second"),
    }


def tensorflow_faults() -> dict[str, Fault]:
    import tensorflow as tf

    class Dense(tf.Module):
        def __init__(self, inputs: int, outputs: int, name: str) -> None:
            super().__init__(name)
            self.kernel = tf.Variable(tf.ones((inputs, outputs)), name="kernel")

        @tf.Module.with_name_scope
        def __call__(self, x: Any) -> Any:
            return x @ self.kernel  # fault

    def traced(function: Callable[[], Any]) -> None:
        tf.function(function)()

    def wrong_width() -> None:
        traced(lambda: Dense(5, 4, "second")(tf.constant(X)))

    def wrong_concatenation() -> None:
        tf.concat([X, X[:, :4]], axis=0)  # fault

    def wrong_reshape() -> None:
        tf.reshape(X, (8, 4, 2))  # fault

    def wrong_broadcast() -> None:
        tf.constant(X)[:, :4] + tf.ones((8, 3))  # fault

    def words_for_numbers() -> None:
        traced(lambda: Dense(2, 4, "second")(tf.constant([["a", "b"]])))

    def label_too_large() -> None:
        logits = tf.constant(X[:, :3])
        tf.nn.sparse_softmax_cross_entropy_with_logits(LABELS + 1, logits)  # fault

    def wrong_target() -> None:
        tf.reduce_mean((tf.constant(X[:, :3]) - np.ones((8, 2), dtype=np.float32)) ** 2)  # fault

    def missing_dimension() -> None:
        tf.nn.conv1d(tf.constant(X), tf.ones((3, 6, 4)), 1, "SAME")  # fault

    return {
        "wrong width": Fault(wrong_width, ("5", "6"), "second"),
        "concatenation": Fault(wrong_concatenation, ("6", "4")),
        "reshape": Fault(wrong_reshape, ("48", "64")),
        "broadcast": Fault(wrong_broadcast, ("4", "3")),
        "words for numbers": Fault(words_for_numbers, layer="second"),
        "label too large": Fault(label_too_large),
        "target of another shape": Fault(wrong_target, ("3", "2")),
        "missing dimension": Fault(missing_dimension),
    }


def pytorch_faults() -> dict[str, Fault]:
    import torch
    from torch import nn

    class Network(nn.Module):
        def __init__(self, layer: nn.Module) -> None:
            super().__init__()
            self.second = layer

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.second(x)  # fault

    x, labels = torch.from_numpy(X), torch.from_numpy(LABELS)

    def wrong_width() -> None:
        Network(nn.Linear(5, 4))(x)

    def wrong_concatenation() -> None:
        torch.cat([x, x[:, :4]], dim=0)  # fault

    def wrong_reshape() -> None:
        Network(nn.Unflatten(1, (4, 2)))(x)

    def wrong_broadcast() -> None:
        x[:, :4] + torch.ones(8, 3)  # fault

    def words_for_numbers() -> None:
        Network(nn.Linear(2, 4))([["a", "b"]])

    def label_too_large() -> None:
        nn.functional.cross_entropy(x[:, :3], labels + 1)  # fault

    def wrong_target() -> None:
        nn.functional.mse_loss(x[:, :3], torch.ones(8, 2))  # fault

    def missing_dimension() -> None:
        Network(nn.Conv1d(6, 4, 3))(x)

    return {
        "wrong width": Fault(wrong_width, ("5", "6"), "second"),
        "concatenation": Fault(wrong_concatenation, ("6", "4")),
        "reshape": Fault(wrong_reshape, ("6", "4"), "second"),
        "broadcast": Fault(wrong_broadcast, ("4", "3")),
        "words for numbers": Fault(words_for_numbers, layer="second"),
        "label too large": Fault(label_too_large),
        "target of another shape": Fault(wrong_target, ("3", "2")),
        "missing dimension": Fault(missing_dimension, layer="second"),
    }


FAULTS = {"keras": keras_faults, "tensorflow": tensorflow_faults, "pytorch": pytorch_faults}


def test_keras(facts: Facts) -> None:
    judge(facts, "keras", examined)


def test_tensorflow(facts: Facts) -> None:
    # An operation of TensorFlow may check its arguments by ending the process.
    children: list[Child] = []

    def examine(framework: str, name: str) -> list[str]:
        if not children or children[-1].process.poll() is not None:
            children.append(Child())
        found: list[str] = children[-1].run(examined, framework, name)
        return found

    try:
        judge(facts, "tensorflow", examine)
    finally:
        for child in children:
            child.close()


def test_pytorch(facts: Facts) -> None:
    judge(facts, "pytorch", examined)
