"""Built-in training loop: do training, metrics, checkpoints and early stopping come built in?

For TensorFlow tf.keras counts, as its documentation has it; the quality is then Keras's.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.probes.rubric import Facts, Row, Rubric

RUBRIC = Rubric(
    criterion="training-loop",
    facts={
        "one-call": "one call trains a model on data",
        "metrics": "the loop reports metrics on training and validation data",
        "progress": "the loop shows how far it has come",
        "early-stopping": "the loop can stop when nothing improves any more",
        "checkpoints": "the loop can keep the best weights in a file",
        "schedules": "the loop can lower the learning rate when nothing improves",
        "resumption": "the loop can go on after an interruption where it was",
        "parts": "what a loop of one's own needs is there: loaders, optimizers, schedules, saving",
    },
    rows=(
        Row(
            4,
            needs=("one-call", "metrics", "early-stopping", "checkpoints"),
            some=3,
            of=("progress", "schedules", "resumption", "parts"),
        ),
        Row(3, needs=("one-call", "metrics")),
        Row(2, needs=("parts",)),
    ),
    floor=1,
    claims=(
        "ease-keras-01",
        "ease-torch-03",
    ),
)

LOOP = (
    "one-call",
    "metrics",
    "progress",
    "early-stopping",
    "checkpoints",
    "schedules",
    "resumption",
)

RNG = np.random.default_rng(0)
X = RNG.random((64, 3), dtype=np.float32)
Y = X.sum(axis=1, keepdims=True)


def keras_loop(facts: Facts, keras: Any, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Everything at once with fit(), be it of keras or of tf.keras."""
    callbacks = keras.callbacks
    best = folder / "best.keras"

    def model() -> Any:
        made = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
        made.compile(keras.optimizers.SGD(0.1), "mse", metrics=["mae"])
        return made

    with facts.trying("one-call") as trial:
        history = model().fit(X, Y, validation_split=0.25, epochs=2, verbose=1).history
        trial.tell(f"the loss went to {history['loss'][-1]:.3f}")
    wanted = {"mae", "val_mae", "loss", "val_loss"}
    facts.record("metrics", wanted <= history.keys(), ", ".join(sorted(history)))
    shown = capsys.readouterr().out
    facts.record("progress", "Epoch 2/2" in shown, "a bar for each epoch")
    with facts.trying("early-stopping") as trial:
        stop = callbacks.EarlyStopping(monitor="loss", min_delta=10.0, patience=2)
        epochs = len(model().fit(X, Y, epochs=50, verbose=0, callbacks=[stop]).history["loss"])
        assert epochs < 50
        trial.tell(f"stopped after {epochs} of 50 epochs")
    with facts.trying("checkpoints") as trial:
        keep = callbacks.ModelCheckpoint(best, monitor="loss", save_best_only=True)
        model().fit(X, Y, epochs=3, verbose=0, callbacks=[keep])
        restored = keras.models.load_model(best).evaluate(X, Y, verbose=0)[0]
        trial.tell(f"the file kept has a loss of {restored:.3f}")
    with facts.trying("schedules") as trial:
        slower = callbacks.ReduceLROnPlateau(monitor="loss", min_delta=10.0, patience=1, factor=0.5)
        made = model()
        made.fit(X, Y, epochs=5, verbose=0, callbacks=[slower])
        rate = float(made.optimizer.learning_rate.numpy())
        assert rate < 0.1
        trial.tell(f"the rate went from 0.1 to {rate:.4f}")
    with facts.trying("resumption") as trial:
        trial.tell(resumed(keras, model, folder))
    parts = (keras.optimizers.Adam, keras.metrics.Mean, keras.utils.PyDataset)
    facts.record("parts", all(parts), "optimizers, metrics and data sets stand alone as well")


def resumed(keras: Any, model: Any, folder: Path) -> str:
    """Interrupt a training in its third epoch, and count the epochs that a second start runs."""

    class Interruption(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            if epoch == 2:
                raise KeyboardInterrupt

    backup = keras.callbacks.BackupAndRestore(folder / "backup")
    with pytest.raises(KeyboardInterrupt):
        model().fit(X, Y, epochs=4, verbose=0, callbacks=[backup, Interruption()])
    backup = keras.callbacks.BackupAndRestore(folder / "backup")
    left = len(model().fit(X, Y, epochs=4, verbose=0, callbacks=[backup]).history["loss"])
    assert left == 2, f"{left} epochs were run again"
    return "after 2 of 4 epochs the second start ran the other 2"


def test_keras(facts: Facts, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import keras

    keras_loop(facts, keras, tmp_path, capsys)


def test_tensorflow(facts: Facts, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import tensorflow as tf

    keras_loop(facts, tf.keras, tmp_path, capsys)


def test_pytorch(facts: Facts, tmp_path: Path) -> None:
    import torch

    words = ("fit", "train_loop", "Trainer", "Callback", "EarlyStopping", "ModelCheckpoint")
    places = (torch, torch.nn, torch.nn.Module, torch.optim, torch.utils.data)
    found = [word for word in words for place in places if hasattr(place, word)]
    for fact in LOOP:
        facts.record(fact, bool(found), f"found: {', '.join(found) or 'no loop to put it into'}")
    with facts.trying("parts") as trial:
        data = torch.utils.data.TensorDataset(torch.from_numpy(X), torch.from_numpy(Y))
        model = torch.nn.Linear(3, 1)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer)
        for x, y in torch.utils.data.DataLoader(data, batch_size=32, shuffle=True):
            optimizer.zero_grad()
            loss = torch.nn.functional.mse_loss(model(x), y)
            loss.backward()
            optimizer.step()
        schedule.step(loss.item())
        torch.save(model.state_dict(), tmp_path / "model.pt")
        trial.tell(f"an epoch by hand left a loss of {loss.item():.3f}")
