"""Real data from a cache folder, with pinned checksums, or seeded synthetic data in its place.

The folder is the one that the environment variable ADVISOR_DATA names; that one is only ever
read. Without it, it is the user's cache folder, which `python -m benchmarks.tasks.data` fills from
the official sources. A measuring process never downloads anything.

    mnist/train-images-idx3-ubyte.gz     mnist/train-labels-idx1-ubyte.gz
    fashion-mnist/...                    the same names
    cifar10/cifar-10-python.tar.gz       or cifar10/cifar10_exact_subset.npz
    telco-churn/Telco-Customer-Churn.csv
    imdb/aclImdb_v1.tar.gz               or imdb/aclImdb_labelled.tar.gz
"""

import csv
import gzip
import hashlib
import io
import os
import pickle
import re
import sys
import tarfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import platformdirs
from numpy.typing import NDArray

from benchmarks.errors import DataError, MissingFileError, RefusedError
from benchmarks.tasks.task import Examples, Learning, Task

__all__ = ["CHOICES", "Source", "cache_folder", "choose", "cifar10", "fashion_mnist", "fetch"]
__all__ += ["imdb", "imdb_sources", "lesson", "locate", "mnist", "synthetic_customers"]
__all__ += ["synthetic_images", "synthetic_interactions", "synthetic_reviews"]
__all__ += ["synthetic_sensors", "telco"]

CHOICES = ("auto", "real", "synthetic")
MNIST_URL = "https://storage.googleapis.com/cvdf-datasets/mnist"
FASHION_URL = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com"
CIFAR_URL = "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz"
TELCO_URL = (
    "https://raw.githubusercontent.com/IBM/telco-customer-churn-on-icp4d/"
    "d5371f5d83a446ad5673cbcca3b814b926491f8a/data/Telco-Customer-Churn.csv"
)
IMDB_URL = "https://ai.stanford.edu/~amaas/data/sentiment/aclImdb_v1.tar.gz"
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
TELCO = Source(
    "telco-churn/Telco-Customer-Churn.csv",
    TELCO_URL,
    "16320c9c1ec72448db59aa0a26a0b95401046bef5d02fd3aeb906448e3055e91",
)
IMDB_ARCHIVE = Source(
    "imdb/aclImdb_v1.tar.gz",
    IMDB_URL,
    "c40f74a18d3b61f90feba1e17730e0d38e8b97c05fde7008942e91923d1658fe",
)
IMDB_LABELLED = Source(
    "imdb/aclImdb_labelled.tar.gz",
    "",
    "c01cb2451a9261654cb6c724d53ca07e8bb472873629984ed14c8d83cc7b7b01",
)
FETCHED = (
    *(MNIST_IMAGES, MNIST_LABELS, FASHION_IMAGES, FASHION_LABELS),
    *(CIFAR_BATCHES, TELCO, IMDB_ARCHIVE),
)
#: The columns of the churn table that hold categories, with the number of values of each.
TELCO_CATEGORIES = {
    "gender": 2,
    "SeniorCitizen": 2,
    "Partner": 2,
    "Dependents": 2,
    "PhoneService": 2,
    "MultipleLines": 3,
    "InternetService": 3,
    "OnlineSecurity": 3,
    "OnlineBackup": 3,
    "DeviceProtection": 3,
    "TechSupport": 3,
    "StreamingTV": 3,
    "StreamingMovies": 3,
    "Contract": 3,
    "PaperlessBilling": 2,
    "PaymentMethod": 4,
}
TELCO_SIZES = tuple(TELCO_CATEGORIES.values())
TELCO_NUMBERS = ("tenure", "MonthlyCharges", "TotalCharges")


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
    """The cached file; MissingFileError, naming file, place and cure, if it is not there."""
    if path := locate(source):
        return path
    where = f"from {source.url} " if source.url else ""
    raise MissingFileError(
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


def lesson(task: Task, choice: str) -> tuple[Learning, Examples, Examples]:
    """How `task` learns under a data choice, with the training and the test part.

    "auto" takes the bundled data where the task's files are not cached, and so runs anywhere.
    RefusedError if there is nothing to learn from; DataError if the files are missing or wrong.
    """
    learning = task.learning
    if learning is None or choice == "synthetic":
        raise RefusedError(f"the task learns nothing from the data choice {choice}")
    try:
        return learning, *learning.examples()
    except MissingFileError:
        if choice == "real" or task.bundled_learning is None:
            raise
        return task.bundled_learning, *task.bundled_learning.examples()


def synthetic_images(shape: tuple[int, ...], classes: int, *, count: int = 2048) -> Examples:
    """Seeded noise in [0, 1) shaped (count, *shape), with labels from 0 to classes - 1."""
    source = np.random.default_rng(7)
    images = source.random((count, *shape), dtype=np.float32)
    return Examples("synthetic", (images,), source.integers(0, classes, count, dtype=np.int64))


def synthetic_sensors(length: int, sensors: int, *, count: int = 2048) -> Examples:
    """Simulated machines: readings (count, length, sensors), labels 0 to 3, all from one seed.

    Every sensor hums at its own speed under noise. Wear adds a hum of five times that speed,
    imbalance lets the amplitude grow, drift moves the level: each by a random strength.
    """
    source = np.random.default_rng(7)
    labels = source.integers(0, 4, count, dtype=np.int64)
    wear, imbalance, drift = (
        source.uniform(0.2, 1.0, (count, 1, sensors)) * (labels == fault)[:, None, None]
        for fault in (1, 2, 3)
    )
    time = np.linspace(0.0, 1.0, length)[:, None]
    angle = 2 * np.pi * source.uniform(4.0, 12.0, (count, 1, sensors)) * time
    angle += source.uniform(0.0, 2 * np.pi, (count, 1, sensors))
    readings = np.sin(angle) * (1.0 + imbalance * time) + wear * np.sin(5 * angle) + drift * time
    readings += source.normal(0.0, 0.3, readings.shape)
    return Examples("synthetic", (readings.astype(np.float32),), labels)


def synthetic_customers(*, count: int = 2048) -> Examples:
    """Seeded noise in the shapes of `telco`."""
    source = np.random.default_rng(7)
    columns = [source.integers(0, size, count, dtype=np.int64) for size in TELCO_SIZES]
    numbers = source.standard_normal((count, len(TELCO_NUMBERS)), dtype=np.float32)
    left = source.integers(0, 2, (count, 1)).astype(np.float32)
    return Examples("synthetic", (np.stack(columns, axis=1), numbers), left)


def synthetic_interactions(users: int, items: int, *, count: int = 8192) -> Examples:
    """Simulated choices: users (count,), items (count,) int64, chosen (count, 1) float32.

    Popularity falls with rank; a user chooses items whose hidden taste is near.
    """
    source = np.random.default_rng(7)
    chosen_users = (users * source.random(count) ** 2).astype(np.int64)
    chosen_items = (items * source.random(count) ** 2).astype(np.int64)
    taste_of_users = source.standard_normal((users, 4))[chosen_users]
    taste_of_items = source.standard_normal((items, 4))[chosen_items]
    nearness = (taste_of_users * taste_of_items).sum(axis=1) + source.standard_normal(count)
    chosen = (nearness > 0).astype(np.float32)[:, None]
    return Examples("synthetic", (chosen_users, chosen_items), chosen)


def synthetic_reviews(words: int, length: int, *, count: int = 2048) -> Examples:
    """Seeded noise in the shapes of `imdb`."""
    source = np.random.default_rng(7)
    reviews = source.integers(0, words, (count, length), dtype=np.int64)
    favourable = source.integers(0, 2, (count, 1)).astype(np.float32)
    return Examples("synthetic", (reviews,), favourable)


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


def telco() -> Examples:
    """The 7,043 customers: categories (n, 16) int64, numbers (n, 3) float32, left (n, 1) float32.

    A category is its place among the sorted values of its column. Numbers have mean 0 and
    deviation 1; the total charges of the eleven customers who never paid are 0.
    """
    with demand(TELCO).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    places = [
        np.unique([row[each] for row in rows], return_inverse=True)[1] for each in TELCO_CATEGORIES
    ]
    numbers = np.array([[float(row[each].strip() or 0) for each in TELCO_NUMBERS] for row in rows])
    numbers = (numbers - numbers.mean(axis=0)) / numbers.std(axis=0)
    left = np.array([[row["Churn"] == "Yes"] for row in rows], np.float32)
    categories = np.stack(places, axis=1).astype(np.int64)
    return Examples("telco-churn", (categories, numbers.astype(np.float32)), left)


def imdb(words: int, length: int) -> Examples:
    """The 25,000 training reviews, shuffled by a seed: words (n, length), favourable (n, 1).

    Words are int64, favourable is 0.0 or 1.0, float32. Word 0 fills the front of a review of fewer
    than `length` words, 1 stands for every word that is not among the most frequent `words - 2`; of
    a longer review the end is kept.
    """
    (source,) = imdb_sources()
    texts = dict(_training_reviews(demand(source)))
    names = np.random.default_rng(7).permutation(sorted(texts)).tolist()
    counts = Counter(word for name in sorted(texts) for word in texts[name])
    place = {word: number for number, (word, _) in enumerate(counts.most_common(words - 2), 2)}
    reviews = np.zeros((len(names), length), np.int64)
    for row, name in zip(reviews, names, strict=True):
        kept = [place.get(word, 1) for word in texts[name][-length:]]
        row[length - len(kept) :] = kept
    favourable = np.array([["/pos/" in name] for name in names], np.float32)
    name = "imdb" if source is IMDB_ARCHIVE else "imdb-labelled"
    return Examples(name, (reviews,), favourable)


def imdb_sources() -> tuple[Source, ...]:
    """The file that `imdb` would read."""
    return (IMDB_LABELLED if locate(IMDB_LABELLED) and not locate(IMDB_ARCHIVE) else IMDB_ARCHIVE,)


def _training_reviews(archive: Path) -> Iterator[tuple[str, list[str]]]:
    """The name and the words of each review, in lower case and without line breaks."""
    with tarfile.open(archive) as tar:
        for member in tar:
            if re.fullmatch(r"aclImdb/train/(neg|pos)/\d+_\d+\.txt", member.name):
                file = tar.extractfile(member)
                text = file.read().decode("utf-8") if file else ""
                yield member.name, re.findall("[a-z']+", text.lower().replace("<br />", " "))


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
