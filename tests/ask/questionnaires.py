"""Questionnaires for tests: a small fixed one, and hypothesis strategies for arbitrary ones."""

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from advisor.ask.flow import relevant
from advisor.model import NOT_SURE, Catalog, Choice, Group, Question

#: A busy machine is no failure.
unhurried = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])

Given = dict[str, tuple[str, ...]]

GROUPS = tuple(
    Group(id=id, name=name)
    for id, name in (("speed", "Speed"), ("ease", "Ease of use"), ("reach", "Where it runs"))
)


def catalog_of(*questions: Question) -> Catalog:
    """A catalog of which only questions and groups are there: asking needs nothing else."""
    return Catalog.model_construct(questions=questions, groups=GROUPS)


SMALL = catalog_of(
    Question(
        id="purpose",
        text="What is the project for?",
        why="A prototype can live with what a product cannot.",
        choices=(
            Choice(id="learning", text="Learning", help="Courses, theses, first steps."),
            Choice(id="prototype", text="A quick prototype"),
            Choice(id="production", text="A product that stays"),
        ),
    ),
    Question(
        id="targets",
        text="Where will the model run?",
        why="Not every framework reaches every device.",
        multiple=True,
        choices=(
            Choice(id="server", text="Servers"),
            Choice(id="mobile", text="Phones"),
            Choice(id="browser", text="Browsers"),
            Choice(id="none-yet", text="Nowhere yet", exclusive=True),
        ),
    ),
    Question(
        id="phone",
        text="Which phones?",
        why="The two systems have different runtimes.",
        when={"targets": ("mobile",)},
        choices=(Choice(id="android", text="Android"), Choice(id="ios", text="iPhones")),
    ),
    Question(
        id="team",
        text="How well does the team know Python?",
        why="What is easy depends on who does it.",
        choices=(Choice(id="beginner", text="Hardly"), Choice(id="strong", text="Very well")),
    ),
)


@st.composite
def questionnaires(draw: st.DrawFn) -> tuple[Question, ...]:
    """One to six questions; each may hang on answers of earlier ones."""
    questions: list[Question] = []
    for index in range(draw(st.integers(1, 6))):
        names = [f"c{number}" for number in range(draw(st.integers(1, 4)))]
        alone = draw(st.sets(st.sampled_from(names), max_size=2))
        earlier = draw(st.lists(st.sampled_from(questions), max_size=2)) if questions else []
        when = {question.id: draw(_some(question)) for question in earlier}
        questions.append(
            Question(
                id=f"q{index}",
                text=f"Question {index}?",
                why="Because.",
                multiple=draw(st.booleans()),
                when=when,
                choices=tuple(
                    Choice(id=name, text=name.upper(), exclusive=name in alone) for name in names
                ),
            )
        )
    return tuple(questions)


def _some(question: Question) -> st.SearchStrategy[tuple[str, ...]]:
    ids = [choice.id for choice in question.choices]
    return st.lists(st.sampled_from(ids), min_size=1, unique=True).map(tuple)


def replies(question: Question) -> st.SearchStrategy[tuple[str, ...]]:
    """Any valid answer to a question, in canonical order."""
    ids = [choice.id for choice in question.choices]
    one = st.sampled_from([*ids, NOT_SURE]).map(lambda one: (one,))
    if not question.multiple:
        return one
    together = [choice.id for choice in question.choices if not choice.exclusive]
    if not together:
        return one
    several = st.sets(st.sampled_from(together), min_size=1)
    return one | several.map(lambda chosen: tuple(id for id in together if id in chosen))


@st.composite
def answered(draw: st.DrawFn, questions: tuple[Question, ...]) -> Given:
    """Valid answers to some of the relevant questions."""
    given: Given = {}
    for question in questions:
        shown = {shown.id for shown in relevant(questions, given)}
        if question.id in shown and draw(st.booleans()):
            given[question.id] = draw(replies(question))
    return given
