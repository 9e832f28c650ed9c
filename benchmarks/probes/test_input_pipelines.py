"""Input pipelines: can data be read, prepared and fed fast enough?

Not the speed is probed but what a pipeline can do. That it works ahead is seen from how many
examples were made while each was in use; that it works in parallel, from who made them.
"""

import multiprocessing
import os
import threading
import time
from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.probes.rubric import Facts, Row, Rubric

RUBRIC = Rubric(
    criterion="input-pipelines",
    facts={
        "shuffles-by-seed": "examples come in batches, in an order that a seed repeats",
        "works-ahead": "the next batch is made while the last one is used",
        "prepares-in-parallel": "a slow preparation of examples is spread over several workers",
        "reads-files": "a folder of pictures becomes batches with labels in one call",
        "feeds-the-loop": "the loop of training takes the pipeline as it is",
        "position-saved": "the place in the data can be saved and taken up again",
    },
    rows=(
        Row(
            4,
            some=6,
            of=(
                "shuffles-by-seed",
                "works-ahead",
                "prepares-in-parallel",
                "reads-files",
                "feeds-the-loop",
                "position-saved",
            ),
        ),
        Row(3, needs=("shuffles-by-seed", "works-ahead", "prepares-in-parallel", "feeds-the-loop")),
        Row(2, needs=("shuffles-by-seed", "feeds-the-loop")),
    ),
    floor=1,
)

NUMBERS = np.arange(64, dtype=np.float32).reshape(-1, 1)
PAUSE_SECONDS = 0.02


def pictures(folder: Path) -> Path:
    """Two classes of two small pictures each, as PNG files in folders."""
    import tensorflow as tf

    picture = tf.io.encode_png(np.zeros((8, 8, 3), dtype=np.uint8))
    for name in ("cats", "dogs"):
        for number in range(2):
            tf.io.write_file(str(folder / name / f"{number}.png"), picture)
    return folder


def ahead(made: list[int]) -> str:
    """How many examples were made when each was in use; AssertionError if never one more."""
    early = [count for used, count in enumerate(made, start=1) if count > used]
    assert 2 * len(early) > len(made), f"made when in use: {made}"
    return f"made when each was in use: {made[:6]}"


def shared(workers: Collection[int]) -> str:
    """How many workers took part; AssertionError if it was one."""
    assert len(workers) > 1, f"{len(workers)} worker"
    return f"{len(workers)} workers took part"


def read_pictures(keras: Any, folder: Path) -> str:
    """Batches from a folder of pictures, by keras or tf.keras."""
    read = keras.utils.image_dataset_from_directory(
        pictures(folder), image_size=(8, 8), verbose=False
    )
    images, labels = next(iter(read))
    return f"images {tuple(images.shape)}, labels {sorted(np.asarray(labels).tolist())}"


def keras_order() -> str:
    """Two trainings from one seed, whose weights tell in which order the examples came."""
    import keras

    left = []
    for _ in range(2):
        keras.utils.set_random_seed(7)
        model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
        model.compile(keras.optimizers.SGD(1e-4), "mse")
        model.fit(NUMBERS, NUMBERS, batch_size=8, verbose=0)
        left.append(model.get_weights()[0].tobytes())
    assert left[0] == left[1]
    return "two trainings with fit() from one seed left the same weights"


def test_keras(facts: Facts, tmp_path: Path) -> None:
    import keras

    made: list[int] = []

    class Slow(keras.utils.PyDataset):
        def __len__(self) -> int:
            return 16

        def __getitem__(self, index: int) -> Any:
            time.sleep(PAUSE_SECONDS)
            made.append(threading.get_ident())
            batch = NUMBERS[index * 4 : index * 4 + 4]
            return batch, batch

    class Using(keras.callbacks.Callback):
        def on_train_begin(self, logs: Any = None) -> None:
            self.counts: list[int] = []

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            time.sleep(2 * PAUSE_SECONDS)
            self.counts.append(len(made))

    def fit(data: Any, *callbacks: Any) -> Any:
        model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
        model.compile("sgd", "mse")
        model.fit(data, verbose=0, callbacks=list(callbacks))
        return model

    with facts.trying("shuffles-by-seed") as trial:
        trial.tell(keras_order())
    with facts.trying("works-ahead") as trial:
        using = Using()
        fit(Slow(workers=1, max_queue_size=8), using)
        trial.tell(ahead(using.counts))
    with facts.trying("prepares-in-parallel") as trial:
        made.clear()
        fit(Slow(workers=4))
        trial.tell(shared(set(made)))
    with facts.trying("reads-files") as trial:
        trial.tell(read_pictures(keras, tmp_path / "pictures"))
    with facts.trying("feeds-the-loop") as trial:
        fit(Slow())
        trial.tell("fit() took the PyDataset")
    with facts.trying("position-saved"):
        names = [n for n in dir(keras.utils.PyDataset) if n in ("state_dict", "save", "get_state")]
        assert names, "a PyDataset keeps no place; a tf.data pipeline under it can"


def test_tensorflow(facts: Facts, tmp_path: Path) -> None:
    import tensorflow as tf

    made: list[int] = []

    def slowly(x: Any) -> Any:
        def pause(value: Any) -> Any:
            time.sleep(PAUSE_SECONDS)
            made.append(threading.get_ident())
            return value

        return tf.ensure_shape(tf.numpy_function(pause, [x], tf.float32), (1,))

    numbers = tf.data.Dataset.from_tensor_slices(NUMBERS)
    with facts.trying("shuffles-by-seed") as trial:
        orders = [
            np.concatenate(
                [batch.numpy() for batch in numbers.shuffle(64, seed=7).batch(8)]
            ).ravel()
            for _ in range(2)
        ]
        assert (orders[0] == orders[1]).all()
        assert (orders[0] != NUMBERS.ravel()).any()
        trial.tell(f"both began with {orders[0][:3].astype(int).tolist()}")
    with facts.trying("works-ahead") as trial:
        counts = []
        for _ in numbers.take(16).map(slowly).prefetch(8):
            time.sleep(2 * PAUSE_SECONDS)
            counts.append(len(made))
        trial.tell(ahead(counts))
    with facts.trying("prepares-in-parallel") as trial:
        made.clear()
        options = tf.data.Options()
        options.threading.private_threadpool_size = 4
        for _ in numbers.map(slowly, num_parallel_calls=4).with_options(options):
            pass
        trial.tell(shared(set(made)))
    with facts.trying("reads-files") as trial:
        trial.tell(read_pictures(tf.keras, tmp_path / "pictures"))
    with facts.trying("feeds-the-loop") as trial:
        total = tf.function(lambda: numbers.batch(8).reduce(0.0, lambda a, b: a + tf.reduce_sum(b)))
        assert float(total()) == NUMBERS.sum()
        trial.tell("a traced loop went over it")
    with facts.trying("position-saved") as trial:
        trial.tell(tensorflow_place(numbers, tmp_path / "place"))


def tensorflow_place(numbers: Any, file: Path) -> str:
    """Save where an iterator is, and go on from there with a new one."""
    import tensorflow as tf

    iterator = iter(numbers)
    for _ in range(5):
        next(iterator)
    saved = tf.train.Checkpoint(iterator=iterator).save(str(file))
    again = iter(numbers)
    tf.train.Checkpoint(iterator=again).restore(saved)
    value = int(next(again)[0])
    assert value == 5, f"went on at {value}"
    return "a new iterator went on at the sixth example"


def test_pytorch(facts: Facts) -> None:
    import torch
    from torch.utils.data import DataLoader, Dataset

    made = multiprocessing.Value("i", 0)

    class Slow(Dataset[torch.Tensor]):
        def __len__(self) -> int:
            return 16

        def __getitem__(self, index: int) -> torch.Tensor:
            time.sleep(PAUSE_SECONDS)
            with made.get_lock():
                made.value += 1
            return torch.tensor(os.getpid())

    def order() -> list[float]:
        generator = torch.Generator().manual_seed(7)
        data = torch.utils.data.TensorDataset(torch.from_numpy(NUMBERS))
        loader = DataLoader(data, batch_size=8, shuffle=True, generator=generator)
        return [float(x) for (batch,) in loader for x in batch]

    with facts.trying("shuffles-by-seed") as trial:
        assert order() == order() != NUMBERS.ravel().tolist()
        trial.tell(f"both began with {[int(x) for x in order()[:3]]}")
    with facts.trying("works-ahead") as trial:
        counts = []
        for _ in DataLoader(Slow(), batch_size=1, num_workers=1, prefetch_factor=8):
            time.sleep(2 * PAUSE_SECONDS)
            counts.append(made.value)
        trial.tell(ahead(counts))
    with facts.trying("prepares-in-parallel") as trial:
        workers = {int(pid) for batch in DataLoader(Slow(), num_workers=2) for pid in batch}
        trial.tell(shared(workers))
    with facts.trying("reads-files"):
        names = [name for name in dir(torch.utils.data) if "Folder" in name or "Image" in name]
        assert names, "torch.utils.data reads no files: torchvision does"
    with facts.trying("feeds-the-loop") as trial:
        data: Any = NUMBERS
        total = sum(batch.sum().item() for batch in DataLoader(data, batch_size=8))
        assert total == NUMBERS.sum()
        trial.tell("a loop of one's own went over it")
    with facts.trying("position-saved"):
        names = [name for name in dir(DataLoader) if "state_dict" in name]
        assert names, "a DataLoader keeps no place: torchdata's does"
