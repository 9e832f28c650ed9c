"""Functions of a probe that need a process of their own: another back end, a crash, two workers.

    with Child(KERAS_BACKEND="jax") as child:
        child.run(train)         # a module-level function of the probe; its result travels as JSON

The child imports nothing but the probe's module, so it holds only what the function imports. One
line of JSON asks and one answers, over a pipe of their own, since frameworks print as they please.
"""

import contextlib
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from benchmarks.probes.rubric import ChildError, cause
from benchmarks.runfile import first_line

__all__ = ["Child", "together"]

FOLDER = Path(__file__).resolve().parents[2]


class Child:
    """A Python process that runs functions of probes, with additions to the environment.

    Modules in `hidden` cannot be imported there. After `timeout_seconds` for one function it is
    killed, with all processes that it started.
    """

    def __init__(
        self, *, hidden: Sequence[str] = (), timeout_seconds: float = 300, **environment: str
    ) -> None:
        self.timeout_seconds = timeout_seconds
        self.errors = tempfile.TemporaryFile("w+")  # noqa: SIM115 (closed by close)
        ours, theirs = os.pipe(), os.pipe()
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "benchmarks.probes.child",
                str(ours[0]),
                str(theirs[1]),
                *hidden,
            ],
            cwd=FOLDER,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=self.errors,
            stderr=subprocess.STDOUT,
            pass_fds=(ours[0], theirs[1]),
            start_new_session=True,
        )
        os.close(ours[0])
        os.close(theirs[1])
        self.ask = os.fdopen(ours[1], "w")
        self.answer = os.fdopen(theirs[0])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def run(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """What `function(*arguments)` returns in the child; ChildError if it raises or crashes."""
        timer = threading.Timer(self.timeout_seconds, self._kill)
        timer.start()
        try:
            self._send(f"{function.__module__}:{function.__qualname__}", arguments)
            line = self.answer.readline()
        finally:
            timer.cancel()
        if not line:
            raise ChildError(self._last_words())
        answer = json.loads(line)
        if "error" in answer:
            raise ChildError(answer["error"])
        return answer["result"]

    def close(self) -> None:
        """End the process and whatever it left behind."""
        with contextlib.suppress(BrokenPipeError):
            self.ask.close()
        self._kill()
        self.process.wait()
        self.answer.close()
        self.errors.close()

    def _send(self, name: str, arguments: tuple[Any, ...]) -> None:
        with contextlib.suppress(BrokenPipeError):
            self.ask.write(json.dumps([name, arguments]) + "\n")
            self.ask.flush()

    def _kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def _last_words(self) -> str:
        status = self.process.wait()
        self.errors.seek(0)
        lines = [line for line in self.errors.read().splitlines() if line.strip()]
        return f"ended with status {status}: {first_line(lines[-1] if lines else 'silently')}"


def hide(names: Sequence[str]) -> None:
    """Make modules as good as not installed: whoever looks for them finds nothing."""

    class Rest(PathFinder):
        @classmethod
        def find_spec(cls, fullname: str, *given: Any) -> ModuleSpec | None:
            top = fullname.partition(".")[0]
            return None if top in names else super().find_spec(fullname, *given)

    place = sys.meta_path.index(PathFinder)
    sys.meta_path[place] = Rest


def together(
    worker: Callable[[int, int], Any],
    *,
    hidden: Sequence[str] = (),
    timeout_seconds: float = 300,
    **environment: str,
) -> list[Any]:
    """What a worker returns in two processes at once; each gets its rank and a port to meet at.

    The next port is free as well. ChildError if one of them fails.
    """
    port = _free_port()
    options: dict[str, Any] = {"hidden": hidden, "timeout_seconds": timeout_seconds, **environment}
    with (
        Child(**options) as first,
        Child(**options) as second,
        ThreadPoolExecutor(2) as pool,
    ):
        running = [
            pool.submit(child.run, worker, rank, port) for rank, child in enumerate((first, second))
        ]
        return [each.result() for each in running]


def _free_port() -> int:
    """A port of this machine that, like the next one, nobody listens on just now."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = int(first.getsockname()[1])
            with contextlib.suppress(OSError, OverflowError):
                second.bind(("127.0.0.1", port + 1))
                return port


def main() -> None:
    """Answer one request after another until there are no more."""
    hide(sys.argv[3:])
    with os.fdopen(int(sys.argv[1])) as asked, os.fdopen(int(sys.argv[2]), "w") as answers:
        for line in asked:
            name, arguments = json.loads(line)
            print(json.dumps(_answer(name, arguments)), file=answers, flush=True)


def _answer(name: str, arguments: list[Any]) -> dict[str, Any]:
    module, _, function = name.partition(":")
    try:
        return {"result": getattr(importlib.import_module(module), function)(*arguments)}
    except Exception as error:  # it belongs to whoever asked
        return {"error": cause(error)}


if __name__ == "__main__":
    main()
