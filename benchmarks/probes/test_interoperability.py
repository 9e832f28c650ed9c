"""Moving between the three: can models and weights move to the other two frameworks?

Seen from each framework: a small model is trained in it and opened in the others. To be trained
further there is worth more than to answer only. tf.keras is Keras and does not count here.
"""

from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.probes.child import Child
from benchmarks.probes.rubric import Facts, Row, Rubric

RUBRIC = Rubric(
    criterion="interoperability",
    facts={
        "answers-in-another": "its trained model answers the same in one of the other two",
        "trains-in-another": "there it can be trained further",
        "answers-in-both": "its trained model answers the same in both of the others",
        "trains-in-both": "it can be trained further in both",
        "arrays-handed-over": "its arrays are handed to others by DLPack",
    },
    asides={
        "keras-to-tensorflow": "a Keras file made on PyTorch answers the same as a SavedModel",
        "keras-to-litert": "the same model answers the same as a LiteRT file",
        "keras-file-to-pytorch": "a file of tf.keras is an nn.Module on PyTorch, and trains there",
    },
    rows=(
        Row(4, needs=("answers-in-both", "trains-in-both")),
        Row(3, needs=("answers-in-another", "trains-in-another")),
        Row(2, needs=("answers-in-another",)),
        Row(1, needs=("arrays-handed-over",)),
    ),
    claims=("choose-all-02",),
)

X = np.random.default_rng(0).normal(size=(16, 4)).astype(np.float32)
Y = X.sum(axis=1, keepdims=True)


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


def keras_saved(file: str) -> Any:
    """Train and save a Keras model on whatever engine this process has; what it answers."""
    import keras

    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(X, Y, verbose=0)
    model.save(file)
    return model.predict(X, verbose=0).tolist()


def in_pytorch(file: str) -> Any:
    """What a Keras file answers as an nn.Module, and its losses in a bare loop of PyTorch."""
    import keras
    import torch

    model = keras.saving.load_model(file)
    assert isinstance(model, torch.nn.Module)
    x, y = torch.from_numpy(X), torch.from_numpy(Y)
    answers = model(x).detach().tolist()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    losses = []
    for _ in range(5):
        optimizer.zero_grad()
        loss = torch.nn.functional.mse_loss(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return answers, losses


def in_tensorflow(file: str) -> Any:
    """What a Keras file answers in TensorFlow, and its losses in a loop with a tape."""
    import keras
    import tensorflow as tf

    # The optimizer of a model that was compiled on PyTorch would bring PyTorch along.
    model = keras.saving.load_model(file, compile=False)
    answers = model(X).numpy().tolist()
    losses = []
    for _ in range(5):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((model(X) - Y) ** 2)
        for weight, gradient in zip(
            model.trainable_variables,
            tape.gradient(loss, [v.value for v in model.trainable_variables]),
            strict=True,
        ):
            weight.assign_sub(0.1 * gradient)
        losses.append(float(loss))
    return answers, losses


def try_dlpack(facts: Facts, tensor: Any, change: Any) -> None:
    """Hand a tensor to NumPy by DLPack, and see whether a change of one shows in the other."""
    with facts.trying("arrays-handed-over") as trial:
        array = np.from_dlpack(tensor)
        change()
        assert float(array.ravel()[0]) == 7.0, "the array is a copy"
        trial.tell("NumPy saw what was changed in the tensor")


def test_keras(facts: Facts, tmp_path: Path, on_torch: Child) -> None:
    import keras
    import tensorflow as tf

    here, there = str(tmp_path / "here.keras"), str(tmp_path / "there.keras")
    said = {}
    wanted = keras_saved(here)
    with facts.trying("answers-in-another") as trial:
        answers, losses = on_torch.run(in_pytorch, here)
        said["PyTorch"] = close(answers, wanted)
        trial.tell(f"PyTorch: {said['PyTorch']}")
    with facts.trying("trains-in-another") as trial:
        trial.tell(f"PyTorch: {fell(losses)}")
    with facts.trying("answers-in-both") as trial:
        wanted_there = on_torch.run(keras_saved, there)
        answers, losses_there = in_tensorflow(there)
        trial.tell(f"{said['PyTorch']} in PyTorch; in TensorFlow {close(answers, wanted_there)}")
    with facts.trying("trains-in-both") as trial:
        trial.tell(f"PyTorch: {fell(losses)}; TensorFlow: {fell(losses_there)}")
    tensor = keras.ops.convert_to_tensor(X.copy())
    with facts.trying("arrays-handed-over") as trial:
        assert np.from_dlpack(tensor).shape == X.shape
        trial.tell("by the __dlpack__ of the back end's tensor")
    with facts.trying("keras-to-tensorflow") as trial:
        folder = str(tmp_path / "served")
        model = keras.saving.load_model(there, compile=False)
        model.export(folder, verbose=False)
        served = tf.saved_model.load(folder)
        trial.tell(close(served.serve(tf.constant(X)), wanted_there))
    with facts.trying("keras-to-litert") as trial:
        file = str(tmp_path / "model.tflite")
        model.export(file, format="litert", verbose=False)
        interpreter = tf.lite.Interpreter(model_path=file)
        place = interpreter.get_input_details()[0]["index"]
        interpreter.resize_tensor_input(place, X.shape)
        interpreter.allocate_tensors()
        interpreter.set_tensor(place, X)
        interpreter.invoke()
        found = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])
        trial.tell(close(found, wanted_there))


def saved_model_in_keras(folder: str) -> Any:
    """What a SavedModel answers as a layer of Keras, and its losses under fit()."""
    import keras

    layer = keras.layers.TFSMLayer(folder, call_endpoint="serve", call_training_endpoint="serve")
    model = keras.Sequential([keras.Input((4,)), layer])
    answers = model.predict(X, verbose=0).tolist()
    assert model.trainable_weights, "Keras sees no weights in it that it could train"
    model.compile("sgd", "mse")
    return answers, model.fit(X, Y, epochs=5, verbose=0).history["loss"]


def saved_model_answers(folder: str) -> Any:
    import keras

    layer = keras.layers.TFSMLayer(folder, call_endpoint="serve")
    return keras.Sequential([keras.Input((4,)), layer]).predict(X, verbose=0).tolist()


def test_tensorflow(facts: Facts, tmp_path: Path) -> None:
    import tensorflow as tf

    class Model(tf.Module):
        def __init__(self) -> None:
            super().__init__()
            self.kernel = tf.Variable(tf.random.normal((4, 1)))

        @tf.function(input_signature=[tf.TensorSpec((None, 4), tf.float32)])
        def serve(self, x: Any) -> Any:
            return x @ self.kernel

    model, folder = Model(), str(tmp_path / "model")
    wanted = model.serve(tf.constant(X))
    tf.saved_model.save(model, folder, signatures={"serve": model.serve})
    with Child(KERAS_BACKEND="tensorflow") as keras_process:
        with facts.trying("answers-in-another") as trial:
            said = close(keras_process.run(saved_model_answers, folder), wanted)
            trial.tell(f"Keras: {said}")
        with facts.trying("trains-in-another") as trial:
            trial.tell(fell(keras_process.run(saved_model_in_keras, folder)[1]))
    with facts.trying("answers-in-both") as trial, Child() as torch_process:
        trial.tell(torch_process.run(torch_reads, folder))
    record_second(facts)
    tensor = tf.constant(X)
    with facts.trying("arrays-handed-over") as trial:
        assert np.from_dlpack(tensor).shape == X.shape
        trial.tell("by the tensor's own __dlpack__")
    with facts.trying("keras-file-to-pytorch") as trial:
        file = str(tmp_path / "model.keras")
        made = tf.keras.Sequential([tf.keras.Input((4,)), tf.keras.layers.Dense(1)])
        made.save(file)
        with Child(hidden=["tensorflow"], KERAS_BACKEND="torch") as torch_process:
            answers, losses = torch_process.run(in_pytorch, file)
        trial.tell(f"{close(answers, made(X))}, {fell(losses)}")


def record_second(facts: Facts) -> None:
    """What cannot be opened cannot be trained further either."""
    opened = facts.established["answers-in-both"]
    facts.record("trains-in-both", False, opened.detail)
    assert not opened.holds, "it opens now: extend this probe by training there"


def torch_reads(folder: str) -> str:
    """By which of its loaders PyTorch opens a SavedModel; AssertionError if by none."""
    import torch

    for load in (torch.load, torch.jit.load, torch.export.load):
        try:
            load(folder)
        except Exception:
            continue
        return f"torch.{load.__name__}"
    raise AssertionError("none of PyTorch's loaders opens a SavedModel")


def module_in_keras() -> Any:
    """What an nn.Module answers as a layer of Keras, and the losses of both under fit()."""
    import keras
    import torch

    module = torch.nn.Linear(4, 1)
    wanted = module(torch.from_numpy(X)).detach().tolist()
    wrapped = keras.layers.TorchModuleWrapper(module)
    model = keras.Sequential([keras.Input((4,)), wrapped])
    answers = model.predict(X, verbose=0).tolist()
    model.compile(keras.optimizers.SGD(0.1), "mse")
    losses = model.fit(X, Y, epochs=5, verbose=0).history["loss"]
    return wanted, answers, losses


def test_pytorch(facts: Facts, tmp_path: Path) -> None:
    import torch

    facts.need("keras")
    with Child(hidden=["tensorflow"], KERAS_BACKEND="torch") as keras_process:
        with facts.trying("answers-in-another") as trial:
            wanted, answers, losses = keras_process.run(module_in_keras)
            trial.tell(f"Keras: {close(answers, wanted)}")
        with facts.trying("trains-in-another") as trial:
            trial.tell(f"Keras: {fell(losses)}")
    program = str(tmp_path / "model.pt2")
    example = (torch.from_numpy(X),)
    torch.export.save(torch.export.export(torch.nn.Linear(4, 1), example), program)
    with facts.trying("answers-in-both") as trial, Child() as tensorflow_process:
        trial.tell(tensorflow_process.run(tensorflow_reads, program))
    record_second(facts)
    tensor = torch.from_numpy(X.copy()).clone()
    try_dlpack(facts, tensor, lambda: tensor.fill_(7.0))


def tensorflow_reads(file: str) -> str:
    """Whether TensorFlow opens a program of PyTorch; AssertionError if not."""
    import tensorflow as tf

    try:
        tf.saved_model.load(file)
    except Exception as error:
        raise AssertionError("TensorFlow's loader does not open it") from error
    return "tf.saved_model.load"
