"""A training and a test part for sets whose authors published none."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["stratified"]


def stratified(classes: NDArray[np.generic], *, share: float) -> dict[str, NDArray[np.int64]]:
    """Rows for "train" and for "test", in a random order drawn from a seed.

    `classes` (n,) is the class of each row; `share` of each class, rounded, is for the test.
    """
    source = np.random.default_rng(7)
    order = source.permutation(len(classes))
    test = np.zeros(len(classes), bool)
    for each in np.unique(classes):
        members = order[classes[order] == each]
        test[members[: round(share * len(members))]] = True
    return {"train": order[~test[order]], "test": order[test[order]]}
