"""Random catalogues with answers to them, for laws that hold whatever is known and asked.

Most are made from the small catalogue, with other levels, weights and must-haves each time; one in
sixteen is the real one.
"""

from dataclasses import dataclass
from random import Random

from hypothesis import strategies as st

from advisor.catalog import load_catalog
from advisor.model import NOT_SURE, Answers, Catalog, Choice, Question, Statement
from tests.decide import small
from tests.decide.problems import SEEDS, STATED

#: Laws that hold in every single draw need few of them.
DRAWS = 20

KNOWN = load_catalog()


@dataclass(frozen=True, repr=False)
class Posed:
    """A catalogue, answers to its questions, and luck for whatever a law wants to change."""

    catalog: Catalog
    answers: Answers
    random: Random

    def __repr__(self) -> str:
        # Statements carry notes, and a hundred of them would bury what went wrong.
        levels = [(s.framework, s.criterion, s.level, s.tier) for s in self.catalog.statements]
        return f"Posed({self.answers}, {'the real catalogue' if self.catalog is REAL else levels})"


def with_draws(catalog: Catalog, draws: int) -> Catalog:
    """The catalogue that draws so often."""
    policy = catalog.policy.model_copy(update={"draws": draws})
    return catalog.model_copy(update={"policy": policy})


REAL = with_draws(KNOWN, DRAWS)
SMALL = with_draws(small.CATALOG, DRAWS)


def posed() -> st.SearchStrategy[Posed]:
    """Any catalogue and any answers to it."""
    return SEEDS.map(_posed)


def needs_of(catalog: Catalog) -> st.SearchStrategy[Answers]:
    """From nothing answered to everything, relevant or not."""
    return SEEDS.map(lambda seed: random_answers(catalog, Random(seed)))


def _posed(seed: int) -> Posed:
    random = Random(seed)
    catalog = REAL if seed % 16 == 15 else _house(random)
    return Posed(catalog, random_answers(catalog, random), random)


def random_answers(catalog: Catalog, random: Random) -> Answers:
    """Some of the questions answered, a few of them with "not sure"."""
    answered = random.choice([0.0, 0.2, 0.5, 0.8, 1.0])
    asked = [question for question in catalog.questions if random.random() < answered]
    return Answers({question.id: _chosen(question, random) for question in asked})


def _chosen(question: Question, random: Random) -> tuple[str, ...]:
    ids = [choice.id for choice in question.choices]
    if random.random() < 0.1:
        return (NOT_SURE,)
    return tuple(
        random.sample(ids, random.randint(1, min(3, len(ids))) if question.multiple else 1)
    )


def _house(random: Random) -> Catalog:
    questions = tuple(_question(question, random) for question in SMALL.questions)
    return SMALL.model_copy(
        update={"statements": tuple(_statements(random)), "questions": questions}
    )


def _statements(random: Random) -> list[Statement]:
    """Older and newer ones, some missing."""
    (sample, *_) = SMALL.statements
    found = []
    for framework in SMALL.frameworks:
        for criterion in SMALL.criteria:
            for when in (small.OLD, small.NEW):
                facts = {
                    "framework": framework.id,
                    "criterion": criterion.id,
                    "level": random.randint(0, 4),
                    "date": when,
                    "tier": random.choice(STATED),
                }
                if random.random() < 0.8:
                    found.append(sample.model_copy(update=facts))
    return found


def _question(question: Question, random: Random) -> Question:
    choices = tuple(_choice(choice, random) for choice in question.choices)
    return question.model_copy(update={"choices": choices})


def _choice(choice: Choice, random: Random) -> Choice:
    ids = [criterion.id for criterion in SMALL.criteria]
    touched = random.sample(ids, random.randint(0, 3))
    weighs = {id: random.choice([1, 2, 4, 8]) for id in touched}
    wanted = random.random() < 0.3
    requires = {random.choice(ids): random.randint(1, 4)} if wanted else {}
    return choice.model_copy(update={"weighs": weighs, "requires": requires})
