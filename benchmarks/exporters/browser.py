"""Exported models in a real browser: a headless Chromium, and a server on this machine's loopback.

    /package/...     the runtime, out of its npm archive
    /artefact/...    the exported model
    /runtime.js      load, put and run of the runtime (beside this file)
    /                a page that holds nothing but these three functions

The server isolates the page, which is what a browser demands before it lends it threads.
"""

import shutil
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.errors import MissingError
from benchmarks.exporters import npm
from benchmarks.tasks.task import Array

__all__ = ["onnx_web", "served", "tfjs"]

HERE = Path(__file__).resolve().parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
#: No sandbox (measuring often runs as root in containers), no graphics card, no calls home.
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync")
TYPES = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".json": "application/json",
    ".wasm": "application/wasm",
}
PAGE = b"""<!doctype html><title>runtime</title><script type="module">
import * as runtime from "/runtime.js";
window.runtime = runtime;
</script>"""
#: The clock runs in the page: to ask it for every call would be to time the asking.
LATENCIES = """async ({feed, warmup, rounds}) => {
    const put = runtime.put(feed), seconds = [];
    for (let round = -warmup; round < rounds; round++) {
        const start = performance.now();
        await runtime.run(put);
        if (round >= 0) seconds.push((performance.now() - start) / 1000);
    }
    return seconds;
}"""


@dataclass(frozen=True)
class Page:
    """A session in a page of the browser; see `runtimes.Session`."""

    page: Any
    threads: dict[str, int]

    def put(self, inputs: tuple[Array, ...]) -> list[dict[str, Any]]:
        """One example as plain values, which is all that reaches a page."""
        return [
            {"dtype": str(each.dtype), "shape": each.shape, "values": each.ravel().tolist()}
            for each in inputs
        ]

    def run(self, feed: list[dict[str, Any]]) -> Array:
        """The outputs for what was put."""
        found = self.page.evaluate("async feed => runtime.run(runtime.put(feed))", feed)
        return np.array(found["values"], np.float32).reshape(found["shape"])

    def latencies(self, feed: list[dict[str, Any]], *, warmup: int, rounds: int) -> list[float]:
        """Seconds per run by the page's clock, whose steps are of 5 microseconds."""
        given = {"feed": feed, "warmup": warmup, "rounds": rounds}
        seconds: list[float] = self.page.evaluate(LATENCIES, given)
        # A run shorter than a step of the clock may seem to take no time at all.
        return [max(each, 5e-6) for each in seconds]


@contextmanager
def _session(path: Path, stack_id: str, threads: int, *, package: str, code: str) -> Iterator[Page]:
    del stack_id
    archive = npm.locate(package)
    from playwright.sync_api import sync_playwright

    with served(archive, path.parent, HERE / code) as address, sync_playwright() as playwright:
        found = next(filter(None, map(shutil.which, BROWSERS)), None)
        if not found and not Path(playwright.chromium.executable_path).exists():
            raise MissingError("no Chromium is here: python -m playwright install chromium")
        launched = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        page = launched.new_page()
        page.goto(address)
        page.wait_for_function("window.runtime")
        said = page.evaluate(
            "given => runtime.load(given.path, given.threads)",
            {"path": f"/artefact/{path.name}", "threads": threads},
        )
        yield Page(page, said)
        launched.close()


@contextmanager
def served(archive: Path, artefact: Path, code: Path) -> Iterator[str]:
    """The address of a server that serves until the end of the block."""
    with tarfile.open(archive) as tar:
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, tar, artefact, code))
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            server.server_close()


class Handler(BaseHTTPRequestHandler):
    """Answers with what the page may read; see the top of this file."""

    lock = threading.Lock()

    def __init__(self, tar: tarfile.TarFile, artefact: Path, code: Path, *rest: Any) -> None:
        self.tar, self.artefact, self.code = tar, artefact, code
        super().__init__(*rest)

    def do_GET(self) -> None:
        """One file, or 404."""
        content = self._content(self.path.partition("?")[0])
        self.send_response(404 if content is None else 200)
        suffix = Path(self.path).suffix or ".html"
        self.send_header("Content-Type", TYPES.get(suffix, "application/octet-stream"))
        self.send_header("Content-Length", str(len(content or b"")))
        self.send_header("Cross-Origin-Opener-Policy", "same-origin")
        self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
        self.end_headers()
        self.wfile.write(content or b"")

    def _content(self, path: str) -> bytes | None:
        if path == "/":
            return PAGE
        if path == "/runtime.js":
            return self.code.read_bytes()
        _, room, name = path.split("/", 2) if path.count("/") > 1 else ("", "", "")
        if room == "package":
            return self._unpacked(f"package/{name}")
        path_of = {each.relative_to(self.artefact).as_posix(): each for each in self._artefacts()}
        return path_of[name].read_bytes() if room == "artefact" and name in path_of else None

    def _artefacts(self) -> Iterator[Path]:
        return (each for each in self.artefact.rglob("*") if each.is_file())

    def _unpacked(self, name: str) -> bytes | None:
        # Requests come from several threads, and an archive has one place at a time.
        with self.lock:
            try:
                file = self.tar.extractfile(name)
            except KeyError:
                return None
            return file.read() if file else None

    def log_message(self, format: str, *rest: Any) -> None:
        """Nothing: a measurement keeps no log of requests."""


onnx_web = partial(_session, package="onnxruntime-web", code="onnx_web.js")
tfjs = partial(_session, package="@tensorflow/tfjs", code="tfjs.js")
