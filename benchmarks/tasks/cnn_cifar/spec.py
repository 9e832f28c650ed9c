"""Image classification: four 3x3 convolutions on CIFAR-10, mean cross-entropy on logits.

    image 32x32x3 -> conv 32, conv 32, max pool -> conv 64, conv 64, max pool -> mean -> logits 10

It speaks for images: classification and similar vision work. Images are (batch, 32, 32, 3) float32
in [0, 1], labels (batch,) integers from 0 to 9. Every convolution has stride 1 and one row or
column of zeros on each side: for this case, and not in general, "same" means exactly that. The mean
over the last map of 8x8 spares us a flattening whose order would depend on the layout.
"""

from benchmarks.tasks import data, images, simulated
from benchmarks.tasks.task import Examples, Learning, Rounds, Task, classes_right

__all__ = ["TASK"]


def examples(choice: str) -> Examples:
    """CIFAR-10, or noise of the same shapes."""
    return data.choose(
        choice,
        images.cifar10_sources(),
        real=images.cifar10,
        like=lambda: simulated.noise_images((32, 32, 3), 10),
    )


TASK = Task(
    id="cnn-cifar",
    title="four-convolution network on CIFAR-10",
    weights={
        "conv1/kernel": (3, 3, 3, 32),
        "conv1/bias": (32,),
        "conv2/kernel": (3, 3, 32, 32),
        "conv2/bias": (32,),
        "conv3/kernel": (3, 3, 32, 64),
        "conv3/bias": (64,),
        "conv4/kernel": (3, 3, 64, 64),
        "conv4/bias": (64,),
        "logits/kernel": (64, 10),
        "logits/bias": (10,),
    },
    examples=examples,
    rounds=Rounds(train=40, latency=200, batch=15, warmup=5),
    learning=Learning(
        lambda: (images.cifar10_subset(), images.cifar10_subset("test")),
        epochs=8,
        batch=64,
        target=0.50,
        score=classes_right,
    ),
    channels=True,
)
