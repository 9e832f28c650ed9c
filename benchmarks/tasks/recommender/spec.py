"""Recommendation: two towers say how well an item suits a user, from large embeddings.

    user of 20,000 -> embedding 32 -> 64 -> 32 --+-- dot product -> logit 1
    item of 10,000 -> embedding 32 -> 64 -> 32 --+

Users and items are (batch,) integers. The target (batch, 1) is 1.0 where the user chose the item;
the loss is the mean binary cross-entropy on logits. Gradients and Adam's moments are dense in all
three: of a batch's step, most goes into rows that nobody looked up, which is what the defaults do.
The interactions are simulated from a seed: that is the task's data, whichever data are asked for.
"""

from benchmarks.tasks import data
from benchmarks.tasks.task import Examples, Rounds, Task

__all__ = ["TASK"]

USERS, ITEMS = 20_000, 10_000


def examples(choice: str) -> Examples:
    """Simulated interactions, for every choice."""
    del choice
    return data.synthetic_interactions(USERS, ITEMS)


TASK = Task(
    id="recommender",
    title="two towers on simulated interactions",
    weights={
        "users/embeddings": (USERS, 32),
        "user1/kernel": (32, 64),
        "user1/bias": (64,),
        "user2/kernel": (64, 32),
        "user2/bias": (32,),
        "items/embeddings": (ITEMS, 32),
        "item1/kernel": (32, 64),
        "item1/bias": (64,),
        "item2/kernel": (64, 32),
        "item2/bias": (32,),
    },
    examples=examples,
    rounds=Rounds(train=100, latency=200, batch=30, warmup=20),
    train_batch=256,
    flops_note="Keras's Dot layer is a matrix product; the others multiply and add by element",
    large_batch=1024,
)
