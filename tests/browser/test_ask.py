"""The questionnaire in the start page: the terminal's flow, and its numbers to the bit."""

import statistics
import sys
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from random import Random
from typing import Any

import pytest
from playwright.sync_api import Page

from advisor.ask.answers import parse_answers, questionnaire_digest, read_answers
from advisor.ask.flow import Flow, canonical, choices_of, resume
from advisor.decide import decide
from advisor.model import NOT_SURE, Answers, Question
from advisor.render.browser import browser_data
from advisor.render.record import decision_json
from tests.browser.conftest import Built, Opened
from tests.browser.test_site_pages import AXE
from tests.decide import small
from tests.decide.houses import with_draws
from tests.tools import MODULES, installed
from tests.twin.test_twin import agree
from tests.twin.vectors import CHAINED, TODAY, exact, twinned

SETS = 60
CLICKED = 3
#: So many sets are decided with all draws, the others with fewer, which takes less time.
WHOLE, FEWER = 5, 1000

#: Answers everything that is asked, decides, and returns what the page then holds.
DRIVE = """async ([wanted, draws, said]) => {
  advisorData.policy.draws = draws;
  advisorAsk.restart();
  advisorAsk.compare(said);
  while (!advisorAsk.state().at.startsWith(":")) {
    advisorAsk.answer(wanted[advisorAsk.state().at] ?? ["not-sure"]);
  }
  advisorAsk.finish();
  while (advisorAsk.decision() === null) await new Promise((done) => setTimeout(done));
  const { given } = advisorAsk.state();
  const file = advisorAsk.answersFile("Ärger \\"x\\"\\n");
  return { given, file, decision: advisorAsk.decision(), hash: location.hash };
}"""

#: Plays the same moves as Python and returns every state.
WALK = """([questions, moves]) => {
  let state = advisorFlow.resume(questions);
  return moves.map(([move, argument]) => {
    state = advisorFlow[move](questions, state, argument);
    return { given: state.given, at: state.at, trail: state.trail, ahead: [...state.ahead].sort() };
  });
}"""

#: Milliseconds from each press of Enter until the frame that shows what follows has been painted.
TIMER = """() => {
  window.pressed = [];
  addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    const start = performance.now();
    requestAnimationFrame(() => setTimeout(() => window.pressed.push(performance.now() - start)));
  }, { capture: true });
}"""

DECIDE = """(repeats) => Array.from({ length: repeats }, () => {
  const start = performance.now();
  advisorScore.decide(advisorData, {});
  return performance.now() - start;
})"""


def chosen(question: Question, random: Random) -> tuple[str, ...]:
    """Some answer to a question, now and then "not sure"."""
    ids = [choice.id for choice in choices_of(question)]
    if random.random() < 0.15:
        return (NOT_SURE,)
    wanted = random.sample(ids, random.randint(1, 3) if question.multiple else 1)
    try:
        return canonical(question, wanted)
    except ValueError:
        return canonical(question, wanted[:1])


def answer_sets(built: Built) -> Iterator[dict[str, list[str]]]:
    for number in range(SETS):
        random = Random(9000 + number)
        yield {question.id: list(chosen(question, random)) for question in built.catalog.questions}


def compared(built: Built, random: Random) -> dict[str, Any]:
    """Every two of some groups compared, or nothing, as the page keeps it."""
    ids = [group.id for group in built.catalog.groups]
    named = set(random.sample(ids, random.choice([0, 0, 0, 2, 3, 5])))
    pairs = combinations([id for id in ids if id in named], 2)
    scale = [-9, -7, -5, -3, 1, 3, 5, 7, 9]
    times = {f"{first}/{second}": random.choice(scale) for first, second in pairs}
    return {"groups": [id for id in ids if id in named], "times": times}


def decided(built: Built, answers: Answers, draws: int | None = None) -> Any:
    """What `advisor decide` makes of the answers, with every number as its 64 bits."""
    catalog = with_draws(built.catalog, draws or built.catalog.policy.draws)
    found = decide(catalog, built.cells, answers, as_of=TODAY)
    return exact(twinned(decision_json(found, catalog), digest=False))


def plain(decision: Any) -> Any:
    """A decision of the page without what its ratings hold beside a record's keys."""
    if isinstance(decision, dict):
        extra = {"inherits", "unclipped", "evidence_digest"}
        return {key: plain(value) for key, value in decision.items() if key not in extra}
    return [plain(value) for value in decision] if isinstance(decision, list) else decision


def wait_for_decision(page: Page) -> Any:
    page.wait_for_selector("#result-heading")
    return page.evaluate("advisorAsk.decision()")


def test_the_page_names_the_evidence_that_the_terminal_names(built: Built, opened: Opened) -> None:
    found = decide(built.catalog, built.cells, Answers({}), as_of=TODAY)
    with opened("#result") as page:
        assert wait_for_decision(page)["evidence_digest"] == found.evidence_digest
        assert found.evidence_digest in page.inner_text("#ask-result")


def test_answers_from_the_page_decide_the_same_to_the_bit(built: Built, opened: Opened) -> None:
    flips = set()
    with opened() as page:
        for number, wanted in enumerate(answer_sets(built)):
            draws = built.catalog.policy.draws if number < WHOLE else FEWER
            said = compared(built, Random(9500 + number))
            held = page.evaluate(DRIVE, [wanted, draws, said])
            answers = parse_answers(held["file"], "the page", built.catalog)
            assert len(answers.groups) == len(said["times"])
            assert answers.project == 'Ärger "x"'
            assert answers.questionnaire == questionnaire_digest(built.catalog)
            assert {id: list(ids) for id, ids in answers.given.items()} == held["given"]
            agree(decided(built, answers, draws), exact(plain(held["decision"])))
            flips |= {flip["kind"] for flip in held["decision"]["flips"]}
            restored = page.evaluate(
                "([hash]) => advisorFlow.restored(advisorData.questions, hash)", [held["hash"]]
            )
            sure = {id: ids for id, ids in held["given"].items() if ids != [NOT_SURE]}
            assert restored[1] == []
            assert restored[0]["given"] == sure
            assert restored[0]["at"] == ":finished"
            if said["times"]:
                read = "([text]) => advisorGroups.read(advisorData.groups, text)"
                assert page.evaluate(read, [restored[2]])["times"] == said["times"]
            else:
                assert restored[2] == ""
    assert flips >= {"answer", "weight", "group", "measurement", "cell"}


@pytest.mark.parametrize("number", range(CLICKED))
def test_clicks_and_keys_lead_to_a_file_that_decides_the_same(
    number: int, built: Built, opened: Opened, folder: Path
) -> None:
    random = Random(100 + number)
    with opened(viewport={"width": (1440, 768, 360)[number], "height": 900}) as page:
        while page.locator("#ask-place").count():
            at = page.evaluate("advisorAsk.state().at")
            reply(page, built.catalog.question(at), random, keys=number != 1)
        page.get_by_role("button", name="Decide").click()
        decision = wait_for_decision(page)
        page.get_by_label("Project name").fill("Churn & co.")
        with page.expect_download() as download:
            page.get_by_role("button", name="Download answers").click()
        assert download.value.suggested_filename == "churn-co.answers.toml"
        assert "decide churn-co.answers.toml --as-of 2026-11-22" in page.inner_text("#ask-result")
        download.value.save_as(folder / "answers.toml")
        address = page.evaluate("location.hash")
    answers = read_answers(folder / "answers.toml", built.catalog)
    assert answers.project == "Churn & co."
    agree(decided(built, answers), exact(plain(decision)))
    with opened(address) as page:
        assert wait_for_decision(page) == decision


def reply(page: Page, question: Question, random: Random, *, keys: bool) -> None:
    """Answers the question that is shown: by keys, or by clicks on its choices and on Next."""
    ids = [choice.id for choice in choices_of(question)]
    for id in chosen(question, random):
        if keys:
            page.keyboard.press("Tab")
            page.keyboard.press(str(ids.index(id) + 1))
        else:
            page.locator(f'label:has(input[value="{id}"])').click()
    if keys:
        page.keyboard.press("Enter")
    else:
        page.get_by_role("button", name="Next").click()


def test_groups_are_compared_in_the_review_and_count(
    built: Built, opened: Opened, folder: Path
) -> None:
    with opened("#review/stage=production/targets=mobile") as page:
        weigh = page.locator(".weigh")
        weigh.locator("summary").click()
        for name in ("Hardware", "Deployment and production", "Security"):
            weigh.get_by_label(name, exact=True).check()
        assert "3 pairs are still to be compared" in weigh.inner_text()
        page.get_by_label("Deployment and production or Hardware?").select_option("5")
        page.get_by_label("Deployment and production or Security?").select_option("-3")
        page.get_by_label("Hardware or Security?").select_option(label="Both matter the same")
        assert "contradict each other" in weigh.inner_text()
        page.get_by_label("Hardware or Security?").select_option("-9")
        assert "agree well enough" in weigh.inner_text()
        address = page.evaluate("location.hash")
        page.get_by_role("button", name="Decide").click()
        decision = wait_for_decision(page)
        assert "You compared groups of criteria." in page.inner_text("#ask-result")
        with page.expect_download() as download:
            page.get_by_role("button", name="Download answers").click()
        download.value.save_as(folder / "answers.toml")
        page.go_back()
        assert page.get_by_label("Hardware or Security?").input_value() == "-9"
        page.get_by_label("Security", exact=True).uncheck()
        page.get_by_label("Hardware", exact=True).uncheck()
        assert "groups=" not in page.evaluate("location.hash")
    assert address.endswith("groups=dep.har.5,sec.dep.3,sec.har.9")
    answers = read_answers(folder / "answers.toml", built.catalog)
    assert len(answers.groups) == 3
    agree(decided(built, answers), exact(plain(decision)))
    with opened(address.replace("review", "result")) as page:
        assert wait_for_decision(page) == decision


def test_more_groups_than_can_be_compared_cannot_be_chosen(opened: Opened) -> None:
    with opened("#review/stage=production") as page:
        page.locator(".weigh summary").click()
        boxes = page.locator(".weigh input")
        for place in range(5):
            boxes.nth(place).check()
        assert page.locator(".pair").count() == 10
        assert all(boxes.nth(place).is_disabled() for place in range(5, boxes.count()))


def test_the_flow_is_the_terminals(built: Built, opened: Opened) -> None:
    chained = (*small.CATALOG.questions, *CHAINED)
    catalog = small.CATALOG.model_copy(update={"questions": chained})
    walks = [(catalog, seed) for seed in range(30)] + [(built.catalog, seed) for seed in range(10)]
    with opened() as page:
        for known, seed in walks:
            moves, states = walked(resume(known.questions), Random(seed))
            shipped = browser_data(known, (), as_of=TODAY)["questions"]
            assert page.evaluate(WALK, [shipped, moves]) == states


def walked(flow: Flow, random: Random) -> tuple[list[list[Any]], list[Any]]:
    """Random moves that are possible, and the state after each."""
    moves, states = [], []
    for _ in range(60):
        name, argument = move(flow, random)
        moves.append([name, argument])
        flow = getattr(flow, name)(*([argument] if argument is not None else []))
        given = {id: list(ids) for id, ids in flow.given.items()}
        trail, ahead = list(flow.trail), sorted(flow.ahead)
        states.append({"given": given, "at": flow.at, "trail": trail, "ahead": ahead})
    return moves, states


def move(flow: Flow, random: Random) -> tuple[str, Any]:
    if flow.finished:
        return random.choice([("back", None), ("review", None)])
    if flow.reviewing:
        id = random.choice(flow.relevant).id
        change = ("change", id)
        return random.choice([("back", None), ("next", None), change, change, ("finish", None)])
    answer = ("answer", list(chosen(flow.question, random)))
    onward = ("next", None) if flow.at in flow.given else answer
    return random.choice([answer, onward, onward, onward, ("back", None), ("review", None)])


def test_back_and_forward_of_the_browser_walk_through_the_questions(opened: Opened) -> None:
    with opened() as page:
        texts = []
        for _ in range(3):
            texts.append(page.inner_text("#ask-question"))
            page.locator(".choice").first.click()
            page.keyboard.press("Enter")
        page.go_back()
        page.go_back()
        assert page.inner_text("#ask-question") == texts[1]
        assert page.locator("input:checked").count() == 1
        page.go_forward()
        assert page.inner_text("#ask-question") == texts[2]
        page.reload()
        page.wait_for_selector("html.asks")
        assert page.inner_text("#ask-question") == texts[2]


def test_an_answer_that_takes_others_away_says_so(opened: Opened) -> None:
    with opened("#review/stage=production/pipelines=suite") as page:
        assert "self" in page.evaluate("document.querySelector('meta[http-equiv]').content")
        before = page.locator(".answers tbody tr").count()
        page.locator(".answers button").first.click()
        page.locator(".choice").first.click()
        page.get_by_role("button", name="Review answers").click()
        assert page.locator(".answers tbody tr").count() == before - 1
        assert "the answer taken out" in page.inner_text("#ask-status")
        page.get_by_role("button", name="Start again").click()
        assert page.evaluate("location.hash") == "#ask"


def test_what_excludes_the_others_stands_alone(opened: Opened) -> None:
    with opened("#ask/stage=learning") as page:
        page.locator(".choice").nth(0).click()
        page.locator(".choice").nth(1).click()
        assert page.locator("input:checked").count() == 2
        page.locator(".choice").last.click()
        assert page.evaluate("document.querySelector('input:checked').value") == NOT_SURE
        assert page.locator("input:checked").count() == 1


def test_next_without_an_answer_asks_for_one(opened: Opened) -> None:
    with opened() as page:
        page.get_by_role("button", name="Next").click()
        assert "Not sure" in page.inner_text("#ask-fault")
        assert page.evaluate("document.activeElement.type") == "radio"


def test_a_link_that_means_nothing_is_said_and_survived(opened: Opened) -> None:
    wrong = "nonsense=x/workload=<b>/groups=hardware.hardware.3"
    with opened(f"#result/stage=production/{wrong}") as page:
        assert wait_for_decision(page)["groups"] is None
        assert page.evaluate("Object.keys(advisorAsk.state().given)") == ["stage"]
        assert page.locator("#ask-status").is_visible()
        assert "left out: nonsense=x, workload=" in page.inner_text("#ask-status")
    with opened("#content") as page:
        assert page.locator("#ask-place").count() == 1


def test_nothing_moves_from_question_to_question(opened: Opened) -> None:
    with opened(viewport={"width": 1440, "height": 900}) as page:
        places = set()
        while page.locator("#ask-place").count():
            places.add(page.evaluate("document.querySelector('.facts').offsetTop"))
            assert page.evaluate("document.activeElement.id") in ("", "ask-question")
            page.locator(".choice").last.click()
            page.keyboard.press("Enter")
        assert len(places) == 1


def test_the_result_says_all_and_links_to_what_is_there(opened: Opened) -> None:
    fragment = "#result/stage=learning/operating-system=windows-gpu/today=keras"
    with opened(fragment) as page:
        decision = wait_for_decision(page)
        headings = page.locator("#ask-result h3").all_inner_texts()
        rows = page.locator(".ranking tbody tr").count()
        links = page.evaluate("[...document.querySelectorAll('#ask-result a')].map((a) => a.href)")
        page.goto(links[0].split("#")[0])
        ids = set(page.evaluate("[...document.querySelectorAll('[id]')].map((it) => it.id)"))
    assert decision["ruled_out"]
    assert rows == len(decision["ranking"]) + 1 + len(decision["ruled_out"])
    assert {"What would change it", "Must-haves", "Not measured for you", "Keep it"} <= set(
        headings
    )
    assert {link.split("#")[1] for link in links} <= ids


def test_the_result_shows_doubts_plan_other_methods_and_answers(opened: Opened) -> None:
    with opened("#result/stage=production/today=tensorflow/keeping=untouched/targets=mob") as page:
        decision = wait_for_decision(page)
        said = page.inner_text("#ask-result")
        rows = page.locator(".ranking tbody tr").count()
    assert [entry["framework"] for entry in decision["ruled_out"]] == ["pytorch"]
    assert decision["doubts"][0]["framework"] == decision["winner"] == "keras"
    assert "Keras meets the must-haves in" in said
    assert "really missed in 5" in said
    assert rows == len(decision["ranking"]) + 1 + (decision["unmet"] > 0) + 1
    for heading in ("The plan by phase", "Other methods", "Your answers"):
        assert heading in said
    for phase in ("Prototype", "Research", "Production"):
        assert phase in said
    assert "Moving what you have in TensorFlow" in said
    assert "most is written again" in said
    assert "What is new builds on it, and it is not rewritten" in said
    assert "PROMETHEE II puts Keras first" in said


def test_a_result_is_printed_alone_and_whole(opened: Opened) -> None:
    with opened("#result/stage=production/targets=mobile/today=keras") as page:
        wait_for_decision(page)
        page.emulate_media(media="print")
        assert page.locator("#result-heading").is_visible()
        assert page.locator("main > :not(#ask)").first.is_hidden()
        assert page.locator(".ask-result .keep").is_hidden()
        folded = page.locator("#ask-result details > :not(summary)")
        assert folded.count()
        assert all(folded.nth(place).is_visible() for place in range(folded.count()))
        assert page.evaluate("document.querySelector('#ask-result').offsetHeight") > 1000


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "fragment",
    [
        "#ask/stage=production",
        "#review/stage=production/groups=dep.har.5,dep.sec.3,sec.har.3",
        "#result/stage=production/today=tensorflow/keeping=untouched/targets=mobile",
        "#result/targets=microcontroller,browser/operating-system=windows-gpu",
    ],
)
def test_axe_finds_nothing(fragment: str, scheme: Any, opened: Opened) -> None:
    axe = installed(MODULES / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    with opened(fragment, color_scheme=scheme, bypass_csp=True) as page:
        if fragment.startswith("#result"):
            wait_for_decision(page)
        page.evaluate(axe)
        found = page.evaluate(AXE)["violations"]
    assert [(it["id"], it["nodes"][0]["html"]) for it in found] == []


@pytest.mark.parametrize("width", [360, 768])
def test_the_result_fits_a_phone(width: int, opened: Opened) -> None:
    fragment = "#result/stage=production/targets=mobile/today=keras"
    with opened(fragment, viewport={"width": width, "height": 800}) as page:
        wait_for_decision(page)
        assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("width", [360, 768])
def test_the_comparison_of_groups_fits_a_phone(width: int, opened: Opened) -> None:
    fragment = "#review/stage=production/groups=dep.har.5,dep.sec.3,sec.har.3"
    with opened(fragment, viewport={"width": width, "height": 800}) as page:
        assert page.locator(".pair").count() == 3
        assert page.evaluate("document.documentElement.scrollWidth") == width


def test_without_scripts_the_page_names_the_terminal(opened: Opened) -> None:
    with opened(java_script_enabled=False) as page:
        assert "make advise" in page.inner_text("#ask")


def test_it_is_quick(opened: Opened, capsys: pytest.CaptureFixture[str]) -> None:
    with opened() as page:
        times = page.evaluate(DECIDE, 9)
        page.evaluate(TIMER)
        while page.locator("#ask-place").count():
            page.locator(".choice input").last.focus()
            page.keyboard.press("Space")
            page.keyboard.press("Enter")
        page.wait_for_timeout(50)
        pressed = page.evaluate("window.pressed")
    with capsys.disabled():
        middle = statistics.median(times)
        sys.stdout.write(
            f"\nChromium decides on 20,000 draws, with flips and the earlier layer: first "
            f"{times[0]:.0f} ms, median {middle:.0f} ms; key to next question: median "
            f"{statistics.median(pressed):.0f} ms, longest {max(pressed):.0f} ms"
        )
    assert len(pressed) > 10
    # Other programs on a busy machine are no fault of the page's.
    assert min(pressed) < 50
    assert min(times) < 300
