"""Real data from a cache folder, with pinned checksums, or seeded synthetic data in its place.

The folder is the one that the environment variable ADVISOR_DATA names; that one is only ever
read. Without it, it is the user's cache folder, which `python -m benchmarks.tasks.data` fills from
the official sources. A measuring process never downloads anything.

    mnist/train-images-idx3-ubyte.gz     mnist/train-labels-idx1-ubyte.gz
    fashion-mnist/...                    the same names
    cifar10/cifar-10-python.tar.gz       or cifar10/cifar10_exact_subset.npz
"""

import gzip
import hashlib
import io
import os
import pickle
import sys
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import platformdirs
from numpy.typing import NDArray

from benchmarks.errors import DataError
from benchmarks.tasks.task import Examples

__all__ = ["CHOICES", "Source", "cache_folder", "choose", "cifar10", "fashion_mnist", "fetch"]
__all__ += ["locate", "mnist", "synthetic_images"]

CHOICES = ("auto", "real", "synthetic")
MNIST_URL = "https://storage.googleapis.com/cvdf-datasets/mnist"
FASHION_URL = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com"
CIFAR_URL = "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz"
Images = NDArray[np.float32]
Labels = NDArray[np.int64]


@dataclass(frozen=True)
class Source:
    """A file of the cache: its place in the folder, where it comes from, and its SHA-256.

    `url` is empty for a file that nobody publishes and that a user can only supply.
    """

    file: str
    url: str
    sha256: str


MNIST_IMAGES = Source(
    "mnist/train-images-idx3-ubyte.gz",
    f"{MNIST_URL}/train-images-idx3-ubyte.gz",
    "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
)
MNIST_LABELS = Source(
    "mnist/train-labels-idx1-ubyte.gz",
    f"{MNIST_URL}/train-labels-idx1-ubyte.gz",
    "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
)
FASHION_IMAGES = Source(
    "fashion-mnist/train-images-idx3-ubyte.gz",
    f"{FASHION_URL}/train-images-idx3-ubyte.gz",
    "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
)
FASHION_LABELS = Source(
    "fashion-mnist/train-labels-idx1-ubyte.gz",
    f"{FASHION_URL}/train-labels-idx1-ubyte.gz",
    "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
)
CIFAR_BATCHES = Source(
    "cifar10/cifar-10-python.tar.gz",
    CIFAR_URL,
    "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
)
CIFAR_SUBSET = Source(
    "cifar10/cifar10_exact_subset.npz",
    "",
    "1ee3ca224a8a031f707bcfdbfc957d7b32be923ae69a50ca46abdf9b224acfcc",
)
FETCHED = (MNIST_IMAGES, MNIST_LABELS, FASHION_IMAGES, FASHION_LABELS, CIFAR_BATCHES)


def cache_folder() -> Path:
    """The folder that holds the data files; it need not exist."""
    named = os.environ.get("ADVISOR_DATA")
    return Path(named) if named else platformdirs.user_cache_path("advisor") / "data"


def locate(source: Source) -> Path | None:
    """The cached file, or None if it is absent; DataError if it is another file than pinned."""
    path = cache_folder() / source.file
    if not path.is_file():
        return None
    if (found := _sha256(path)) != source.sha256:
        raise DataError(
            str(path),
            f"its SHA-256 is {found}, and {source.sha256} is expected",
            cure="Delete the file and fetch it again, or put the original in its place",
        )
    return path


@cache
def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def demand(source: Source) -> Path:
    """The cached file; DataError, naming file, place and cure, if it is not there."""
    if path := locate(source):
        return path
    where = f"from {source.url} " if source.url else ""
    raise DataError(
        str(cache_folder() / source.file),
        "the data file is missing",
        cure=f"Put the file {where}there, or run `python -m benchmarks.tasks.data` with network "
        "access and ADVISOR_DATA unset",
    )


def choose(
    choice: str, sources: tuple[Source, ...], *, real: Callable[[], Examples], like: Examples
) -> Examples:
    """The data that `choice` asks for.

    "real" demands the files; "synthetic" is `like`; "auto" is real when all `sources` are cached.
    """
    if choice == "real" or (choice == "auto" and all(map(locate, sources))):
        return real()
    return like


def synthetic_images(shape: tuple[int, ...], classes: int, *, count: int = 2048) -> Examples:
    """Seeded noise in [0, 1) shaped (count, *shape), with labels from 0 to classes - 1."""
    source = np.random.default_rng(7)
    images = source.random((count, *shape), dtype=np.float32)
    return Examples("synthetic", (images,), source.integers(0, classes, count, dtype=np.int64))


def mnist() -> Examples:
    """The 60,000 training digits: images (n, 784) float32 in [0, 1], labels int64."""
    images, labels = demand(MNIST_IMAGES), demand(MNIST_LABELS)
    return Examples("mnist", (_idx_images(images),), _idx_labels(labels))


def fashion_mnist() -> Examples:
    """The 60,000 training garments, in the same shapes as `mnist`."""
    images, labels = demand(FASHION_IMAGES), demand(FASHION_LABELS)
    return Examples("fashion-mnist", (_idx_images(images),), _idx_labels(labels))


def cifar10() -> Examples:
    """CIFAR-10 for training: images (n, 32, 32, 3) float32 in [0, 1], labels int64.

    All 50,000 if the official archive is cached, else the exact subset of 8,068.
    """
    if locate(CIFAR_BATCHES) is None and (subset := locate(CIFAR_SUBSET)):
        with np.load(subset) as arrays:
            pixels, labels = arrays["x_train"], arrays["y_train"]
        return Examples("cifar10-exact-subset", (_channels_last(pixels),), labels.astype(np.int64))
    pixels, labels = _cifar_batches(demand(CIFAR_BATCHES))
    return Examples("cifar10", (_channels_last(pixels),), labels)


def cifar10_sources() -> tuple[Source, ...]:
    """The file that `cifar10` would read."""
    return (CIFAR_BATCHES if locate(CIFAR_BATCHES) else CIFAR_SUBSET,)


def _idx_images(path: Path) -> Images:
    pixels = np.frombuffer(gzip.decompress(path.read_bytes()), np.uint8, offset=16)
    return pixels.reshape(-1, 784).astype(np.float32) / np.float32(255)


def _idx_labels(path: Path) -> Labels:
    labels = np.frombuffer(gzip.decompress(path.read_bytes()), np.uint8, offset=8)
    return labels.astype(np.int64)


def _channels_last(pixels: NDArray[np.uint8]) -> Images:
    return np.ascontiguousarray(pixels.transpose(0, 2, 3, 1)).astype(np.float32) / np.float32(255)


def _cifar_batches(archive: Path) -> tuple[NDArray[np.uint8], Labels]:
    pixels, labels = [], []
    with tarfile.open(archive) as tar:
        for number in range(1, 6):
            member = tar.extractfile(f"cifar-10-batches-py/data_batch_{number}")
            # The checksum was compared, so these are the authors' pickles and nobody else's.
            content = io.BytesIO(member.read() if member else b"")
            batch = pickle.load(content, encoding="bytes")  # noqa: S301
            pixels.append(batch[b"data"].reshape(-1, 3, 32, 32))
            labels.extend(batch[b"labels"])
    return np.concatenate(pixels), np.asarray(labels, np.int64)


def fetch(source: Source) -> Path:
    """Download a file into the user's cache folder and compare its checksum; DataError if not."""
    import pooch  # only the fetching command needs it, so measuring does not load it

    if path := locate(source):
        return path
    target = cache_folder() / source.file
    try:
        pooch.retrieve(source.url, f"sha256:{source.sha256}", target.name, target.parent)
    except (OSError, ValueError) as error:
        raise DataError(
            str(target), f"{source.url} cannot be fetched ({error})", cure="Put the file there"
        ) from error
    return target


def main() -> int:
    """Fetch what is missing; 0 if all is there, else 2."""
    try:
        for source in FETCHED:
            # A folder that the user named is the user's: say what is missing, write nothing.
            path = demand(source) if os.environ.get("ADVISOR_DATA") else fetch(source)
            print(path)  # noqa: T201
    except DataError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
