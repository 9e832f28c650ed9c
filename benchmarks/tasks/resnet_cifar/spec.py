"""Vision as it is deployed: ResNet-20 (He et al., 2016) on CIFAR-10, cross-entropy on logits.

    image 32x32x3 -> conv 16 -> three blocks of 16 -> three of 32, half the size
                  -> three of 64, half the size -> mean -> logits 10
    block: conv, norm, ReLU, conv, norm, plus its input, ReLU

It speaks for images, beside the plain network. Images are (batch, 32, 32, 3) float32 in [0, 1],
labels (batch,) integers from 0 to 9. What the frameworks do not agree on is stated: every 3x3
convolution has one row or column of zeros on each side, also where it halves the size (there "same"
would mean other sides in other frameworks); where a block changes the shape, a 1x1 convolution with
a norm adapts its input; a norm adds 1e-5 to the variance and moves its running statistics by a
tenth per step, from 0 and 1.

PyTorch lets the running variance follow the unbiased variance, the others the biased one: n / (n -
1) apart for n averaged values, here at most 0.05 %. The gate allows for exactly that.
"""

from collections.abc import Iterator

from benchmarks.tasks import data, images, simulated
from benchmarks.tasks.task import Examples, Rounds, Task

__all__ = ["TASK"]

#: Channels of each block's output.
WIDTHS = (16, 16, 16, 32, 32, 32, 64, 64, 64)


def examples(choice: str) -> Examples:
    """CIFAR-10, or noise of the same shapes."""
    return data.choose(
        choice,
        images.cifar10_sources(),
        real=images.cifar10,
        like=lambda: simulated.noise_images((32, 32, 3), 10),
    )


def _convolutions() -> Iterator[tuple[str, str, tuple[int, ...]]]:
    """The name of each convolution, that of its norm, and the shape of its kernel."""
    yield "conv", "norm", (3, 3, 3, 16)
    for number, (inputs, outputs) in enumerate(zip((16, *WIDTHS), WIDTHS, strict=False)):
        block = f"blocks_{number}"
        yield f"{block}_conv1", f"{block}_norm1", (3, 3, inputs, outputs)
        yield f"{block}_conv2", f"{block}_norm2", (3, 3, outputs, outputs)
        if inputs != outputs:
            yield f"{block}_conv3", f"{block}_norm3", (1, 1, inputs, outputs)


TASK = Task(
    id="resnet-cifar",
    title="ResNet-20 on CIFAR-10",
    weights={
        **{f"{conv}/kernel": shape for conv, _, shape in _convolutions()},
        **{f"{norm}/gamma": shape[-1:] for _, norm, shape in _convolutions()},
        **{f"{norm}/beta": shape[-1:] for _, norm, shape in _convolutions()},
        "logits/kernel": (64, 10),
        "logits/bias": (10,),
    },
    state={
        **{f"{norm}/moving_mean": shape[-1:] for _, norm, shape in _convolutions()},
        **{f"{norm}/moving_variance": shape[-1:] for _, norm, shape in _convolutions()},
    },
    examples=examples,
    rounds=Rounds(train=30, latency=100, batch=10, warmup=5),
    channels=True,
    train_batch=32,
)
