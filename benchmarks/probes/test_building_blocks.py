"""Ready-made building blocks: how much of a model comes ready made?

Public classes are counted in the package as it is imported. For TensorFlow tf.keras counts, but
then the blocks are not its own.
"""

import inspect
from types import ModuleType
from typing import Any

import numpy as np

from benchmarks.probes.rubric import Facts, Row, Rubric

RUBRIC = Rubric(
    criterion="building-blocks",
    facts={
        "fifty-layers": "there are at least fifty kinds of layer",
        "losses-and-optimizers": "there are at least ten losses and eight optimizers",
        "sequence-blocks": "recurrent layers and multi-head attention are among them, and run",
        "ready-networks": "there are at least ten whole networks to build by name",
        "metrics-and-preparation": "metrics, augmentation of images and splitting of text come too",
        "own": "the layers are its own, and not those of another of the three",
    },
    asides={
        "network-built": "one of the whole networks was built, without fetching weights",
        "trains-on-pictures": "a small network of ready blocks learns to tell pictures apart",
        "trains-on-text": "a small network of ready blocks learns from sequences of words",
        "trains-on-a-table": "a small network of ready blocks learns from a table of customers",
        "trains-an-agent": "a small network learns to act for a reward",
    },
    rows=(
        Row(
            4,
            needs=(
                "fifty-layers",
                "losses-and-optimizers",
                "sequence-blocks",
                "ready-networks",
                "metrics-and-preparation",
                "own",
            ),
        ),
        Row(3, needs=("fifty-layers", "losses-and-optimizers", "sequence-blocks", "own")),
        Row(2, needs=("fifty-layers", "losses-and-optimizers")),
    ),
    floor=1,
    claims=(
        "ov-all-02",
        "arch-keras-06",
        "arch-keras-08",
        "use-keras-02",
        "use-keras-04",
        "use-torch-02",
    ),
)

RNG = np.random.default_rng(0)
SEQUENCE = RNG.random((2, 5, 8), dtype=np.float32)


def classes(module: ModuleType, base: type) -> list[str]:
    """Public names in `module` of different classes that derive from `base`."""
    found = {
        item: name
        for name, item in inspect.getmembers(module, inspect.isclass)
        if issubclass(item, base) and item is not base and not name.startswith("_")
    }
    return sorted(found.values())


def pictures() -> tuple[np.ndarray, np.ndarray]:
    """Noise in whose left (0) or right (1) half there is a bright square."""
    x = RNG.random((64, 8, 8, 1), dtype=np.float32)
    y = RNG.integers(0, 2, 64)
    for picture, side in zip(x, y, strict=True):
        picture[2:6, 4 * side : 4 * side + 4] += 1
    return x, y


def words() -> tuple[np.ndarray, np.ndarray]:
    """Sequences of 6 words out of 20; the class says whether word 3 occurs."""
    x = RNG.integers(4, 20, (64, 6))
    y = RNG.integers(0, 2, 64)
    x[y == 1, 2] = 3
    return x, y


def customers() -> tuple[np.ndarray, np.ndarray]:
    """Six numbers for each customer; those whose first two add up to much will leave."""
    x = RNG.random((64, 6), dtype=np.float32)
    return x, (x[:, 0] + x[:, 1] > 1).astype(int)


def keras_facts(facts: Facts, keras: Any) -> None:
    """What the namespace `keras` holds, be it keras or tf.keras."""
    layers = classes(keras.layers, keras.layers.Layer)
    facts.record("fifty-layers", len(layers) >= 50, f"{len(layers)} layers")
    losses = classes(keras.losses, keras.losses.Loss)
    optimizers = classes(keras.optimizers, keras.optimizers.Optimizer)
    said = f"{len(losses)} losses, {len(optimizers)} optimizers"
    facts.record("losses-and-optimizers", len(losses) >= 10 and len(optimizers) >= 8, said)
    with facts.trying("sequence-blocks") as trial:
        recurrent = keras.layers.LSTM(4)(SEQUENCE)
        attention = keras.layers.MultiHeadAttention(2, 4)(SEQUENCE, SEQUENCE)
        trial.tell(f"LSTM {tuple(recurrent.shape)}, attention {tuple(attention.shape)}")
    found = inspect.getmembers(keras.applications, inspect.isfunction)
    facts.record("ready-networks", len(found) >= 10, f"{len(found)} builders")
    metrics = classes(keras.metrics, keras.metrics.Metric)
    prepared = {"RandomFlip", "RandomRotation", "TextVectorization"}.issubset(layers)
    facts.record(
        "metrics-and-preparation", len(metrics) >= 10 and prepared, f"{len(metrics)} metrics"
    )


def keras_learns(layers: list[Any], data: tuple[np.ndarray, np.ndarray]) -> str:
    """Train for some epochs; AssertionError unless nearly all of the answers become right."""
    import keras

    keras.utils.set_random_seed(0)
    model = keras.Sequential([*layers, keras.layers.Dense(2)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.02), loss, metrics=["accuracy"])
    right = model.fit(*data, epochs=25, verbose=0).history["accuracy"][-1]
    assert right > 0.9, f"{right:.0%} right"
    return f"{right:.0%} right"


def test_keras(facts: Facts) -> None:
    import keras
    from keras import layers

    keras_facts(facts, keras)
    facts.record("own", keras.layers.Dense.__module__.startswith("keras."), "keras.layers")
    with facts.trying("network-built") as trial:
        network = keras.applications.MobileNetV3Small(weights=None, input_shape=(32, 32, 3))
        trial.tell(f"MobileNetV3Small with {network.count_params():,} weights")
    convolutions = [layers.Conv2D(8, 3, activation="relu"), layers.Flatten()]
    with facts.trying("trains-on-pictures") as trial:
        trial.tell(keras_learns(convolutions, pictures()))
    with facts.trying("trains-on-text") as trial:
        trial.tell(keras_learns([layers.Embedding(20, 8), layers.LSTM(16)], words()))
    with facts.trying("trains-on-a-table") as trial:
        trial.tell(keras_learns([layers.Dense(16, "relu")], customers()))


def test_tensorflow(facts: Facts) -> None:
    import tensorflow as tf

    keras_facts(facts, tf.keras)
    home = tf.keras.layers.Dense.__module__
    facts.record("own", home.startswith("tensorflow."), f"tf.keras.layers.Dense lives in {home}")


def test_pytorch(facts: Facts) -> None:
    import torch
    from torch import nn

    layers = classes(nn, nn.Module)
    losses = [name for name in layers if name.endswith("Loss")]
    kinds = len(layers) - len(losses)
    facts.record("fifty-layers", kinds >= 50, f"{kinds} layers")
    optimizers = classes(torch.optim, torch.optim.Optimizer)
    said = f"{len(losses)} losses, {len(optimizers)} optimizers"
    facts.record("losses-and-optimizers", len(losses) >= 10 and len(optimizers) >= 8, said)
    with facts.trying("sequence-blocks") as trial:
        x = torch.from_numpy(SEQUENCE)
        recurrent, _ = nn.LSTM(8, 4, batch_first=True)(x)
        attention, _ = nn.MultiheadAttention(8, 2, batch_first=True)(x, x, x)
        trial.tell(f"LSTM {tuple(recurrent.shape)}, attention {tuple(attention.shape)}")
    for name, wanted in (("ready-networks", "models"), ("metrics-and-preparation", "metrics")):
        with facts.trying(name):
            assert hasattr(torch, wanted), f"there is no torch.{wanted}: other packages have them"
    facts.record("own", nn.Linear.__module__.startswith("torch."), "torch.nn")
    convolution = nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(288, 2))
    with facts.trying("trains-on-pictures") as trial:
        images, sides = pictures()
        trial.tell(torch_learns(convolution, (images.transpose(0, 3, 1, 2), sides)))
    with facts.trying("trains-on-text") as trial:
        network = nn.Sequential(nn.Embedding(20, 8), nn.Flatten(), nn.Linear(48, 2))
        trial.tell(torch_learns(network, words()))
    with facts.trying("trains-an-agent") as trial:
        trial.tell(torch_agent())


def torch_learns(network: Any, data: tuple[np.ndarray, np.ndarray]) -> str:
    """Train for some steps; AssertionError unless nearly all of the answers become right."""
    import torch

    torch.manual_seed(0)
    x, y = (torch.from_numpy(np.ascontiguousarray(part)) for part in data)
    optimizer = torch.optim.Adam(network.parameters(), lr=0.02)
    for _ in range(60):
        optimizer.zero_grad()
        logits = network(x)
        torch.nn.functional.cross_entropy(logits, y).backward()
        optimizer.step()
    right = (logits.argmax(1) == y).float().mean().item()
    assert right > 0.9, f"{right:.0%} right"
    return f"{right:.0%} right"


def torch_agent() -> str:
    """REINFORCE on a bandit: the action that equals the state is rewarded."""
    import torch

    torch.manual_seed(0)
    policy = torch.nn.Linear(4, 4)
    optimizer = torch.optim.Adam(policy.parameters(), lr=0.05)
    rewards = []
    for _ in range(150):
        states = torch.randint(0, 4, (64,))
        choices = torch.distributions.Categorical(logits=policy(torch.eye(4)[states]))
        actions = choices.sample()
        reward = (actions == states).float()
        optimizer.zero_grad()
        (-(reward - reward.mean()) * choices.log_prob(actions)).mean().backward()
        optimizer.step()
        rewards.append(reward.mean().item())
    assert rewards[-1] > 0.9, f"reward {rewards[-1]:.2f}"
    return f"mean reward from {rewards[0]:.2f} to {rewards[-1]:.2f}"
