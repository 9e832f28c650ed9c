"""The one door for run files: what was measured, as samples with their origin.

    results/                            a root; any number of folders may be given
      2026-11-22-xeon-2-cores-3f9a1c/   one session on one machine: fingerprints must be equal
        pytorch-eager-train-0.json      one measuring process: pytest-benchmark's JSON with every
                                        raw sample, and our own block under the key "advisor"

Reading refuses rather than repairs. A file that is broken, that comes from another machine than its
neighbours, or that holds a time of zero is an error, and the problems of all files are reported
together. Nothing is ever written here.

The same door reads the files of an A/A study, in which every stack ran twice per round. They are
no evidence, so a folder is read either as the one or as the other.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import math
import os
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import numpy as np
import pandas as pd
import platformdirs
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from advisor.errors import Problem, RunError
from advisor.model import Fact, Id, Proof, Unit, unit_of
from advisor.resources import laboratory

__all__ = [
    "FORMAT",
    "Advisor",
    "Benchmark",
    "Content",
    "ExtraInfo",
    "Load",
    "Machine",
    "Observation",
    "Outcome",
    "Part",
    "Proven",
    "ProvenFact",
    "RunFile",
    "Runs",
    "Stats",
    "bundled_results",
    "machine_slug",
    "own_results",
    "read_run",
    "read_runs",
    "task_sources",
]

#: The version of our block in a run file.
#:
#: 1 (2026-11): stack, framework, replicate, session, machine, versions, flags, load, ceiling,
#:    outcomes. Later, without a change to what was there: twin, extra_info.observations, and proofs
#:    in the files of `advisor probe`, which hold no samples.
FORMAT = 1

#: A run file holds a fixed number of rounds and stays in the kilobytes; this is far more.
LARGEST_FILE_BYTES = 20_000_000

#: Details that are about the timed calls, and say nothing of what was observed beside the clock.
CLOCK_DETAILS = ("cpu_seconds",)

MEASURE_AGAIN = "Measure again with `advisor bench`, or move the file away"
PROBE_AGAIN = "Probe again with `advisor probe`, or move the file away"

#: What every row says of the process that it comes from; `twin` is -1 outside an A/A study.
ORIGIN = ("session", "machine", "device", "stack", "framework", "replicate", "twin", "run", "date")
CELL = ("task", "phase", "metric")
MEASUREMENT_COLUMNS = (
    *ORIGIN, *CELL, "unit", "batch", "source", "values", "details", "ceiling",
)  # fmt: skip
OUTCOME_COLUMNS = (*ORIGIN, *CELL, "outcome", "reason")
PROCESS_COLUMNS = (*ORIGIN, "load", "steal", "waited_seconds", "busy")

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Digest = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{16}$")]
Scalar = str | bool | int | float | None


class Part(BaseModel):
    """A part of a run file: what we rely on is checked, pytest-benchmark's other keys pass by."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class Machine(Part):
    """The fingerprint. Whatever else it holds counts as well when two are compared."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Scalar] = Field(init=False)

    cpu: str
    architecture: str
    cores: Annotated[int, Field(gt=0)]
    memory_gib: Positive
    system: str
    governor: str
    python: str
    device: str
    dtype: str


class Load(Part):
    """How busy the machine was just before the process started."""

    load: NotNegative
    steal: NotNegative
    waited_seconds: NotNegative
    busy: bool


class Outcome(Part):
    """How one measurement ended."""

    task: Id
    phase: Id
    metric: Id
    outcome: Literal["passed", "failed", "refused", "missing"]
    reason: str = ""


class ProvenFact(Part):
    """One fact of a proof."""

    name: Id
    says: str = ""
    holds: bool
    detail: str = ""


class Proven(Part):
    """What a probe found out."""

    probe: Id
    framework: Id
    criterion: Id
    level: Annotated[int, Field(ge=0, le=4)] | None
    outcome: Literal["passed", "failed", "missing"]
    reason: str = ""
    seconds: NotNegative
    facts: tuple[ProvenFact, ...]
    claims: tuple[Id, ...] = ()
    source: Digest
    log: str = ""

    @property
    def claims_too_much(self) -> bool:
        """Whether it gives a level without having passed, or none although it has."""
        return (self.level is None) == (self.outcome == "passed")


class Advisor(Part):
    """Our own block."""

    format: Literal[1]
    stack: Id
    framework: Id
    replicate: Annotated[int, Field(ge=0)]
    session: Annotated[str, StringConstraints(pattern=r"^\d{8}T\d{6}Z$")]
    machine: Machine
    versions: dict[str, str]
    load: Load
    outcomes: tuple[Outcome, ...]
    flags: dict[str, Any] = {}
    ceiling: dict[str, Positive] = {}
    twin: Literal[0, 1] | None = None
    proofs: tuple[Proven, ...] | None = None

    @property
    def date(self) -> dt.date:
        """The day of the session (UTC); ValueError if its id is no date."""
        return dt.datetime.strptime(self.session, "%Y%m%dT%H%M%SZ").date()


class Observation(Part):
    """Samples that were observed beside the clock, such as accuracies or bytes."""

    unit: Unit
    values: Annotated[tuple[NotNegative, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.unit == "share" and max(self.values) > 1:
            raise ValueError("a share lies between 0 and 1")
        if self.unit != "share" and min(self.values) == 0:
            raise ValueError("no time and no size is 0")
        return self


class ExtraInfo(Part):
    """What a benchmark measures; whatever other number it gives is kept as a detail."""

    model_config = ConfigDict(extra="allow")

    stack: Id
    framework: Id
    task: Id
    phase: Id
    metric: Id
    unit: str
    batch: Annotated[int, Field(gt=0)] | None
    source: Digest
    compile_seconds: NotNegative | None = None
    observations: dict[Id, Observation] = Field(default_factory=dict)

    @property
    def details(self) -> dict[str, float]:
        """Every other number that was given, such as `import_seconds`, by its name."""
        given = {**(self.model_extra or {}), "compile_seconds": self.compile_seconds}
        return {name: float(value) for name, value in sorted(given.items()) if _is_number(value)}


def _is_number(value: object) -> bool:
    return type(value) in (int, float) and math.isfinite(value)  # type: ignore[arg-type]


class Stats(Part):
    """pytest-benchmark's statistics, of which only the raw samples count."""

    data: Annotated[tuple[Positive, ...], Field(min_length=1)]


class Benchmark(Part):
    """One measurement of one process."""

    extra_info: ExtraInfo
    stats: Stats

    @property
    def measured(self) -> dict[str, tuple[str, tuple[float, ...]]]:
        """Unit and samples by metric; the clock's count only where its metric was not observed."""
        info = self.extra_info
        observed = {metric: (each.unit, each.values) for metric, each in info.observations.items()}
        return {info.metric: (info.unit, self.stats.data), **observed}


class Content(Part):
    """A whole run file."""

    advisor: Advisor
    benchmarks: tuple[Benchmark, ...]


@dataclass(frozen=True)
class RunFile:
    """A run file that was read: its place, its name in the evidence, its digest and content."""

    path: Path
    name: str
    digest: str
    content: Content

    @cached_property
    def machine(self) -> dict[str, Scalar]:
        """The fingerprint as plain values."""
        return self.content.advisor.machine.model_dump()

    @cached_property
    def slug(self) -> str:
        """The machine's name."""
        return machine_slug(self.machine)

    @cached_property
    def origin(self) -> tuple[Any, ...]:
        """What every row of this file begins with, in the order of ORIGIN."""
        advisor = self.content.advisor
        who = (advisor.stack, advisor.framework, advisor.replicate)
        twin = -1 if advisor.twin is None else advisor.twin
        device = advisor.machine.device
        return (advisor.session, self.slug, device, *who, twin, self.name, advisor.date)


@dataclass(frozen=True, eq=False)
class Runs:
    """What was measured.

    `measurements` has one row per metric and process: `values` are the samples, in `unit`,
    `details` the other numbers that were taken along, by name, and `ceiling` the operations per
    second of a large matrix product in the same process (NaN where unknown). `outcomes` has one
    row per measurement that was tried, `processes` one per run file with the load it met. `run` is
    the file's name below its results folder. `machines` maps a slug to its fingerprint, `versions`
    maps (session, stack) to the versions used. `digest` is a SHA-256 over the sorted digests of the
    files. `files` maps (machine, session, run) to the file itself. `proofs` are what probes found
    out, the oldest session first; their files measured nothing and are in none of the tables.
    """

    measurements: pd.DataFrame
    outcomes: pd.DataFrame
    processes: pd.DataFrame
    machines: Mapping[str, Mapping[str, Scalar]]
    versions: Mapping[tuple[str, str], Mapping[str, str]]
    digest: str
    files: Mapping[tuple[str, str, str], Path] = field(default_factory=dict)
    proofs: tuple[Proof, ...] = ()

    def narrowed(self, **chosen: Collection[str] | None) -> Runs:
        """The same with the outcomes of what is chosen only, such as `task=["mlp-mnist"]`."""
        rows = self.outcomes
        for column, wanted in chosen.items():
            rows = rows[rows[column].isin(list(wanted))] if wanted else rows
        return replace(self, outcomes=rows)

    @cached_property
    def samples(self) -> pd.DataFrame:
        """One row per sample: `value`, and what its measurement says."""
        rows, values = self.measurements, self.measurements["values"]
        named = rows.drop(columns=["values", "details", "ceiling"])
        samples = named.loc[named.index.repeat(values.map(len))].reset_index(drop=True)
        samples["value"] = np.concatenate([*values]) if len(rows) else pd.Series(dtype=float)
        return samples

    @cached_property
    def details(self) -> pd.DataFrame:
        """One row per other number of a measurement: its `name` and `value`."""
        rows = [(*row, name, value) for *row, given in self._detailed() for name, value in given]
        return pd.DataFrame(rows, columns=[*ORIGIN, *CELL, "name", "value"])

    def _detailed(self) -> Iterator[tuple[Any, ...]]:
        columns = [*ORIGIN, *CELL, "details"]
        for *row, given in self.measurements[columns].itertuples(index=False, name=None):
            yield (*row, given.items())


def bundled_results() -> Path:
    """The folder of the measurements that come with the package."""
    return laboratory() / "benchmarks" / "results"


def own_results() -> Path:
    """The folder of the user's own measurements; ADVISOR_RESULTS moves it. It need not exist."""
    given = os.environ.get("ADVISOR_RESULTS")
    return Path(given) if given else platformdirs.user_data_path("advisor") / "results"


def machine_slug(machine: Mapping[str, Scalar]) -> str:
    """A short, readable name for a fingerprint that is safe in paths, in kebab-case.

    It ends in six hexadecimal digits of the fingerprint's hash, so that two machines of the same
    make keep different names when anything in their fingerprint differs.
    """
    counted = {
        key: float(value) if isinstance(value, int) else value for key, value in machine.items()
    }
    text = json.dumps(counted, sort_keys=True)
    digest = hashlib.sha256(text.encode()).hexdigest()[:6]
    cpu = re.sub(r"\((r|tm|c)\)|\bcpu\b|\bprocessor\b|@.*", " ", str(machine["cpu"]).lower())
    words = re.findall(r"[a-z0-9]+", cpu)[:4] or ["machine"]
    return f"{'-'.join(words)[:32].strip('-')}-{machine['cores']}-cores-{digest}"


def read_runs(*folders: Path, study: bool = False) -> Runs:
    """Every run file below `folders`; a folder may hold one session or many.

    Raises RunError with all problems of all files: broken or truncated JSON, missing keys,
    impossible samples, two machines or two versions of a stack in one session folder, files of an
    A/A study among the evidence or, where a `study` is wanted, others.
    """
    problems: list[Problem] = []
    files = [file for folder in folders for file in _read_folder(folder, problems)]
    problems += [*_conflicts(files), *_misplaced(files, study)]
    if problems:
        raise RunError(problems)
    once: dict[str, RunFile] = {}
    for file in files:
        once.setdefault(file.digest, file)
    return _as_runs(list(once.values()))


def read_run(path: Path) -> RunFile:
    """One run file by itself; RunError with all of its problems."""
    problems: list[Problem] = []
    file = _read_file(path, problems)
    if file is None or problems:
        raise RunError(problems)
    return file


def _read_folder(folder: Path, problems: list[Problem]) -> list[RunFile]:
    if not folder.is_dir():
        problems.append(
            Problem(
                where=str(folder),
                what="there is no such folder",
                cure="Give a folder of run files; `advisor bench` makes one",
            )
        )
        return []
    before = len(problems)
    read = [_read_file(path, problems) for path in _paths(folder, problems)]
    files = [file for file in read if file is not None]
    if not read and len(problems) == before:
        problems.append(
            Problem(
                where=str(folder),
                what="there is no run file in this folder",
                cure="Measure with `advisor bench`, or give the folder that holds the sessions",
            )
        )
    return files


def _paths(folder: Path, problems: list[Problem]) -> list[Path]:
    """The run files below `folder`, sorted; a link that leads out of it is a problem."""
    inside = folder.resolve()
    found = []
    for parent, folders, names in os.walk(folder):
        for path in (Path(parent, name) for name in [*folders, *names]):
            if path.is_symlink() and not path.resolve().is_relative_to(inside):
                problems.append(
                    Problem(
                        where=str(path),
                        what="this symbolic link leads out of the results folder",
                        cure="Replace it by a copy of what it points to, or remove it",
                    )
                )
            elif path.suffix == ".json" and not path.is_dir():
                found.append(path)
    return sorted(found)


def _read_file(path: Path, problems: list[Problem]) -> RunFile | None:
    """The file as a run, or None with its problems added to `problems`."""
    try:
        if problem := _unreadable(path):
            problems.append(problem)
            return None
        raw = path.read_bytes()
        content = Content.model_validate_json(raw)
    except ValidationError as error:
        problems += _violations(path, error)
        return None
    except OSError as error:
        problems.append(Problem(str(path), f"cannot be read: {error.strerror}", "Make it readable"))
        return None
    problems += _contradictions(path, content)
    name = f"{path.parent.resolve().name}/{path.name}"
    return RunFile(path, name, hashlib.sha256(raw).hexdigest(), content)


def _unreadable(path: Path) -> Problem | None:
    """Why the file is not even opened: a pipe would never end, and a huge file is no run."""
    size = path.stat().st_size
    if not path.is_file():
        return Problem(str(path), "this is no ordinary file", "Move it out of the results folder")
    if size <= LARGEST_FILE_BYTES:
        return None
    return Problem(
        where=str(path),
        what=f"{size / 1e6:.0f} MB are too many for a run file"
        f" (at most {LARGEST_FILE_BYTES / 1e6:.0f} MB)",
        cure=MEASURE_AGAIN,
    )


def _broken(path: Path, message: str) -> Problem:
    """`message` is pydantic's: "Invalid JSON: <what> at line <n> column <m>"."""
    what, _, place = message.removeprefix("Invalid JSON: ").partition(" at line ")
    line = place.partition(" ")[0] or "1"
    ended = what.startswith("EOF")
    said = "the file is cut off: its JSON ends too early" if ended else f"not valid JSON ({what})"
    return Problem(f"{path} line {line}", said, MEASURE_AGAIN)


def _violations(path: Path, error: ValidationError) -> Iterator[Problem]:
    """One problem per key; of many bad samples in one list only the first is named."""
    seen: Counter[tuple[int | str, ...]] = Counter()
    for violation in error.errors(include_url=False, include_context=False):
        location = violation["loc"]
        in_list = bool(location) and isinstance(location[-1], int)
        place = location[:-1] if in_list else location
        seen[place] += 1
        if seen[place] == 1:
            yield _violation(
                path, location, violation["type"], violation["msg"], violation["input"]
            )


def _violation(
    path: Path, location: tuple[int | str, ...], kind: str, message: str, given: object
) -> Problem:
    key = ".".join(map(str, location)) or "the whole file"
    where = f"{path} [{key}]"
    if kind == "json_invalid":
        return _broken(path, message)
    if location == ("advisor",) and kind == "missing":
        return Problem(where, "this is not a run file of `advisor bench`", MEASURE_AGAIN)
    if location == ("advisor", "format") and kind != "missing":
        return _other_format(where, given)
    if kind == "missing":
        return Problem(where, "this key is missing", MEASURE_AGAIN)
    return Problem(where, f"{message.lower()}, but it is {_shown(given)}", MEASURE_AGAIN)


def _other_format(where: str, given: object) -> Problem:
    newer = isinstance(given, int) and given > FORMAT
    cure = "Update advisor" if newer else MEASURE_AGAIN
    return Problem(
        where, f"format {_shown(given)} is not format {FORMAT}, which is read here", cure
    )


def _shown(given: object) -> str:
    text = repr(given)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _contradictions(path: Path, content: Content) -> Iterator[Problem]:
    """Where one file contradicts itself."""
    said = (content.advisor.stack, content.advisor.framework)
    measured: set[tuple[str, str, str]] = set()
    for number, benchmark in enumerate(content.benchmarks):
        info, where = benchmark.extra_info, f"{path} [benchmarks.{number}.extra_info]"
        if (info.stack, info.framework) != said:
            what = f"{info.stack} of {info.framework} was measured in a process of {said[0]}"
            yield Problem(where, what, MEASURE_AGAIN)
        for metric, (unit, _) in benchmark.measured.items():
            key = (info.task, info.phase, metric)
            if key in measured:
                yield Problem(where, f"{' '.join(key)} was measured twice", MEASURE_AGAIN)
            if unit != unit_of(metric):
                what = f'{metric} is given in "{unit}", not in "{unit_of(metric)}"'
                yield Problem(where, what, MEASURE_AGAIN)
            measured.add(key)
    yield from _impossible_date(path, content.advisor)
    yield from _impossible_proofs(path, content)


def _impossible_proofs(path: Path, content: Content) -> Iterator[Problem]:
    proofs, framework = content.advisor.proofs, content.advisor.framework
    if proofs is not None and content.benchmarks:
        yield Problem(f"{path} [benchmarks]", "proofs stand beside timings", PROBE_AGAIN)
    counted = Counter(proof.probe for proof in proofs or ())
    for number, proof in enumerate(proofs or ()):
        where = f"{path} [advisor.proofs.{number}]"
        if proof.framework != framework:
            what = f"{proof.framework} was probed in a process of {framework}"
            yield Problem(where, what, PROBE_AGAIN)
        if counted[proof.probe] > 1:
            yield Problem(where, f"{proof.probe} was probed more than once", PROBE_AGAIN)
        if proof.claims_too_much:
            what = f"level {proof.level} does not go with the outcome {proof.outcome}"
            yield Problem(where, what, PROBE_AGAIN)


def _impossible_date(path: Path, advisor: Advisor) -> Iterator[Problem]:
    try:
        advisor.date  # noqa: B018
    except ValueError:
        where = f"{path} [advisor.session]"
        yield Problem(where, f"{advisor.session} is not a date and time", MEASURE_AGAIN)


def _conflicts(files: Iterable[RunFile]) -> Iterator[Problem]:
    """What two files of one session folder, or two files of one session, may not do."""
    folders: defaultdict[Path, list[RunFile]] = defaultdict(list)
    for file in files:
        folders[file.path.resolve().parent].append(file)
    for neighbours in folders.values():
        yield from _machine_conflicts(neighbours)
        yield from _version_conflicts(neighbours)
    yield from _repeats(file for neighbours in folders.values() for file in neighbours)


def _machine_conflicts(neighbours: list[RunFile]) -> Iterator[Problem]:
    """Files whose fingerprint differs from the commonest one of their session folder."""
    counted = Counter(file.slug for file in neighbours)
    commonest = counted.most_common(1)[0][0]
    usual = next(file for file in neighbours if file.slug == commonest)
    for file in neighbours:
        for key in sorted({*file.machine, *usual.machine}):
            mine, theirs = file.machine.get(key), usual.machine.get(key)
            if mine != theirs:
                yield Problem(
                    where=f"{file.path} [advisor.machine.{key}]",
                    what=f"a run from another machine: {_shown(mine)}, but {_shown(theirs)}"
                    f" in {usual.path.name}",
                    cure="Move the file to a session folder of its own",
                )


def _version_conflicts(neighbours: list[RunFile]) -> Iterator[Problem]:
    """A stack that was measured with two versions of something in one session folder."""
    first: dict[tuple[str, str], tuple[str, RunFile]] = {}
    for file in neighbours:
        advisor = file.content.advisor
        for package, version in advisor.versions.items():
            known, usual = first.setdefault((advisor.stack, package), (version, file))
            if version != known:
                yield Problem(
                    where=f"{file.path} [advisor.versions.{package}]",
                    what=f"{advisor.stack} ran with {version}, but with {known}"
                    f" in {usual.path.name}",
                    cure="Move the files of one version to a session folder of their own",
                )


def _repeats(files: Iterable[RunFile]) -> Iterator[Problem]:
    """Different files that claim to be the same replicate of the same measurement."""
    first: dict[tuple[Any, ...], RunFile] = {}
    for file in files:
        advisor = file.content.advisor
        process = (file.slug, advisor.session, advisor.stack, advisor.replicate, advisor.twin)
        for info, metric in _measured(file):
            usual = first.setdefault((*process, info.task, info.phase, metric), file)
            if usual.digest != file.digest:
                yield Problem(
                    where=f"{file.path} [advisor.replicate]",
                    what=f"replicate {advisor.replicate} of {info.task} {info.phase}"
                    f" {metric} stands in {usual.path} too, with other samples",
                    cure="Keep the one that was measured and move the other away",
                )


def _measured(file: RunFile) -> Iterator[tuple[ExtraInfo, str]]:
    for benchmark in file.content.benchmarks:
        for metric in benchmark.measured:
            yield benchmark.extra_info, metric


def _misplaced(files: Iterable[RunFile], study: bool) -> Iterator[Problem]:
    """Twins of an A/A study where evidence is read, and the reverse; once for each folder."""
    seen: set[Path] = set()
    for file in files:
        wrong = (file.content.advisor.twin is not None) != study
        if wrong and file.path.parent not in seen:
            seen.add(file.path.parent)
            what = "is no part of an A/A study" if study else "is half of an A/A study, no evidence"
            cure = "Give the folder of `advisor bench --aa`" if study else "Keep studies elsewhere"
            yield Problem(f"{file.path} [advisor.twin]", f"this run {what}", cure)


def _as_runs(found: list[RunFile]) -> Runs:
    digests = "\n".join(sorted(file.digest for file in found))
    files = [file for file in found if file.content.advisor.proofs is None]
    return Runs(
        measurements=_frame(files, _measurements, MEASUREMENT_COLUMNS),
        outcomes=_frame(files, _outcomes, OUTCOME_COLUMNS),
        processes=_frame(files, _process, PROCESS_COLUMNS),
        machines={file.slug: file.machine for file in files},
        versions={_version_key(file): file.content.advisor.versions for file in _complete(files)},
        digest=hashlib.sha256(digests.encode()).hexdigest(),
        files={(file.slug, file.content.advisor.session, file.name): file.path for file in found},
        proofs=_proofs(found),
    )


def _proofs(files: Iterable[RunFile]) -> tuple[Proof, ...]:
    ordered = sorted(files, key=lambda file: (file.content.advisor.session, file.name))
    return tuple(
        _proof(file, proven) for file in ordered for proven in file.content.advisor.proofs or ()
    )


def _proof(file: RunFile, proven: Proven) -> Proof:
    advisor = file.content.advisor
    given = proven.model_dump(exclude={"facts"})
    return Proof(
        **given,
        facts=tuple(Fact(**fact.model_dump()) for fact in proven.facts),
        date=advisor.date,
        session=advisor.session,
        machine=file.slug,
        run=file.name,
        versions=advisor.versions,
    )


def _complete(files: Iterable[RunFile]) -> Iterator[RunFile]:
    """Files whose process lived long enough to report its versions."""
    return (file for file in files if file.content.advisor.versions)


def _version_key(file: RunFile) -> tuple[str, str]:
    return file.content.advisor.session, file.content.advisor.stack


def _frame(
    files: Iterable[RunFile],
    rows: Callable[[RunFile], Iterable[tuple[Any, ...]]],
    columns: tuple[str, ...],
) -> pd.DataFrame:
    """What `rows` says of each file, after the file's origin."""
    found = [(*file.origin, *row) for file in files for row in rows(file)]
    return pd.DataFrame.from_records(found, columns=list(columns))


def _measurements(file: RunFile) -> Iterator[tuple[Any, ...]]:
    ceiling = file.content.advisor.ceiling.get("matmul_flops_per_second", math.nan)
    for benchmark in file.content.benchmarks:
        info = benchmark.extra_info
        details = info.details
        beside = {name: details[name] for name in details if name not in CLOCK_DETAILS}
        for metric, (unit, values) in benchmark.measured.items():
            own = details if metric not in info.observations else beside
            about = (unit, info.batch or 0, info.source)
            yield info.task, info.phase, metric, *about, np.array(values), own, ceiling


def _outcomes(file: RunFile) -> Iterator[tuple[Any, ...]]:
    for each in file.content.advisor.outcomes:
        yield each.task, each.phase, each.metric, each.outcome, each.reason


def _process(file: RunFile) -> Iterator[tuple[Any, ...]]:
    load = file.content.advisor.load
    yield load.load, load.steal, load.waited_seconds, load.busy


#: Modules beside the task folders that are part of what is timed.
SHARED_SOURCES = ("tensorflow_optimizers.py",)


@cache
def task_sources(folder: Path | None = None) -> dict[str, str]:
    """The digest of each task's files as they are now, as `benchmarks.tasks` writes it into a run.

    A measurement with another digest is stale: the task has changed since.
    """
    tasks = folder or laboratory() / "benchmarks" / "tasks"
    shared = [tasks / name for name in SHARED_SOURCES]
    return {
        spec.parent.name.replace("_", "-"): _digest([*sorted(spec.parent.glob("*.py")), *shared])
        for spec in sorted(tasks.glob("*/spec.py"))
    }


def _digest(files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file.name}\n".encode())
        digest.update(file.read_text(encoding="utf-8").encode())
    return f"sha256:{digest.hexdigest()[:16]}"
