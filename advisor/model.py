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
    "NOT_SURE",
    "Answers",
    "Before",
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
    "Criterion",
    "Decision",
    "Fact",
    "FactNeed",
    "Flip",
    "FlipKind",
    "Focus",
    "Framework",
    "Group",
    "HandOver",
    "Measure",
    "Migration",
    "MoveCost",
    "Movement",
    "Needs",
    "Noun",
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
    "RuledOut",
    "Ruling",
    "SecondOpinion",
    "Settle",
    "SettleKind",
    "Source",
    "Stack",
    "StackChoice",
    "Statement",
    "Tier",
    "Turned",
    "Verdict",
    "Workload",
]

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
SourceId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$")]
Level = Annotated[int, Field(ge=0, le=4)]
Points = Literal[1, 2, 4, 8]
Tier = Literal["measured", "probed", "documented", "judged", "unknown"]
Verdict = Literal["clear", "lean", "too-close", "none"]
FlipKind = Literal["answer", "requirement", "weight", "group", "measurement", "cell"]
SettleKind = Literal["question", "measurement", "cell"]
CheckMethod = Literal["topsis", "promethee-ii"]
ClaimVerdict = Literal["confirmed", "outdated", "refuted", "misleading", "unverifiable"]
Relation = Literal["differs", "faster", "slower", "not-slower", "within", "grows", "equal", "above"]
MoveCost = Literal["all", "most", "part", "little", "nothing", "unknown"]

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
    """How a framework is run: framework, backend and mode."""

    id: Id
    framework: Id
    backend: str
    mode: str
    summary: str


class Group(Noun):
    """A heading for criteria; the first level of weight uncertainty."""

    id: Id
    name: str


class Measure(Noun):
    """Which cells of the measurements speak for a criterion."""

    phase: Id
    metric: Id


class Criterion(Noun):
    """Something that can matter when choosing a framework.

    `core` is the weight, in points, that every project gives it whatever it answers; `review_days`
    is the age in days after which a statement about it counts as stale.
    """

    id: Id
    group: Id
    name: str
    question: str
    known_by: Literal["measured", "probed", "documented", "judged"]
    review_days: Annotated[int, Field(gt=0)]
    core: Annotated[int, Field(ge=0)] = 0
    measure: Measure | None = None


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

    `devices` is where models train, `serving` where they answer.
    """

    workloads: tuple[Id, ...] = ()
    devices: tuple[Id, ...] = ()
    serving: tuple[Id, ...] = ()

    def speaks_for(self, phase: str, device: str) -> bool:
        """Whether a measurement of `phase` on `device` says something about this use."""
        named = self.serving if phase == "predict" and self.serving else self.devices
        return device in named

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
    which workloads and devices the measurements must speak for. An `exclusive` choice, such as
    "none", stands alone even where several may be chosen.
    """

    id: Id
    text: str
    help: str = ""
    exclusive: bool = False
    weighs: dict[Id, Points] = {}
    requires: dict[Id, Annotated[int, Field(ge=1, le=4)]] = {}
    focus: Focus = Focus()


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
    tie: float
    unstable: float
    first_layer: dt.date
    plan_draws: int = 5000

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
    policy: Policy

    def framework(self, id: str) -> Framework:
        """The framework called `id`; KeyError if there is none."""
        return _named(self.frameworks, id)

    def stack(self, id: str) -> Stack:
        """The stack called `id`; KeyError if there is none."""
        return _named(self.stacks, id)

    def group(self, id: str) -> Group:
        """The group called `id`; KeyError if there is none."""
        return _named(self.groups, id)

    def criterion(self, id: str) -> Criterion:
        """The criterion called `id`; KeyError if there is none."""
        return _named(self.criteria, id)

    def question(self, id: str) -> Question:
        """The question called `id`; KeyError if there is none."""
        return _named(self.questions, id)

    def source(self, id: str) -> Source:
        """The source called `id`; KeyError if there is none."""
        return _named(self.sources, id)

    def workload(self, id: str) -> Workload:
        """The workload called `id`; KeyError if there is none."""
        return _named(self.workloads, id)


Named = TypeVar("Named", Framework, Stack, Group, Criterion, Question, Source, Workload)


def _named(things: tuple[Named, ...], id: str) -> Named:
    for thing in things:
        if thing.id == id:
            return thing
    raise KeyError(id)


@dataclass(frozen=True)
class Answers:
    """What one project answered; `given` maps question to chosen ids, in the questionnaire's order.

    A question that is missing counts as "not sure".
    """

    given: dict[str, tuple[str, ...]]
    project: str = ""
    questionnaire: str = ""


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
    open, `core` is what every project needs.
    """

    own: dict[str, float]
    open: dict[str, float]
    core: dict[str, float]
    requirements: tuple[Requirement, ...]
    focus: Focus

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
    over processes. `runs` are the names of the run files, in the order of `process_values`.
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


@dataclass(frozen=True)
class Ratio:
    """How many times slower than the best of the compared stacks, with its 95 % interval."""

    stack: str
    framework: str
    task: str
    value: float
    low: float
    high: float
    tied: bool


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
    `low` and `high` are on the 0 to 1 scale; `level` is None for measured and unknown ratings.
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


@dataclass(frozen=True)
class RuledOut:
    """A framework that misses a must-have, with the rating that says so."""

    framework: str
    requirement: Requirement
    evidence: Rating


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
    """A framework's place: central score, share of draws it wins, share at each rank."""

    framework: str
    score: float
    first_rank: float
    ranks: tuple[float, ...]


@dataclass(frozen=True)
class StackChoice:
    """How to run the winner, and the ratios that say so; `measured` is False for a default."""

    stack: str
    measured: bool
    ratios: tuple[Ratio, ...] = ()


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
    measurement  a framework and a criterion; its value, 0 to 1, where above 1 is faster than
                 today's best
    cell         a framework and a criterion; its level, None while unknown

    `factor` is what a weight or a measured time is multiplied by; 0 leaves the weight out. `lead`
    is the new winner's over the next, 1 if no other is left.
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
    """How much of what the team has in one framework must change for another, and who says so."""

    today: str
    framework: str
    cost: MoveCost
    rating: Rating


@dataclass(frozen=True)
class Plan:
    """The decision over the life of the project.

    `hybrid` is empty unless winners differ, lead firmly, and a probed bridge joins them.
    """

    phases: tuple[ProjectPhase, ...] = ()
    hybrid: tuple[HandOver, ...] = ()
    stack: StackChoice | None = None
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
    leader's lead is too small to notice. `rescues` are the single requirements whose removal brings
    a framework back when all are ruled out. `flips` are ordered by kind, smallest change first;
    `settles`, most telling first, are given while the verdict is not clear. `checks` are None when
    there is no winner to check.
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
