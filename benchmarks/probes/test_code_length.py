"""Code to a trained network: how much has to be written before a network trains?

Counted by benchmarks/ease.py in the files that the benchmarks run: network, loss, optimizer and one
training step of every task. For each framework the counts of lines, tokens and names are set
against the smallest of the three; the level rests on the mean of these ratios. TensorFlow is
written without Keras there, as its guide to the core has it; with tf.keras it is as short as Keras.
"""

from math import exp, log
from statistics import fmean

from benchmarks import ease, tasks
from benchmarks.probes.rubric import Facts, Row, Rubric

RUBRIC = Rubric(
    criterion="code-length",
    facts={
        "within-a-quarter-more": "on average it takes at most 1.25 times the least of the three",
        "within-twice": "on average it takes at most twice the least of the three",
        "within-four-times": "on average it takes at most four times the least of the three",
    },
    asides={
        "fewest-lines": "over all tasks together it has the fewest logical lines",
        "fewest-tokens": "over all tasks together it has the fewest tokens",
        "fewest-names": "over all tasks together the fewest names have to be known",
        "shortest-image-network": "its network for images has the fewest logical lines",
    },
    rows=(
        Row(4, needs=("within-a-quarter-more",)),
        Row(3, needs=("within-twice",)),
        Row(2, needs=("within-four-times",)),
    ),
    floor=1,
    claims=(
        "arch-keras-03",
        "arch-keras-07",
        "ease-keras-01",
        "ease-keras-02",
        "ease-torch-03",
        "choose-keras-01",
    ),
)

IMAGE_TASK = "cnn-cifar"


def measured(framework: str) -> dict[str, tuple[int, int, int]]:
    """Lines, tokens and names of every task."""
    sizes = {task: ease.task_size(task, framework) for task in tasks.task_ids()}
    return {task: (s.lines, s.tokens, len(s.names)) for task, s in sizes.items()}


def probe(facts: Facts, framework: str) -> None:
    """Count, and set against the smallest of the three."""
    counts = {each: measured(each) for each in ease.FRAMEWORKS}
    own = counts[framework]
    least = {t: [min(c[t][i] for c in counts.values()) for i in range(3)] for t in own}
    ratios = [[own[task][i] / least[task][i] for task in own] for i in range(3)]
    means = [exp(fmean(map(log, each))) for each in ratios]
    mean = exp(fmean(map(log, means)))
    said = f"{mean:.2f} times: lines {means[0]:.2f}, tokens {means[1]:.2f}, names {means[2]:.2f}"
    facts.record("within-a-quarter-more", mean <= 1.25, said)
    facts.record("within-twice", mean <= 2, said)
    facts.record("within-four-times", mean <= 4, said)
    names = {each: len({n for t in own for n in ease.task_size(t, each).names}) for each in counts}
    totals = {
        "fewest-lines": {each: sum(c[0] for c in counts[each].values()) for each in counts},
        "fewest-tokens": {each: sum(c[1] for c in counts[each].values()) for each in counts},
        "fewest-names": names,
        "shortest-image-network": {each: counts[each][IMAGE_TASK][0] for each in counts},
    }
    for fact, total in totals.items():
        told = ", ".join(f"{each} {count}" for each, count in total.items())
        facts.record(fact, total[framework] == min(total.values()), told)


def test_keras(facts: Facts) -> None:
    probe(facts, "keras")


def test_tensorflow(facts: Facts) -> None:
    probe(facts, "tensorflow")


def test_pytorch(facts: Facts) -> None:
    probe(facts, "pytorch")
