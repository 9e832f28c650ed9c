"""Answers become points, must-haves and a focus."""

from hypothesis import given
from hypothesis import strategies as st

from advisor.catalog import load_catalog
from advisor.decide.needs import derive_needs
from advisor.model import NOT_SURE, Answers
from tests.decide.small import CATALOG, answers

REAL = load_catalog()


def test_a_choice_gives_its_points_and_an_open_question_its_average() -> None:
    needs = derive_needs(CATALOG, answers(purpose="prototype", device=NOT_SURE))
    assert needs.own == {"simple": 8.0}
    assert needs.open == {"fast": 4.0}
    assert needs.core == {"kept": 1.0}


def test_a_question_that_may_come_up_is_open() -> None:
    needs = derive_needs(CATALOG, answers(device="cpu"))
    assert needs.open == {"mobile": 8 / 2 + 2 / 2, "simple": 8 / 2 + 2 / 2}


def test_an_answer_to_an_irrelevant_question_has_no_effect() -> None:
    needs = derive_needs(CATALOG, answers(purpose="prototype", phone="must", device="cpu"))
    assert needs == derive_needs(CATALOG, answers(purpose="prototype", device="cpu"))
    assert needs.requirements == ()


def test_requirements_remember_who_asked() -> None:
    (requirement,) = derive_needs(CATALOG, answers(purpose="product", phone="must")).requirements
    assert (requirement.criterion, requirement.level) == ("mobile", 4)
    assert (requirement.question, requirement.choice) == ("phone", "must")


def test_several_choices_add_up_and_join_their_focus() -> None:
    needs = derive_needs(CATALOG, answers(device=("gpu", "cpu")))
    assert needs.own == {"fast": 8.0}
    assert needs.focus.devices == ("nvidia", "cpu")


def given_answers() -> st.SearchStrategy[dict[str, tuple[str, ...]]]:
    return st.fixed_dictionaries(
        {},
        optional={
            question.id: st.sampled_from([(c.id,) for c in question.choices] + [(NOT_SURE,)])
            for question in CATALOG.questions
        },
    )


@given(given_answers(), st.data())
def test_answering_more_never_lowers_the_share_of_ones_own(
    known: dict[str, tuple[str, ...]], data: st.DataObject
) -> None:
    left = [q for q in CATALOG.questions if known.get(q.id, (NOT_SURE,)) == (NOT_SURE,)]
    if not left:
        return
    question = data.draw(st.sampled_from(left))
    choice = data.draw(st.sampled_from(question.choices))
    more = {**known, question.id: (choice.id,)}
    before = derive_needs(CATALOG, Answers(known)).own_share
    assert derive_needs(CATALOG, Answers(more)).own_share >= before - 1e-12


def test_nothing_answered_is_nothing_of_ones_own() -> None:
    assert derive_needs(CATALOG, Answers({})).own_share == 0.0


def test_code_that_is_not_rewritten_is_a_must_have_of_whatever_is_in_use() -> None:
    known = answers(today=("tensorflow", "pytorch"), keeping="untouched")
    needs = derive_needs(REAL, known)
    assert needs.uses == ("tensorflow", "pytorch")
    kept = {must.criterion: (must.level, must.question) for must in needs.requirements}
    assert kept == {"tensorflow-estate": (3, "keeping"), "pytorch-estate": (3, "keeping")}
    assert derive_needs(REAL, answers(today="keras", keeping="beside")).requirements == ()
    # Nobody asks what may become of code that is not there.
    assert derive_needs(REAL, answers(today="nothing", keeping="untouched")).requirements == ()


def test_what_should_be_fast_is_what_stacks_are_compared_by() -> None:
    focus = derive_needs(REAL, answers(speed=("latency", "training"))).focus
    assert focus.metrics == ("latency-seconds", "step-seconds")
    assert derive_needs(REAL, answers(speed="none")).focus.metrics == ()
