"""TensorFlow.js's converter: a program of its own that reads a SavedModel.

Follows https://www.tensorflow.org/js/guide/conversion
"""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from benchmarks.errors import LaboratoryError

__all__ = ["convert"]

VARIABLE = "ADVISOR_TFJS_CONVERTER"
CONVERTER = "tensorflowjs_converter"


def convert(save: Callable[[Path], Path], folder: Path) -> Path:
    """A graph model that the browser loads, made from what `save` writes into a folder.

    LaboratoryError where the converter is not found, which is the rule beside this TensorFlow: it
    can live only in an environment of its own.
    """
    path = folder / "model.json"
    converter = os.environ.get(VARIABLE) or shutil.which(CONVERTER)
    if converter is None:
        # `pip install tensorflowjs==4.22.0 tensorflow==2.21.0` ends in ResolutionImpossible: the
        # converter demands tensorflow-decision-forests, and no release of that takes TensorFlow
        # above 2.19 (asked on 2026-11-25).
        raise LaboratoryError(
            CONVERTER,
            "the converter cannot be installed beside TensorFlow 2.20 or later, because"
            " tensorflow-decision-forests, which it demands, ends at TensorFlow 2.19",
            cure=f"Give it an environment of its own and name its program in {VARIABLE}",
        )
    saved = save(folder.parent)
    # Loops in the older form that is the default are not understood by the browser's side.
    options = ["--input_format=tf_saved_model", "--output_format=tfjs_graph_model"]
    options += ["--control_flow_v2=true"]
    ended = subprocess.run(
        [converter, *options, str(saved), str(folder)],
        # It lives in another environment, where this one's folders do not count.
        env={key: value for key, value in os.environ.items() if key != "PYTHONPATH"},
        capture_output=True,
        text=True,
        check=False,
    )
    if not path.is_file():
        last = (ended.stderr.strip().splitlines() or ["it wrote nothing"])[-1]
        raise LaboratoryError(CONVERTER, last, cure="Run it by hand on a SavedModel")
    return path
