"""Random decision problems, for property tests."""

from hypothesis import strategies as st

from advisor.decide.score import Matrix
from advisor.model import Policy, Rating, Tier

POLICY = Policy(
    error={"measured": 0.0, "probed": 0.1, "documented": 0.25, "judged": 0.5, "unknown": 1.0},
    draws=2000,
    seed=20261122,
    margin=0.03,
    clear=0.8,
    lean=0.6,
    own_share=0.5,
    spread=2.0,
    open_spread=8.0,
    worst_ratio=10.0,
    tie=0.05,
    unstable=0.15,
    first_layer="2025-04-30",
)

FRAMEWORKS = ("keras", "pytorch", "tensorflow")
STATED: tuple[Tier, ...] = ("probed", "documented", "judged")


def stated(framework: str, criterion: str, level: int, tier: Tier = "documented") -> Rating:
    """A rating as a statement of that level gives it."""
    low, high = max(0, level - 1) / 4, min(4, level + 1) / 4
    return Rating(framework, criterion, tier, level, level / 4, low, high)


def measured(framework: str, criterion: str, value: float, width: float = 0.0) -> Rating:
    """A rating as a measurement gives it."""
    low, high = max(0.0, value - width), min(1.0, value + width)
    return Rating(framework, criterion, "measured", None, value, low, high)


def unknown(framework: str, criterion: str) -> Rating:
    """Nothing is known."""
    return Rating(framework, criterion, "unknown", None, 0.5, 0.0, 1.0)


@st.composite
def ratings(draw: st.DrawFn, framework: str, criterion: str) -> Rating:
    """Any rating that evidence can give."""
    kind = draw(st.sampled_from(["stated", "stated", "stated", "measured", "unknown"]))
    if kind == "unknown":
        return unknown(framework, criterion)
    if kind == "measured":
        value = draw(st.floats(0, 1, allow_subnormal=False))
        return measured(framework, criterion, value, draw(st.floats(0, 0.3)))
    level = draw(st.integers(0, 4))
    return stated(framework, criterion, level, draw(st.sampled_from(STATED)))


@st.composite
def matrices(draw: st.DrawFn, frameworks: tuple[str, ...] = FRAMEWORKS) -> Matrix:
    """Any problem of one to eight criteria in one to three groups."""
    size = draw(st.integers(1, 8))
    points = st.sampled_from([1.0, 2.0, 4.0, 8.0])
    criteria = tuple(f"criterion-{number}" for number in range(size))
    return Matrix(
        frameworks=frameworks,
        criteria=criteria,
        groups=tuple(draw(st.sampled_from(["a", "b", "c"])) for _ in criteria),
        settled=tuple(draw(points) for _ in criteria),
        open=tuple(draw(st.sampled_from([0.0, 0.5, 2.0])) for _ in criteria),
        ratings=tuple(tuple(draw(ratings(f, c)) for c in criteria) for f in frameworks),
    )
