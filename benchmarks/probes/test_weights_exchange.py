"""Exchange of bare weights: can weights be passed on without any code in the file?

The weights of one model are written to a file that can hold nothing but arrays, and taken up by a
new model. For PyTorch that is safetensors, a package of the same foundation.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.probes.child import Child
from benchmarks.probes.rubric import Facts, Row, Rubric, cause

RUBRIC = Rubric(
    criterion="weights-exchange",
    facts={
        "round-trip": "weights go through a file into a new model, with equal outputs",
        "arrays-alone": "the file's format can hold arrays and names, and no code",
        "read-by-others": "the file is read without the framework, by name",
        "parts-by-name": "some of the weights can be taken up by their names",
        "split-over-files": "weights can be split over several files of limited size",
    },
    rows=(
        Row(
            4,
            some=5,
            of=(
                "round-trip",
                "arrays-alone",
                "read-by-others",
                "parts-by-name",
                "split-over-files",
            ),
        ),
        Row(3, needs=("round-trip", "arrays-alone", "read-by-others")),
        Row(2, needs=("round-trip", "arrays-alone")),
        Row(1, needs=("round-trip",)),
    ),
)

#: Something that a pickle would carry along.
CODE = print

X = np.random.default_rng(0).normal(size=(4, 3)).astype(np.float32)


def close(found: Any, wanted: Any) -> str:
    """How far outputs are apart; AssertionError if by more than rounding."""
    worst = float(np.abs(np.asarray(found) - np.asarray(wanted)).max())
    assert worst < 1e-6, f"outputs differ by {worst:.1e}"
    return f"outputs differ by at most {worst:.1e}"


def refused(write: Callable[[], object]) -> str:
    """How code was kept out of the file; AssertionError if it was let in."""
    try:
        write()
    except Exception as error:
        return cause(error)
    raise AssertionError("code was written to the file")


def hdf5_names(file: str) -> list[str]:
    """The names of the arrays in an HDF5 file."""
    import h5py

    names: list[str] = []
    with h5py.File(file) as opened:
        opened.visititems(lambda name, item: names.append(name) if hasattr(item, "shape") else None)
    return names


def test_keras(facts: Facts, tmp_path: Path) -> None:
    import h5py
    import keras

    def model() -> Any:
        layers = [keras.layers.Dense(4, name="first"), keras.layers.Dense(2, name="second")]
        return keras.Sequential([keras.Input((3,)), *layers])

    source, file = model(), str(tmp_path / "model.weights.h5")
    source.save_weights(file)
    with facts.trying("round-trip") as trial:
        target = model()
        target.load_weights(file)
        trial.tell(close(target(X), source(X)))
    with facts.trying("arrays-alone") as trial, h5py.File(tmp_path / "code.h5", "w") as opened:
        trial.tell(f"HDF5: {refused(lambda: opened.create_dataset('code', data=CODE))}")
    with facts.trying("read-by-others") as trial, Child(hidden=["keras", "tensorflow"]) as other:
        names = other.run(hdf5_names, file)
        trial.tell(f"h5py found {len(names)} arrays, such as {names[0]}")
    with facts.trying("parts-by-name") as trial:
        layers = [keras.layers.Dense(4, name="first"), keras.layers.Dense(5, name="other")]
        part = keras.Sequential([keras.Input((3,)), *layers])
        part.load_weights(file, skip_mismatch=True)
        trial.tell(close(part.layers[0](X), source.layers[0](X)))
    with facts.trying("split-over-files") as trial:
        source.save_weights(str(tmp_path / "split.weights.json"), max_shard_size=5e-8)
        parts = sorted(path.name for path in tmp_path.glob("split*.h5"))
        assert len(parts) > 1, f"{len(parts)} file"
        trial.tell(f"{len(parts)} files and an index")


def test_tensorflow(facts: Facts, tmp_path: Path) -> None:
    import tensorflow as tf

    class Model(tf.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first = tf.Variable(tf.random.normal((3, 4)))
            self.second = tf.Variable(tf.random.normal((4, 2)))

        def __call__(self, x: Any) -> Any:
            return x @ self.first @ self.second

    source = Model()
    prefix = tf.train.Checkpoint(model=source).save(str(tmp_path / "weights"))
    with facts.trying("round-trip") as trial:
        target = Model()
        tf.train.Checkpoint(model=target).restore(prefix).assert_consumed()
        trial.tell(close(target(X), source(X)))
    with facts.trying("arrays-alone") as trial:
        trial.tell(f"checkpoint: {refused(lambda: tf.train.Checkpoint(code=CODE))}")
    with facts.trying("read-by-others"):
        index = Path(f"{prefix}.index").read_bytes()[:4]
        known = {b"\x89HDF": "HDF5", b"PK\x03\x04": "zip", b"\x93NUM": "NumPy"}
        assert index in known, "a checkpoint has a table of its own that TensorFlow reads"
    with facts.trying("parts-by-name") as trial:
        part = Model()
        reader = tf.train.load_checkpoint(prefix)
        names = [name for name in reader.get_variable_to_shape_map() if "first" in name]
        part.first.assign(reader.get_tensor(names[0]))
        trial.tell(f"{names[0]}: {close(part.first, source.first)}")
    with facts.trying("split-over-files") as trial:
        options = tf.train.CheckpointOptions(
            experimental_sharding_callback=tf.train.experimental.MaxShardSizePolicy(40)
        )
        tf.train.Checkpoint(model=source).save(str(tmp_path / "split"), options=options)
        parts = sorted(path.name for path in tmp_path.glob("split*.data-*"))
        assert len(parts) > 1, f"{len(parts)} file"
        trial.tell(f"{len(parts)} files and an index")


def safetensors_names(file: str) -> list[str]:
    """The names of the arrays in a file of safetensors, read into NumPy."""
    from safetensors.numpy import load_file

    return sorted(load_file(file))


def test_pytorch(facts: Facts, tmp_path: Path) -> None:
    facts.need("safetensors")
    import torch
    from safetensors.torch import load_file, save_file

    def model() -> torch.nn.Sequential:
        return torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Linear(4, 2))

    source, file, x = model(), str(tmp_path / "model.safetensors"), torch.from_numpy(X)
    save_file(source.state_dict(), file)
    with facts.trying("round-trip") as trial:
        target = model()
        target.load_state_dict(load_file(file))
        trial.tell(close(target(x).detach(), source(x).detach()))
    with facts.trying("arrays-alone") as trial:
        code: dict[str, Any] = {"code": CODE}
        trial.tell(f"safetensors: {refused(lambda: save_file(code, file + '.code'))}")
    with facts.trying("read-by-others") as trial, Child(hidden=["torch"]) as other:
        names = other.run(safetensors_names, file)
        trial.tell(f"NumPy read {', '.join(names)}")
    with facts.trying("parts-by-name") as trial:
        part = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Linear(4, 5))
        first = {name: each for name, each in load_file(file).items() if name.startswith("0.")}
        part.load_state_dict(first, strict=False)
        trial.tell(close(part[0](x).detach(), source[0](x).detach()))
    with facts.trying("split-over-files") as trial:
        facts.need("huggingface_hub")
        from huggingface_hub import save_torch_state_dict

        (tmp_path / "split").mkdir()
        save_torch_state_dict(source.state_dict(), str(tmp_path / "split"), max_shard_size=60)
        parts = sorted(path.name for path in (tmp_path / "split").glob("*.safetensors"))
        assert len(parts) > 1, f"{len(parts)} file"
        trial.tell(f"{len(parts)} files and an index, by huggingface_hub")
