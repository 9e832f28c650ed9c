"""The classic: a 784-512-512-10 perceptron with ReLU on MNIST, mean cross-entropy on logits.

Images are (batch, 784) float32 in [0, 1], labels (batch,) integers from 0 to 9.
"""

import numpy as np

from benchmarks.tasks import data
from benchmarks.tasks.task import Array, Examples, Learning, Rounds, Task

__all__ = ["TASK"]


def examples(choice: str) -> Examples:
    """MNIST, or noise of the same shapes."""
    sources = (data.MNIST_IMAGES, data.MNIST_LABELS)
    like = data.synthetic_images((784,), 10)
    return data.choose(choice, sources, real=data.mnist, like=like)


def digits() -> tuple[Examples, Examples]:
    """The 1,797 digits that come with scikit-learn, each pixel grown to 3x3: four fifths to train.

    They are drawn from a seed.
    """
    from sklearn.datasets import load_digits  # loads SciPy, which nobody else here needs

    images, labels = load_digits(return_X_y=True)
    large = np.kron(images.reshape(-1, 8, 8) / 16, np.ones((3, 3)))
    padded = np.pad(large, ((0, 0), (2, 2), (2, 2))).reshape(-1, 784).astype(np.float32)
    order = np.random.default_rng(7).permutation(len(labels))
    return _parts("digits", padded[order], labels[order].astype(np.int64), len(order) * 4 // 5)


def garments() -> tuple[Examples, Examples]:
    """Fashion-MNIST's training set: 50,000 to train, 10,000 to test."""
    every = data.fashion_mnist()
    return _parts(every.name, every.inputs[0], every.targets, 50_000)


def _parts(name: str, images: Array, labels: Array, size: int) -> tuple[Examples, Examples]:
    return (
        Examples(name, (images[:size],), labels[:size]),
        Examples(name, (images[size:],), labels[size:]),
    )


def right(logits: Array, labels: Array) -> float:
    """The share of the examples whose largest logit is that of their label."""
    return float(np.mean(logits.argmax(axis=1) == labels))


TASK = Task(
    id="mlp-mnist",
    title="784-512-512-10 perceptron on MNIST",
    weights={
        "dense1/kernel": (784, 512),
        "dense1/bias": (512,),
        "dense2/kernel": (512, 512),
        "dense2/bias": (512,),
        "logits/kernel": (512, 10),
        "logits/bias": (10,),
    },
    examples=examples,
    rounds=Rounds(train=100, latency=200, batch=30, warmup=20),
    learning=Learning(garments, epochs=4, batch=64, target=0.85, score=right),
    bundled_learning=Learning(digits, epochs=4, batch=64, target=0.9, score=right),
)
