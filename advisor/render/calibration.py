"""The calibration as a table to commit, and as plain data."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from advisor.ask.answers import questionnaire_digest
from advisor.decide.calibration import MIXES, TARGETS, TRUTHS, Calibration, Row
from advisor.model import Catalog, Verdict

__all__ = ["calibration_json", "calibration_markdown"]

FORMAT = 1

VERDICTS: dict[Verdict, str] = {
    "clear": "clear",
    "lean": "lean",
    "too-close": "too close to call",
}
MIX_NAMES = {
    "few": "few answers (each question with probability 0.2)",
    "many": "many answers (0.9)",
    "persona": "personas (0.8, choices that suit two groups of criteria)",
}

#: The trivial advisor that everyone has in mind.
TRIVIAL = "pytorch"

#: The edges of the shares of draws won, in percent.
EDGES = (0, 40, 50, 60, 70, 80, 90, 101)


def calibration_json(calibration: Calibration, catalog: Catalog) -> dict[str, Any]:
    """What the table says, as JSON types; shares from 0 to 1."""
    return {
        "format": FORMAT,
        "as_of": calibration.as_of.isoformat(),
        "evidence_digest": calibration.evidence_digest,
        "questionnaire": questionnaire_digest(catalog),
        "worlds": len(calibration.worlds),
        "truths": TRUTHS,
        "draws": calibration.policy.draws,
        "margin": calibration.policy.margin,
        "leading": calibration.leading,
        "verdicts": {verdict: _verdict(calibration, verdict) for verdict in VERDICTS},
        "all": _row(calibration.row(lambda _: True)),
        "mixes": {mix: _counts(calibration, mix=mix) for mix in MIXES},
        "winners": {f: _counts(calibration, winner=f) for f in calibration.frameworks},
        "ruled_out": sum(world.winner is None for world in calibration.worlds),
        "shares_won": [
            {"from": low / 100, "below": high / 100, **_row(row)}
            for low, high, row in _by_share(calibration)
        ],
    }


def _verdict(calibration: Calibration, verdict: Verdict) -> dict[str, Any]:
    row = calibration.row(lambda world: world.verdict == verdict)
    if verdict not in TARGETS:
        return _row(row)
    target = TARGETS[verdict]
    kept = row.right >= target if row.worlds else None
    least = calibration.threshold(verdict)
    return {**_row(row), "target": target, "kept": kept, "threshold": least}


def _row(row: Row) -> dict[str, Any]:
    return dict(vars(row))


def _counts(
    calibration: Calibration, *, mix: str | None = None, winner: str | None = None
) -> dict[str, int]:
    chosen = [
        world
        for world in calibration.worlds
        if (mix is None or world.mix == mix) and (winner is None or world.winner == winner)
    ]
    return {
        verdict: sum(world.verdict == verdict for world in chosen)
        for verdict in (*VERDICTS, "none")
    }


def _by_share(calibration: Calibration) -> Iterator[tuple[int, int, Row]]:
    for low, high in pairwise(EDGES):
        yield (
            low,
            high,
            calibration.row(
                lambda world, low=low, high=high: low <= world.first_rank * 100 < high  # type: ignore[misc]
            ),
        )


def calibration_markdown(calibration: Calibration, catalog: Catalog, *, command: str) -> str:
    """The whole page; `command` is what made it."""
    names = {framework.id: framework.name for framework in catalog.frameworks}
    parts = (
        _head(calibration, catalog, command),
        _verdict_table(calibration, names),
        _promises(calibration),
        _differing(calibration, names),
        _share_table(calibration),
        _mix_table(calibration),
        _winner_table(calibration, names),
    )
    return "\n\n".join(parts) + "\n"


def _head(calibration: Calibration, catalog: Catalog, command: str) -> str:
    margin = calibration.policy.margin
    return f"""# Calibration: how often a verdict is right

Made by `{command}` on the evidence of {calibration.as_of},
`{calibration.evidence_digest}`, and the questionnaire
`{questionnaire_digest(catalog)}`.

{len(calibration.worlds)} worlds: random answers to the questionnaire, each judged with \
{calibration.policy.draws} draws and then seen in {TRUTHS}
truths that the evidence leaves possible (levels off as often as their tiers say, unknown levels
anywhere, measured values within their intervals, weights and level spacing as uncertain as the
method holds them), with seeds of their own. A winner is right in a truth if it meets every
must-have on the true levels and its score there is less than {margin} below that of the best
framework that does; where nobody meets them, everyone is wrong. This tests whether the verdicts
keep their promises if the error rates are true; it cannot test the error rates. After ± stands the
standard error over worlds."""


def _verdict_table(calibration: Calibration, names: dict[str, str]) -> str:
    trivial = dict.fromkeys((TRIVIAL, calibration.leading))
    head = [
        "Verdict", "Worlds", "Winner right", "Promised", "Kept",
        *(f"Always {names[framework]} right" for framework in trivial),
    ]  # fmt: skip
    rows = []
    for verdict, name in VERDICTS.items():
        row = calibration.row(lambda world, verdict=verdict: world.verdict == verdict)  # type: ignore[misc]
        rows.append([name, *_cells(row, TARGETS.get(verdict)), *_always(row, tuple(trivial))])
    row = calibration.row(lambda _: True)
    rows.append(["all with a winner", *_cells(row, None), *_always(row, tuple(trivial))])
    out = f"{names[calibration.leading]} has the highest score on average over all worlds."
    return f"{_table(head, rows)}\n\n{out}"


def _cells(row: Row, target: float | None) -> list[str]:
    if not row.worlds:
        return ["0", "", _percent(target), ""]
    kept = "" if target is None else "yes" if row.right >= target else "**no**"
    right = _with_error(row.right, row.right_error)
    return [f"{row.worlds} ({_percent(row.share)})", right, _percent(target), kept]


def _always(row: Row, trivial: Sequence[str]) -> list[str]:
    return [_percent(row.always[framework]) if row.worlds else "" for framework in trivial]


def _promises(calibration: Calibration) -> str:
    broken = [
        _broken(calibration, verdict, row.right)
        for verdict in TARGETS
        if (row := calibration.row(lambda world, verdict=verdict: world.verdict == verdict)).worlds  # type: ignore[misc]
        if row.right < TARGETS[verdict]
    ]
    return "\n".join(broken) or "Every promise is kept."


def _broken(calibration: Calibration, verdict: Verdict, share: float) -> str:
    found = calibration.threshold(verdict)
    today = calibration.policy.clear if verdict == "clear" else calibration.policy.lean
    cure = "no threshold would" if found is None else f"a threshold of {_percent(found)} would"
    return (
        f'- "{verdict}" is right in {_percent(share)} and breaks its '
        f"promise of {_percent(TARGETS[verdict])}: it asks for {_percent(today)} of the draws, and "
        f"{cure} keep it."
    )


def _differing(calibration: Calibration, names: dict[str, str]) -> str:
    row = calibration.row(lambda world: world.winner != TRIVIAL)
    if not row.worlds:
        return f"Whoever always says {names[TRIVIAL]} says the same in every world."
    return (
        f"Where the advisor names another than {names[TRIVIAL]} ({row.worlds} worlds) it is right "
        f"in {_with_error(row.right, row.right_error)}, and whoever says {names[TRIVIAL]} "
        f"in {_percent(row.always[TRIVIAL])}."
    )


def _share_table(calibration: Calibration) -> str:
    rows = [
        [f"{low} to {min(high, 100)} %", str(row.worlds), _with_error(row.right, row.right_error)]
        for low, high, row in _by_share(calibration)
        if row.worlds
    ]
    return _table(["Share of draws won", "Worlds", "Winner right"], rows)


def _mix_table(calibration: Calibration) -> str:
    rows = [[MIX_NAMES[mix], *_spread(_counts(calibration, mix=mix))] for mix in MIXES]
    return _table(["Answers", *VERDICTS.values(), "all ruled out"], rows)


def _winner_table(calibration: Calibration, names: dict[str, str]) -> str:
    total = len(calibration.worlds)
    rows = []
    for framework in calibration.frameworks:
        counts = _counts(calibration, winner=framework)
        shares = [_percent(count / total) for count in counts.values()]
        rows.append([names[framework], *shares[:-1], _percent(sum(counts.values()) / total)])
    return _table(["Winner, of all worlds", *VERDICTS.values(), "together"], rows)


def _spread(counts: dict[str, int]) -> list[str]:
    total = sum(counts.values())
    return [_percent(count / total) if total else "" for count in counts.values()]


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share * 100:.1f} %".replace(".0 %", " %")


def _with_error(share: float, error: float) -> str:
    return f"{share * 100:.1f} ± {error * 100:.1f} %"
