"""What is not known well enough yet, by what a session has measured so far."""

from pathlib import Path

from advisor.model import Catalog

__all__ = ["undecided"]

SETTLED = ("learn", "harness")


def undecided(catalog: Catalog, folder: Path) -> frozenset[tuple[str, str, str]]:
    """The (stack, task, phase) that another process would tell something about.

    Stacks are compared with the best of all that were measured. A ratio is settled if it claims an
    order or surely none, or if its interval is as narrow as the catalog's policy asks for. Left out
    is what is not for ranking, and the phase `learn`: another seed is a whole training, and is
    asked for by the number of replicates.
    """
    # Statistics need pandas, which nobody has to wait for who measures without a budget.
    from advisor.runs import read_runs
    from advisor.summarize import comparisons, is_known, ratios, summarize

    policy = catalog.policy
    cells = summarize(read_runs(folder), metrics=catalog.metrics, estimator=policy.estimator)
    found: set[tuple[str, str, str]] = set()
    for compared in comparisons(cell for cell in cells if cell.phase not in SETTLED):
        best, *others = ratios(compared, tie=policy.tie)
        for ratio in others:
            if not is_known(ratio, tie=policy.tie, target=policy.precision):
                pair = (best.stack, ratio.stack)
                found |= {(stack, ratio.task, compared[0].phase) for stack in pair}
    return frozenset(found)
