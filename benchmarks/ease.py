"""How much has to be written and known: the same task in the three versions that are measured.

    python -m benchmarks.ease      a table of tasks, with lines, tokens and names of each version

Counted are logical lines (statements, so that neither line breaks nor comments matter), tokens, and
the distinct names of the framework that are used, such as `layers.Dense`. Docstrings, comments,
annotations, imports and `__all__` are left out: the house asks for them, the framework does not.
"""

import ast
import inspect
import io
import sys
import textwrap
import tokenize
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks import tasks

__all__ = ["FRAMEWORKS", "Size", "function_size", "source_size", "task_size"]

#: The frameworks, by the name of their file in a task's folder, with what they are imported as.
FRAMEWORKS = {
    "keras": ("keras",),
    "tensorflow": ("tensorflow", "benchmarks"),
    "pytorch": ("torch",),
}


@dataclass(frozen=True)
class Size:
    """Logical lines, tokens, and the distinct names of the framework in a piece of code."""

    lines: int
    tokens: int
    names: frozenset[str]


def task_size(task_id: str, framework: str) -> Size:
    """The size of one version of a task."""
    folder = Path(tasks.__file__).parent / task_id.replace("-", "_")
    return source_size((folder / f"{framework}.py").read_text(encoding="utf-8"), framework)


def function_size(function: Callable[..., object]) -> Size:
    """The size of one function's code; names are not counted."""
    return source_size(textwrap.dedent(inspect.getsource(function)), "")


def source_size(source: str, framework: str) -> Size:
    """The size of some code; `framework` says whose names are counted, "" none."""
    tree = _Bare().visit(ast.parse(source))
    kept = ast.unparse(tree)
    return Size(
        lines=sum(isinstance(node, ast.stmt) for node in ast.walk(tree)),
        tokens=sum(1 for _ in _tokens(kept)),
        names=frozenset(_names(ast.parse(source), FRAMEWORKS.get(framework, ()))),
    )


class _Bare(ast.NodeTransformer):
    """Leaves out what the house asks for and the framework does not."""

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        return None if isinstance(node.value, ast.Constant) else node

    def visit_Import(self, _: ast.Import) -> None:
        return None

    def visit_ImportFrom(self, _: ast.ImportFrom) -> None:
        return None

    def visit_Assign(self, node: ast.Assign) -> ast.AST | None:
        return None if getattr(node.targets[0], "id", "") == "__all__" else node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self.generic_visit(node)
        node.returns = None
        for argument in (*node.args.args, *node.args.kwonlyargs):
            argument.annotation = None
        node.body = node.body or [ast.Pass()]
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        self.generic_visit(node)
        node.body = node.body or [ast.Pass()]
        return node


def _tokens(source: str) -> Iterator[str]:
    layout = {tokenize.NEWLINE, tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in layout:
            yield token.string


def _names(tree: ast.AST, modules: tuple[str, ...]) -> Iterator[str]:
    """Names that come out of `modules`: imported ones, and attributes of those."""
    imported: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found = [(alias.asname or alias.name, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found = [(a.asname or a.name, f"{node.module}.{a.name}") for a in node.names]
        else:
            continue
        imported.update((here, there) for here, there in found if there.startswith(modules))
    for node in ast.walk(tree):
        dotted = _dotted(node)
        if dotted and dotted.partition(".")[0] in imported:
            yield dotted


def _dotted(node: ast.AST) -> str:
    """`a.b.c` as text, or "" for anything else; a part of a longer name is not a name."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        inner = _dotted(node.value)
        return f"{inner}.{node.attr}" if inner else ""
    return ""


def main() -> int:
    """Print the table."""
    print("| task | " + " | ".join(FRAMEWORKS) + " |")  # noqa: T201
    print("|---|" + "---|" * len(FRAMEWORKS))  # noqa: T201
    for task_id in tasks.task_ids():
        sizes = [task_size(task_id, framework) for framework in FRAMEWORKS]
        cells = [f"{s.lines} lines, {s.tokens} tokens, {len(s.names)} names" for s in sizes]
        print(f"| `{task_id}` | " + " | ".join(cells) + " |")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
