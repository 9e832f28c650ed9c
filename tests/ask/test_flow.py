"""The questionnaire as a state machine, for arbitrary questionnaires."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.ask.flow import FINISHED, REVIEW, Flow, relevant, resume, unanswered
from advisor.model import NOT_SURE
from tests.ask.questionnaires import SMALL, answered, questionnaires, replies, unhurried

SMALL_QUESTIONS = SMALL.questions


@st.composite
def walks(draw: st.DrawFn) -> list[Flow]:
    """The states that a person with any habits passes through."""
    questions = draw(questionnaires())
    states = [resume(questions, draw(answered(questions)))]
    for _ in range(draw(st.integers(0, 20))):
        states.append(_step(draw, states[-1]))
    return states


def _step(draw: st.DrawFn, flow: Flow) -> Flow:
    if flow.finished:
        return flow.back()
    if flow.reviewing:
        act = draw(st.sampled_from(["next", "back", "change", "finish"]))
        if act == "change":
            return flow.change(draw(st.sampled_from(flow.relevant)).id)
        return {"next": flow.next, "back": flow.back, "finish": flow.finish}[act]()
    act = draw(st.sampled_from(["answer", "answer", "next", "next", "back", "review"]))
    if act == "answer" or (act == "next" and flow.at not in flow.given):
        return flow.answer(draw(replies(flow.question)))
    return {"next": flow.next, "back": flow.back, "review": flow.review}[act]()


@given(walks())
@unhurried
def test_answers_never_refer_to_irrelevant_questions(states: list[Flow]) -> None:
    for flow in states:
        shown = {question.id for question in flow.relevant}
        assert flow.given.keys() <= shown
        assert flow.at in shown | {REVIEW, FINISHED}
        assert set(flow.trail) <= shown | {REVIEW}
        assert not flow.given.keys() & set(flow.dropped)


@given(walks())
@unhurried
def test_back_undoes_next(states: list[Flow]) -> None:
    for flow in states:
        if flow.finished or not (flow.reviewing or flow.at in flow.given):
            continue
        again = flow.next().back()
        assert (again.at, again.given, again.trail) == (flow.at, flow.given, flow.trail)


@given(walks())
@unhurried
def test_resuming_continues_where_it_stopped(states: list[Flow]) -> None:
    flow = states[-1]
    again = resume(flow.questions, flow.given)
    missing = flow.unanswered
    assert again.given == flow.given
    assert again.dropped == ()
    assert again.at == (missing[0].id if missing else REVIEW)
    before = [question.id for question in flow.relevant]
    assert list(again.trail) == (before[: before.index(again.at)] if missing else before)


@given(walks(), st.randoms())
@unhurried
def test_the_order_of_given_answers_is_irrelevant(
    states: list[Flow], chance: random.Random
) -> None:
    flow = states[-1]
    pairs = list(flow.given.items())
    chance.shuffle(pairs)
    again = resume(flow.questions, dict(pairs))
    assert list(again.given) == list(resume(flow.questions, flow.given).given)
    assert relevant(flow.questions, dict(pairs)) == flow.relevant


@given(st.data())
@unhurried
def test_answering_everything_ends_in_the_review_after_each_question_once(
    data: st.DataObject,
) -> None:
    flow = resume(data.draw(questionnaires()))
    asked = []
    while not flow.reviewing:
        asked.append(flow.at)
        flow = flow.answer(data.draw(replies(flow.question))).next()
    assert asked == [question.id for question in flow.relevant]
    assert flow.next().finished
    for id in reversed(asked):
        flow = flow.back()
        assert flow.at == id


def at_review() -> Flow:
    return resume(
        SMALL_QUESTIONS,
        {
            "purpose": ("learning",),
            "targets": ("mobile",),
            "phone": ("ios",),
            "team": (NOT_SURE,),
        },
    )


def test_changing_an_answer_drops_what_became_irrelevant_and_says_so() -> None:
    flow = at_review().change("targets").answer(["server"])
    assert flow.dropped == ("phone",)
    assert "phone" not in flow.given
    assert flow.next().reviewing


def test_changing_an_answer_asks_only_what_became_open() -> None:
    flow = resume(SMALL_QUESTIONS, {"purpose": ("learning",), "targets": ("server",)})
    flow = flow.answer(["strong"]).next().change("targets").answer(["mobile"]).next()
    assert flow.at == "phone"
    assert flow.answer(["ios"]).next().reviewing


def test_going_back_twice_comes_forward_through_the_same_questions() -> None:
    flow = resume(SMALL_QUESTIONS, {"purpose": ("learning",), "targets": ("server",)})
    flow = flow.back().back()
    assert flow.at == "purpose"
    assert flow.next().at == "targets"
    assert flow.next().next().at == "team"


def test_a_new_question_is_the_only_one_asked_after_an_update() -> None:
    given = {"purpose": ("learning",), "team": ("strong",)}
    flow = resume(SMALL_QUESTIONS, given)
    assert flow.at == "targets"
    assert flow.answer(["server"]).next().reviewing


def test_an_answer_to_an_irrelevant_question_makes_nothing_relevant() -> None:
    chained = (
        *SMALL_QUESTIONS,
        SMALL_QUESTIONS[2].model_copy(update={"id": "version", "when": {"phone": ("ios",)}}),
    )
    ids = [question.id for question in relevant(chained, {"phone": ("ios",)})]
    assert ids == ["purpose", "targets", "team"]


def test_a_visited_question_that_fell_away_unanswered_is_no_stop_on_the_way_back() -> None:
    flow = resume(SMALL_QUESTIONS, {"purpose": ("learning",), "targets": ("mobile",)})
    flow = flow.review().change("targets").answer(["server"])
    assert flow.back().reviewing
    assert flow.back().back().at == "targets"


def test_progress_counts_relevant_questions() -> None:
    assert resume(SMALL_QUESTIONS).progress == (1, 3)
    assert resume(SMALL_QUESTIONS, {"targets": ("mobile",)}).progress == (1, 4)


def test_finishing_early_leaves_questions_open() -> None:
    flow = resume(SMALL_QUESTIONS).review().finish()
    assert flow.finished
    assert len(unanswered(flow.questions, flow.given)) == 3


@pytest.mark.parametrize(
    "chosen", [[], ["nonsense"], ["learning", "prototype"], ["learning", NOT_SURE]]
)
def test_what_is_no_answer_is_refused(chosen: list[str]) -> None:
    with pytest.raises(ValueError, match="purpose"):
        resume(SMALL_QUESTIONS).answer(chosen)


@pytest.mark.parametrize("loner", ["none-yet", NOT_SURE])
def test_a_choice_that_excludes_the_others_stands_alone(loner: str) -> None:
    flow = resume(SMALL_QUESTIONS, {"purpose": ("learning",)})
    assert flow.answer([loner]).given["targets"] == (loner,)
    with pytest.raises(ValueError, match="targets"):
        flow.answer(["server", loner])


def test_a_question_is_not_skipped_by_accident() -> None:
    with pytest.raises(ValueError, match="not answered"):
        resume(SMALL_QUESTIONS).next()
