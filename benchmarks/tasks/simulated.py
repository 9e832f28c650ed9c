"""Data made from a seed: noise in the shapes of the real sets, and simulated sensors and choices.

Every function starts its own generator from the same seed, so the data do not depend on what else
was made before them.
"""

import numpy as np

from benchmarks.tasks.tables import TELCO_NUMBERS, TELCO_SIZES
from benchmarks.tasks.task import Examples

__all__ = ["interactions", "machines", "noise_customers", "noise_images", "noise_reviews"]
__all__ += ["noise_text"]


def noise_images(shape: tuple[int, ...], classes: int, *, count: int = 2048) -> Examples:
    """Seeded noise in [0, 1) shaped (count, *shape), with labels from 0 to classes - 1."""
    source = np.random.default_rng(7)
    images = source.random((count, *shape), dtype=np.float32)
    return Examples("synthetic", (images,), source.integers(0, classes, count, dtype=np.int64))


def machines(length: int, sensors: int, *, count: int = 2048) -> Examples:
    """Simulated machines: readings (count, length, sensors), labels 0 to 3, all from one seed.

    Every sensor hums at its own speed under noise. Wear adds a hum of five times that speed,
    imbalance lets the amplitude grow, drift moves the level: each by a random strength.
    """
    source = np.random.default_rng(7)
    labels = source.integers(0, 4, count, dtype=np.int64)
    wear, imbalance, drift = (
        source.uniform(0.2, 1.0, (count, 1, sensors)) * (labels == fault)[:, None, None]
        for fault in (1, 2, 3)
    )
    time = np.linspace(0.0, 1.0, length)[:, None]
    angle = 2 * np.pi * source.uniform(4.0, 12.0, (count, 1, sensors)) * time
    angle += source.uniform(0.0, 2 * np.pi, (count, 1, sensors))
    readings = np.sin(angle) * (1.0 + imbalance * time) + wear * np.sin(5 * angle) + drift * time
    readings += source.normal(0.0, 0.3, readings.shape)
    return Examples("synthetic", (readings.astype(np.float32),), labels)


def noise_customers(*, count: int = 2048) -> Examples:
    """Seeded noise in the shapes of `tables.telco`."""
    source = np.random.default_rng(7)
    columns = [source.integers(0, size, count, dtype=np.int64) for size in TELCO_SIZES]
    numbers = source.standard_normal((count, len(TELCO_NUMBERS)), dtype=np.float32)
    left = source.integers(0, 2, (count, 1)).astype(np.float32)
    return Examples("synthetic", (np.stack(columns, axis=1), numbers), left)


def interactions(users: int, items: int, *, count: int = 8192) -> Examples:
    """Simulated choices: users (count,), items (count,) int64, chosen (count, 1) float32.

    Popularity falls with rank; a user chooses items whose hidden taste is near.
    """
    source = np.random.default_rng(7)
    chosen_users = (users * source.random(count) ** 2).astype(np.int64)
    chosen_items = (items * source.random(count) ** 2).astype(np.int64)
    taste_of_users = source.standard_normal((users, 4))[chosen_users]
    taste_of_items = source.standard_normal((items, 4))[chosen_items]
    nearness = (taste_of_users * taste_of_items).sum(axis=1) + source.standard_normal(count)
    chosen = (nearness > 0).astype(np.float32)[:, None]
    return Examples("synthetic", (chosen_users, chosen_items), chosen)


def noise_reviews(words: int, length: int, *, count: int = 2048) -> Examples:
    """Seeded noise in the shapes of `reviews.imdb`."""
    source = np.random.default_rng(7)
    reviews = source.integers(0, words, (count, length), dtype=np.int64)
    favourable = source.integers(0, 2, (count, 1)).astype(np.float32)
    return Examples("synthetic", (reviews,), favourable)


def noise_text(characters: int, length: int, *, count: int = 2048) -> Examples:
    """Seeded noise in the shapes of `reviews.characters`."""
    source = np.random.default_rng(7)
    text = source.integers(0, characters, (count, length + 1), dtype=np.int64)
    return Examples("synthetic", (text[:, :-1].copy(),), text[:, 1:].copy())
