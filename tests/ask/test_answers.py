"""Answers files: a round trip for arbitrary questionnaires, comments kept, and every complaint."""

import re
import tomllib
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.ask.answers import (
    PROJECT_LENGTH,
    answers_toml,
    merged,
    parse_answers,
    project_name,
    questionnaire_digest,
    read_answers,
    resumed,
    saver,
    update_answers,
)
from advisor.errors import AnswersError
from advisor.model import NOT_SURE, Answers, Catalog, Judgement
from tests.ask.questionnaires import (
    GROUPS,
    SMALL,
    answered,
    catalog_of,
    questionnaires,
    unhurried,
)

names = st.text(max_size=60).map(lambda raw: "".join(raw.split()))


@st.composite
def projects(draw: st.DrawFn) -> tuple[Catalog, Answers]:
    catalog = catalog_of(*draw(questionnaires()))
    return catalog, Answers(
        draw(answered(catalog.questions)),
        project=_clean(draw(names)),
        questionnaire=questionnaire_digest(catalog),
        groups=draw(judged()),
    )


@st.composite
def judged(draw: st.DrawFn) -> tuple[Judgement, ...]:
    """No groups compared, or two or all three of them, every pair once."""
    ids = [group.id for group in GROUPS]
    named = draw(st.sampled_from([[], ids[:2], ids[1:], ids]))
    found = []
    for pair in combinations(named, 2):
        more, less = draw(st.permutations(pair))
        found.append(Judgement(more, less, float(draw(st.integers(1, 9)))))
    return tuple(sorted(found, key=lambda one: (ids.index(one.more), ids.index(one.less))))


def _clean(raw: str) -> str:
    try:
        return project_name(raw, "test")
    except AnswersError:
        return ""


@given(projects())
@unhurried
def test_what_is_written_is_read_again(case: tuple[Catalog, Answers]) -> None:
    catalog, answers = case
    text = answers_toml(answers, catalog)
    assert parse_answers(text, "a.toml", catalog) == answers
    assert list(tomllib.loads(text).get("answers", {})) == list(answers.given)


@given(projects(), st.data())
@unhurried
def test_updating_gives_the_new_answers_and_is_stable(
    case: tuple[Catalog, Answers], data: st.DataObject
) -> None:
    catalog, answers = case
    before = Answers(data.draw(answered(catalog.questions)), groups=data.draw(judged()))
    first = answers_toml(before, catalog)
    first = data.draw(st.sampled_from(["", "# mine\n"])) + first
    text = update_answers(first, answers, catalog)
    assert parse_answers(text, "a.toml", catalog) == answers
    assert update_answers(text, answers, catalog) == text
    for question in catalog.questions:
        lines = re.findall(rf"(?m)^#? ?{question.id} =", text)
        assert len(lines) == 1, text


def test_a_file_explains_itself() -> None:
    given = {"purpose": ("prototype",), "targets": ("server", "browser")}
    text = answers_toml(Answers(given, project="Churn"), SMALL)
    assert 'project = "Churn"' in text
    assert "# What is the project for?\n#   learning    Learning\n" in text
    assert "# Where will the model run? (one or more; none-yet alone)" in text
    assert '\npurpose = "prototype"\n' in text
    assert '\ntargets = ["server", "browser"]\n' in text
    assert "# Asked only after targets with mobile." in text
    assert '\n# team = "not-sure"' in text


def test_updating_keeps_what_a_person_wrote() -> None:
    mine = (
        "# my notes\nformat = 1\n\n[answers]\n# we argued about this\n"
        'purpose = "learning" # for now\nteam = "strong"\n# the end\n'
    )
    answers = Answers({"purpose": ("production",), "targets": ("mobile",)}, project="Churn")
    text = update_answers(mine, answers, SMALL)
    for kept in ("# my notes", "# we argued about this", "# for now", "# the end"):
        assert kept in text
    assert parse_answers(text, "a.toml", SMALL).given == answers.given
    assert parse_answers(text, "a.toml", SMALL).project == "Churn"


def test_groups_are_a_table_of_their_own_and_comments_around_it_stay() -> None:
    compared = (Judgement("speed", "reach", 3.0), Judgement("reach", "ease", 2.5))
    everything = (*compared, Judgement("speed", "ease", 5.0))
    text = answers_toml(Answers({}, groups=everything), SMALL)
    assert text.endswith("[groups]\nspeed = { reach = 3, ease = 5 }\nreach = { ease = 2.5 }\n")
    mine = f"# my notes\n{text}# why: we argued\n"
    fewer = update_answers(mine, Answers({}, groups=everything[1:2]), SMALL)
    assert "# my notes" in fewer
    assert parse_answers(fewer, "a.toml", SMALL).groups == everything[1:2]
    assert "[groups]" not in update_answers(mine, Answers({}), SMALL)


@pytest.mark.parametrize(
    ("table", "where", "what"),
    [
        ("groups = 3", "a.toml [groups]", "a number, not a table"),
        ("[groups]\nspeed = 3", "a.toml [groups.speed]", "a number, not a table"),
        ("[groups]\nsped = { ease = 3 }", "[groups.sped.ease]", 'Did you mean "speed"?'),
        ("[groups]\nspeed = { easy = 3 }", "[groups.speed.easy]", 'Did you mean "ease"?'),
        ("[groups]\nspeed = { speed = 1 }", "[groups.speed.speed]", "with itself"),
        ("[groups]\nspeed = { ease = '3' }", "[groups.speed.ease]", "text, not a number"),
        ("[groups]\nspeed = { ease = true }", "[groups.speed.ease]", "true or false"),
        ("[groups]\nspeed = { ease = 0.5 }", "[groups.speed.ease]", "name the other group first"),
        ("[groups]\nspeed = { ease = 10 }", "[groups.speed.ease]", "not from 1 to 9"),
        ("[groups]\nspeed = { ease = nan }", "[groups.speed.ease]", "not from 1 to 9"),
        (
            "[groups]\nspeed = { ease = 2 }\nease = { speed = 2 }",
            "[groups.ease.speed]",
            "compared twice",
        ),
        (
            "[groups]\nspeed = { ease = 2, reach = 2 }",
            "a.toml [groups]",
            "ease and reach have not been compared",
        ),
    ],
)
def test_a_complaint_about_groups_names_place_and_cure(table: str, where: str, what: str) -> None:
    said = problems(f"format = 1\n{table}")
    assert where in said
    assert what in said


def test_updating_a_file_of_another_shape_gives_the_answers_too() -> None:
    answers = Answers({"purpose": ("production",)})
    for text in ("", "format = 1\nanswers = {purpose = 'learning'}\n", "answers.team = 'strong'"):
        again = parse_answers(update_answers(text, answers, SMALL), "a.toml", SMALL)
        assert again.given == answers.given


def problems(text: str) -> str:
    with pytest.raises(AnswersError) as caught:
        parse_answers(text, "a.toml", SMALL)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("format = 1\npurpose = = 2", "a.toml, line 2, column 11", "not TOML"),
        ("format = 1\n[answers]\npurpose = [", "a.toml, line 3, column 12", "not TOML"),
        ("[answers]", "a.toml [format]", "missing"),
        ("format = 2", "a.toml [format]", "newer than this program"),
        ("format = true", "a.toml [format]", "Write `format = 1`"),
        ("format = 1\nproyect = 'x'", "a.toml [proyect]", 'Did you mean "project"?'),
        ("format = 1\npurpose = 'learning'", "a.toml [purpose]", "Move it under [answers]"),
        ("format = 1\nproject = ''", "a.toml [project]", "empty"),
        ("format = 1\nproject = 3", "a.toml [project]", "a number, not text"),
        ("format = 1\nquestionnaire = 3", "a.toml [questionnaire]", "a number, not text"),
        ("format = 1\nanswers = 3", "a.toml [answers]", "no table"),
        ("format = 1\n[answers]\npurpos = 'x'", "[answers.purpos]", 'Did you mean "purpose"?'),
        ("format = 1\n[answers]\npurpose = 'learn'", "[answers.purpose]", 'mean "learning"?'),
        ("format = 1\n[answers]\npurpose = 'Learning'", "[answers.purpose]", 'mean "learning"?'),
        ("format = 1\n[answers]\npurpose = ['learning', 'production']", "[answers.purpose]", "one"),
        ("format = 1\n[answers]\npurpose = 4", "[answers.purpose]", "a number, not text"),
        ("format = 1\n[answers]\ntargets = ['server', 1.5]", "[answers.targets]", "a number"),
        ("format = 1\n[answers]\ntargets = []", "[answers.targets]", "no choice is named"),
        ("format = 1\n[answers]\ntargets = ['server', 'not-sure']", "[answers.targets]", "alone"),
        ("format = 1\n[answers]\ntargets = ['server', 'none-yet']", "[answers.targets]", "alone"),
        ("format = 1\n[answers]\nphone = 'ios'", "[answers.phone]", "targets with mobile"),
    ],
)
def test_a_complaint_names_place_and_cure(text: str, where: str, what: str) -> None:
    said = problems(text)
    assert where in said
    assert what in said


def test_all_complaints_come_at_once() -> None:
    said = problems("format = 9\ncolour = 1\n[answers]\npurpose = 'x'\nnobody = 'y'")
    assert [line.split(":")[0] for line in said.splitlines()] == [
        "a.toml [colour]",
        "a.toml [format]",
        "a.toml [answers.nobody]",
        "a.toml [answers.purpose]",
    ]


def test_a_follow_up_of_a_faulty_answer_is_no_second_complaint() -> None:
    said = problems("format = 1\n[answers]\ntargets = 'mobil'\nphone = 'ios'")
    assert 'Did you mean "mobile"?' in said
    assert "phone" not in said


def test_a_hostile_value_cannot_steer_the_terminal() -> None:
    said = problems('format = 1\n[answers]\npurpose = "\\u001b[2J\\u009b31m' + "x" * 500 + '"')
    assert said.isprintable()
    assert len(said) < 300


def test_unreadable_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(AnswersError, match=r"none\.toml: cannot be read: No such file"):
        read_answers(tmp_path / "none.toml", SMALL)
    with pytest.raises(AnswersError, match="cannot be read: Is a directory"):
        read_answers(tmp_path, SMALL)
    (tmp_path / "latin.toml").write_bytes(b"format = 1 # \xe9")
    with pytest.raises(AnswersError, match=r"latin\.toml: is not UTF-8 text \(byte 13\)"):
        read_answers(tmp_path / "latin.toml", SMALL)


def test_a_byte_order_mark_and_windows_lines_do_no_harm(tmp_path: Path) -> None:
    file = tmp_path / "answers.toml"
    file.write_bytes(b"\xef\xbb\xbfformat = 1\r\n[answers]\r\npurpose = 'learning'\r\n")
    assert read_answers(file, SMALL).given == {"purpose": ("learning",)}


def test_order_and_repeats_in_a_file_do_not_matter() -> None:
    text = "format = 1\n[answers]\nteam = 'strong'\ntargets = ['browser', 'server', 'server']"
    given = parse_answers(text, "a.toml", SMALL).given
    assert list(given.items()) == [("targets", ("server", "browser")), ("team", ("strong",))]


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("  Churn\n2 ", "Churn 2"),
        ("\x1b[31mred\x07", "[31mred"),
        ("a\u202eb", "ab"),
        ("Vorhersage für 東京", "Vorhersage für 東京"),
        ("x" * PROJECT_LENGTH, "x" * PROJECT_LENGTH),
    ],
)
def test_a_project_name_is_one_clean_line(raw: str, name: str) -> None:
    assert project_name(raw, "here") == name


@pytest.mark.parametrize("raw", ["", "\n\t", "x" * (PROJECT_LENGTH + 1)])
def test_a_project_name_is_neither_empty_nor_endless(raw: str) -> None:
    with pytest.raises(AnswersError, match="the project's name"):
        project_name(raw, "here")


def test_flags_beat_the_file_which_beats_defaults() -> None:
    file = Answers({"purpose": ("learning",), "targets": ("server",)}, project="Churn")
    result = merged(SMALL, flags=["purpose=production"], file=file, defaults=True)
    assert result.answers.project == "Churn"
    assert result.answers.given == {
        "purpose": ("production",),
        "targets": ("server",),
        "team": (NOT_SURE,),
    }
    assert "team" not in merged(SMALL, file=file).answers.given
    assert merged(SMALL, flags=["project=Other, new"], file=file).answers.project == "Other, new"


def test_a_flag_may_take_a_question_of_the_file_away_and_it_is_said() -> None:
    file = Answers({"targets": ("mobile",), "phone": ("ios",)})
    result = merged(SMALL, flags=["targets=server,browser"], file=file)
    assert result.answers.given == {"targets": ("server", "browser")}
    assert result.dropped == ("phone",)


def test_a_flag_may_answer_what_the_file_made_relevant() -> None:
    result = merged(SMALL, flags=["phone=ios"], file=Answers({"targets": ("mobile",)}))
    assert result.answers.given["phone"] == ("ios",)


def test_wrong_flags_are_named_all_at_once() -> None:
    with pytest.raises(AnswersError) as caught:
        merged(SMALL, flags=["purpose", "team=srong", "phone=ios", "tem=x", "team=beginner"])
    said = str(caught.value)
    for part in (
        "--set purpose: not of the form",
        'Did you mean "strong"?',
        "--set phone: this question is not asked",
        "--set tem: no such question",
        "team is set twice",
    ):
        assert part in said


def test_the_digest_follows_what_is_asked_not_what_it_weighs() -> None:
    first, *rest = SMALL.questions
    choice = first.choices[0].model_copy(update={"weighs": {"cost": 8}})
    weighed = first.model_copy(update={"choices": (choice, *first.choices[1:])})
    reworded = first.model_copy(update={"text": "What for?"})
    assert questionnaire_digest(catalog_of(weighed, *rest)) == questionnaire_digest(SMALL)
    assert questionnaire_digest(catalog_of(reworded, *rest)) != questionnaire_digest(SMALL)
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", questionnaire_digest(SMALL))


def test_a_saver_starts_a_file_and_then_keeps_its_comments(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "answers.toml"
    assert resumed(file, SMALL) is None
    save = saver(file, SMALL)
    save(Answers({"purpose": ("learning",)}))
    file.write_text(file.read_text() + "# mine\n")
    save(Answers({"purpose": ("production",), "team": ("strong",)}, project="Churn"))
    kept = resumed(file, SMALL)
    assert kept is not None
    assert (kept.given, kept.project) == (
        {"purpose": ("production",), "team": ("strong",)},
        "Churn",
    )
    assert file.read_text().endswith("# mine\n")
