"""The churn table of a telephone company, as categories and numbers. `part`: "train" or "test"."""

import csv

import numpy as np
from numpy.typing import NDArray

from benchmarks.tasks import data
from benchmarks.tasks.splits import stratified
from benchmarks.tasks.task import Examples

__all__ = ["TELCO_CATEGORIES", "TELCO_NUMBERS", "TELCO_SIZES", "telco"]

#: The columns of the churn table that hold categories, with the number of values of each.
TELCO_CATEGORIES = {
    "gender": 2,
    "SeniorCitizen": 2,
    "Partner": 2,
    "Dependents": 2,
    "PhoneService": 2,
    "MultipleLines": 3,
    "InternetService": 3,
    "OnlineSecurity": 3,
    "OnlineBackup": 3,
    "DeviceProtection": 3,
    "TechSupport": 3,
    "StreamingTV": 3,
    "StreamingMovies": 3,
    "Contract": 3,
    "PaperlessBilling": 2,
    "PaymentMethod": 4,
}
TELCO_SIZES = tuple(TELCO_CATEGORIES.values())
TELCO_NUMBERS = ("tenure", "MonthlyCharges", "TotalCharges")
Column = NDArray[np.str_]


def telco(part: str = "train") -> Examples:
    """Customers: categories (n, 16) int64, numbers (n, 3) float32, left (n, 1) float32.

    Four fifths of those who left and of those who stayed are for training, drawn from a seed. What
    the training part says holds for both: a category is its place among the sorted values of its
    column, and numbers lose its mean and are divided by its deviation. The total charges of the
    eleven customers who never paid are 0.
    """
    with data.demand(data.TELCO).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    left = np.array([row["Churn"] == "Yes" for row in rows])
    parts = stratified(left, share=0.2)
    train, chosen = parts["train"], parts[part]
    columns = [np.array([row[each] for row in rows]) for each in TELCO_CATEGORIES]
    places = [_places(column[train], column[chosen]) for column in columns]
    numbers = np.array([[float(row[each].strip() or 0) for each in TELCO_NUMBERS] for row in rows])
    numbers = (numbers - numbers[train].mean(axis=0)) / numbers[train].std(axis=0)
    inputs = (np.stack(places, axis=1), numbers[chosen].astype(np.float32))
    return Examples("telco-churn", inputs, left[chosen, None].astype(np.float32))


def _places(known: Column, values: Column) -> NDArray[np.int64]:
    """The place of each value among those known; KeyError for one that is not."""
    place = {value: number for number, value in enumerate(sorted(set(known.tolist())))}
    return np.array([place[value] for value in values.tolist()], np.int64)
