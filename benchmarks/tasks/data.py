"""Real data from a cache folder, with pinned checksums, or seeded data in its place.

The folder is the one that the environment variable ADVISOR_DATA names; that one is only ever
read. Without it, it is the user's cache folder, which `python -m benchmarks.tasks.data` fills from
the official sources. A measuring process never downloads anything.

    mnist/train-images-idx3-ubyte.gz     mnist/train-labels-idx1-ubyte.gz
    mnist/t10k-images-idx3-ubyte.gz      mnist/t10k-labels-idx1-ubyte.gz
    fashion-mnist/...                    the same names
    cifar10/cifar-10-python.tar.gz       or cifar10/cifar10_exact_subset.npz
    telco-churn/Telco-Customer-Churn.csv
    imdb/aclImdb_v1.tar.gz               or imdb/aclImdb_labelled.tar.gz

`images`, `tables` and `reviews` read these files, `simulated` needs none. The handwritten digits
that come with scikit-learn need no file either: "digits" asks for them by name, and learning falls
back on them.
"""

import hashlib
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import platformdirs

from benchmarks.errors import DataError, MissingFileError, RefusedError
from benchmarks.tasks.task import Examples, Learning, Task

__all__ = ["CHOICES", "Source", "cache_folder", "choose", "demand", "fetch", "lesson", "locate"]

#: real if the files are cached, else seeded noise; an error if they are not; always noise; bundled
CHOICES = ("auto", "real", "synthetic", "digits")
MNIST_URL = "https://storage.googleapis.com/cvdf-datasets/mnist"
FASHION_URL = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com"
CIFAR_URL = "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz"
TELCO_URL = (
    "https://raw.githubusercontent.com/IBM/telco-customer-churn-on-icp4d/"
    "d5371f5d83a446ad5673cbcca3b814b926491f8a/data/Telco-Customer-Churn.csv"
)
IMDB_URL = "https://ai.stanford.edu/~amaas/data/sentiment/aclImdb_v1.tar.gz"


@dataclass(frozen=True)
class Source:
    """A file of the cache: its place in the folder, where it comes from, and its SHA-256.

    `url` is empty for a file that nobody publishes and that a user can only supply.
    """

    file: str
    url: str
    sha256: str


#: Images and labels of the training part and of the test part.
MNIST = {
    "train": (
        Source(
            "mnist/train-images-idx3-ubyte.gz",
            f"{MNIST_URL}/train-images-idx3-ubyte.gz",
            "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        ),
        Source(
            "mnist/train-labels-idx1-ubyte.gz",
            f"{MNIST_URL}/train-labels-idx1-ubyte.gz",
            "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        ),
    ),
    "test": (
        Source(
            "mnist/t10k-images-idx3-ubyte.gz",
            f"{MNIST_URL}/t10k-images-idx3-ubyte.gz",
            "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        ),
        Source(
            "mnist/t10k-labels-idx1-ubyte.gz",
            f"{MNIST_URL}/t10k-labels-idx1-ubyte.gz",
            "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        ),
    ),
}
FASHION_MNIST = {
    "train": (
        Source(
            "fashion-mnist/train-images-idx3-ubyte.gz",
            f"{FASHION_URL}/train-images-idx3-ubyte.gz",
            "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
        ),
        Source(
            "fashion-mnist/train-labels-idx1-ubyte.gz",
            f"{FASHION_URL}/train-labels-idx1-ubyte.gz",
            "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
        ),
    ),
    "test": (
        Source(
            "fashion-mnist/t10k-images-idx3-ubyte.gz",
            f"{FASHION_URL}/t10k-images-idx3-ubyte.gz",
            "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        ),
        Source(
            "fashion-mnist/t10k-labels-idx1-ubyte.gz",
            f"{FASHION_URL}/t10k-labels-idx1-ubyte.gz",
            "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
        ),
    ),
}
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
    *(source for parts in (MNIST, FASHION_MNIST) for part in parts.values() for source in part),
    *(CIFAR_BATCHES, TELCO, IMDB_ARCHIVE),
)


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
    choice: str,
    sources: tuple[Source, ...],
    *,
    real: Callable[[], Examples],
    like: Callable[[], Examples],
    bundled: Callable[[], Examples] | None = None,
) -> Examples:
    """The training examples that `choice` asks for.

    "real" demands the files; "synthetic" is `like`; "auto" is real when all `sources` are cached,
    else `like`; "digits" is `bundled`, and RefusedError for a task that cannot use them.
    """
    if choice == "digits":
        if bundled is None:
            raise RefusedError("the bundled digits are no data for this task")
        return bundled()
    if choice == "real" or (choice == "auto" and all(map(locate, sources))):
        return real()
    return like()


def lesson(task: Task, choice: str) -> tuple[Learning, Examples, Examples]:
    """How `task` learns under a data choice, with the training and the test part.

    "auto" takes the bundled data where the task's files are not cached, and so runs anywhere.
    RefusedError if there is nothing to learn from; DataError if the files are missing or wrong.
    """
    learning = task.bundled_learning if choice == "digits" else task.learning
    if learning is None or choice == "synthetic":
        raise RefusedError(f"the task learns nothing from the data choice {choice}")
    try:
        return learning, *learning.examples()
    except MissingFileError:
        if choice == "real" or task.bundled_learning is None:
            raise
        return task.bundled_learning, *task.bundled_learning.examples()


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
