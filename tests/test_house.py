"""The house is under test: who may know whom, what `--help` loads, what a module may be called."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FRAMEWORKS = {"tensorflow", "torch", "keras", "jax"}

#: Where the laboratory may import a framework.
FRAMEWORK_ROOMS = tuple(
    f"benchmarks/{room}/" for room in ("stacks", "tasks", "tight", "loops", "exporters", "probes")
)

#: Rooms from the ground up; a module may import its own room and the rooms that are named for it.
ROOMS: dict[str, set[str]] = {
    "errors": set(),
    "resources": set(),
    "model": set(),
    "catalog": {"errors", "model", "resources"},
    "runs": {"errors", "model", "resources"},
    "publish": {"errors"},
    "preview": {"errors"},
    "laboratory": {"resources"},
    "summarize": {"model", "runs"},
    "measure": {"errors", "model", "resources", "runs", "summarize"},
    "proofs": {"model", "resources"},
    "claims": {"model", "summarize"},
    "decide": {"model", "catalog", "summarize"},
    "standing": {"errors", "model", "decide"},
    "audit": {"errors", "model", "catalog", "proofs", "standing"},
    "ask": {"errors", "model", "publish", "resources"},
    "evidence": {"errors", "model", "catalog", "claims", "proofs", "runs", "summarize"},
    "register": {"errors"},
    "recorded": {"errors", "model", "ask", "register"},
    "recheck": {"errors", "model", "catalog", "decide", "evidence", "recorded"},
    "render": {
        "errors",
        "model",
        "catalog",
        "runs",
        "summarize",
        "measure",
        "laboratory",
        "decide",
        "proofs",
        "standing",
        "resources",
        "ask",
        "register",
        "recheck",
        "publish",
    },
    "rebuild": {"errors", "model", "catalog", "decide", "evidence", "recorded", "render"},
    "filing": {"errors", "model", "evidence", "register", "render", "runs"},
}

#: Outside libraries that only the named modules may import.
DOORS: dict[str, tuple[str, ...]] = {
    "altair": ("advisor/render/charts/",),
    "vl_convert": ("advisor/render/charts/",),
    "jinja2": ("advisor/render/",),
    "markupsafe": ("advisor/render/",),
    "pygments": ("advisor/render/code.py",),
    "http": ("advisor/preview.py",),
    "questionary": ("advisor/ask/terminal.py",),
    "prompt_toolkit": ("advisor/ask/terminal.py",),
    "tomllib": ("advisor/catalog.py", "advisor/ask/answers.py", "advisor/register.py"),
    "tomlkit": ("advisor/ask/answers.py",),
    "pandas": ("advisor/runs.py", "advisor/summarize/"),
    "typer": ("advisor/cli.py",),
    "psutil": ("advisor/measure/",),
    "subprocess": ("advisor/measure/",),
}


def modules(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def imports(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: import by full name, not relatively"
            yield str(node.module), node.lineno


def room(module: str) -> str:
    """The room of a dotted name: advisor.decide.score -> decide."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else ""


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


@pytest.mark.parametrize("path", modules("advisor"), ids=dotted)
def test_advisor_imports_only_what_its_room_may_know(path: Path) -> None:
    own = room(dotted(path))
    for name, line in imports(path):
        top = name.split(".")[0]
        assert top not in FRAMEWORKS | {"benchmarks"}, f"{path.name}:{line} imports {name}"
        if top == "advisor" and own in ROOMS and room(name) != own:
            assert room(name) in ROOMS[own], f"{path.name}:{line}: {own} may not know {name}"


@pytest.mark.parametrize("path", modules("advisor"), ids=dotted)
def test_each_outside_library_has_one_door(path: Path) -> None:
    here = path.relative_to(ROOT).as_posix()
    for name, line in imports(path):
        doors = DOORS.get(name.split(".")[0])
        assert doors is None or here.startswith(doors), f"{here}:{line} may not import {name}"


def test_the_kernel_knows_only_numpy_and_the_nouns() -> None:
    allowed = {"numpy", "numpy.typing", "advisor.model", "dataclasses", "functools", "typing"}
    assert {name for name, _ in imports(ROOT / "advisor/decide/score.py")} <= allowed


@pytest.mark.parametrize("path", modules("benchmarks"), ids=dotted)
def test_the_laboratory_never_imports_the_advisor(path: Path) -> None:
    here = path.relative_to(ROOT).as_posix()
    for name, line in imports(path):
        top = name.split(".")[0]
        assert top != "advisor", f"{path.name}:{line} imports {name}"
        if top in FRAMEWORKS:
            assert here.startswith(FRAMEWORK_ROOMS), f"{here}:{line} imports {name}"


def test_no_import_runs_in_a_circle() -> None:
    names = {dotted(path).removesuffix(".__init__"): path for path in modules("advisor")}
    graph = {
        name: {found for found, _ in _top_level_imports(path) if found in names}
        for name, path in names.items()
    }
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " -> ".join((*trail, name))
        if name not in done:
            for follower in graph[name]:
                visit(follower, (*trail, name))
            done.add(name)

    for name in graph:
        visit(name, ())


def _top_level_imports(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom):
            yield str(node.module), node.lineno


def test_help_loads_no_framework_no_pandas_no_altair() -> None:
    code = (
        "import sys\n"
        "from advisor.cli import app\n"
        "try: app(['--help'])\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "print('LOADED', *sorted(sys.modules))\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split("LOADED", 1)[1].split())
    heavy = FRAMEWORKS | {"pandas", "altair", "numpy", "jinja2", "questionary", "vl_convert"}
    assert "advisor.cli" in loaded
    assert not loaded & heavy


def test_no_module_has_a_name_that_says_nothing() -> None:
    empty = re.compile(r"utils?|helpers?|manager|common|misc|base")
    for path in (*modules("advisor"), *modules("benchmarks")):
        assert not empty.fullmatch(path.stem), path


def test_every_public_name_is_exported_on_purpose() -> None:
    for path in modules("advisor"):
        if path.name == "cli.py":
            continue  # its commands are reached through `app`, which registers them
        tree = ast.parse(path.read_text(encoding="utf-8"))
        public = {
            node.name
            for node in tree.body
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
        }
        assert public <= _exported(tree), f"{path}: {sorted(public - _exported(tree))}"


def _exported(tree: ast.Module) -> set[str]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__":
            return set(ast.literal_eval(node.value))
    return set()
