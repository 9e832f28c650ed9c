"""Language: a transformer's encoder reads a film review and says whether it is favourable.

    80 words of 10,000 -> embedding 64, plus one of 64 for the place
        -> four layers: attention of 4 heads, then 64 -> 256 -> 64 -> mean over places -> logit 1
    layer: x = norm(x + attention(x)); x = norm(x + linear2(gelu(linear1(x))))

It speaks for text: sentiment, topics, tagging. Words are (batch, 80) integers: 0 fills the front
of a short review and is read like a word, so nothing is masked. The target (batch, 1) is 1.0 for a
favourable review; the loss is the mean binary cross-entropy on logits.

What the frameworks do not agree on is stated: norms come after the sum (as in Vaswani et al., 2017,
and PyTorch's default) and add 1e-5 to the variance; GELU (as in BERT) is the exact one, with the
error function, which all three take by default; scores are divided by the root of the 16 values of
a head; all four products of an attention have a bias; nothing is dropped out. A fresh model has its
framework's own initial weights; those that are compared and timed are the reference weights.
"""

from benchmarks.tasks import data, reviews, simulated
from benchmarks.tasks.task import Examples, Rounds, Task

__all__ = ["TASK"]

WORDS, LENGTH, WIDTH, INNER = 10_000, 80, 64, 256
LAYERS = tuple(f"encoder_layers_{number}" for number in range(4))
PRODUCTS = ("query", "key", "value", "attention_output")


def examples(choice: str) -> Examples:
    """IMDB reviews, or noise of the same shapes."""
    return data.choose(
        choice,
        reviews.sources(),
        real=lambda: reviews.imdb(WORDS, LENGTH),
        like=lambda: simulated.noise_reviews(WORDS, LENGTH),
    )


TASK = Task(
    id="transformer-text",
    title="four-layer transformer encoder on IMDB reviews",
    weights={
        "words/embeddings": (WORDS, WIDTH),
        "places/embeddings": (LENGTH, WIDTH),
        **{f"{la}_self_attn_{p}/kernel": (WIDTH, WIDTH) for la in LAYERS for p in PRODUCTS},
        **{f"{la}_self_attn_{p}/bias": (WIDTH,) for la in LAYERS for p in PRODUCTS},
        **{f"{la}_linear1/kernel": (WIDTH, INNER) for la in LAYERS},
        **{f"{la}_linear1/bias": (INNER,) for la in LAYERS},
        **{f"{la}_linear2/kernel": (INNER, WIDTH) for la in LAYERS},
        **{f"{la}_linear2/bias": (WIDTH,) for la in LAYERS},
        **{f"{la}_norm{n}/gamma": (WIDTH,) for la in LAYERS for n in (1, 2)},
        **{f"{la}_norm{n}/beta": (WIDTH,) for la in LAYERS for n in (1, 2)},
        "logits/kernel": (WIDTH, 1),
        "logits/bias": (1,),
    },
    examples=examples,
    rounds=Rounds(train=30, latency=100, batch=10, warmup=5),
)
