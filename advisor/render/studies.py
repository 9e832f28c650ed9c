"""What measurements say about measuring, as plain text: twins, two sessions, the harness.

Values here, words in `templates/terminal`.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from advisor.model import Catalog, Cell, Policy
from advisor.render.quantity import Quantity, quantity
from advisor.render.results import lines
from advisor.summarize import Agreement, Pair, repeats

__all__ = ["Harness", "aa_text", "harness_text", "sessions_json", "sessions_text"]

#: A repeated session passes if so many of its ratios' intervals meet those of the first.
REPEATED = 0.90

#: An A/A study passes if so many of its cells tie.
TIED = 0.95

#: What measuring may add, as a share of the shortest step.
HARNESS_SHARE = 0.01


@dataclass(frozen=True)
class Harness:
    """What measuring adds to each call of a stack, beside the shortest step that it takes."""

    stack: str
    call: Quantity | None
    step: Quantity | None
    task: str
    share: float


def aa_text(found: Sequence[Agreement], policy: Policy) -> str:
    """What each estimator made of the twins, and which one the policy uses."""
    rows = [(each, math.expm1(each.median), math.expm1(each.ninetieth)) for each in found]
    return lines("aa.txt", found=rows, used=policy.estimator, least=TIED)


def sessions_text(catalog: Catalog, pairs: Sequence[Pair], names: tuple[str, str]) -> str:
    """Each cell of two sessions, and whether the ratios between stacks were the same."""
    rows = [
        (pair, quantity(pair.ratio.value, pair.ratio.low, pair.ratio.high, "")) for pair in pairs
    ]
    repeated = repeats(pairs, tie=catalog.policy.tie)
    return lines(
        "sessions.txt",
        pairs=rows,
        names=names,
        machines=_machines(pairs),
        tied=sum(pair.ratio.tied for pair in pairs),
        repeated=repeated,
        least=REPEATED,
    )


def sessions_json(catalog: Catalog, pairs: Sequence[Pair]) -> dict[str, Any]:
    """The same for programs: ratios of the second session to the first, and their repetition."""
    keys = ("stack", "task", "phase", "metric")
    repeated = repeats(pairs, tie=catalog.policy.tie)
    return {
        "cells": [
            {
                **{key: getattr(pair.second, key) for key in keys},
                "first": pair.first.value,
                "second": pair.second.value,
                "unit": pair.second.unit,
                **_ratio(pair.ratio),
            }
            for pair in pairs
        ],
        "ratios": [
            {
                **{key: getattr(each, key) for key in ("task", "phase", "metric", "to")},
                "stack": each.first.stack,
                "first": _ratio(each.first),
                "second": _ratio(each.second),
                "overlaps": each.overlaps,
                "ordered": each.ordered,
                "agrees": each.agrees,
            }
            for each in repeated
        ],
        "overlapping": sum(each.overlaps for each in repeated),
    }


def _ratio(ratio: Any) -> dict[str, Any]:
    return {"ratio": ratio.value, "low": ratio.low, "high": ratio.high, "tied": ratio.tied}


def _machines(pairs: Iterable[Pair]) -> list[str]:
    return list(dict.fromkeys(cell.machine for pair in pairs for cell in (pair.first, pair.second)))


def harness_text(cells: Iterable[Cell]) -> str:
    """What measuring adds to a call, as a share of each stack's own shortest step."""
    known = list(cells)
    steps = [cell for cell in known if (cell.phase, cell.metric) == ("train", "step-seconds")]
    found = []
    for cell in sorted(known, key=lambda cell: (cell.machine, cell.stack)):
        own = [step for step in steps if (step.machine, step.stack) == (cell.machine, cell.stack)]
        if cell.phase == "harness" and own:
            found.append(_harness(cell, min(own, key=lambda step: step.value)))
    return lines("harness.txt", found=found, most=HARNESS_SHARE)


def _harness(cell: Cell, step: Cell) -> Harness:
    call, shortest = (quantity(each.value, each.low, each.high, "s") for each in (cell, step))
    return Harness(cell.stack, call, shortest, step.task, cell.value / step.value)
