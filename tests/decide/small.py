"""A catalogue small enough to reckon by hand, and cells to go with it."""

from dataclasses import replace
from datetime import date

from advisor.model import (
    Answers,
    Catalog,
    Cell,
    Choice,
    Criterion,
    Focus,
    Framework,
    Group,
    Measure,
    Question,
    Stack,
    Statement,
    Workload,
)
from tests.decide.problems import POLICY

OLD, NEW = date(2025, 4, 30), date(2026, 11, 1)
TODAY = date(2026, 11, 22)


def framework(id: str, stack: str) -> Framework:
    return Framework(
        id=id,
        name=id.title(),
        default_stack=stack,
        install=f"pip install {id}",
        quick_start=f"import {id}",
        homepage="https://example.org",
        documentation="https://example.org/docs",
        summary="One of three.",
    )


def statement(
    framework: str, criterion: str, level: int, when: date = NEW, **more: object
) -> Statement:
    facts = {"tier": "probed", "sources": ("S1",), "note": "so it is", **more}
    return Statement(framework=framework, criterion=criterion, level=level, date=when, **facts)


CATALOG = Catalog(
    frameworks=(
        framework("keras", "keras-tensorflow"),
        framework("tensorflow", "tensorflow-graph"),
        framework("pytorch", "pytorch-eager"),
    ),
    stacks=tuple(
        Stack(id=id, framework=of, backend=of, mode="default", summary="")
        for id, of in (
            ("keras-tensorflow", "keras"),
            ("tensorflow-graph", "tensorflow"),
            ("pytorch-eager", "pytorch"),
            ("pytorch-compile", "pytorch"),
        )
    ),
    groups=(Group(id="ease", name="Ease"), Group(id="speed", name="Speed")),
    criteria=(
        Criterion(
            id="simple",
            group="ease",
            name="Simple",
            question="?",
            known_by="probed",
            review_days=365,
        ),
        Criterion(
            id="mobile",
            group="ease",
            name="Mobile",
            question="?",
            known_by="probed",
            review_days=365,
        ),
        Criterion(
            id="kept",
            group="ease",
            name="Kept",
            question="?",
            known_by="documented",
            review_days=365,
            core=1,
        ),
        Criterion(
            id="fast",
            group="speed",
            name="Fast",
            question="?",
            known_by="measured",
            review_days=365,
            measure=Measure(phase="train", metric="step-seconds"),
        ),
    ),
    sources=(),
    statements=(
        statement("keras", "simple", 4, OLD),
        statement("tensorflow", "simple", 1, OLD),
        statement("pytorch", "simple", 3, OLD),
        statement("tensorflow", "mobile", 4, OLD),
        statement("pytorch", "mobile", 1, OLD),
        statement("pytorch", "mobile", 4, NEW),
        statement("keras", "mobile", 3, NEW),
        statement("keras", "simple", 4, NEW),
        statement("tensorflow", "simple", 1, NEW),
        statement("pytorch", "simple", 3, NEW),
        statement("tensorflow", "mobile", 3, NEW),
        statement("keras", "kept", 3, NEW),
        statement("tensorflow", "kept", 1, NEW),
        statement("pytorch", "kept", 4, NEW),
    ),
    questions=(
        Question(
            id="purpose",
            text="What is it for?",
            why="It sets the tone.",
            choices=(
                Choice(id="prototype", text="A prototype", weighs={"simple": 8}),
                Choice(id="product", text="A product", weighs={"mobile": 8}),
            ),
        ),
        Question(
            id="phone",
            text="Must it run on a phone?",
            why="Not all can.",
            when={"purpose": ("product",)},
            choices=(
                Choice(id="must", text="Yes", weighs={"mobile": 2}, requires={"mobile": 4}),
                Choice(id="no", text="No", weighs={"simple": 2}),
            ),
        ),
        Question(
            id="device",
            text="Where will it train?",
            why="Speed depends on it.",
            multiple=True,
            choices=(
                Choice(id="cpu", text="CPU", weighs={"fast": 4}, focus=Focus(devices=("cpu",))),
                Choice(id="gpu", text="GPU", weighs={"fast": 4}, focus=Focus(devices=("nvidia",))),
            ),
        ),
    ),
    workloads=(Workload(id="images", name="Images", tasks=("cnn",)),),
    policy=POLICY,
)


def cell(stack: str, seconds: float, *, task: str = "cnn", **more: object) -> Cell:
    values = tuple(seconds * factor for factor in (0.99, 1.0, 1.01))
    framework = next(known.framework for known in CATALOG.stacks if known.id == stack)
    facts = {
        "phase": "train",
        "metric": "step-seconds",
        "value": seconds,
        "unit": "s",
        "low": seconds * 0.98,
        "high": seconds * 1.02,
        "processes": 3,
        "stable": True,
        "machine": "m",
        "device": "cpu",
        "date": NEW,
        "runs": ("a", "b", "c"),
        "process_values": values,
        "replicates": (0, 1, 2),
        **more,
    }
    return Cell(stack=stack, framework=framework, task=task, **facts)


CELLS = (
    cell("keras-tensorflow", 0.020),
    cell("tensorflow-graph", 0.010),
    cell("pytorch-eager", 0.100),
    cell("pytorch-compile", 0.050),
)


#: The same with a criterion that is measured as a share, and measurements of it.
GRADED = CATALOG.model_copy(
    update={
        "criteria": (
            *CATALOG.criteria,
            Criterion(
                id="right",
                group="speed",
                name="Right",
                question="?",
                known_by="measured",
                review_days=365,
                measure=Measure(phase="learn", metric="accuracy"),
            ),
        ),
        "questions": (
            *CATALOG.questions[:2],
            CATALOG.questions[2].model_copy(
                update={
                    "choices": tuple(
                        choice.model_copy(update={"weighs": {"fast": 4, "right": 8}})
                        for choice in CATALOG.questions[2].choices
                    )
                }
            ),
        ),
    }
)


def grade(stack: str, share: float) -> Cell:
    """How often a trained model is right, with three seeds."""
    return replace(
        cell(stack, 1.0),
        phase="learn",
        metric="accuracy",
        unit="share",
        better="higher",
        value=share,
        low=share - 0.01,
        high=share + 0.01,
        process_values=(share - 0.004, share, share + 0.004),
    )


GRADES = (
    grade("keras-tensorflow", 0.70),
    grade("tensorflow-graph", 0.69),
    grade("pytorch-eager", 0.63),
)


def answers(**given: str | tuple[str, ...]) -> Answers:
    return Answers({q: (ids,) if isinstance(ids, str) else ids for q, ids in given.items()})
