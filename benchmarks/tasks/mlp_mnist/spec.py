"""The classic: a 784-512-512-10 perceptron with ReLU on MNIST, mean cross-entropy on logits.

Images are (batch, 784) float32 in [0, 1], labels (batch,) integers from 0 to 9.
"""

from benchmarks.tasks import data
from benchmarks.tasks.task import Examples, Rounds, Task

__all__ = ["TASK"]


def examples(choice: str) -> Examples:
    """MNIST, or noise of the same shapes."""
    sources = (data.MNIST_IMAGES, data.MNIST_LABELS)
    like = data.synthetic_images((784,), 10)
    return data.choose(choice, sources, real=data.mnist, like=like)


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
)
