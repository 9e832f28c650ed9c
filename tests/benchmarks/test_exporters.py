"""An exported model is tried for real: wrong, absent, refused and broken ones are told apart."""

import hashlib
import io
import json
import re
import signal
import tarfile
from collections.abc import Callable
from dataclasses import replace
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.catalog import load_catalog
from benchmarks.errors import LaboratoryError, MissingError, RefusedError
from benchmarks.exporters import FORMATS, RUNTIMES, browser, npm
from benchmarks.exporters.reporting import report
from benchmarks.exporters.runtimes import LOADERS
from benchmarks.stacks import STACKS
from tests.benchmarks.conftest import python

FETCH = "python -m benchmarks.exporters.npm"
#: Hides modules from every Python that is started with its folder on the path.
BLOCKER = """
import os, sys

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in os.environ["BLOCKED"].split():
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Blocker())
"""
#: In front of what PyTorch's exporter to ONNX does: one weight grows by a tenth.
PERTURBED = """    with torch.no_grad():
        trainer.model.logits.weight[0] *= 1.1
    names = ["""
#: In front of its exported program: the process dies.
KILLED = """    import os, signal
    os.kill(os.getpid(), signal.SIGKILL)
    torch.export.save("""


def wrapped(inner: Exception, outer: Exception) -> Exception:
    """The outer error, raised because of the inner one."""
    outer.__cause__ = inner
    return outer


def told(error: Exception) -> dict[str, Any]:
    """What a child that raises this leaves behind."""

    def act() -> dict[str, Any]:
        raise error

    with TemporaryDirectory() as folder:
        path = Path(folder) / "said.json"
        report(path, act)
        said: dict[str, Any] = json.loads(path.read_text())
        return said


@pytest.fixture
def blocked(tmp_path: Path) -> Callable[..., dict[str, str]]:
    """The environment of a Python that cannot import the named modules."""

    def block(*modules: str) -> dict[str, str]:
        (tmp_path / "blocker").mkdir()
        (tmp_path / "blocker" / "sitecustomize.py").write_text(BLOCKER)
        return {"PYTHONPATH": str(tmp_path / "blocker"), "BLOCKED": " ".join(modules)}

    return block


def test_a_wrong_a_missing_and_a_dying_exporter_are_told_apart(
    altered: Callable[[str, str, str], Path], blocked: Callable[..., dict[str, str]], tmp_path: Path
) -> None:
    folder = altered("exporters/pytorch.py", "    names = [", PERTURBED)
    source = folder / "benchmarks/exporters/pytorch.py"
    source.write_text(source.read_text().replace("    torch.export.save(", KILLED, 1))
    out = tmp_path / "run.json"
    ended = python(
        *("-m", "pytest", "-c", "benchmarks/pytest.ini", "benchmarks/test_export.py"),
        *("--stack", "pytorch-eager", "--task", "mlp-mnist", "--threads", "1", "--quick-rounds"),
        *("-k", "onnx or openvino or pt2", f"--benchmark-json={out}"),
        folder=folder,
        ADVISOR_NPM=str(tmp_path / "no-archives"),
        **blocked("openvino"),
    )
    assert ended.returncode == 1, ended.stdout + ended.stderr
    run = json.loads(out.read_text())
    assert run["benchmarks"] == []
    found = {
        each["metric"].removesuffix("-latency-seconds"): (each["outcome"], each["reason"])
        for each in run["advisor"]["outcomes"]
    }
    word, reason = found.pop("onnx")
    assert word == "failed"
    assert "the outputs differ: relative L2 " in reason
    assert "limit 1e-04" in reason
    assert found == {
        "pt2": ("failed", f"ExportError: produce: ended by {signal.SIGKILL.name}"),
        "openvino": ("missing", "openvino is not installed: pip install openvino"),
        "onnx-web": ("missing", f"onnxruntime-web is not here: {FETCH} onnxruntime-web"),
    }


def test_one_command_prints_the_table(tmp_path: Path) -> None:
    command = ("-m", "benchmarks.deployment", "--task", "mlp-mnist", "--threads", "1")
    ended = python(*command, "--stack", "tensorflow-graph", "--format", "litert")
    assert (ended.returncode, ended.stderr) == (0, "")
    head, row = ended.stdout.splitlines()
    assert head.split()[:3] == ["format", "stack", "works"]
    assert row.split()[:3] == ["litert", "tensorflow-graph", "passed"]
    assert re.search(r" \d\.\de-\d\d +\d\.\de-\d\d +\d+\.\d{3} +[\d,]+  ai-edge-litert \d", row)


def test_a_missing_result_is_a_row_too(blocked: Callable[..., dict[str, str]]) -> None:
    ended = python(
        *("-m", "benchmarks.deployment", "--task", "mlp-mnist", "--threads", "1", "--json"),
        *("--stack", "pytorch-eager", "--format", "litert", "--format", "saved-model"),
        **blocked("litert_torch"),
    )
    assert ended.returncode == 0, ended.stderr
    (row,) = json.loads(ended.stdout)
    assert (row["stack"], row["format"], row["trial"]) == ("pytorch-eager", "litert", None)
    assert (row["outcome"], row["reason"]) == (
        "missing", "litert_torch is not installed: pip install litert-torch",
    )  # fmt: skip


def test_every_format_has_a_loader_a_runtime_and_metrics() -> None:
    metrics = {metric.id: metric for metric in load_catalog().metrics}
    claimed: dict[str, set[str]] = {format: set() for format in RUNTIMES}
    for stack, formats in FORMATS.items():
        for format in formats:
            claimed[format].add(STACKS[stack].framework)
    assert set(LOADERS) == set(RUNTIMES)
    for format, frameworks in claimed.items():
        for what in ("latency-seconds", "export-seconds", "bytes"):
            assert set(metrics[f"{format}-{what}"].frameworks) == frameworks


@given(st.text(max_size=600))
def test_a_reason_is_one_short_line_whatever_was_raised(text: str) -> None:
    for error in (RefusedError(text), MissingError(text), RuntimeError(text)):
        reason = told(error)["reason"]
        assert len(reason) <= 300
        assert len(reason.splitlines()) <= 1


@pytest.mark.parametrize(
    ("error", "outcome", "reason"),
    [
        (RefusedError("not finite"), "refused", "not finite"),
        (MissingError("no Chromium"), "missing", "no Chromium"),
        (LaboratoryError("pip", "too old", cure="Wait"), "failed", "pip: too old. Wait"),
        (
            wrapped(ModuleNotFoundError("no", name="onnxscript.ir"), ValueError("export")),
            "missing",
            "onnxscript is not installed: pip install onnxscript",
        ),
        (ModuleNotFoundError("no mine", name="mine"), "failed", "ModuleNotFoundError: no mine"),
        (
            RuntimeError(
                "Check 'false' failed at src/a/report.cpp:151:\nFrontEnd API failed with"
                " OpConversionFailure:\nModel wasn't fully converted: XlaCallModule\nTo facilitate"
                " the conversion of unsupported operations, refer to documentation: https://a.b"
            ),
            "failed",
            "RuntimeError: Model wasn't fully converted: XlaCallModule",
        ),
    ],
    ids=["refused", "missing", "problem", "wrapped", "ours", "aside"],
)  # fmt: skip
def test_an_error_becomes_the_word_for_it(error: Exception, outcome: str, reason: str) -> None:
    assert told(error) == {"outcome": outcome, "reason": reason}


def test_an_archive_is_absent_wrong_or_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ADVISOR_NPM", str(tmp_path))
    package = npm.PACKAGES["@tensorflow/tfjs"]
    with pytest.raises(
        MissingError, match=r"python -m benchmarks\.exporters\.npm @tensorflow/tfjs"
    ):
        npm.locate(package.name)
    (tmp_path / package.file).write_bytes(b"another file")
    assert npm.main([package.name]) == 2
    assert "its SHA-256 is" in capsys.readouterr().err
    right = replace(package, sha256=hashlib.sha256(b"another file").hexdigest())
    monkeypatch.setitem(npm.PACKAGES, package.name, right)
    assert npm.locate(package.name) == tmp_path / package.file


def test_without_npm_the_fetching_command_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ADVISOR_NPM", str(tmp_path / "new"))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert npm.main(["onnxruntime-web"]) == 2
    assert "Install npm, or connect it" in capsys.readouterr().err


def test_the_page_reads_the_artefact_the_archive_and_nothing_else(tmp_path: Path) -> None:
    archive, artefact = tmp_path / "package.tgz", tmp_path / "artefact"
    (artefact / "deep").mkdir(parents=True)
    (artefact / "deep" / "model.json").write_text("{}")
    (tmp_path / "secret.json").write_text("secret")
    with tarfile.open(archive, "w:gz") as tar:
        content = b"export default 1;"
        member = tarfile.TarInfo("package/dist/runtime.mjs")
        member.size = len(content)
        tar.addfile(member, io.BytesIO(content))
    with browser.served(archive, artefact, Path(browser.__file__).parent / "tfjs.js") as address:
        assert fetched(address, "/artefact/deep/model.json") == (200, b"{}", "application/json")
        assert fetched(address, "/package/dist/runtime.mjs")[1:] == (content, "text/javascript")
        assert fetched(address, "/")[2] == "text/html"
        assert b"export" in fetched(address, "/runtime.js")[1]
        for path in (
            "/artefact/../secret.json",
            "/artefact/deep",
            "/package/none",
            "/else",
            "/a/b",
        ):
            assert fetched(address, path)[:2] == (404, b"")


def fetched(address: str, path: str) -> tuple[int, bytes, str]:
    """Status, content and type of what the server answers to a path as it stands."""
    host = urlsplit(address)
    connection = HTTPConnection(host.hostname or "", host.port)
    connection.request("GET", path)
    answer = connection.getresponse()
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    return answer.status, answer.read(), answer.headers["Content-Type"]
