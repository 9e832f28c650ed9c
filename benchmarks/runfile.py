"""The block `advisor` of a run file: who measured what, on what, and how it ended.

session facts (environment variable ADVISOR_REPLICATE, written by whoever starts the process)
+ machine, load, ceiling (measured here)
+ versions, flags (from the stack)
+ outcomes (from the tests)                              -> run file
"""

import json
import os
import re
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks import machine
from benchmarks.errors import LaboratoryError
from benchmarks.stacks.protocol import Device
from benchmarks.tasks.data import cache_folder

__all__ = ["Outcome", "Replicate", "RunFile", "first_line", "without_folders"]

VARIABLE = "ADVISOR_REPLICATE"
FORMAT = 1
LONGEST_REASON = 300


@dataclass(frozen=True)
class Outcome:
    """How one measurement ended, with the reason if not passed.

    "refused" is what the stack cannot or may not do, "missing" what this machine lacks.
    """

    task: str
    phase: str
    metric: str
    outcome: str
    reason: str


@dataclass(frozen=True)
class Replicate:
    """What only the starter of this process knows; every part has a plain default.

    `machine` and `load` replace what would be measured here, key by key. `refused` maps a task to
    the reason why it yields no number, such as a failed gate. `twin` is 0 or 1 where a process of
    an A/A study has a twin.
    """

    replicate: int = 0
    session: str = ""
    machine: dict[str, Any] = field(default_factory=dict)
    load: dict[str, Any] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    twin: int | None = None

    @classmethod
    def from_environment(cls) -> "Replicate":
        """The facts in ADVISOR_REPLICATE; LaboratoryError if they are not such facts."""
        text = os.environ.get(VARIABLE) or "{}"
        try:
            return cls(**json.loads(text))
        except (ValueError, TypeError) as error:
            raise LaboratoryError(
                VARIABLE,
                f"it is not JSON with replicate, session, machine, load, refused, twin ({error})",
                cure="Unset the variable, or let `advisor bench` set it",
            ) from error


@dataclass
class RunFile:
    """What one process has to say, gathered while it runs; LaboratoryError without the device."""

    stack: str
    framework: str
    threads: int
    replicate: Replicate
    device: Device = "cpu"
    versions: dict[str, str] = field(default_factory=dict)
    flags: dict[str, Any] = field(default_factory=dict)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    started: str = field(default_factory=lambda: time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()))
    load: dict[str, Any] = field(default_factory=machine.load)

    def __post_init__(self) -> None:
        # Before any framework fills the memory and the cores with its own threads.
        self.machine = machine.fingerprint(self.device)
        self.ceiling = machine.ceiling(self.threads)

    def block(self) -> dict[str, Any]:
        """The block as the contract wants it."""
        return {
            "format": FORMAT,
            "stack": self.stack,
            "framework": self.framework,
            "replicate": self.replicate.replicate,
            "session": self.replicate.session or self.started,
            "machine": self.machine | self.replicate.machine,
            "versions": self.versions,
            "flags": {"threads": self.threads} | self.flags,
            "load": self.load | self.replicate.load,
            "ceiling": self.ceiling,
            "outcomes": [asdict(outcome) for outcome in self.outcomes.values()],
            **({} if self.replicate.twin is None else {"twin": self.replicate.twin}),
        }

    def passed(self, test: str) -> bool:
        """Whether the test with this node id ended well."""
        return test in self.outcomes and self.outcomes[test].outcome == "passed"


def first_line(text: str) -> str:
    """The first line, short, and without the folders of this machine: people publish it."""
    return without_folders((text.strip().splitlines() or [""])[0])[:LONGEST_REASON]


def without_folders(text: str) -> str:
    """The text with the folders of this machine left out, which say whose it is."""
    folders = (
        Path(__file__).resolve().parent.parent,
        *map(Path, (sys.prefix, sys.base_prefix, tempfile.gettempdir())),
        *(Path.cwd(), Path.home(), cache_folder()),
    )
    for folder in sorted(set(map(str, folders)), key=len, reverse=True):
        text = text.replace(folder, "~") if len(folder) > 1 else text
    return re.sub(r"~/pytest-of-[^/]+/pytest-\d+/", "~/", text)
