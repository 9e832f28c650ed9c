"""The nouns of the house, frozen and typed; no input or output happens here.

Two kinds stand here. What people write down (frameworks, criteria, statements, questions) is
checked on the way in and therefore a pydantic model. What is computed (cells, ratings, decisions)
is a plain frozen dataclass. The words are the glossary's, in ARCHITECTURE.md.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal, Self, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    computed_field,
    model_validator,
)

__all__ = [
    "CHECKING",
    "NOT_SURE",
    "Answers",
    "Before",
    "Better",
    "BreakEven",
    "Bridge",
    "Catalog",
    "Cell",
    "CellNeed",
    "CheckMethod",
    "Checks",
    "Choice",
    "Claim",
    "ClaimRule",
    "ClaimVerdict",
    "Comparison",
    "Contribution",
    "Coverage",
    "Criterion",
    "Decision",
    "Difference",
    "Doubt",
    "Erratum",
    "Estimator",
    "Fact",
    "FactNeed",
    "Flip",
    "FlipKind",
    "Focus",
    "Framework",
    "Group",
    "HandOver",
    "Judgement",
    "Measure",
    "Metric",
    "Migration",
    "MoveCost",
    "Movement",
    "Needs",
    "Noun",
    "Omission",
    "Plan",
    "Policy",
    "ProjectPhase",
    "Proof",
    "Question",
    "Ranked",
    "Rating",
    "Ratio",
    "Relation",
    "Requirement",
    "Reversal",
    "Revisit",
    "RuledOut",
    "Ruling",
    "SecondOpinion",
    "Settle",
    "SettleKind",
    "Source",
    "Stack",
    "StackChoice",
    "Start",
    "Statement",
    "Sway",
    "SwayKind",
    "Tier",
    "Turned",
    "Unit",
    "Verdict",
    "Weighing",
    "Workload",
    "unit_of",
]

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
SourceId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$")]
Level = Annotated[int, Field(ge=0, le=4)]
Points = Literal[1, 2, 4, 8]
Tier = Literal["measured", "probed", "documented", "judged", "unknown"]
Verdict = Literal["clear", "lean", "too-close", "none"]
FlipKind = Literal["answer", "requirement", "weight", "group", "measurement", "cell"]
SettleKind = Literal["question", "measurement", "cell"]
SwayKind = Literal["weight", "rating"]
CheckMethod = Literal["topsis", "promethee-ii"]
Unit = Literal["s", "bytes", "share"]
Better = Literal["lower", "higher"]
Estimator = Literal["median", "lower-quartile", "tenth", "minimum", "cpu-time"]
ClaimVerdict = Literal["confirmed", "outdated", "refuted", "misleading", "unverifiable"]
Relation = Literal["differs", "faster", "slower", "not-slower", "within", "grows", "equal", "above"]
MoveCost = Literal["all", "most", "part", "little", "nothing", "unknown"]

#: The phases in which a trained model answers, on whatever it is served from.
ANSWERING = ("predict", "export")

#: The phases that check the measuring: they say nothing about a framework.
CHECKING = ("harness",)

#: The answer that every question accepts; it widens the weights instead of picking an opinion.
NOT_SURE = "not-sure"


class Noun(BaseModel):
    """Something written in a knowledge file: immutable, and nothing unknown is accepted."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Framework(Noun):
    """One of the candidates, with what a reader needs to start using it."""

    id: Id
    name: str
    default_stack: Id
    install: str
    quick_start: str
    homepage: str
    documentation: str
    summary: str


class Stack(Noun):
    """How a framework is run: framework, backend and mode.

    `modules` are what must be importable to run it, `extra` is what installs them:
    `pip install "advisor[extra]"`. `precision` is what most of the arithmetic is done in.
    """

    id: Id
    framework: Id
    backend: str
    mode: str
    summary: str
    precision: Literal["float32", "bfloat16"] = "float32"
    modules: tuple[str, ...] = ()
    extra: str = ""


class Start(Noun):
    """What to install and a first program for a stack that is no default; `id` is the stack's."""

    id: Id
    install: str
    code: str


class Group(Noun):
    """A heading for criteria; the first level of weight uncertainty."""

    id: Id
    name: str


class Measure(Noun):
    """Which cells of the measurements speak for a criterion."""

    phase: Id
    metric: Id


class Metric(Noun):
    """Something that is measured in a phase: its unit, and which way is better.

    `format` names what a model is exported to, for the metrics of exported models, and
    `frameworks` whose models can be exported so; elsewhere both are empty.
    """

    id: Id
    phase: Id
    name: str
    unit: Unit
    better: Better
    format: Id | None = None
    frameworks: tuple[Id, ...] = ()

    @model_validator(mode="after")
    def _unit_is_in_the_name(self) -> Self:
        if unit_of(self.id) != self.unit:
            raise ValueError(f'a metric with this name has the unit "{unit_of(self.id)}"')
        return self


def unit_of(metric: str) -> Unit:
    """The unit that a metric's name ends in; a name without one is that of a share."""
    if metric.endswith("seconds"):
        return "s"
    return "bytes" if metric.endswith("bytes") else "share"


class Omission(Noun):
    """What is left out of a measurement unless someone asks for that very task, and why.

    The named phases are measured on the tasks that it `keeps` and on no others. That holds for
    every stack, or only for those of the named `modes`, or that are `tuned`, which is nobody's
    default; never for `spared` stacks.
    """

    phases: Annotated[tuple[Id, ...], Field(min_length=1)]
    reason: str
    keeps: tuple[Id, ...] = ()
    modes: tuple[str, ...] = ()
    tuned: bool = False
    spared: tuple[Id, ...] = ()

    def covers(self, stack: Stack, task: str, phase: str, *, default: bool) -> bool:
        """Whether this measurement is left out; `default` tells whether the stack is one."""
        if phase not in self.phases or task in self.keeps or stack.id in self.spared:
            return False
        return not (self.tuned and default) and (not self.modes or stack.mode in self.modes)


class Erratum(Noun):
    """Details of some stacks in some sessions' run files that are wrong and not used, and why.

    They are those of the named `tasks` and `phases`, or of all where none is named.
    """

    sessions: Annotated[tuple[str, ...], Field(min_length=1)]
    stacks: Annotated[tuple[Id, ...], Field(min_length=1)]
    details: Annotated[tuple[str, ...], Field(min_length=1)]
    date: dt.date
    reason: str
    tasks: tuple[Id, ...] = ()
    phases: tuple[Id, ...] = ()

    def covers(self, cell: Cell) -> bool:
        """Whether `cell` rests on run files that it corrects."""
        return (
            cell.session in self.sessions
            and cell.stack in self.stacks
            and (not self.tasks or cell.task in self.tasks)
            and (not self.phases or cell.phase in self.phases)
        )


class Criterion(Noun):
    """Something that can matter when choosing a framework.

    `core` is the weight, in points, that every project gives it whatever it answers; `review_days`
    is the age in days after which a statement about it counts as stale; `estate` names the
    framework whose existing code it is about.
    """

    id: Id
    group: Id
    name: str
    question: str
    known_by: Literal["measured", "probed", "documented", "judged"]
    review_days: Annotated[int, Field(gt=0)]
    core: Annotated[int, Field(ge=0)] = 0
    measure: Measure | None = None
    estate: Id | None = None


class Source(Noun):
    """Where a fact comes from."""

    id: SourceId
    title: str
    date: str
    kind: str
    supports: str
    url: str = ""


class Statement(Noun):
    """A dated, sourced level for one framework on one criterion.

    Levels: 0 absent or dead, 1 weak or declining, 2 usable with caveats, 3 good, 4 leading or
    complete. `inherits` names the framework whose quality this really is, so that the same fact
    is not counted as independent evidence twice. `run` is the run file of the proof that says so;
    nobody writes it into a knowledge file.
    """

    framework: Id
    criterion: Id
    level: Level
    date: dt.date
    tier: Literal["probed", "documented", "judged"]
    sources: tuple[SourceId, ...]
    note: str = ""
    inherits: Id | None = None
    run: str = ""

    @model_validator(mode="after")
    def _caveats_are_named(self) -> Self:
        if self.level == 2 and not self.note:
            raise ValueError('level 2 means "usable with caveats": say which in `note`')
        if not self.sources and self.tier != "judged":
            raise ValueError(f"a {self.tier} statement needs at least one source")
        return self


class Focus(Noun):
    """What of the measurements matters: empty means that nothing was said.

    `devices` is where models train, `serving` where they answer; `metrics` is what should be fast,
    for one example, for many, or in training.
    """

    workloads: tuple[Id, ...] = ()
    devices: tuple[Id, ...] = ()
    serving: tuple[Id, ...] = ()
    metrics: tuple[Id, ...] = ()

    def speaks_for(self, phase: str, device: str) -> bool:
        """Whether a measurement of `phase` on `device` says something about this use."""
        named = self.serving if phase in ANSWERING and self.serving else self.devices
        return device in named and phase not in CHECKING

    def joined(self, other: Focus) -> Focus:
        """Both together, without repeats, in order of appearance."""
        return Focus(
            **{
                key: tuple(dict.fromkeys(getattr(self, key) + getattr(other, key)))
                for key in Focus.model_fields
            }
        )


class Choice(Noun):
    """One answer to a question and what follows from it.

    `weighs` adds points to criteria, `requires` sets a minimum level (a must-have), `focus` says
    which workloads and devices the measurements must speak for. `uses` is a framework that the
    team uses today; `keeps` requires this level of whatever is about the code in those. An
    `exclusive` choice, such as "none", stands alone even where several may be chosen.
    """

    id: Id
    text: str
    help: str = ""
    exclusive: bool = False
    weighs: dict[Id, Points] = {}
    requires: dict[Id, Annotated[int, Field(ge=1, le=4)]] = {}
    focus: Focus = Focus()
    uses: Id | None = None
    keeps: Annotated[int, Field(ge=1, le=4)] | None = None


class Question(Noun):
    """One thing we ask; `when` maps an earlier question to the answers that make it relevant."""

    id: Id
    text: str
    why: str
    multiple: bool = False
    when: dict[Id, tuple[Id, ...]] = {}
    choices: tuple[Choice, ...]

    def relevance(self, given: Mapping[str, tuple[str, ...]]) -> Literal["yes", "no", "open"]:
        """Whether earlier answers call for this question; "open" while that is not settled.

        Each question named in `when` must have one of its named answers. One that is missing or
        "not sure" might still get it; one that got another answer settles it.
        """
        settled = [(given.get(q, (NOT_SURE,)), ids) for q, ids in self.when.items()]
        if any(got != (NOT_SURE,) and not set(got) & set(ids) for got, ids in settled):
            return "no"
        return "open" if any(got == (NOT_SURE,) for got, _ in settled) else "yes"

    def choice(self, id: str) -> Choice | None:
        """The choice called `id`, if there is one."""
        return next((choice for choice in self.choices if choice.id == id), None)


class Workload(Noun):
    """What a user calls the work, made of measured tasks."""

    id: Id
    name: str
    tasks: tuple[Id, ...]


class FactNeed(Noun):
    """A fact that a rule asks about, and whether it has to hold."""

    framework: Id
    probe: Id
    fact: Id
    holds: bool = True


class CellNeed(Noun):
    """A comparison of cells that a rule asks for; knowledge/claims.toml explains the relations."""

    phase: Id
    metric: Id
    relation: Relation
    left: Annotated[tuple[Id, ...], Field(min_length=1)]
    right: tuple[Id, ...] = ()
    tasks: tuple[Id, ...] = ()
    share: Annotated[float, Field(gt=0, le=1)] = 0.5
    limit: Annotated[float, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if (self.limit is None) == (self.relation in ("within", "above")):
            raise ValueError('"within" and "above" have a `limit`, and no other relation has')
        if (not self.right) != (self.relation == "above"):
            raise ValueError('every relation but "above" has stacks on its right')
        if self.relation == "grows" and len(self.tasks) < 2:
            raise ValueError('"grows" needs `tasks`, from the smallest to the largest')
        return self


class ClaimRule(Noun):
    """A verdict, and the facts and comparisons that lead to it when all are as they should be."""

    verdict: ClaimVerdict
    reason: str = ""
    facts: tuple[FactNeed, ...] = ()
    cells: tuple[CellNeed, ...] = ()


class Claim(Noun):
    """A sentence of the 2025 article in our words, with our verdict and what decides it.

    `decided_by` is how it can be decided: "measured" from cells, "probe" by a program, "source" by
    citation only. The verdict of a claim with rules follows from the evidence and is not written;
    until it is known the claim is unverifiable. `unprobed` says why no program decides it here.
    `stale_at_publication` marks what was already wrong on the article's own date.
    """

    id: Id
    framework: Literal["all", "keras", "tensorflow", "pytorch"]
    section: str
    claim: str
    criterion: Id
    verdict: ClaimVerdict = "unverifiable"
    reason: str
    decided_by: Literal["measured", "probe", "source"]
    test: str
    sources: tuple[SourceId, ...] = ()
    stale_at_publication: bool = False
    rules: tuple[ClaimRule, ...] = ()
    unprobed: str = ""

    @model_validator(mode="after")
    def _one_thing_decides(self) -> Self:
        written = "verdict" in self.model_fields_set
        if self.rules and (written or self.unprobed):
            raise ValueError("the rules give the verdict: leave `verdict` and `unprobed` out")
        if not self.rules and not written:
            raise ValueError("give it a `verdict`, or `rules` that lead to one")
        if self.decided_by == "source" and self.rules:
            raise ValueError('rules decide by probe or measurement, and not by "source"')
        if self.decided_by != "source" and not (self.rules or self.unprobed):
            raise ValueError(f"say by which `rules` a {self.decided_by} decides, or why none does")
        return self


class Bridge(Noun):
    """A way to carry a model from one framework to another, and what the hand-over costs.

    "probed" means that the whole way was executed, not only parts of it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    id: Id
    from_: Id = Field(alias="from")
    to: Id
    route: str
    cost: str
    tier: Literal["probed", "documented", "judged"]
    sources: Annotated[tuple[SourceId, ...], Field(min_length=1)]
    date: dt.date

    @model_validator(mode="after")
    def _leads_somewhere(self) -> Self:
        if self.from_ == self.to:
            raise ValueError(f'from "{self.from_}" to itself it leads nowhere')
        return self


class Policy(Noun):
    """Every constant of the method in one place; knowledge/policy.toml gives the reasons."""

    error: dict[Tier, float]
    draws: int
    seed: int
    margin: float
    clear: float
    lean: float
    own_share: float
    spread: float
    open_spread: float
    worst_ratio: float
    worst_difference: float = 0.1
    sure: float = 0.89
    tie: float
    unstable: float
    first_layer: dt.date
    plan_draws: int = 5000
    tie_share: float = 0.01
    precision: float = 0.05
    estimator: Estimator = "median"

    @computed_field  # type: ignore[prop-decorator]
    @property
    def spread_mean(self) -> float:
        """The mean of the weight factor of what was answered; the kernel divides by it."""
        return _mean_factor(self.spread)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def open_spread_mean(self) -> float:
        """The mean of the weight factor of what was left open."""
        return _mean_factor(self.open_spread)


def _mean_factor(spread: float) -> float:
    """The mean of a factor that is even on (1, spread) in half of the draws, else one over such."""
    if spread == 1:
        return 1.0
    return 0.5 * ((1 + spread) / 2 + math.log(spread) / (spread - 1))


class Catalog(Noun):
    """All that is known, checked and cross-checked."""

    frameworks: tuple[Framework, ...]
    stacks: tuple[Stack, ...]
    groups: tuple[Group, ...]
    criteria: tuple[Criterion, ...]
    sources: tuple[Source, ...]
    statements: tuple[Statement, ...]
    questions: tuple[Question, ...]
    workloads: tuple[Workload, ...]
    claims: tuple[Claim, ...] = ()
    bridges: tuple[Bridge, ...] = ()
    starts: tuple[Start, ...] = ()
    metrics: tuple[Metric, ...] = ()
    omissions: tuple[Omission, ...] = ()
    errata: tuple[Erratum, ...] = ()
    policy: Policy

    def framework(self, id: str) -> Framework:
        """The framework called `id`; KeyError if there is none."""
        return _named(self.frameworks, id)

    def stack(self, id: str) -> Stack:
        """The stack called `id`; KeyError if there is none."""
        return _named(self.stacks, id)

    def peers(self, id: str) -> frozenset[str]:
        """The stacks that do what stack `id` does: of its framework, in its precision; `id` too."""
        own = self.stack(id)
        return frozenset(
            stack.id
            for stack in self.stacks
            if (stack.framework, stack.precision) == (own.framework, own.precision)
        )

    def group(self, id: str) -> Group:
        """The group called `id`; KeyError if there is none."""
        return _named(self.groups, id)

    def criterion(self, id: str) -> Criterion:
        """The criterion called `id`; KeyError if there is none."""
        return _named(self.criteria, id)

    @property
    def default_stacks(self) -> tuple[Stack, ...]:
        """The stack that each framework's own documentation starts with."""
        return tuple(self.stack(framework.default_stack) for framework in self.frameworks)

    def metric(self, id: str) -> Metric:
        """The metric called `id`; KeyError if there is none."""
        return _named(self.metrics, id)

    def question(self, id: str) -> Question:
        """The question called `id`; KeyError if there is none."""
        return _named(self.questions, id)

    def source(self, id: str) -> Source:
        """The source called `id`; KeyError if there is none."""
        return _named(self.sources, id)

    def workload(self, id: str) -> Workload:
        """The workload called `id`; KeyError if there is none."""
        return _named(self.workloads, id)


Named = TypeVar("Named", Framework, Stack, Group, Criterion, Metric, Question, Source, Workload)


def _named(things: tuple[Named, ...], id: str) -> Named:
    for thing in things:
        if thing.id == id:
            return thing
    raise KeyError(id)


@dataclass(frozen=True)
class Judgement:
    """One group of criteria matters so many times as much as another: 1 the same, 9 at most."""

    more: str
    less: str
    times: float


@dataclass(frozen=True)
class Answers:
    """What one project answered; `given` maps question to chosen ids, in the questionnaire's order.

    A question that is missing counts as "not sure". `groups` weighs groups of criteria against each
    other, every two of those it names; it may be left out.
    """

    given: dict[str, tuple[str, ...]]
    project: str = ""
    questionnaire: str = ""
    groups: tuple[Judgement, ...] = ()


@dataclass(frozen=True)
class Revisit:
    """A judgement, what the others imply instead, and the ratio if it were changed to that."""

    first: str
    second: str
    stated: float
    implied: float
    ratio: float


@dataclass(frozen=True)
class Weighing:
    """What judgements on pairs of groups say together.

    `shares` (group, 0 to 1), heaviest first, divide what these groups weigh together. `ratio` is
    how far the judgements contradict each other: 0 not at all, 1 as random ones do. `revisit` is
    the one that contradicts the others most, if any does.
    """

    shares: tuple[tuple[str, float], ...]
    ratio: float
    acceptable: bool
    revisit: Revisit | None


@dataclass(frozen=True)
class Requirement:
    """A must-have: the least level of a criterion, and the answer that asked for it."""

    criterion: str
    level: int
    question: str
    choice: str


@dataclass(frozen=True)
class Needs:
    """What the answers ask for: points per criterion, must-haves and what the numbers must show.

    `own` comes from the user's answers, `open` is the average over the choices of questions left
    open, `core` is what every project needs. `uses` are the frameworks that the team uses today.
    """

    own: dict[str, float]
    open: dict[str, float]
    core: dict[str, float]
    requirements: tuple[Requirement, ...]
    focus: Focus
    uses: tuple[str, ...] = ()

    @property
    def own_share(self) -> float:
        """The share of all points that the user's own answers gave, 0 to 1."""
        own, rest = _total(self.own), _total(self.open) + _total(self.core)
        return own / (own + rest) if own + rest else 0.0


def _total(points: Mapping[str, float]) -> float:
    """Added from left to right: from Python 3.12 on `sum` compensates, and the browser does not."""
    total = 0.0
    for value in points.values():
        total = total + value
    return total


@dataclass(frozen=True)
class Cell:
    """The summary of one stack on one task in one phase on one machine.

    `value`, `low`, `high` and `process_values` are in `unit`; the interval is the 95 % interval
    over processes. `runs` are the names of the run files, in the order of `process_values`, and so
    are `compile_seconds`, by how much each process's first call was longer than the others (empty
    where that was not timed). `stale` means that the task has changed since: another thing was
    measured than would be measured today. `own` are the user's own measurements.
    """

    stack: str
    framework: str
    task: str
    phase: str
    metric: str
    value: float
    unit: str
    low: float
    high: float
    processes: int
    stable: bool
    machine: str
    device: str
    date: dt.date
    runs: tuple[str, ...]
    process_values: tuple[float, ...]
    replicates: tuple[int, ...]
    detail: dict[str, float] = field(default_factory=dict)
    session: str = ""
    better: Better = "lower"
    stale: bool = False
    compile_seconds: tuple[float, ...] = ()
    own: bool = field(default=False, repr=False)

    @property
    def measured_at(self) -> tuple[dt.date, str, str]:
        """What orders cells in time: the date, the session that began on it, and the machine."""
        return self.date, self.session, self.machine


@dataclass(frozen=True)
class Ratio:
    """How many times the best of the compared stacks a time or size is, with its 95 % interval."""

    stack: str
    framework: str
    task: str
    value: float
    low: float
    high: float
    tied: bool


@dataclass(frozen=True)
class Difference:
    """How far behind the best of the compared stacks, in shares of 1, with its 95 % interval."""

    stack: str
    framework: str
    task: str
    value: float
    low: float
    high: float
    tied: bool


@dataclass(frozen=True)
class Coverage:
    """On how many of the tasks that anybody was measured on a stack has a value itself."""

    stack: str
    measured: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True)
class BreakEven:
    """After how many steps a stack that compiles has caught up with one that starts faster.

    `compile_seconds` is what it pays first and `saved_seconds` what each step then saves. `steps`
    and `high` are infinite where that never happens, or may never.
    """

    stack: str
    against: str
    framework: str
    task: str
    machine: str
    compile_seconds: float
    saved_seconds: float
    steps: float
    low: float
    high: float


@dataclass(frozen=True)
class Fact:
    """Something that was established: `says` is true if it `holds`, `detail` is what was seen."""

    name: str
    says: str
    holds: bool
    detail: str


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What a probe found out about one framework by running code.

    `level` follows from the facts by the probe's rubric; it is None unless the outcome is "passed".
    "missing" means that something optional was not installed, "failed" that the probe broke.
    `source` is a digest of the probe's program, `run` the name of the run file.
    """

    probe: str
    framework: str
    criterion: str
    level: int | None
    outcome: Literal["passed", "failed", "missing"]
    reason: str
    seconds: float
    facts: tuple[Fact, ...]
    claims: tuple[str, ...]
    source: str
    log: str
    date: dt.date
    session: str
    machine: str
    run: str
    versions: Mapping[str, str]

    def fact(self, name: str) -> Fact | None:
        """The fact called `name`, if it was established."""
        return next((fact for fact in self.facts if fact.name == name), None)


@dataclass(frozen=True, kw_only=True)
class Ruling:
    """How a claim was decided by its rules, and on what.

    `facts` and `cells` were looked at, whatever came of it. `missing` names what is not probed or
    measured yet; the claim is then open, which counts as unverifiable.
    """

    claim: str
    verdict: ClaimVerdict
    reason: str
    facts: tuple[tuple[Proof, Fact], ...] = ()
    cells: tuple[Cell, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rating:
    """What is known of one framework on one criterion, as of a date and for these needs.

    `tier` is the effective one: a stale statement counts for less than it was born with. `value`,
    `low` and `high` are on the 0 to 1 scale; `level` is None for measured and unknown ratings. What
    is measured rests on ratios of times or sizes, or on differences of shares.
    """

    framework: str
    criterion: str
    tier: Tier
    level: int | None
    value: float
    low: float
    high: float
    stale: bool = False
    statement: Statement | None = None
    ratios: tuple[Ratio, ...] = ()
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True)
class RuledOut:
    """A framework that misses a must-have, with the rating that says so."""

    framework: str
    requirement: Requirement
    evidence: Rating


@dataclass(frozen=True)
class Doubt:
    """A must-have that a framework meets on what is known, and how likely it really misses it."""

    framework: str
    requirement: Requirement
    evidence: Rating
    share: float


@dataclass(frozen=True)
class Contribution:
    """Part of a framework's score: normalised weight times value. They add up to the score."""

    framework: str
    criterion: str
    weight: float
    value: float
    contribution: float


@dataclass(frozen=True)
class Ranked:
    """A framework's place: central score, share of draws it wins, share at each rank.

    `meets` is the share of draws in which it meets every must-have; the ranks add up to it.
    """

    framework: str
    score: float
    first_rank: float
    ranks: tuple[float, ...]
    meets: float = 1.0


@dataclass(frozen=True)
class StackChoice:
    """How to run the winner, and the ratios that say so; `measured` is False for a default.

    `metrics` are what the ratios compare; each has those of its tasks in a row.
    """

    stack: str
    measured: bool
    ratios: tuple[Ratio, ...] = ()
    metrics: tuple[str, ...] = ()


@dataclass(frozen=True)
class Movement:
    """A criterion whose evidence moved between two dates.

    `effect` is by how much it moved the lead of today's leader over the earlier one (or, where
    they are the same, over the runner-up), in score points from -1 to 1.
    """

    criterion: str
    framework: str
    before: Rating
    after: Rating
    effect: float


@dataclass(frozen=True)
class Before:
    """The same answers decided on older evidence."""

    as_of: dt.date
    verdict: Verdict
    winner: str | None
    ranking: tuple[Ranked, ...]
    moved: tuple[Movement, ...]
    ruled_out: tuple[RuledOut, ...] = ()


@dataclass(frozen=True)
class Flip:
    """The smallest change of one thing that makes another framework lead by central score.

    What `subject`, `before` and `after` hold depends on `kind`:

    answer       a question; the ids chosen before and after
    requirement  a criterion; the level asked for, then None
    weight       a criterion; its points
    group        a group; the points of its criteria together
    measurement  a framework and a criterion; its value, 0 to 1, where above 1 is better than
                 today's best
    cell         a framework and a criterion; its level, None while unknown

    `factor` is what a weight or a measured time or size is multiplied by; 0 leaves the weight out,
    None stands at shares, which move by a difference. `lead` is the new winner's over the next, 1
    if no other is left.
    """

    kind: FlipKind
    subject: tuple[str, ...]
    before: tuple[str, ...] | float | None
    after: tuple[str, ...] | float | None
    new_winner: str
    lead: float
    factor: float | None = None


@dataclass(frozen=True)
class Settle:
    """Something that is not known yet and whose answer could decide a close result.

    `subject` is a question, a criterion to measure, or a framework and a criterion. `expected` is
    the mean and `most` the largest change of the leader's lead that the answer may bring, in score
    points; `winners` are the others who might then lead.
    """

    kind: SettleKind
    subject: tuple[str, ...]
    expected: float
    most: float
    winners: tuple[str, ...]


@dataclass(frozen=True)
class Sway:
    """How far one uncertain thing, alone, can move the leader's lead; all else as it stands.

    `subject` is a criterion whose weight is uncertain, or a framework and a criterion whose rating
    is. `low` and `high` are the leads at the ends, -1 to 1; below 0 another leads, `low_leader`.
    """

    kind: SwayKind
    subject: tuple[str, ...]
    low: float
    high: float
    low_leader: str
    high_leader: str


@dataclass(frozen=True)
class ProjectPhase:
    """The same answers with another stage of the project.

    `lead` is the winner's over the next in score points, 1 if no other is left and 0 if nobody is;
    `first_rank` its share of draws won. `own` marks the stage that was answered.
    """

    stage: str
    winner: str | None
    verdict: Verdict
    lead: float
    first_rank: float
    own: bool = False


@dataclass(frozen=True)
class HandOver:
    """A hybrid: one framework until a stage, another from it on, and the probed way across."""

    earlier: str
    later: str
    bridge: Bridge


@dataclass(frozen=True)
class Migration:
    """How much of what the team has in one framework must change for another, and who says so.

    `bridges` are the known ways to carry a model across.
    """

    today: str
    framework: str
    cost: MoveCost
    rating: Rating
    bridges: tuple[Bridge, ...] = ()


@dataclass(frozen=True)
class Plan:
    """The decision over the life of the project.

    `hybrid` is empty unless winners differ, lead firmly, and a probed bridge joins them. `stack`
    is the winner's for everything that should be fast together, `stacks` those for each of it.
    """

    phases: tuple[ProjectPhase, ...] = ()
    hybrid: tuple[HandOver, ...] = ()
    stack: StackChoice | None = None
    stacks: tuple[StackChoice, ...] = ()
    migration: tuple[Migration, ...] = ()


@dataclass(frozen=True)
class SecondOpinion:
    """What another method makes of the same central values and weights.

    `ranking` is (framework, score), best first. TOPSIS scores are closenesses to the ideal, 0 to 1;
    those of PROMETHEE II are net flows, -1 to 1. `agrees`: both methods have the same winner.
    """

    method: CheckMethod
    ranking: tuple[tuple[str, float], ...]
    agrees: bool


@dataclass(frozen=True)
class Reversal:
    """Two frameworks that change places because of a third that should not matter.

    `framework` was dropped, or joined by a copy of itself that is worse; `ahead` stood before
    `behind`, and then no longer does.
    """

    change: Literal["dropped", "copied"]
    framework: str
    ahead: str
    behind: str


@dataclass(frozen=True)
class Checks:
    """Whether other methods agree, and whether the ranking hangs on who else is compared."""

    opinions: tuple[SecondOpinion, ...]
    reversals: tuple[Reversal, ...]

    @property
    def agree(self) -> bool:
        """Whether every other method has the same winner."""
        return all(opinion.agrees for opinion in self.opinions)


@dataclass(frozen=True)
class Decision:
    """Everything that follows from answers and evidence: values, not words.

    `winner` leads the ranking; with the verdict "too-close" it is only ahead, and with "none" every
    framework misses a must-have and there is no winner. `tie` is the share of draws in which the
    leader's lead is too small to notice, `unmet` of those in which nobody meets the must-haves.
    `doubts` are the must-haves that a ranked framework meets on today's evidence and may miss.
    `rescues` are the single requirements whose removal brings
    a framework back when all are ruled out. `flips` are ordered by kind, smallest change first;
    `settles`, most telling first, are given while the verdict is not clear. `checks` are None when
    there is no winner to check, `weighing` where no groups were compared.
    """

    answers: Answers
    as_of: dt.date
    needs: Needs
    verdict: Verdict
    winner: str | None
    ranking: tuple[Ranked, ...]
    tie: float
    ruled_out: tuple[RuledOut, ...]
    rescues: tuple[RuledOut, ...]
    contributions: tuple[Contribution, ...]
    ratings: tuple[Rating, ...]
    cells: tuple[Cell, ...]
    stack: StackChoice | None
    unmeasured: tuple[str, ...]
    before: Before | None
    evidence_digest: str
    flips: tuple[Flip, ...] = ()
    settles: tuple[Settle, ...] = ()
    plan: Plan = Plan()
    checks: Checks | None = None
    unmet: float = 0.0
    doubts: tuple[Doubt, ...] = ()
    weighing: Weighing | None = None

    def rating(self, framework: str, criterion: str) -> Rating:
        """The rating used for a framework on a criterion; KeyError if none was needed."""
        for rating in self.ratings:
            if (rating.framework, rating.criterion) == (framework, criterion):
                return rating
        raise KeyError((framework, criterion))


@dataclass(frozen=True)
class Turned:
    """A must-have that is met on one date and missed on the other; `met` is how it is after."""

    framework: str
    requirement: Requirement
    before: Rating
    after: Rating
    met: bool


@dataclass(frozen=True)
class Comparison:
    """Two decisions on the same answers. The effects of `moved` are on the later one's scale."""

    before: Decision
    after: Decision
    moved: tuple[Movement, ...]
    turned: tuple[Turned, ...]
