"""Film reviews (IMDB, Maas et al., 2011), as words or as characters. `part`: "train" or "test".

The archive is read as a stream, once for each question: all its words at once would fill a few
hundred megabytes of a process that measures.
"""

import re
import tarfile
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.tasks import data
from benchmarks.tasks.data import Source
from benchmarks.tasks.task import Array, Examples

__all__ = ["CHARACTERS", "characters", "imdb", "sources"]

#: Printable ASCII from the blank to the tilde is 1 to 95; 0 is everything else.
CHARACTERS = 96
#: How many reviews the text is taken from: about 1.3 million characters.
REVIEWS = 1000


def imdb(words: int, length: int, part: str = "train") -> Examples:
    """25,000 reviews, shuffled by a seed: words (n, length) int64, favourable (n, 1) 0.0 or 1.0.

    Word 0 fills the front of a review of fewer than `length` words, 1 stands for every word that
    is not among the `words - 2` most frequent of the training part; of a longer review the end is
    kept.
    """
    (source,) = sources()
    reviews, favourable = _labelled(data.demand(source), words, length, part)
    return Examples(_name(source), (reviews,), favourable)


def characters(length: int, count: int) -> Examples:
    """At most `count` windows of the first training reviews, as text (n, length) int64.

    The target of each character is the one after it. Windows follow one another without overlap.
    """
    (source,) = sources()
    texts = (text for _, text in _texts(data.demand(source), "train"))
    codes = _codes("\n".join(islice(texts, REVIEWS)))
    count = min(count, len(codes) // (length + 1))
    windows = codes[: count * (length + 1)].reshape(count, length + 1)
    return Examples(f"{_name(source)}-text", (windows[:, :-1].copy(),), windows[:, 1:].copy())


def sources() -> tuple[Source, ...]:
    """The file that would be read."""
    labelled = data.locate(data.IMDB_LABELLED) and not data.locate(data.IMDB_ARCHIVE)
    return (data.IMDB_LABELLED if labelled else data.IMDB_ARCHIVE,)


def _name(source: Source) -> str:
    return "imdb" if source is data.IMDB_ARCHIVE else "imdb-labelled"


@cache
def _labelled(archive: Path, words: int, length: int, part: str) -> tuple[Array, Array]:
    """Reviews and whether they are favourable, for all tasks of a process that ask for the same."""
    place = _vocabulary(archive, words - 2)
    rows = {}
    for name, text in _texts(archive, part):
        kept = [place.get(word, 1) for word in _words(text)[-length:]]
        rows[name] = [0] * (length - len(kept)) + kept
    names = np.random.default_rng(7).permutation(sorted(rows)).tolist()
    favourable = np.array([["/pos/" in name] for name in names], np.float32)
    return np.array([rows[name] for name in names], np.int64), favourable


@cache
def _vocabulary(archive: Path, size: int) -> dict[str, int]:
    """Numbers, from 2 on, for the most frequent words of the training part."""
    counts: Counter[str] = Counter()
    for _, text in _texts(archive, "train"):
        counts.update(_words(text))
    # Of equally frequent words the alphabet decides, so the order of the archive does not matter.
    ranked = sorted(counts, key=lambda word: (-counts[word], word))
    return {word: number for number, word in enumerate(islice(ranked, size), 2)}


def _words(text: str) -> list[str]:
    return re.findall("[a-z']+", text.lower())


def _codes(text: str) -> NDArray[np.int64]:
    codes = np.frombuffer(text.encode("utf-32-le"), np.uint32).astype(np.int64) - 31
    return np.where((codes >= 1) & (codes < CHARACTERS), codes, 0)


def _texts(archive: Path, part: str) -> Iterator[tuple[str, str]]:
    """The name and the text of each review, without its line breaks."""
    with tarfile.open(archive) as tar:
        for member in tar:
            if re.fullmatch(rf"aclImdb/{part}/(neg|pos)/\d+_\d+\.txt", member.name):
                file = tar.extractfile(member)
                text = file.read().decode("utf-8") if file else ""
                yield member.name, text.replace("<br />", " ")
