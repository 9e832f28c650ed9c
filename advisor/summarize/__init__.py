"""Statistics in one place: samples become cells, and cells become ratios. Pure.

    samples of a process --estimator--> process value --median over processes--> the cell's value

`cells` summarises, `compare` sets stacks against the best, `estimate` holds the interval,
`coverage`, `break_even` and `studies` answer what a ranking alone leaves open.

**What is random.** Samples of one process resemble each other; processes do not. The same unchanged
step can differ by half between two fresh processes. So a process counts as one observation, and an
interval is always about processes, never about samples.

**Why Student and not a bootstrap.** An interval is wanted that holds the truth 95 times in 100 with
the three to seven processes that a measurement has. `python -m tests.intervals` compares methods
on 2000 synthetic measurements each, whose processes differ and whose samples differ within; the
share of intervals that hold the truth, and their median width in logarithms:

    noise      method                  3 processes        5           7          10
    even       percentile of medians    75 %  0.08   94 %  0.12   88 %  0.08   93 %  0.07
               BCa                      70 %  0.07   85 %  0.08   87 %  0.07   91 %  0.06
               bootstrap-t              85 %  0.66   95 %  0.15   95 %  0.10   95 %  0.07
               hierarchical t           96 %  0.37   95 %  0.14   95 %  0.10   96 %  0.07
               Student, logarithms      95 %  0.22   95 %  0.12   95 %  0.09   96 %  0.07
    one-sided  hierarchical t           92 %  0.70   91 %  0.26   92 %  0.18   94 %  0.14
               Student, logarithms      90 %  0.33   89 %  0.19   89 %  0.16   91 %  0.12
    disturbed  hierarchical t           96 %  0.60   96 %  0.21   93 %  0.28   85 %  0.31
               Student, logarithms      97 %  0.27   97 %  0.17   97 %  0.20   97 %  0.21

Percentile intervals and BCa cannot reach beyond the observed values, which is too little for a few
processes. The bootstrap of t over processes and samples holds what it promises where Student does,
with an interval that is wider by two thirds at three processes; it gains two points where noise
only ever adds time, and loses twelve at ten processes of which one in ten was disturbed. So the
interval is Student's on the logarithms of the process values, in closed form and without a random
number.
Logarithms because a disturbance multiplies a time, and because the interval of a ratio then needs
nothing new. The value stays the median, which one disturbed process of five cannot move; the
interval is widened to hold it in the rare case that it does not. What remains: where noise only
adds, 95 means 89 to 91 for a time. Ratios of neighbours are spared that, for noise that both have
in the same manner has no side in their difference; a test shows it.

**Ratios.** Replicates of one session with the same index ran next to each other and met the same
neighbours on the machine, so their logarithms are subtracted pairwise before the spread is
taken. Without common replicates the two spreads are added (Welch). The fastest of several stacks
is found by looking at the same data, so the intervals of one comparison are widened to hold the
truth together (Bonferroni over its pairs): three copies of one stack tie in 95 of 100 cases too.

**Shares.** An accuracy is not multiplied by a disturbance, and twice as accurate means nothing. So
shares are compared by their difference, with Student's interval of the values themselves. In the
phase `learn` a replicate is a seed, which gives all stacks the same weights and order of data, so
seeds are the pairs.

**Unstable is said of times, tied of ratios.** A cell whose processes spread by more than 15 % is
unstable: its time holds for that hour of that machine, and is marked so. Whether one stack is
faster than another is another question, and the interval of their paired ratio answers it: what
slows both alike drops out. In the first committed session all 24 cells were unstable (spreads of
25 to 128 %), because the machine itself drifted; a rule that refuses to compare unstable cells
would have hidden that one stack takes three times as long as another in every single pair.
"""

from advisor.summarize.break_even import break_evens
from advisor.summarize.cells import MINIMUM_PROCESSES, UNSTABLE, summarize
from advisor.summarize.compare import (
    PRECISION,
    TIE,
    TIE_SHARE,
    comparisons,
    differences,
    is_known,
    ratios,
)
from advisor.summarize.coverage import coverage
from advisor.summarize.estimate import precision, student
from advisor.summarize.studies import (
    Agreement,
    Pair,
    Repeat,
    compare_sessions,
    repeats,
    study,
)

__all__ = [
    "MINIMUM_PROCESSES",
    "PRECISION",
    "TIE",
    "TIE_SHARE",
    "UNSTABLE",
    "Agreement",
    "Pair",
    "Repeat",
    "break_evens",
    "compare_sessions",
    "comparisons",
    "coverage",
    "differences",
    "is_known",
    "precision",
    "ratios",
    "repeats",
    "student",
    "study",
    "summarize",
]
