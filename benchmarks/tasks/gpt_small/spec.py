"""Generated language: a small GPT reads characters and says which come next.

    64 characters of 96 -> embedding 128, plus one of 128 for the place
        -> four blocks -> norm -> logits 96, at each of the 64 places
    block: x = x + attention(norm1(x)), of 4 heads that see no later place
           x = x + dense2(gelu(dense1(norm2(x)))), 128 -> 512 -> 128

It speaks for generated language. Characters are (batch, 64) integers, printable ASCII as 1 to 95
and everything else as 0, so no vocabulary is learned from any text; targets (batch, 64) are the
characters one place further on. The loss is the mean cross-entropy on logits over all places.

To predict is to write: the most likely character, 32 times, each after the 64 before it, for texts
(batch, 64) to their continuations (batch, 32). Nobody keeps keys and values between characters, so
each costs one pass over its whole window; there is one shape, which nobody traces twice.

What the frameworks do not agree on is stated: norms come first (as in GPT-2) and add 1e-5 to the
variance; GELU is the exact one, with the error function, which all three take by default (GPT-2's
approximation is not); scores are divided by the root of the 32 values of a head; all four products
of an attention have a bias; the last layer has weights of its own; nothing is dropped out.
"""

from benchmarks.tasks import data, reviews, simulated
from benchmarks.tasks.task import Examples, Rounds, Task

__all__ = ["TASK"]

PLACES, WIDTH, INNER = 64, 128, 512
BLOCKS = tuple(f"blocks_{number}" for number in range(4))
PRODUCTS = ("query", "key", "value", "attention_output")


def examples(choice: str) -> Examples:
    """The text of IMDB reviews, or noise of the same shapes."""
    return data.choose(
        choice,
        reviews.sources(),
        real=lambda: reviews.characters(PLACES, count=8192),
        like=lambda: simulated.noise_text(reviews.CHARACTERS, PLACES),
    )


TASK = Task(
    id="gpt-small",
    title="four-block GPT on characters of IMDB reviews",
    weights={
        "characters/embeddings": (reviews.CHARACTERS, WIDTH),
        "places/embeddings": (PLACES, WIDTH),
        **{f"{block}_attention_{p}/kernel": (WIDTH, WIDTH) for block in BLOCKS for p in PRODUCTS},
        **{f"{block}_attention_{p}/bias": (WIDTH,) for block in BLOCKS for p in PRODUCTS},
        **{f"{block}_norm{n}/gamma": (WIDTH,) for block in BLOCKS for n in (1, 2)},
        **{f"{block}_norm{n}/beta": (WIDTH,) for block in BLOCKS for n in (1, 2)},
        **{f"{block}_dense1/kernel": (WIDTH, INNER) for block in BLOCKS},
        **{f"{block}_dense1/bias": (INNER,) for block in BLOCKS},
        **{f"{block}_dense2/kernel": (INNER, WIDTH) for block in BLOCKS},
        **{f"{block}_dense2/bias": (WIDTH,) for block in BLOCKS},
        "norm/gamma": (WIDTH,),
        "norm/beta": (WIDTH,),
        "logits/kernel": (WIDTH, reviews.CHARACTERS),
        "logits/bias": (reviews.CHARACTERS,),
    },
    examples=examples,
    rounds=Rounds(train=30, latency=30, batch=10, warmup=5),
    train_batch=32,
    large_batch=16,
)
