"""How far a measurement has come, for people.

The line is drawn when something happens and at no other time: a clock that ticks on the screen
would be a process beside the measurement.
"""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

__all__ = ["Event", "Listener", "ignore", "shown", "time_left"]


@dataclass(frozen=True)
class Event:
    """Something happened: `done` of `total` processes are over, about `seconds_left` remain.

    `text` says what begins now; `failure` why something that ended did not succeed.
    """

    text: str
    done: int
    total: int
    seconds_left: float
    failure: str = ""


Listener = Callable[[Event], None]


def ignore(event: Event) -> None:
    """Show nothing."""


def time_left(seconds: float) -> str:
    """About how long, such as "2 h 05 min", "7 min" or "40 s"."""
    if seconds >= 3600:
        return f"{int(seconds // 3600)} h {int(seconds % 3600 // 60):02d} min"
    return f"{round(seconds / 60)} min" if seconds >= 90 else f"{round(seconds)} s"


@contextlib.contextmanager
def shown(console: Console) -> Iterator[Listener]:
    """Draw a bar in a terminal, or plain lines where there is none; failures stay on the screen."""
    if not console.is_terminal:
        yield lambda event: _line(console, event)
        return
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TextColumn("{task.fields[left]}"),
    )
    with Progress(*columns, console=console, auto_refresh=False) as progress:
        bar = progress.add_task("starting", total=None, left="")
        yield lambda event: _draw(progress, bar, event)


def _line(console: Console, event: Event) -> None:
    if event.failure:
        _say(console, f"  failed: {event.failure}")
    left = time_left(event.seconds_left)
    _say(console, f"[{event.done}/{event.total}] {event.text} (about {left} left)")


def _say(console: Console, text: str) -> None:
    """Text of others is printed as it is, and a line stays one line in a file."""
    console.print(text, markup=False, highlight=False, soft_wrap=True)


def _draw(progress: Progress, bar: TaskID, event: Event) -> None:
    if event.failure:
        _say(progress.console, f"failed: {event.failure}")
    progress.update(
        bar,
        description=event.text,
        completed=event.done,
        total=event.total,
        left=f"about {time_left(event.seconds_left)} left",
        refresh=True,
    )
