"""From counts over draws to a ranking and a verdict that says how firm it is."""

from advisor.decide.score import Acceptability, Matrix, central_scores
from advisor.model import Needs, Policy, Ranked, Verdict

__all__ = ["judge", "rank"]


def rank(matrix: Matrix, counts: Acceptability) -> tuple[Ranked, ...]:
    """The frameworks by central score, best first; equal scores in order of id.

    The central score orders them, not the share of wins: it alone keeps the law that a dominated
    newcomer never reorders the rest.
    """
    rows = [
        Ranked(
            framework=framework,
            score=score,
            first_rank=counts.wins[place] / counts.draws,
            ranks=tuple(count / counts.draws for count in counts.ranks[place]),
            meets=sum(counts.ranks[place]) / counts.draws,
        )
        for place, (framework, score) in enumerate(
            zip(matrix.frameworks, central_scores(matrix), strict=True)
        )
    ]
    return tuple(sorted(rows, key=lambda row: (-row.score, row.framework)))


def judge(ranking: tuple[Ranked, ...], needs: Needs, policy: Policy) -> Verdict:
    """How firm the lead is.

    At most "lean" while the user's own answers carry too little weight, or while it is not sure
    enough that the leader meets its must-haves.
    """
    if not ranking:
        return "none"
    share, sure = ranking[0].first_rank, ranking[0].meets >= policy.sure
    if share >= policy.clear and sure and needs.own_share >= policy.own_share:
        return "clear"
    return "lean" if share >= policy.lean else "too-close"
