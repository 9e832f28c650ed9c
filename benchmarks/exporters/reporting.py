"""How a child tells what became of it: one JSON file, also where it was refused or failed."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.errors import LaboratoryError, MissingError, RefusedError
from benchmarks.runfile import first_line

__all__ = ["PACKAGES", "report"]

#: Modules that are optional here, and the packages that bring them.
PACKAGES = {
    "ai_edge_litert": "ai-edge-litert",
    "executorch": "executorch",
    "jax2onnx": "jax2onnx",
    "litert_torch": "litert-torch",
    "onnx": "onnx",
    "onnxruntime": "onnxruntime",
    "onnxscript": "onnxscript",
    "openvino": "openvino",
    "playwright": "playwright",
    "tensorflow": "tensorflow",
    "tf2onnx": "tf2onnx",
    "torch": "torch",
    "torch_xla": "torch-xla",
}
#: What OpenVINO says around what is wrong: where in its source it was found, where to read on.
ASIDES = re.compile(
    r"Check '[^']*' failed at \S+:\d+: |FrontEnd API failed with \w+: "
    r"| To facilitate the conversion of unsupported operations, refer to .*"
)


def report(path: Path, act: Callable[[], dict[str, Any]]) -> None:
    """Write what `act` returns, or how it ended: keys "outcome" and "reason"."""
    try:
        said = act()
    except RefusedError as refusal:
        said = _ended("refused", str(refusal))
    except MissingError as absence:
        said = _ended("missing", str(absence))
    except LaboratoryError as problem:
        said = _ended("failed", str(problem))
    except Exception as error:
        absent = _absent(error)
        said = (
            _ended("missing", f"{absent} is not installed: pip install {PACKAGES[absent]}")
            if absent
            else _ended("failed", f"{type(error).__name__}: {error}")
        )
    path.write_text(json.dumps(said), encoding="utf-8")


def _ended(outcome: str, reason: str) -> dict[str, Any]:
    # Converters say in their first line that something failed, and what it was further down.
    return {"outcome": outcome, "reason": first_line(ASIDES.sub("", " ".join(reason.split())))}


def _absent(error: BaseException) -> str | None:
    """The optional module for want of which it failed, however deep the error is wrapped."""
    names = (each.name or "" for each in _chain(error) if isinstance(each, ModuleNotFoundError))
    tops = (name.partition(".")[0] for name in names)
    return next((top for top in tops if top in PACKAGES), None)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
