"""The laboratory read as text: tasks, their models, and how much code those are."""

import ast
import json
from pathlib import Path

import pytest

from advisor.laboratory import Absence, Size, measured, probe_source, read_tasks
from benchmarks import comparison, tasks

ROOT = Path(__file__).resolve().parents[1]
SPEC = '"""What it is."""\n\nTASK = Task(id="a-task", title="a small network")\n'


@pytest.mark.parametrize(
    ("code", "size"),
    [
        ("", Size(0, 0)),
        ('"""Words."""\n\n# more words\n', Size(0, 0)),
        ("x = 1  # one\n", Size(1, 1)),
        ("layers = [\n    1,\n\n    # two\n    2,\n]\n", Size(4, 1)),
        ('def f():\n    """Words."""\n    return 1\n', Size(2, 2)),
        ("a = 1; b = 2\n", Size(1, 1)),
        ('text = """\nnot words\n"""\n', Size(3, 1)),
    ],
)
def test_code_is_counted_without_blank_lines_comments_and_docstrings(code: str, size: Size) -> None:
    assert measured(code) == size


@pytest.mark.parametrize(
    "path", sorted((ROOT / "benchmarks" / "tasks").glob("*/*.py")), ids=lambda it: str(it)[-40:]
)
def test_what_is_no_code_is_blank_a_comment_or_a_docstring(path: Path) -> None:
    code = path.read_text(encoding="utf-8")
    spoken = {
        row
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        for row in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    rows = enumerate(code.splitlines(), start=1)
    silent = [n for n, row in rows if not row.strip() or row.strip().startswith("#")]
    assert measured(code).lines == len(code.splitlines()) - len(spoken | set(silent))


def test_every_task_is_found_with_its_title_and_three_models() -> None:
    found = read_tasks()
    assert [task.id for task in found] == list(tasks.task_ids())
    for task in found:
        assert task.title == tasks.task(task.id).title
        assert set(task.models) == {"keras", "tensorflow", "pytorch"}
        assert task.spec.about


def test_a_recorded_agreement_is_that_of_the_laboratory(tmp_path: Path) -> None:
    folder = tmp_path / "benchmarks" / "tasks" / "a_task"
    folder.mkdir(parents=True)
    (folder / "spec.py").write_text(SPEC)
    (folder / "keras.py").write_text("x = 1\n")
    distances = {"forward": 1e-8, "gradient": 2e-8, "weights": 3e-8}
    finding = comparison.Finding(
        "a-task", "s", "r", **distances, parameters=42, flops=84, reasons=("differs",)
    )
    record = tmp_path / "benchmarks" / "agreement.json"
    absence = {"task": "a-task", "stack": "t", "outcome": "refused", "reason": "it cannot"}
    record.write_text(json.dumps({"findings": [finding.as_dict()], "absences": [absence]}))
    (task,) = read_tasks(tmp_path)
    (agreement,) = task.agreement
    assert (task.title, list(task.models)) == ("a small network", ["keras"])
    assert vars(agreement).items() <= finding.as_dict().items()
    assert task.absences == (Absence("t", "refused", "it cannot"),)


def test_a_probe_is_found_by_its_criterion(tmp_path: Path) -> None:
    program = tmp_path / "benchmarks" / "probes" / "test_control_flow.py"
    program.parent.mkdir(parents=True)
    program.write_text("assert True\n")
    found = probe_source("control-flow", tmp_path)
    assert found
    assert (found.path, found.text) == ("benchmarks/probes/test_control_flow.py", "assert True\n")
    assert probe_source("another", tmp_path) is None
