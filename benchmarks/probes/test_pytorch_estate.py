"""PyTorch code you have: how much of existing PyTorch code can stay as it is?

A module, its checkpoint and a training loop are what is there. Each framework is asked to take over
all three.
"""

from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.probes.child import Child
from benchmarks.probes.rubric import Facts, Row, Rubric

RUBRIC = Rubric(
    criterion="pytorch-estate",
    facts={
        "module-runs": "the module runs within a new model and answers the same",
        "module-trains-on": "there it can be trained further",
        "loop-stays": "the training loop runs as it is over a new model",
        "checkpoint-opens": "its checkpoint opens",
        "unchanged": "the models are the framework's own, with no wrapper around them",
    },
    rows=(
        Row(
            4,
            needs=(
                "module-runs",
                "module-trains-on",
                "loop-stays",
                "checkpoint-opens",
                "unchanged",
            ),
        ),
        Row(3, needs=("module-runs", "module-trains-on", "loop-stays", "unchanged")),
        Row(2, needs=("module-runs", "module-trains-on")),
    ),
    floor=1,
)

X = np.random.default_rng(0).normal(size=(16, 4)).astype(np.float32)
Y = X.sum(axis=1, keepdims=True)


def module() -> Any:
    """The module that is there already."""
    import torch

    class Scale(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.linear = torch.nn.Linear(4, 1)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.linear(x)

    return Scale()


def loop(model: Any) -> list[float]:
    """The training loop that is there already."""
    import torch

    optimizer, losses = torch.optim.SGD(model.parameters(), lr=0.1), []
    for _ in range(5):
        optimizer.zero_grad()
        loss = torch.nn.functional.mse_loss(model(torch.from_numpy(X)), torch.from_numpy(Y))
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


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


def module_in_keras(file: str) -> dict[str, Any]:
    """The module as a layer of Keras on PyTorch, with its checkpoint, and the loop over a model."""
    import keras
    import torch

    old = module()
    torch.save(old.state_dict(), file)
    wanted = old(torch.from_numpy(X)).detach().tolist()
    wrapped = keras.Sequential([keras.Input((4,)), keras.layers.TorchModuleWrapper(old)])
    found: dict[str, Any] = {"wanted": wanted, "answers": wrapped.predict(X, verbose=0).tolist()}
    found["wrapped"] = type(wrapped.layers[0]).__name__
    wrapped.compile(keras.optimizers.SGD(0.1), "mse")
    found["losses"] = wrapped.fit(X, Y, epochs=5, verbose=0).history["loss"]
    new = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    found["loop"] = loop(new)
    return found


def checkpoint_in_keras(file: str) -> str:
    import keras

    keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)]).load_weights(file)
    return "load_weights"


def test_keras(facts: Facts, tmp_path: Path, on_torch: Child) -> None:
    file = str(tmp_path / "old.pt")
    with facts.trying("module-runs") as trial:
        found = on_torch.run(module_in_keras, file)
        trial.tell(f"on PyTorch, as a layer: {close(found['answers'], found['wanted'])}")
    with facts.trying("module-trains-on") as trial:
        trial.tell(fell(found["losses"]))
    with facts.trying("loop-stays") as trial:
        trial.tell(f"over a model of Keras layers: {fell(found['loop'])}")
    with facts.trying("checkpoint-opens") as trial:
        trial.tell(on_torch.run(checkpoint_in_keras, file))
    facts.record("unchanged", "wrapped" not in found, f"a module is kept in a {found['wrapped']}")


def make_checkpoint(file: str) -> None:
    import torch

    torch.save(module().state_dict(), file)


def test_tensorflow(facts: Facts, tmp_path: Path) -> None:
    facts.need("torch")
    import tensorflow as tf

    file = str(tmp_path / "old.pt")
    with Child(hidden=["tensorflow"]) as torch_process:
        torch_process.run(make_checkpoint, file)
    with facts.trying("checkpoint-opens"):
        try:
            tf.train.load_checkpoint(file)
        except Exception as error:
            raise AssertionError("TensorFlow's reader of checkpoints does not open it") from error
    names = [name for name in dir(tf) if "torch" in name.lower()]
    said = ", ".join(names) or "nothing in tf takes a module of PyTorch"
    for fact in ("module-runs", "module-trains-on", "loop-stays", "unchanged"):
        facts.record(fact, bool(names), said)


def test_pytorch(facts: Facts, tmp_path: Path) -> None:
    import torch

    old, file = module(), str(tmp_path / "old.pt")
    torch.save(old.state_dict(), file)
    x = torch.from_numpy(X)
    with facts.trying("module-runs") as trial:
        trial.tell(close(torch.nn.Sequential(old)(x).detach(), old(x).detach()))
    with facts.trying("module-trains-on") as trial:
        trial.tell(fell(loop(torch.nn.Sequential(old))))
    with facts.trying("loop-stays") as trial:
        trial.tell(fell(loop(torch.nn.Linear(4, 1))))
    with facts.trying("checkpoint-opens") as trial:
        module().load_state_dict(torch.load(file))
        trial.tell("torch.load, and by name into the module")
    facts.record("unchanged", type(old).__bases__ == (torch.nn.Module,), "it is PyTorch's own")
