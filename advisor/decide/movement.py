"""What moved a decision between two states of the evidence."""

from collections.abc import Iterable

from advisor.decide.score import Matrix, central_weights
from advisor.model import Movement, Rating

__all__ = ["movements"]


def movements(
    matrix: Matrix, earlier: Iterable[Rating], leader: str | None, rival: str | None
) -> tuple[Movement, ...]:
    """The ratings of leader and rival that changed their distance, strongest effect first.

    The weights are the same on both dates, so the effects add up to the whole change of the
    leader's lead over the rival.
    """
    if leader is None or rival is None:
        return ()
    then = {(rating.framework, rating.criterion): rating for rating in earlier}
    found = []
    for framework, sign in ((leader, 1.0), (rival, -1.0)):
        row = matrix.ratings[matrix.frameworks.index(framework)]
        for weight, after in zip(central_weights(matrix), row, strict=True):
            before = then[framework, after.criterion]
            effect = sign * weight * (after.value - before.value)
            if effect:
                found.append(Movement(after.criterion, framework, before, after, effect))
    return tuple(sorted(found, key=lambda m: (-abs(m.effect), m.criterion, m.framework)))
