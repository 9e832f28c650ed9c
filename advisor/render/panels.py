"""Cells -> the measurements that a report shows: panels to draw, a table of the rest, their runs.

panel      one task, phase and metric of one machine: the default stacks ranked against each
           other, then each framework's best tuned stack against the fastest of them
drawn      the panels whose metric carries weight, so that a page stays within its size
listed     the others: only default stacks, in one table
run set    the run files behind a number; cells of the same processes share one
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from advisor.model import Catalog, Cell, Decision, Difference, Framework, Policy, Ratio
from advisor.render.quantity import Quantity, fitting_unit, quantity
from advisor.runs import Runs
from advisor.summarize import differences, ratios

__all__ = ["Line", "Machine", "Measured", "Panel", "RunSet", "Timing", "measured"]

#: So many panels are drawn at most, and so many at least if there are as many.
MOST_DRAWN, LEAST_DRAWN = 12, 4

#: In the order in which a model meets them; other phases follow by name.
PHASES = ("train", "fit", "learn", "predict", "startup", "memory", "export")

#: Shares, such as accuracies, are compared by their difference in percentage points.
SHARE, POINTS = "share", 100.0


@dataclass(frozen=True)
class Timing:
    """One stack in a panel; the texts are in the panel's unit.

    `behind` is how far behind the best default stack it is: a ratio, or for shares a difference in
    points, negative where it is ahead; `best` marks that one. `runs` is the anchor of the
    files behind the numbers; `scaled` are value and interval in the panel's unit.
    """

    cell: Cell
    time: Quantity
    scaled: tuple[float, float, float]
    behind: Quantity | None
    tied: bool
    best: bool
    tuned: bool
    runs: str


@dataclass(frozen=True)
class Panel:
    """Stacks side by side on one task, phase and metric of one machine."""

    id: str
    task: str
    phase: str
    metric: str
    unit: str
    timings: tuple[Timing, ...]

    @property
    def shares(self) -> bool:
        """Whether stacks are compared by points and not by ratios."""
        return self.timings[0].cell.unit == SHARE


@dataclass(frozen=True)
class Line:
    """A panel that is not drawn: the timing of each framework's default stack, None if missing."""

    panel: Panel
    timings: tuple[tuple[Framework, Timing | None], ...]


@dataclass(frozen=True)
class RunSet:
    """The run files of the processes behind some numbers, in the order of their replicates."""

    anchor: str
    stack: str
    phases: tuple[str, ...]
    runs: tuple[str, ...]


@dataclass(frozen=True)
class Machine:
    """Where measurements of these phases were made: fingerprint, versions used, and when."""

    name: str
    phases: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    versions: tuple[tuple[str, str], ...]
    dates: tuple[str, ...]


@dataclass(frozen=True)
class Measured:
    """All that a report shows of the measurements."""

    drawn: tuple[Panel, ...]
    listed: tuple[Line, ...]
    run_sets: tuple[RunSet, ...]
    machines: tuple[Machine, ...]


def measured(decision: Decision, catalog: Catalog, runs: Sequence[Runs]) -> Measured:
    """What to show of the cells that speak for a decision; `runs` tell the machines behind them."""
    panels = list(_panels(decision, catalog, _anchors(decision.cells)))
    drawn = _chosen(panels, _weights(decision, catalog))
    listed = [panel for panel in panels if panel not in drawn]
    lines = tuple(_line(panel, catalog) for panel in listed)
    shown = [timing for panel in drawn for timing in panel.timings]
    shown += [timing for line in lines for _, timing in line.timings if timing]
    return Measured(
        drawn=tuple(panel for panel in panels if panel in drawn),
        listed=lines,
        run_sets=tuple(_run_sets(shown)),
        machines=tuple(_machines(decision, runs)),
    )


def _anchors(cells: Iterable[Cell]) -> dict[tuple[str, ...], str]:
    """An anchor for every set of run files."""
    sets = dict.fromkeys(cell.runs for cell in cells)
    return {runs: f"runs-{number}" for number, runs in enumerate(sets, start=1)}


def _weights(decision: Decision, catalog: Catalog) -> dict[tuple[str, str], float]:
    """The weight of each phase and metric that speaks for a criterion."""
    weights = {part.criterion: part.weight for part in decision.contributions}
    return {
        (criterion.measure.phase, criterion.measure.metric): weights[criterion.id]
        for criterion in catalog.criteria
        if criterion.measure and criterion.id in weights
    }


def _chosen(panels: list[Panel], weights: Mapping[tuple[str, str], float]) -> list[Panel]:
    """The panels to draw: the heaviest, and a few more where hardly any carries weight."""
    ordered = sorted(panels, key=lambda panel: -weights.get((panel.phase, panel.metric), 0.0))
    heavy = [panel for panel in ordered if weights.get((panel.phase, panel.metric), 0.0) > 0]
    return ordered[: min(MOST_DRAWN, max(LEAST_DRAWN, len(heavy)))]


def _panels(
    decision: Decision, catalog: Catalog, anchors: Mapping[tuple[str, ...], str]
) -> Iterator[Panel]:
    default = {framework.default_stack for framework in catalog.frameworks}
    groups: dict[tuple[str, str, str], list[Cell]] = defaultdict(list)
    for cell in decision.cells:
        if math.isfinite(cell.value):
            groups[cell.task, cell.phase, cell.metric].append(cell)
    for key, cells in sorted(groups.items(), key=lambda item: _order(item[0])):
        unit, scale = _display(cells)
        usual = [cell for cell in cells if cell.stack in default]
        special = list(_best_tuned([cell for cell in cells if cell.stack not in default]))
        standings = _standings(usual, special, catalog.policy)
        found = (
            _timing(
                cell,
                standings.get(cell.stack, _Standing()),
                scale=scale,
                tuned=cell in special,
                runs=anchors[cell.runs],
            )
            for cell in (*_best_first(usual), *_best_first(special))
        )
        timings = tuple(timing for timing in found if timing)
        if timings:
            yield Panel("-".join(key), *key, unit, timings)


def _order(key: tuple[str, str, str]) -> tuple[str, int, str, bool, str]:
    task, phase, metric = key
    return task, *_place(phase), metric.startswith("batch"), metric


def _place(phase: str) -> tuple[int, str]:
    return (PHASES.index(phase), "") if phase in PHASES else (len(PHASES), phase)


def _display(cells: Sequence[Cell]) -> tuple[str, float]:
    """The unit that suits the smallest of the values, and what to multiply by."""
    size, unit = fitting_unit(min(abs(cell.value) for cell in cells), cells[0].unit)
    return unit, 1.0 / size


def _best_first(cells: Iterable[Cell]) -> list[Cell]:
    return sorted(cells, key=lambda cell: (_badness(cell), cell.stack))


def _badness(cell: Cell) -> float:
    return -cell.value if cell.better == "higher" else cell.value


def _best_tuned(cells: Sequence[Cell]) -> Iterator[Cell]:
    """Each framework's best: a reader compares what each can do, not how many ways it has."""
    for framework in sorted({cell.framework for cell in cells}):
        yield _best_first(cell for cell in cells if cell.framework == framework)[0]


@dataclass(frozen=True)
class _Standing:
    """How far behind the best default stack; nothing where there is nothing to compare."""

    behind: Quantity | None = None
    tied: bool = False
    best: bool = False


def _standings(
    usual: Sequence[Cell], special: Sequence[Cell], policy: Policy
) -> dict[str, _Standing]:
    """Default stacks are compared among themselves, and each tuned one with the best of them."""
    if not usual:
        return {}
    best = _best_first(usual)[0]
    ranked = _compared(usual, best.stack, policy) if len(usual) > 1 else {}
    others = (_compared([best, cell], "", policy, to=best.stack)[cell.stack] for cell in special)
    return {**ranked, **dict(zip((cell.stack for cell in special), others, strict=True))}


def _compared(
    cells: Sequence[Cell], best: str, policy: Policy, *, to: str | None = None
) -> dict[str, _Standing]:
    shares = cells[0].unit == SHARE
    gaps: Iterable[Ratio | Difference] = (
        _differences(cells, policy, to) if shares else ratios(cells, tie=policy.tie, to=to)
    )
    scale = POINTS if shares else 1.0
    return {
        gap.stack: _Standing(
            quantity(gap.value * scale, gap.low * scale, gap.high * scale, ""),
            gap.tied,
            gap.stack == best,
        )
        for gap in gaps
    }


def _differences(cells: Sequence[Cell], policy: Policy, to: str | None) -> Iterable[Difference]:
    """As `differences`; with `to`, how far the other of two is behind that one, or ahead of it."""
    found = differences(cells, tie=policy.tie_share)
    if to is None or found[0].stack == to:
        return found
    ahead, behind = found
    turned = replace(ahead, value=-behind.value, low=-behind.high, high=-behind.low)
    return (behind, turned)


def _timing(
    cell: Cell, standing: _Standing, *, scale: float, tuned: bool, runs: str
) -> Timing | None:
    scaled = (cell.value * scale, cell.low * scale, cell.high * scale)
    # Already in the panel's unit: `quantity` would give seconds another one for each stack.
    time = quantity(*scaled, "")
    if time is None:
        return None
    return Timing(
        cell, time, scaled, standing.behind, standing.tied, standing.best, tuned=tuned, runs=runs
    )


def _line(panel: Panel, catalog: Catalog) -> Line:
    by_stack = {timing.cell.stack: timing for timing in panel.timings}
    timings = ((f, by_stack.get(f.default_stack)) for f in catalog.frameworks)
    return Line(panel, tuple(timings))


def _run_sets(timings: Iterable[Timing]) -> Iterator[RunSet]:
    """One for each anchor, with the phases that were measured in those processes."""
    phases: dict[str, list[str]] = defaultdict(list)
    cells: dict[str, Cell] = {}
    for timing in timings:
        phases[timing.runs].append(timing.cell.phase)
        cells[timing.runs] = timing.cell
    for anchor, cell in sorted(cells.items(), key=lambda item: (item[1].stack, item[1].runs)):
        yield RunSet(anchor, cell.stack, tuple(dict.fromkeys(phases[anchor])), cell.runs)


def _machines(decision: Decision, runs: Sequence[Runs]) -> Iterator[Machine]:
    by_name: dict[str, list[Cell]] = defaultdict(list)
    for cell in decision.cells:
        by_name[cell.machine].append(cell)
    for name, cells in sorted(by_name.items()):
        facts = next((found.machines[name] for found in runs if name in found.machines), {})
        yield Machine(
            name=name,
            phases=tuple(sorted({cell.phase for cell in cells}, key=_place)),
            facts=tuple((key, str(value)) for key, value in facts.items()),
            versions=tuple(_versions({(cell.session, cell.stack) for cell in cells}, runs)),
            dates=tuple(sorted({cell.date.isoformat() for cell in cells})),
        )


def _versions(processes: set[tuple[str, str]], runs: Sequence[Runs]) -> Iterator[tuple[str, str]]:
    """Package and versions, over the sessions and stacks behind these cells."""
    found: dict[str, set[str]] = defaultdict(set)
    for read in runs:
        for process in processes & read.versions.keys():
            for package, version in read.versions[process].items():
                found[package].add(version)
    for package, versions in sorted(found.items()):
        yield package, ", ".join(sorted(versions))
