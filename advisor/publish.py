"""The only writer: whatever leaves the program for the disk leaves through here.

A file is written under a temporary name beside its target and then renamed; a folder is staged
beside its target and then swapped. Whoever looks sees the old one or the new one, never half of
either, and when something fails the old one stays.
"""

import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from advisor.errors import OutputError, Problem

__all__ = ["MARKER", "check_folder", "write_file", "write_files", "write_folder"]

#: A folder that holds this file was made by us, so we may replace it.
MARKER = ".advisor-site"


def write_file(path: Path, content: str | bytes) -> None:
    """Write `content` (text as UTF-8 with its line ends as they are) to `path`, all or nothing.

    Missing parent folders are made. A link is followed, so that the file it names is replaced.
    Raises OutputError naming the path.
    """
    data = content.encode() if isinstance(content, str) else content
    with _output_errors(path):
        target = path.resolve()
        target.parent.mkdir(parents=True, exist_ok=True)
        _replace_file(target, data)


def write_files(files: Mapping[Path, str | bytes]) -> None:
    """Write several files, all or nothing: everything is staged beside its target, then renamed.

    Should a rename fail, those before it are undone. A link is followed. Raises OutputError.
    """
    staged: dict[Path, Path] = {}
    try:
        for path, content in files.items():
            with _output_errors(path):
                target = path.resolve()
                target.parent.mkdir(parents=True, exist_ok=True)
                staged[target] = _staged(target, content)
        _rename_all(staged)
    finally:
        for draft in staged.values():
            draft.unlink(missing_ok=True)


def write_folder(path: Path, files: Mapping[str, bytes | Path]) -> None:
    """Make `path` a folder of exactly `files` (relative names with "/" to contents) and our marker.

    A path as a content stands for the file that it names, which is copied. An existing folder is
    replaced only if it is empty or holds the marker, and stays as it was if anything fails. Raises
    OutputError with all problems of the names at once.
    """
    problems = [problem for name in files if (problem := _name_problem(path, name))]
    if problems:
        raise OutputError(problems)
    check_folder(path)
    with _output_errors(path):
        target = path.resolve()
        target.parent.mkdir(parents=True, exist_ok=True)
        _replace_folder(target, files)


def check_folder(path: Path) -> None:
    """Refuse a folder that `write_folder` would not replace, before anything is made for it."""
    with _output_errors(path):
        _refuse_foreign(path, path.resolve())


@contextmanager
def _output_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        cure = "Name a place where you may write, or free the space it needs."
        raise OutputError(Problem(str(path), f"cannot be written: {reason}", cure)) from error


def _replace_file(target: Path, data: bytes) -> None:
    draft = _beside(target)
    try:
        with draft.open("xb") as stream:
            stream.write(data)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def _staged(target: Path, content: str | bytes) -> Path:
    draft = _beside(target)
    with draft.open("xb") as stream:
        stream.write(content.encode() if isinstance(content, str) else content)
    return draft


def _rename_all(staged: Mapping[Path, Path]) -> None:
    """Put every draft in its place, or everything back as it was."""
    old: dict[Path, bytes | None] = {}
    for target, draft in staged.items():
        try:
            with _output_errors(target):
                old[target] = target.read_bytes() if target.exists() else None
                draft.replace(target)
        except OutputError:
            for done in old.keys() - {target}:
                _restore(done, old[done])
            raise


def _restore(target: Path, content: bytes | None) -> None:
    if content is None:
        target.unlink(missing_ok=True)
    else:
        _replace_file(target, content)


def _replace_folder(target: Path, files: Mapping[str, bytes | Path]) -> None:
    stage = _beside(target)
    try:
        _fill(stage, {**files, MARKER: b""})
        _swap(stage, target)
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _fill(stage: Path, files: Mapping[str, bytes | Path]) -> None:
    stage.mkdir()
    for name, content in files.items():
        file = stage / name
        file.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, Path):
            shutil.copyfile(content, file)
        else:
            file.write_bytes(content)


def _swap(stage: Path, target: Path) -> None:
    if not target.exists():
        stage.replace(target)
        return
    old = _beside(target)
    target.replace(old)
    try:
        stage.replace(target)
    except OSError:
        old.replace(target)
        raise
    shutil.rmtree(old)


def _refuse_foreign(path: Path, target: Path) -> None:
    if not target.exists():
        return
    if not target.is_dir():
        cure = "Name a folder, or remove the file first."
        raise OutputError(Problem(str(path), "is a file, and a folder is to stand there", cure))
    if any(target.iterdir()) and not (target / MARKER).is_file():
        what = f"holds files that were not made here (there is no {MARKER} in it)"
        raise OutputError(Problem(str(path), what, "Name a new or an empty folder."))


def _name_problem(path: Path, name: str) -> Problem | None:
    parts = PurePosixPath(name).parts
    inside = parts and not name.startswith("/") and ".." not in parts
    if inside and "\\" not in name and ":" not in name and "\0" not in name:
        return None
    cure = 'Use a relative name such as "data/cells.json".'
    return Problem(f"{path} [{name!r}]", "does not name a file inside the folder", cure)


def _beside(target: Path) -> Path:
    return target.with_name(f".advisor-{secrets.token_hex(6)}.tmp")
