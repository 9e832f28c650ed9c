"""A folder shown on this machine alone, and made anew whenever what it is made from changes.

    serve ──> a thread answers requests for files of the folder
          └─> the caller's thread looks for changes and calls `rebuild`

Changes are found by looking at times and sizes of files, which every system has. A rebuild that
fails says why and leaves the folder as it was.
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from advisor.errors import OutputError, Problem

__all__ = ["changes", "serve", "served"]

LOOPBACK = "127.0.0.1"

#: How long to wait between two looks, in seconds.
PAUSE = 0.5

#: A file as it was when it was looked at: time of the last change and size.
Look = dict[Path, tuple[int, int]]


class _Handler(SimpleHTTPRequestHandler):
    """Files of one folder, never kept by the browser, and the folder's own page for what is not."""

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """An error, shown by 404.html where that is what it is."""
        page = Path(self.directory) / "404.html"
        if code != HTTPStatus.NOT_FOUND or not page.is_file():
            super().send_error(code, message, explain)
            return
        content = page.read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: a preview is looked at, not operated."""


@contextmanager
def served(folder: Path, port: int) -> Iterator[str]:
    """The address at which `folder` can be read from this machine; port 0 takes a free one."""
    try:
        server = ThreadingHTTPServer((LOOPBACK, port), partial(_Handler, directory=str(folder)))
    except OSError as error:
        what = f"cannot be opened: {error.strerror}"
        raise OutputError(Problem(f"port {port}", what, "Name another with --port.")) from error
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://{LOOPBACK}:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


def serve(
    folder: Path,
    watched: Iterable[Path],
    rebuild: Callable[[], object],
    *,
    port: int,
    told: Callable[[str], None],
) -> None:
    """Serve `folder` until the process is interrupted; `told` hears what happens."""
    with served(folder, port) as address:
        told(f"Serving {address} until Ctrl-C; what changes is built again.")
        for _ in changes(watched):
            try:
                rebuild()
                told("Built again.")
            except Exception as error:
                # Whoever edits a template wants to hear of the slip, and to go on.
                told(f"Not built again: {type(error).__name__}: {error}")


def changes(watched: Iterable[Path], *, pause: float = PAUSE) -> Iterator[None]:
    """One item each time that a file below `watched` has come, gone or changed."""
    folders = tuple(watched)
    last = _look(folders)
    while True:
        time.sleep(pause)
        now = _look(folders)
        if now != last:
            last = now
            yield None


def _look(folders: Iterable[Path]) -> Look:
    found: Look = {}
    for folder in folders:
        for path in folder.rglob("*"):
            try:
                state = path.stat()
            except OSError:  # gone since, which is a change like any other
                continue
            if path.is_file() and "__pycache__" not in path.parts:
                found[path] = (state.st_mtime_ns, state.st_size)
    return found
