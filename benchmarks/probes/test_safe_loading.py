"""Safe loading: is opening a model file from a stranger safe by default?

Each probe makes a model file whose code would leave an empty file behind, and opens it as a reader
of the documentation would. A TensorFlow model is a program by design, so there it is called too.

The holes are those of the public advisories, by their identifier and the version that closed them.
"""

import io
import zipfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from packaging.version import Version

from benchmarks.probes.rubric import Facts, Row, Rubric, cause

RUBRIC = Rubric(
    criterion="safe-loading",
    facts={
        "code-refused": "the documented loader does not run code that came in a model file",
        "refused-by-every-loader": "its other loader of whole models does not run it either",
        "explicit-if-unsafe": "running it takes an argument that says so",
        "holes-closed": "every published way around the check is closed in this version",
        "never-broken": "no way around the check was published in the last two years",
    },
    rows=(
        Row(
            4,
            needs=("code-refused", "refused-by-every-loader", "explicit-if-unsafe", "never-broken"),
        ),
        Row(
            3,
            needs=("code-refused", "refused-by-every-loader", "explicit-if-unsafe", "holes-closed"),
        ),
        Row(2, needs=("code-refused", "explicit-if-unsafe")),
    ),
    floor=1,
)

X = np.ones((1, 2), dtype=np.float32)

#: Advisories of 2025 and 2026 about loading, and the first version without the fault.
HOLES = {
    "keras": {
        "CVE-2025-1550": "3.9.0",
        "CVE-2025-8747": "3.11.0",
        "CVE-2025-9906": "3.11.0",
        "CVE-2025-12058": "3.12.0",
        "CVE-2026-1462": "3.13.2",
    },
    "torch": {"CVE-2025-32434": "2.6.0", "CVE-2026-24747": "2.10.0"},
}


class Payload:
    """Unpickling this leaves an empty file at `mark`."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.mark,)


def opened(mark: Path, load: Any) -> str:
    """Call `load`; how it ended. AssertionError if the code in the file has run."""
    mark.unlink(missing_ok=True)
    try:
        load()
        said = "loaded without it"
    except Exception as error:
        said = cause(error)
    assert not mark.exists(), f"the code in the file has run ({said})"
    return said


def record_holes(facts: Facts, name: str) -> None:
    """Whether the advisories about this package are behind it."""
    holes = HOLES[name]
    open_still = [id for id, fixed in holes.items() if Version(version(name)) < Version(fixed)]
    said = f"{name} {version(name)}: {len(holes) - len(open_still)} of {len(holes)} closed"
    facts.record("holes-closed", not open_still, said)
    facts.record("never-broken", not holes, ", ".join(holes))


def test_keras(facts: Facts, tmp_path: Path) -> None:
    import keras

    mark = tmp_path / "ran"
    touch = eval(f"lambda x: (open({str(mark)!r}, 'w').close(), x)[1]")  # noqa: S307
    inputs = keras.Input((2,))
    model = keras.Model(inputs, keras.layers.Lambda(touch, output_shape=(2,))(inputs))
    files = [tmp_path / "model.keras", tmp_path / "model.h5"]
    for name, file in zip(("code-refused", "refused-by-every-loader"), files, strict=True):
        model.save(file)
        with facts.trying(name) as trial:
            said = opened(mark, lambda file=file: keras.saving.load_model(file))
            trial.tell(f"{file.name}: {said}")
    with facts.trying("explicit-if-unsafe") as trial:
        with pytest.raises(AssertionError, match="has run"):
            opened(mark, lambda: keras.saving.load_model(files[0], safe_mode=False)(X))
        trial.tell("with safe_mode=False it ran")
    record_holes(facts, "keras")


def test_tensorflow(facts: Facts, tmp_path: Path) -> None:
    import tensorflow as tf

    mark = tmp_path / "ran"

    class Model(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def __call__(self, x: Any) -> Any:
            tf.io.write_file(str(mark), "")
            return x

    folder = str(tmp_path / "model")
    tf.saved_model.save(Model(), folder)
    with facts.trying("code-refused") as trial:
        trial.tell(opened(mark, lambda: tf.saved_model.load(folder)(tf.constant(1.0))))
    with facts.trying("refused-by-every-loader") as trial:
        load = tf.compat.v1.saved_model.load_v2
        trial.tell(opened(mark, lambda: load(folder)(tf.constant(1.0))))
    explicit = "it runs without being asked"
    facts.record("explicit-if-unsafe", facts.established["code-refused"].holds, explicit)
    checked = facts.established["code-refused"].holds
    for name in ("holes-closed", "never-broken"):
        facts.record(name, checked, "there is no check to get round")


def test_pytorch(facts: Facts, tmp_path: Path) -> None:
    import torch

    mark = tmp_path / "ran"
    checkpoint = tmp_path / "model.pt"
    torch.save({"weight": torch.ones(2), "extra": Payload(mark)}, checkpoint)
    with facts.trying("code-refused") as trial:
        trial.tell(f"torch.load: {opened(mark, lambda: torch.load(checkpoint))}")
    with facts.trying("refused-by-every-loader") as trial:
        exported = tmp_path / "model.pt2"
        program = torch.export.export(torch.nn.Linear(2, 1), (torch.ones(1, 2),))
        torch.export.save(program, exported)
        spoilt = poisoned(exported, Payload(mark))
        trial.tell(f"torch.export.load: {opened(mark, lambda: torch.export.load(spoilt))}")
    with facts.trying("explicit-if-unsafe") as trial:
        with pytest.raises(AssertionError, match="has run"):
            opened(mark, lambda: torch.load(checkpoint, weights_only=False))
        trial.tell("with weights_only=False it ran")
    record_holes(facts, "torch")


def poisoned(program: Path, payload: Payload) -> io.BytesIO:
    """An exported program with its example inputs replaced by `payload`."""
    import torch

    pickled, spoilt = io.BytesIO(), io.BytesIO()
    torch.save(payload, pickled)
    with zipfile.ZipFile(program) as old, zipfile.ZipFile(spoilt, "w") as new:
        for name in old.namelist():
            example = name.endswith("sample_inputs/model.pt")
            new.writestr(name, pickled.getvalue() if example else old.read(name))
    spoilt.seek(0)
    return spoilt
