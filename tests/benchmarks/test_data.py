"""Real data comes from the cache folder with its checksum, or not at all."""

import gzip
import hashlib
import io
import pickle
import tarfile
from pathlib import Path

import numpy as np
import pytest

from benchmarks import tasks
from benchmarks.errors import DataError
from benchmarks.tasks import data
from benchmarks.tasks.data import Source
from tests.benchmarks.conftest import TASKS, python

SIMULATED = ("timeseries-conv", "recommender")


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ADVISOR_DATA", str(tmp_path))
    return tmp_path


def put(folder: Path, name: str, content: bytes) -> Source:
    """Write a file of the cache; the source that pins exactly it."""
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    return Source(name, "", hashlib.sha256(content).hexdigest())


@pytest.mark.parametrize("task_id", TASKS)
def test_without_a_cache_the_data_is_synthetic_and_says_so(cache: Path, task_id: str) -> None:
    examples = tasks.task(task_id).examples("auto")
    assert examples.name == "synthetic"
    assert {each.dtype.name for each in examples.inputs} <= {"float32", "int64"}
    assert not list(cache.iterdir())


def test_a_task_of_simulated_data_has_no_other(cache: Path) -> None:
    for task_id in SIMULATED:
        assert tasks.task(task_id).examples("real").name == "synthetic"


@pytest.mark.parametrize("task_id", [each for each in TASKS if each not in SIMULATED])
def test_demanded_data_that_is_missing_names_the_file(cache: Path, task_id: str) -> None:
    with pytest.raises(DataError, match="missing") as caught:
        tasks.task(task_id).examples("real")
    assert caught.value.where.startswith(str(cache))
    assert "Put the file" in str(caught.value)


def test_another_file_under_the_right_name_is_an_error(cache: Path) -> None:
    put(cache, data.MNIST_IMAGES.file, b"not the digits")
    with pytest.raises(DataError, match="SHA-256") as caught:
        tasks.task("mlp-mnist").examples("auto")
    assert caught.value.where.endswith("train-images-idx3-ubyte.gz")


def test_mnist_is_read_as_pixels_from_zero_to_one(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pixels = np.arange(2 * 784, dtype=np.uint16).astype(np.uint8)
    images = put(cache, "images.gz", gzip.compress(bytes(16) + pixels.tobytes()))
    labels = put(cache, "labels.gz", gzip.compress(bytes(8) + bytes([7, 3])))
    monkeypatch.setattr(data, "MNIST_IMAGES", images)
    monkeypatch.setattr(data, "MNIST_LABELS", labels)
    examples = tasks.task("mlp-mnist").examples("real")
    assert examples.name == "mnist"
    assert examples.inputs[0].shape == (2, 784)
    assert examples.inputs[0][0, 255] == 1.0
    assert examples.targets.tolist() == [7, 3]


def cifar_archive() -> bytes:
    """The official archive's layout, with one image in each of its five parts."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for number in range(1, 6):
            pixels = np.zeros((1, 3, 32, 32), np.uint8)
            pixels[0, 2] = 255
            batch = {b"data": pixels.reshape(1, -1), b"labels": [number]}
            content = pickle.dumps(batch)
            info = tarfile.TarInfo(f"cifar-10-batches-py/data_batch_{number}")
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def test_cifar_archive_becomes_channels_last(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = put(cache, "cifar10/archive.tar.gz", cifar_archive())
    monkeypatch.setattr(data, "CIFAR_BATCHES", source)
    examples = tasks.task("cnn-cifar").examples("auto")
    assert examples.name == "cifar10"
    assert examples.inputs[0].shape == (5, 32, 32, 3)
    assert examples.inputs[0][0, 0, 0].tolist() == [0.0, 0.0, 1.0]
    assert examples.targets.tolist() == [1, 2, 3, 4, 5]


def test_the_exact_subset_stands_in_and_is_named(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    buffer = io.BytesIO()
    np.savez(buffer, x_train=np.zeros((3, 3, 32, 32), np.uint8), y_train=np.arange(3, dtype="u1"))
    monkeypatch.setattr(data, "CIFAR_SUBSET", put(cache, "cifar10/part.npz", buffer.getvalue()))
    assert tasks.task("cnn-cifar").examples("auto").name == "cifar10-exact-subset"


def test_fetching_never_writes_into_a_folder_the_user_named(tmp_path: Path) -> None:
    ended = python("-m", "benchmarks.tasks.data", ADVISOR_DATA=str(tmp_path))
    assert ended.returncode == 2
    assert str(tmp_path / "mnist") in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not list(tmp_path.iterdir())


def test_customers_become_places_and_standard_numbers(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    columns = [*data.TELCO_CATEGORIES, *data.TELCO_NUMBERS, "Churn"]
    rows = [["b"] * 16 + ["1", "10", " ", "Yes"], ["a"] * 16 + ["3", "30", "90", "No"]]
    table = "\n".join(",".join(row) for row in [columns, *rows]) + "\n"
    monkeypatch.setattr(data, "TELCO", put(cache, "telco-churn/table.csv", table.encode()))
    categories, numbers = data.telco().inputs
    assert categories.tolist() == [[1] * 16, [0] * 16]
    assert numbers.tolist() == [[-1, -1, -1], [1, 1, 1]]
    assert data.telco().targets.tolist() == [[1], [0]]


def review_archive(reviews: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, text in reviews.items():
            info = tarfile.TarInfo(f"aclImdb/{name}")
            info.size = len(text)
            tar.addfile(info, io.BytesIO(text.encode()))
    return buffer.getvalue()


def test_reviews_become_words_of_one_length(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reviews = {
        "train/pos/0_9.txt": "Good,<br />good, it's good!",
        "train/neg/0_2.txt": "it's bad. It's",
        "train/unsup/0_0.txt": "good good good",
        "test/pos/0_9.txt": "unseen",
    }
    source = put(cache, "imdb/archive.tar.gz", review_archive(reviews))
    monkeypatch.setattr(data, "IMDB_ARCHIVE", source)
    examples = data.imdb(4, 5)
    found = dict(zip(examples.targets[:, 0].tolist(), examples.inputs[0].tolist(), strict=True))
    good, its = sorted({2, 3} & set(found[1.0]), key=found[1.0].count, reverse=True)
    assert examples.name == "imdb"
    assert found == {1.0: [0, good, good, its, good], 0.0: [0, 0, its, 1, its]}


def test_batches_wrap_around() -> None:
    examples = data.synthetic_images((2,), 10, count=5)
    batch = examples.batch(4, 1)
    assert batch.targets.tolist() == examples.targets[[4, 0, 1, 2]].tolist()
    assert batch.inputs[0].shape == (4, 2)
