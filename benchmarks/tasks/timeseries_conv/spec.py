"""Predictive maintenance: the fault that 128 readings of eight sensors announce.

    readings 128x8 -> six convolutions of width 3, 32 channels, dilated by 1, 2, 4, 8, 16, 32
                   -> mean over time -> logits 4

It speaks for time series and sensors. Readings are (batch, 128, 8) float32, labels (batch,)
integers: 0 sound, 1 wear, 2 imbalance, 3 drift. Every convolution has stride 1 and as many zeros on
each side as its dilation, which for width 3 is what "same" means in all frameworks. The last layer
sees 127 of them at a time. The sensors are simulated from a seed: that is the task's data,
whichever data are asked for.
"""

from benchmarks.tasks import simulated
from benchmarks.tasks.task import Examples, Rounds, Task

__all__ = ["TASK"]

CONVOLUTIONS = 6


def examples(choice: str) -> Examples:
    """Simulated sensors, for every choice."""
    del choice
    return simulated.machines(128, 8)


TASK = Task(
    id="timeseries-conv",
    title="dilated one-dimensional network on machine sensors",
    weights={
        "convs_0/kernel": (3, 8, 32),
        "convs_0/bias": (32,),
        **{f"convs_{n}/kernel": (3, 32, 32) for n in range(1, CONVOLUTIONS)},
        **{f"convs_{n}/bias": (32,) for n in range(1, CONVOLUTIONS)},
        "logits/kernel": (32, 4),
        "logits/bias": (4,),
    },
    examples=examples,
    rounds=Rounds(train=60, latency=200, batch=20, warmup=10),
    channels=True,
)
