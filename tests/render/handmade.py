"""A catalogue and decisions made by hand: one of each kind that a reader can meet.

"clear" is measured, has one framework ruled out and evidence that moved; "lean" and "too-close"
differ in strength; in "none" all are ruled out; in "bare" nothing was answered or measured.
"""

import dataclasses
import datetime as dt

from advisor import model
from advisor.render.record import Provenance
from advisor.render.report import report

TODAY = dt.date(2026, 11, 22)
ARTICLE = dt.date(2025, 4, 30)
NAMES = {"keras": "Keras", "tensorflow": "TensorFlow", "pytorch": "PyTorch"}

#: criterion: group, name, how it is known, weight, then keras, tensorflow, pytorch today.
CRITERIA: dict[str, tuple[str, str, str, float, tuple[int, int, int]]] = {
    "training-speed": ("speed", "Training speed", "measured", 8, (0, 0, 0)),
    "latency": ("speed", "Latency of one prediction", "measured", 4, (0, 0, 0)),
    "control-flow": ("flexibility", "Control flow that depends on data", "probed", 8, (3, 2, 4)),
    "stepping": ("flexibility", "Stepping through a model in a debugger", "probed", 4, (3, 2, 4)),
    "training-loop": ("ease", "Ready-made training loop", "documented", 4, (4, 3, 1)),
    "first-steps": ("ease", "Learning curve for newcomers", "judged", 2, (4, 2, 3)),
    "mobile": ("reach", "Mobile and edge deployment", "documented", 2, (2, 4, 3)),
    "pretrained": ("reach", "Pretrained models", "documented", 8, (2, 1, 4)),
    "licence": ("upkeep", "Licence", "documented", 1, (4, 4, 4)),
    "patched": ("upkeep", "Security patches", "documented", 1, (3, 3, 4)),
}
GROUPS = {
    "speed": "Speed",
    "flexibility": "Flexibility and debugging",
    "ease": "Ease of use",
    "reach": "Ecosystem and reach",
    "upkeep": "Maintenance and licence",
}
MEASURES = {
    "training-speed": model.Measure(phase="train", metric="step-seconds"),
    "latency": model.Measure(phase="predict", metric="latency-seconds"),
}
INHERITED = {("tensorflow", "training-loop"): "keras", ("keras", "mobile"): "tensorflow"}
STALE = {("keras", "first-steps"), ("tensorflow", "pretrained")}
RATIO = {"keras": 1.25, "tensorflow": 1.0, "pytorch": 1.03}


PROVENANCE = Provenance("advisor report herbarium.toml", "0.1.0")


def make_pages() -> dict[str, str]:
    catalog = make_catalog()
    return {name: make_page(decision, catalog) for name, decision in make_decisions().items()}


def make_page(decision: model.Decision, catalog: model.Catalog) -> str:
    return report(decision, catalog, PROVENANCE)


def make_catalog() -> model.Catalog:
    return model.Catalog(
        frameworks=tuple(_framework(id, name) for id, name in NAMES.items()),
        stacks=tuple(_stack(*row) for row in STACKS),
        groups=tuple(model.Group(id=id, name=name) for id, name in GROUPS.items()),
        criteria=tuple(_criterion(id) for id in CRITERIA),
        sources=SOURCES,
        statements=(),
        questions=QUESTIONS,
        workloads=(
            model.Workload(
                id="image-classification",
                name="Image classification",
                tasks=("cnn-cifar", "mlp-mnist"),
            ),
        ),
        policy=POLICY,
    )


def make_decisions() -> dict[str, model.Decision]:
    clear = _decision("clear", "pytorch", 0.87, 0.06)
    ruled = _ruled_out("keras", "mobile", 3)
    return {
        "clear": dataclasses.replace(
            clear,
            ruled_out=(ruled,),
            ranking=_ranking(0.87, 0.06, out=("keras",)),
            contributions=tuple(p for p in clear.contributions if p.framework != "keras"),
            plan=_plan(hybrid=True),
        ),
        "lean": dataclasses.replace(
            _decision("lean", "pytorch", 0.71, 0.12), flips=FLIPS, settles=SETTLES[1:]
        ),
        "too-close": dataclasses.replace(
            _unmeasured(_decision("too-close", "pytorch", 0.41, 0.31)),
            flips=(FLIPS[0], *FLIPS[-3:]),
            settles=SETTLES,
            plan=_plan(hybrid=False),
        ),
        "none": _none(clear),
        "bare": _bare(clear),
    }


def _plan(*, hybrid: bool) -> model.Plan:
    """With a hybrid; or with a phase in which nobody leads firmly and one in which all are out."""
    first: model.Verdict = "clear" if hybrid else "too-close"
    return model.Plan(
        phases=(
            model.ProjectPhase("prototype", "keras", first, 0.11, 0.83),
            model.ProjectPhase("research", None, "none", 0.0, 0.0),
            model.ProjectPhase("production", "pytorch", "lean", 0.104, 0.87, own=True),
        ),
        hybrid=(model.HandOver("prototype", "production", BRIDGE),) if hybrid else (),
        stack=model.StackChoice("pytorch-channels-last", measured=True),
        migration=tuple(
            model.Migration("keras", framework, cost, _rating(framework, "mobile"))
            for framework, cost in MOVES
        ),
    )


def _none(decision: model.Decision) -> model.Decision:
    out = (
        _ruled_out("keras", "mobile", 3),
        _ruled_out("tensorflow", "control-flow", 4),
        _ruled_out("pytorch", "training-loop", 4),
        _ruled_out("keras", "control-flow", 4),
    )
    return dataclasses.replace(
        decision,
        verdict="none",
        winner=None,
        ranking=(),
        tie=0.0,
        ruled_out=out,
        rescues=(out[1], out[2]),
        contributions=(),
        stack=None,
        before=None,
    )


def _bare(decision: model.Decision) -> model.Decision:
    return dataclasses.replace(
        _unmeasured(decision),
        verdict="lean",
        answers=model.Answers(given={}),
        needs=_needs(own={}),
        before=None,
    )


def _unmeasured(decision: model.Decision) -> model.Decision:
    return dataclasses.replace(
        decision,
        cells=(),
        unmeasured=tuple(MEASURES),
        stack=model.StackChoice("pytorch-eager", measured=False),
        ratings=tuple(_unknown(rating) for rating in decision.ratings),
    )


def _unknown(rating: model.Rating) -> model.Rating:
    if rating.criterion not in MEASURES:
        return rating
    return model.Rating(rating.framework, rating.criterion, "unknown", None, 0.5, 0.0, 1.0)


def _decision(verdict: model.Verdict, winner: str, first: float, tie: float) -> model.Decision:
    ratings = tuple(_rating(framework, id) for id in CRITERIA for framework in NAMES)
    return model.Decision(
        answers=ANSWERS,
        as_of=TODAY,
        needs=_needs(own={id: row[3] for id, row in CRITERIA.items() if row[3] > 1}),
        verdict=verdict,
        winner=winner,
        ranking=_ranking(first, tie),
        tie=tie,
        ruled_out=(),
        rescues=(),
        contributions=tuple(_contribution(rating) for rating in ratings),
        ratings=ratings,
        cells=tuple(_cells()),
        stack=model.StackChoice("pytorch-channels-last", measured=True, ratios=_stack_ratios()),
        unmeasured=(),
        before=_before(),
        evidence_digest="sha256:3f1c9be07d7a4d0e8a4f6b2f51b8c0de9b7a6f6d2c35d1f04c7f0ab9e1d2c3b4",
    )


def _needs(own: dict[str, float]) -> model.Needs:
    core = {"licence": 1.0, "patched": 1.0}
    left = {"first-steps": 2.0} if own else dict.fromkeys(CRITERIA, 2.0)
    requirement = model.Requirement("mobile", 3, "targets", "mobile")
    return model.Needs(
        own=own,
        open=left,
        core=core,
        requirements=(requirement,) if own else (),
        focus=model.Focus(workloads=("image-classification",), devices=("cpu",)),
    )


def _score(framework: str) -> float:
    ratings = (_rating(framework, id) for id in CRITERIA)
    return sum(_contribution(rating).contribution for rating in ratings)


def _ranking(first: float, tie: float, out: tuple[str, ...] = ()) -> tuple[model.Ranked, ...]:
    places = ["pytorch", "tensorflow", "keras"] if out else ["pytorch", "keras", "tensorflow"]
    places = [place for place in places if place not in out]
    rest = round(1 - first - tie, 6)
    if out:
        return tuple(
            model.Ranked(place, _score(place), wins, ranks)
            for place, wins, ranks in (
                (places[0], first, (0.9, 0.1)),
                (places[1], rest, (0.1, 0.9)),
            )
        )
    shares = {
        "pytorch": (first, round(1 - first - 0.02, 6), 0.02),
        places[1]: (round(rest * 0.9, 6), 0.6, round(0.4 - rest * 0.9, 6)),
        "tensorflow": (round(rest * 0.1, 6), 0.3, round(0.7 - rest * 0.1, 6)),
    }
    return tuple(
        model.Ranked(place, _score(place), shares[place][0], shares[place]) for place in places
    )


def _rating(framework: str, criterion: str) -> model.Rating:
    if criterion in MEASURES:
        return _measured(framework, criterion)
    _, _, known_by, _, levels = CRITERIA[criterion]
    level = levels[list(NAMES).index(framework)]
    stale = (framework, criterion) in STALE
    tier: model.Tier = "judged" if stale else known_by  # type: ignore[assignment]
    statement = _statement(framework, criterion, level)
    low, high = max(level - 1, 0) / 4, min(level + 1, 4) / 4
    return model.Rating(framework, criterion, tier, level, level / 4, low, high, stale, statement)


def _statement(framework: str, criterion: str, level: int) -> model.Statement:
    return model.Statement(
        framework=framework,
        criterion=criterion,
        level=level,
        date=dt.date(2025, 4, 30) if (framework, criterion) in STALE else TODAY,
        tier=CRITERIA[criterion][2],  # type: ignore[arg-type]
        sources=() if criterion == "first-steps" else ("S48", "S12"),
        note=NOTES.get((framework, criterion), "Works, with one more step." if level == 2 else ""),
        inherits=INHERITED.get((framework, criterion)),
    )


def _measured(framework: str, criterion: str) -> model.Rating:
    value = 1.0 - (RATIO[framework] - 1.0) / 9.0
    ratios = tuple(
        _ratio(f"{framework}-default", framework, task) for task in ("cnn-cifar", "mlp-mnist")
    )
    return model.Rating(
        framework, criterion, "measured", None, value, value - 0.02, value + 0.01, ratios=ratios
    )


def _ratio(stack: str, framework: str, task: str) -> model.Ratio:
    value = RATIO[framework]
    names = {
        "keras-default": "keras-tensorflow",
        "tensorflow-default": "tensorflow-graph",
        "pytorch-default": "pytorch-eager",
    }
    low, high = value - 0.05, value + 0.06
    return model.Ratio(names.get(stack, stack), framework, task, value, low, high, low <= 1 <= high)


def _stack_ratios() -> tuple[model.Ratio, ...]:
    return (
        model.Ratio("pytorch-channels-last", "pytorch", "cnn-cifar", 1.0, 1.0, 1.0, True),
        model.Ratio("pytorch-eager", "pytorch", "cnn-cifar", 1.38, 1.29, 1.47, False),
    )


def _contribution(rating: model.Rating) -> model.Contribution:
    weight = CRITERIA[rating.criterion][3] / sum(row[3] for row in CRITERIA.values())
    return model.Contribution(
        rating.framework, rating.criterion, weight, rating.value, weight * rating.value
    )


def _cells() -> list[model.Cell]:
    return [
        _cell(stack, framework, task, phase, metric, scale * factor)
        for task, factor in (("cnn-cifar", 1.0), ("mlp-mnist", 0.13))
        for phase, metric, share in (
            ("startup", "startup-seconds", 120.0),
            ("train", "step-seconds", 1.0),
            ("predict", "latency-seconds", 0.021),
            ("predict", "batch-seconds", 0.4),
        )
        for stack, framework, step in (
            ("keras-tensorflow", "keras", 0.0521),
            ("tensorflow-graph", "tensorflow", 0.0414),
            ("pytorch-eager", "pytorch", 0.0427),
        )
        for scale in (step * share,)
    ]


def _cell(
    stack: str, framework: str, task: str, phase: str, metric: str, value: float
) -> model.Cell:
    processes = tuple(round(value * spread, 9) for spread in (0.97, 0.99, 1.0, 1.02, 1.06))
    runs = tuple(f"2026-11-22-xeon-2-cores/{stack}-{phase}-{index}.json" for index in range(5))
    return model.Cell(
        stack=stack,
        framework=framework,
        task=task,
        phase=phase,
        metric=metric,
        value=value,
        unit="s",
        low=value * 0.97,
        high=value * 1.05,
        processes=5,
        stable=not (stack == "keras-tensorflow" and metric == "latency-seconds"),
        machine="Intel Xeon at 2.80 GHz, 2 cores, 24 GiB, Linux 6.1",
        device="cpu",
        date=TODAY,
        runs=runs,
        process_values=processes,
        replicates=(0, 1, 2, 3, 4),
        detail={"import_seconds": value * 0.6} if phase == "startup" else {},
    )


def _before() -> model.Before:
    moved = tuple(
        model.Movement(criterion, framework, _level(framework, criterion, before), after, effect)
        for criterion, framework, before, effect in (
            ("pretrained", "tensorflow", 3, 0.095),
            ("mobile", "pytorch", 1, 0.048),
            ("patched", "keras", 4, -0.012),
            ("training-speed", "pytorch", None, 0.03),
        )
        for after in (_rating(framework, criterion),)
    )
    ranking = (
        model.Ranked("tensorflow", 0.71, 0.66, (0.66, 0.3, 0.04)),
        model.Ranked("pytorch", 0.66, 0.2, (0.2, 0.5, 0.3)),
        model.Ranked("keras", 0.6, 0.04, (0.04, 0.3, 0.66)),
    )
    return model.Before(ARTICLE, "lean", "tensorflow", ranking, moved)


def _level(framework: str, criterion: str, level: int | None) -> model.Rating:
    if level is None:
        return model.Rating(framework, criterion, "unknown", None, 0.5, 0.0, 1.0)
    statement = model.Statement(
        framework=framework,
        criterion=criterion,
        level=level,
        date=ARTICLE,
        tier="documented",
        sources=("article",),
        note="As the article has it.",
    )
    value = level / 4
    return model.Rating(
        framework, criterion, "documented", level, value, value, value, False, statement
    )


def _ruled_out(framework: str, criterion: str, level: int) -> model.RuledOut:
    requirement = model.Requirement(criterion, level, "targets", "mobile")
    return model.RuledOut(framework, requirement, _rating(framework, criterion))


def _framework(id: str, name: str) -> model.Framework:
    stacks = {"keras": "keras-tensorflow", "tensorflow": "tensorflow-graph"}
    return model.Framework(
        id=id,
        name=name,
        default_stack=stacks.get(id, "pytorch-eager"),
        install=INSTALL[id],
        quick_start=QUICK_START,
        homepage=f"https://example.org/{id}",
        documentation=f"https://example.org/{id}/docs",
        summary=f"{name} in one line.",
    )


def _stack(id: str, framework: str, backend: str, mode: str, summary: str) -> model.Stack:
    return model.Stack(id=id, framework=framework, backend=backend, mode=mode, summary=summary)


def _criterion(id: str) -> model.Criterion:
    group, name, known_by, weight, _ = CRITERIA[id]
    return model.Criterion(
        id=id,
        group=group,
        name=name,
        question=f"How good is it at this: {name.lower()}?",
        known_by=known_by,  # type: ignore[arg-type]
        review_days=365,
        core=1 if weight == 1 else 0,
        measure=MEASURES.get(id),
    )


NOTES = {
    ("tensorflow", "control-flow"): "A loop over a tensor inside a graph must be written so that "
    "AutoGraph can convert it; a Python list that grows in the loop is refused.",
    ("pytorch", "pretrained"): "Nearly all new public checkpoints appear here first.",
    ("keras", "mobile"): "Exports through the TensorFlow backend only.",
    ("pytorch", "training-loop"): "You write the loop, or add a library that brings one.",
}
INSTALL = {
    "keras": "python -m pip install keras tensorflow",
    "tensorflow": "python -m pip install tensorflow",
    "pytorch": "python -m pip install torch --index-url https://download.pytorch.org/whl/cpu",
}
QUICK_START = """import torch
from torch import nn

model = nn.Sequential(nn.Flatten(), nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 10))
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
images, labels = torch.randn(64, 1, 28, 28), torch.randint(0, 10, (64,))

loss = nn.functional.cross_entropy(model(images), labels)
loss.backward()
optimizer.step()
print(f"loss {loss.item():.3f}")
"""
STACKS = (
    ("keras-tensorflow", "keras", "tensorflow", "graph", "Keras on TensorFlow, as installed."),
    ("tensorflow-graph", "tensorflow", "tensorflow", "graph", "Steps compiled by tf.function."),
    ("pytorch-eager", "pytorch", "torch", "eager", "Operations run as Python reaches them."),
    ("pytorch-channels-last", "pytorch", "torch", "eager", "Eager, images stored channels last."),
)
SOURCES = (
    model.Source(
        id="S48",
        title="Executed probes of this project",
        date="2026-11-22",
        kind="primary",
        supports="Levels of the probed criteria.",
    ),
    model.Source(
        id="S12",
        title="Release notes of the three projects",
        date="2026-08-21",
        kind="primary",
        supports="Release dates and what they changed.",
        url="https://example.org/releases?a=1&b=2",
    ),
    model.Source(
        id="article",
        title="The comparison article of April 2025",
        date="2025-04-30",
        kind="secondary",
        supports="The first layer of statements.",
    ),
)
QUESTIONS = (
    model.Question(
        id="stage",
        text="What stage is the project in?",
        why="Early work gains most from speed of change.",
        choices=(
            model.Choice(id="prototype", text="A prototype"),
            model.Choice(id="production", text="On its way to production"),
        ),
    ),
    model.Question(
        id="workload",
        text="What will the models do?",
        why="Measurements speak only for work of their kind.",
        multiple=True,
        choices=(
            model.Choice(id="images", text="Classify images"),
            model.Choice(id="text", text="Read text"),
        ),
    ),
    model.Question(
        id="targets",
        text="Where must trained models run?",
        why="A platform that cannot be reached rules a framework out.",
        multiple=True,
        choices=(
            model.Choice(id="server", text="On servers"),
            model.Choice(id="mobile", text="On phones", requires={"mobile": 3}),
        ),
    ),
    model.Question(
        id="mobile-system",
        text="Which phones?",
        why="Android and iOS have different runtimes.",
        when={"targets": ("mobile",)},
        choices=(model.Choice(id="both", text="Android and iOS"),),
    ),
    model.Question(
        id="browser-size",
        text="How large may a download be?",
        why="Only asked of browser projects.",
        when={"targets": ("browser",)},
        choices=(model.Choice(id="small", text="Under a megabyte"),),
    ),
    model.Question(
        id="experience",
        text="How well does the team know Python?",
        why="Strong programmers gain from control, newcomers from guidance.",
        choices=(model.Choice(id="strong", text="Very well"),),
    ),
)
BRIDGE = model.Bridge.model_validate(
    {
        "id": "keras-to-pytorch",
        "from": "keras",
        "to": "pytorch",
        "route": "The model <b>is</b> a module.",
        "cost": "The loop is written by hand.",
        "tier": "probed",
        "sources": ["S48"],
        "date": TODAY,
    }
)
MOVES: tuple[tuple[str, model.MoveCost], ...] = (
    ("keras", "nothing"),
    ("tensorflow", "little"),
    ("pytorch", "unknown"),
)
#: At least one of each kind; more cells than are shown at once.
FLIPS = (
    model.Flip("answer", ("stage",), ("production",), ("prototype",), "keras", 0.02),
    model.Flip("answer", ("targets",), ("server", "mobile"), ("mobile",), "tensorflow", 0.01),
    model.Flip("answer", ("experience",), ("not-sure",), ("strong",), "keras", 0.03),
    model.Flip("requirement", ("mobile",), 3.0, None, "keras", 0.05),
    model.Flip("weight", ("training-loop",), 4.0, 10.0, "keras", 0.001, 2.5),
    model.Flip("weight", ("control-flow",), 8.0, 0.0, "keras", 0.001, 0.0),
    model.Flip("group", ("ease",), 6.0, 9.0, "keras", 0.001, 1.5),
    model.Flip("measurement", ("keras", "training-speed"), 0.9, 1.2, "keras", 0.001, 0.5),
    model.Flip("measurement", ("pytorch", "training-speed"), 0.9, 0.6, "keras", 0.001, 2.0),
    model.Flip("cell", ("pytorch", "pretrained"), 4.0, 2.0, "keras", 0.001),
    model.Flip("cell", ("keras", "pretrained"), None, 4.0, "keras", 0.001),
    model.Flip("cell", ("tensorflow", "pretrained"), 1.0, 4.0, "tensorflow", 0.001),
    model.Flip("cell", ("keras", "mobile"), 2.0, 4.0, "keras", 0.001),
)
SETTLES = (
    model.Settle("question", ("experience",), 0.05, 0.1, ("keras", "tensorflow")),
    model.Settle("measurement", ("latency",), 0.04, 0.2, ()),
    model.Settle("cell", ("keras", "first-steps"), 0.03, 0.04, ("keras",)),
)
ANSWERS = model.Answers(
    given={
        "stage": ("production",),
        "workload": ("images",),
        "targets": ("server", "mobile"),
        "experience": ("not-sure",),
    },
    project="Herbarium, a plant finder for phones",
    questionnaire="sha256:0f0f",
)
POLICY = model.Policy(
    error={"measured": 0.0, "probed": 0.1, "documented": 0.25, "judged": 0.5, "unknown": 1.0},
    draws=20000,
    seed=1,
    margin=0.03,
    clear=0.8,
    lean=0.6,
    own_share=0.5,
    spread=2.0,
    open_spread=4.0,
    worst_ratio=10.0,
    tie=0.05,
    unstable=0.15,
    first_layer=ARTICLE,
)
