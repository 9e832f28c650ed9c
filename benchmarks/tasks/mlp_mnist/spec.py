"""The classic: a 784-512-512-10 perceptron with ReLU on MNIST, mean cross-entropy on logits.

It speaks for first networks on vectors or small pictures, and beside the churn task for tables.
Images are (batch, 784) float32 in [0, 1], labels (batch,) integers from 0 to 9.

It learns from Fashion-MNIST, which a perceptron does not solve as easily as the digits, with the
authors' test set. The budget is five passes, and the target is what PyTorch reached by the fourth
in each of five seeds. Where no file is cached, the bundled digits take their place: a twentieth of
the examples, so fifteen passes, and a target that five seeds reached by the eighth.
"""

from benchmarks.tasks import data, images, simulated
from benchmarks.tasks.task import Examples, Learning, Rounds, Task, classes_right

__all__ = ["TASK"]


def examples(choice: str) -> Examples:
    """MNIST, the bundled digits, or noise of the same shapes."""
    return data.choose(
        choice,
        data.MNIST["train"],
        real=images.mnist,
        like=lambda: simulated.noise_images((784,), 10),
        bundled=images.digits,
    )


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
    learning=Learning(
        lambda: (images.fashion_mnist(), images.fashion_mnist("test")),
        epochs=5,
        batch=64,
        target=0.87,
        score=classes_right,
    ),
    bundled_learning=Learning(
        lambda: (images.digits(), images.digits("test")),
        epochs=15,
        batch=64,
        target=0.97,
        score=classes_right,
    ),
)
