"""Proofs for tests, as the reader of run files makes them."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from advisor.model import Fact, Proof

DAY = dt.date(2026, 11, 25)


def proof(
    criterion: str = "licence",
    framework: str = "pytorch",
    *,
    level: int | None = 4,
    facts: Mapping[str, bool] | None = None,
    day: dt.date = DAY,
    **changed: Any,
) -> Proof:
    """One proof; `facts` maps names to whether they hold."""
    given: dict[str, Any] = {
        "probe": criterion,
        "framework": framework,
        "criterion": criterion,
        "level": level,
        "outcome": "failed" if level is None else "passed",
        "reason": "",
        "seconds": 0.5,
        "facts": tuple(
            Fact(name, f"it is {name}", holds, f"seen {name}")
            for name, holds in ({"permissive": True} if facts is None else facts).items()
        ),
        "claims": (),
        "source": "sha256:0123456789abcdef",
        "log": "",
        "date": day,
        "session": f"{day:%Y%m%d}T120000Z",
        "machine": "some-cpu-2-cores-abcdef",
        "run": f"{day}-probes/{framework}.json",
        "versions": {"torch": "2.13.0"},
    }
    return Proof(**{**given, **changed})
