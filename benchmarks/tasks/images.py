"""Pictures: MNIST and Fashion-MNIST, CIFAR-10, and the bundled digits, as float32 in [0, 1].

`part` is "train" or "test". The parts are those that the authors published, but for the digits,
which come as one set.
"""

import gzip
import io
import pickle
import tarfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.tasks import data
from benchmarks.tasks.data import Source
from benchmarks.tasks.splits import stratified
from benchmarks.tasks.task import Examples

__all__ = ["cifar10", "cifar10_sources", "cifar10_subset", "digits", "fashion_mnist", "mnist"]

Images = NDArray[np.float32]
Labels = NDArray[np.int64]
Pixels = NDArray[np.uint8]
#: The files of the CIFAR-10 archive, and how many images of each the exact subset holds.
CIFAR_FILES = {
    "train": tuple(f"data_batch_{number}" for number in range(1, 6)),
    "test": ("test_batch",),
}
SUBSET_SIZES = {"train": (4000, 1017, 1017, 1017, 1017), "test": (1017,)}


def mnist(part: str = "train") -> Examples:
    """Handwritten digits, 60,000 and 10,000: images (n, 784), labels int64 from 0 to 9."""
    return Examples("mnist", *_idx(*data.MNIST[part]))


def fashion_mnist(part: str = "train") -> Examples:
    """Garments in the same shapes as `mnist`."""
    return Examples("fashion-mnist", *_idx(*data.FASHION_MNIST[part]))


def digits(part: str = "train") -> Examples:
    """The 1,797 digits of scikit-learn in the shapes of `mnist`, four fifths of them for training.

    Each of their 8x8 pixels becomes a square of 3x3, with a margin of two zeros on each side. The
    parts are drawn from a seed, class by class.
    """
    from sklearn.datasets import load_digits  # loads SciPy, which nobody else here needs

    images, labels = load_digits(return_X_y=True)
    large = np.kron(images.reshape(-1, 8, 8) / 16, np.ones((3, 3)))
    padded = np.pad(large, ((0, 0), (2, 2), (2, 2))).reshape(-1, 784).astype(np.float32)
    rows = stratified(labels, share=0.2)[part]
    return Examples("digits", (padded[rows],), labels[rows].astype(np.int64))


def cifar10() -> Examples:
    """CIFAR-10 for training: images (n, 32, 32, 3), labels int64 from 0 to 9.

    All 50,000 if the official archive is cached, else the exact subset.
    """
    if data.locate(data.CIFAR_BATCHES) is None and data.locate(data.CIFAR_SUBSET):
        return cifar10_subset()
    pixels, labels = zip(*_cifar_batches("train"), strict=True)
    return Examples("cifar10", (_channels_last(np.concatenate(pixels)),), np.concatenate(labels))


def cifar10_subset(part: str = "train") -> Examples:
    """The exact subset of CIFAR-10, 8,068 and 1,017 images in the shapes of `cifar10`.

    It is the head of each file of the official archive, which gives it too.
    """
    subset = data.locate(data.CIFAR_SUBSET)
    if subset is None and data.locate(data.CIFAR_BATCHES):
        heads = zip(_cifar_batches(part), SUBSET_SIZES[part], strict=True)
        pairs = [(pixels[:size], labels[:size]) for (pixels, labels), size in heads]
        pixels, labels = (np.concatenate(each) for each in zip(*pairs, strict=True))
    else:
        with np.load(subset or data.demand(data.CIFAR_SUBSET)) as arrays:
            pixels, labels = arrays[f"x_{part}"], arrays[f"y_{part}"]
    return Examples("cifar10-8068", (_channels_last(pixels),), labels.astype(np.int64))


def cifar10_sources() -> tuple[Source, ...]:
    """The file that `cifar10` would read."""
    return (data.CIFAR_BATCHES if data.locate(data.CIFAR_BATCHES) else data.CIFAR_SUBSET,)


def _idx(images: Source, labels: Source) -> tuple[tuple[Images], Labels]:
    image_bytes, label_bytes = (
        gzip.decompress(data.demand(source).read_bytes()) for source in (images, labels)
    )
    pixels = np.frombuffer(image_bytes, np.uint8, offset=16).reshape(-1, 784)
    scaled = pixels.astype(np.float32) / np.float32(255)
    return (scaled,), np.frombuffer(label_bytes, np.uint8, offset=8).astype(np.int64)


def _channels_last(pixels: Pixels) -> Images:
    return np.ascontiguousarray(pixels.transpose(0, 2, 3, 1)).astype(np.float32) / np.float32(255)


def _cifar_batches(part: str) -> list[tuple[Pixels, Labels]]:
    archive: Path = data.demand(data.CIFAR_BATCHES)
    batches = []
    with tarfile.open(archive) as tar:
        for name in CIFAR_FILES[part]:
            member = tar.extractfile(f"cifar-10-batches-py/{name}")
            # The checksum was compared, so these are the authors' pickles and nobody else's.
            content = io.BytesIO(member.read() if member else b"")
            batch = pickle.load(content, encoding="bytes")  # noqa: S301
            pixels = batch[b"data"].reshape(-1, 3, 32, 32)
            batches.append((pixels, np.asarray(batch[b"labels"], np.int64)))
    return batches
