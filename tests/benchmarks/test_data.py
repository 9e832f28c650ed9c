"""Real data comes from the cache folder with its checksum, or not at all."""

import gzip
import hashlib
import io
import pickle
import tarfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import tasks
from benchmarks.errors import DataError, MissingFileError, RefusedError
from benchmarks.tasks import data, images, reviews, simulated, tables
from benchmarks.tasks.data import Source
from benchmarks.tasks.splits import stratified
from tests.benchmarks.conftest import TASKS, python

SIMULATED = ("timeseries-conv", "recommender", "dynamic-tree")
LEARNED = ("mlp-mnist", "cnn-cifar", "lstm-sentiment", "tabular-churn")


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
    put(cache, data.MNIST["train"][0].file, b"not the digits")
    with pytest.raises(DataError, match="SHA-256") as caught:
        tasks.task("mlp-mnist").examples("auto")
    assert caught.value.where.endswith("train-images-idx3-ubyte.gz")


def idx(folder: Path, kind: str, pixels: bytes, labels: bytes) -> tuple[Source, Source]:
    """The two files of a part in the format of MNIST."""
    return (
        put(folder, f"{kind}-images.gz", gzip.compress(bytes(16) + pixels)),
        put(folder, f"{kind}-labels.gz", gzip.compress(bytes(8) + labels)),
    )


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist"])
def test_mnist_is_read_as_pixels_from_zero_to_one(
    cache: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    pixels = np.arange(2 * 784, dtype=np.uint16).astype(np.uint8).tobytes()
    train, test = (
        idx(cache, "train", pixels, bytes([7, 3])),
        idx(cache, "t10k", pixels[784:], bytes([5])),
    )
    monkeypatch.setattr(data, name.upper(), {"train": train, "test": test})
    read = getattr(images, name)
    assert read().name == name.replace("_", "-")
    assert read().inputs[0].shape == (2, 784)
    assert read().inputs[0][0, 255] == 1.0
    assert read().targets.tolist() == [7, 3]
    assert read("test").inputs[0].tolist() == read().inputs[0][1:].tolist()
    assert read("test").targets.tolist() == [5]


def cifar_archive(images_each: int = 1) -> bytes:
    """The official archive's layout: images of blue, red by their place, labelled by their file."""
    buffer = io.BytesIO()
    names = [*(f"data_batch_{number}" for number in range(1, 6)), "test_batch"]
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for number, name in enumerate(names, 1):
            pixels = np.zeros((images_each, 3, 32, 32), np.uint8)
            pixels[:, 0] = np.arange(images_each)[:, None, None]
            pixels[:, 2] = 255
            batch = {b"data": pixels.reshape(images_each, -1), b"labels": [number] * images_each}
            content = pickle.dumps(batch)
            info = tarfile.TarInfo(f"cifar-10-batches-py/{name}")
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
    pixels = np.zeros((3, 3, 32, 32), np.uint8)
    labels = np.arange(3, dtype="u1")
    np.savez(buffer, x_train=pixels, y_train=labels, x_test=pixels[:1], y_test=labels[2:])
    monkeypatch.setattr(data, "CIFAR_SUBSET", put(cache, "cifar10/part.npz", buffer.getvalue()))
    assert tasks.task("cnn-cifar").examples("auto").name == "cifar10-8068"
    assert images.cifar10_subset("test").targets.tolist() == [2]


def test_the_archive_gives_the_exact_subset_too(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = put(cache, "cifar10/archive.tar.gz", cifar_archive(images_each=3))
    monkeypatch.setattr(data, "CIFAR_BATCHES", source)
    monkeypatch.setattr(images, "SUBSET_SIZES", {"train": (3, 2, 1, 1, 1), "test": (2,)})
    train, test = images.cifar10_subset(), images.cifar10_subset("test")
    assert train.targets.tolist() == [1, 1, 1, 2, 2, 3, 4, 5]
    assert (train.inputs[0][:, 0, 0, 0] * 255).tolist() == [0, 1, 2, 0, 1, 0, 0, 0]
    assert test.targets.tolist() == [6, 6]
    assert train.name == "cifar10-8068"
    assert sum((4000, 1017, 1017, 1017, 1017)) == 8068


def test_the_digits_need_no_file(cache: Path) -> None:
    train, test = images.digits(), images.digits("test")
    known = {image.tobytes() for image in train.inputs[0]}
    assert not any(image.tobytes() in known for image in test.inputs[0])
    assert len(train.targets) + len(test.targets) == 1797
    for part in (train, test):
        pictures = part.inputs[0].reshape(-1, 28, 28)
        assert (pictures.dtype, pictures.min(), pictures.max()) == (np.float32, 0.0, 1.0)
        assert pictures[:, :2].max() == pictures[:, :, -2:].max() == 0.0
        assert (pictures[:, 2::3][:, :8] == pictures[:, 4::3][:, :8]).all()
        shares = np.bincount(part.targets) / len(part.targets)
        assert shares == pytest.approx(np.full(10, 0.1), abs=0.01)
    assert tasks.task("mlp-mnist").examples("digits").name == "digits"
    assert not list(cache.iterdir())


@pytest.mark.parametrize("task_id", [task for task in TASKS if task != "mlp-mnist"])
def test_the_digits_are_no_data_for_other_tasks(cache: Path, task_id: str) -> None:
    task = tasks.task(task_id)
    if task_id in SIMULATED:
        assert task.examples("digits").name == "synthetic"
    else:
        with pytest.raises(RefusedError, match="digits"):
            task.examples("digits")


@given(st.lists(st.integers(0, 3), min_size=1, max_size=200), st.sampled_from([0.2, 0.5]))
def test_a_split_takes_the_same_share_of_each_class(classes: list[int], share: float) -> None:
    given_classes = np.array(classes)
    parts = stratified(given_classes, share=share)
    assert sorted([*parts["train"], *parts["test"]]) == list(range(len(classes)))
    for each in set(classes):
        assert (given_classes[parts["test"]] == each).sum() == round(share * classes.count(each))
    again = stratified(given_classes, share=share)
    assert all(np.array_equal(rows, again[part]) for part, rows in parts.items())


def test_fetching_never_writes_into_a_folder_the_user_named(tmp_path: Path) -> None:
    ended = python("-m", "benchmarks.tasks.data", ADVISOR_DATA=str(tmp_path))
    assert ended.returncode == 2
    assert str(tmp_path / "mnist") in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not list(tmp_path.iterdir())


def churn_table(rows: list[list[str]]) -> bytes:
    columns = [*tables.TELCO_CATEGORIES, *tables.TELCO_NUMBERS, "Churn"]
    return ("\n".join(",".join(row) for row in [columns, *rows]) + "\n").encode()


def test_customers_become_places_and_standard_numbers(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [["b"] * 16 + ["1", "10", " ", "Yes"], ["a"] * 16 + ["3", "30", "90", "No"]]
    monkeypatch.setattr(data, "TELCO", put(cache, "telco-churn/table.csv", churn_table(rows)))
    customers = tables.telco()
    found = dict(zip(customers.targets[:, 0].tolist(), range(2), strict=True))
    categories, numbers = customers.inputs
    assert categories[[found[1.0], found[0.0]]].tolist() == [[1] * 16, [0] * 16]
    assert numbers[[found[1.0], found[0.0]]].tolist() == [[-1, -1, -1], [1, 1, 1]]


def test_customers_are_measured_by_the_training_part(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [["a"] * 16 + [str(n), str(n * n), str(n % 7), "No"] for n in range(50)]
    monkeypatch.setattr(data, "TELCO", put(cache, "telco-churn/table.csv", churn_table(rows)))
    train, test = tables.telco(), tables.telco("test")
    assert (len(train.targets), len(test.targets)) == (40, 10)
    assert train.inputs[1][:, :2].mean(axis=0) == pytest.approx(np.zeros(2), abs=1e-6)
    assert train.inputs[1][:, :2].std(axis=0) == pytest.approx(np.ones(2), rel=1e-6)
    # Both parts lie on one line: what is a month in one is a month in the other.
    months = sorted([*train.inputs[1][:, 0].tolist(), *test.inputs[1][:, 0].tolist()])
    assert np.diff(months) == pytest.approx(np.full(49, months[1] - months[0]), rel=1e-4)


def review_archive(reviews: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, text in reviews.items():
            info = tarfile.TarInfo(f"aclImdb/{name}")
            info.size = len(text)
            tar.addfile(info, io.BytesIO(text.encode()))
    return buffer.getvalue()


REVIEWS = {
    "test/pos/0_9.txt": "Unseen is good, unseen is it's",
    "train/pos/0_9.txt": "Good,<br />good, it's good!",
    "train/neg/0_2.txt": "it's bad. It's",
    "train/unsup/0_0.txt": "good good good",
}


@pytest.fixture
def archive(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = put(cache, "imdb/archive.tar.gz", review_archive(REVIEWS))
    monkeypatch.setattr(data, "IMDB_ARCHIVE", source)


@pytest.mark.usefixtures("archive")
def test_reviews_become_words_of_one_length() -> None:
    examples = reviews.imdb(4, 5)
    found = dict(zip(examples.targets[:, 0].tolist(), examples.inputs[0].tolist(), strict=True))
    assert examples.name == "imdb"
    # Of two equally frequent words, "good" comes before "it's".
    assert found == {1.0: [0, 2, 2, 3, 2], 0.0: [0, 0, 3, 1, 3]}


@pytest.mark.usefixtures("archive")
def test_the_vocabulary_is_that_of_the_training_part() -> None:
    test = reviews.imdb(4, 6, "test")
    assert test.inputs[0].tolist() == [[1, 1, 2, 1, 1, 3]]
    assert test.targets.tolist() == [[1.0]]


@pytest.mark.usefixtures("archive")
def test_text_is_cut_into_windows_and_followed_by_what_comes_next() -> None:
    examples = reviews.characters(6, count=100)
    (text,), following = examples.inputs, examples.targets
    assert examples.name == "imdb-text"
    written = "Good, good, it's good!|it's bad. It's"
    read = [["|" if code == 0 else chr(31 + code) for code in row] for row in text.tolist()]
    assert ["".join(row) for row in read] == [written[n : n + 6] for n in range(0, 35, 7)]
    assert (text[:, 1:] == following[:, :-1]).all()
    assert chr(31 + following[0, -1]) == "g"
    assert text.max() < reviews.CHARACTERS


def test_batches_wrap_around() -> None:
    examples = simulated.noise_images((2,), 10, count=5)
    batch = examples.batch(4, 1)
    assert batch.targets.tolist() == examples.targets[[4, 0, 1, 2]].tolist()
    assert batch.inputs[0].shape == (4, 2)


def test_what_is_learned_is_stated_and_missing_files_are_named(cache: Path) -> None:
    for task_id in TASKS:
        task = tasks.task(task_id)
        assert (task.learning is not None) == (task_id in LEARNED)
        expected = MissingFileError if task_id in LEARNED else RefusedError
        with pytest.raises(expected):
            data.lesson(task, "real")
        with pytest.raises(RefusedError):
            data.lesson(task, "synthetic")


@pytest.mark.parametrize("choice", ["auto", "digits"])
def test_the_perceptron_learns_from_the_digits_where_there_is_nothing_else(
    cache: Path, choice: str
) -> None:
    task = tasks.task("mlp-mnist")
    learning, train, test = data.lesson(task, choice)
    assert learning is task.bundled_learning
    assert (train.name, test.name) == ("digits", "digits")
    everything_right = np.eye(10)[test.targets]
    assert learning.score(everything_right, test.targets) == 1.0
    assert learning.score(np.zeros((359, 10)), test.targets) == np.mean(test.targets == 0)


def test_a_wrong_file_stops_learning_and_nothing_takes_its_place(cache: Path) -> None:
    put(cache, data.FASHION_MNIST["train"][0].file, b"not the garments")
    with pytest.raises(DataError, match="SHA-256"):
        data.lesson(tasks.task("mlp-mnist"), "auto")


def test_a_sign_is_right_where_it_says_the_target() -> None:
    score = tasks.task("tabular-churn").learning.score
    logits = np.array([[2.0], [-1.0], [0.5], [0.0]], np.float32)
    assert score(logits, np.array([[1.0], [0.0], [0.0], [0.0]], np.float32)) == 0.75


def value(symbols: list[int], children: list[list[int]], node: int) -> bool:
    """What a formula's node stands for, by recursion."""
    if symbols[node] < 2:
        return bool(symbols[node])
    one, other = (value(symbols, children, child) for child in children[node])
    return {2: one and other, 3: one or other, 4: one ^ other}[symbols[node]]


def test_formulas_are_trees_whose_depth_differs_and_targets_are_their_values() -> None:
    examples = tasks.task("dynamic-tree").examples("auto")
    symbols, children, sizes = (each.tolist() for each in examples.inputs)
    for row in range(200):
        size = sizes[row]
        pairs = children[row][:size]
        below = sorted(child for pair in pairs for child in pair if child >= 0)
        assert below == list(range(size - 1))
        assert all(max(pair) < place for place, pair in enumerate(pairs))
        assert examples.targets[row, 0] == value(symbols[row], children[row], size - 1)
    assert {min(sizes), max(sizes)} == {3, 31}
    assert 0.3 < examples.targets.mean() < 0.7
