"""The questionnaire as lists to walk with the arrow keys; the only module that knows questionary.

While a question is open, the screen shows how far one is, the question, why it is asked, the
choices, what the choice under the pointer means, and the keys. Once answered, all that shrinks to
one line. Colour only repeats what bold type, the pointer and the marks say; the one accent reads
equally well on black and on white.
"""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Callable, Sequence
from typing import Any

import questionary
from prompt_toolkit import print_formatted_text
from prompt_toolkit.application import Application
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.layout.containers import HSplit, Window, WindowRenderInfo
from prompt_toolkit.layout.controls import FormattedTextControl, UIContent, UIControl
from prompt_toolkit.layout.layout import Layout
from prompt_toolkit.layout.margins import Margin
from questionary.prompts.common import InquirerControl

from advisor.ask.answers import project_name
from advisor.ask.conversation import (
    FEWEST,
    MOST,
    RANGE,
    Move,
    Pair,
    answer_text,
    open_text,
    pair_text,
)
from advisor.ask.flow import Flow, canonical, choices_of, loners
from advisor.errors import AnswersError
from advisor.model import Group, Question

__all__ = ["ACCENT", "Terminal"]

#: Contrast 4.5 : 1 or better on black and on white, so it suits both kinds of terminal.
ACCENT = "#3a7bab"

STYLE = questionary.Style(
    [
        ("progress", f"fg:{ACCENT}"),
        ("question", "bold"),
        ("why", "italic"),
        ("pointer", f"fg:{ACCENT} bold"),
        ("highlighted", "bold"),
        ("selected", "bold"),
        ("help", "italic"),
        ("fault", "reverse"),
        ("keys", f"fg:{ACCENT}"),
    ]
)
POINTER = "❯"
WIDEST = 88
WIDEST_REVIEW = 130
BAR_CELLS = 14
MARK = "↑↓ move · Space mark · Enter go on"
CHOOSE = "↑↓ move · Enter choose"
BACK, REVIEW, PAUSE = "b back", "r review", "Ctrl-C pause"

Rows = list[questionary.Choice | questionary.Separator]


class Terminal:
    """A front of lists."""

    def project(self) -> str:
        """The project's name, or "" if the person presses Enter."""
        asked = "What is the project called?"
        prompt = questionary.text(
            asked, qmark="", instruction="(Enter leaves it out) ", validate=_name_fault, style=STYLE
        )
        prompt.application.erase_when_done = True
        raw: str = prompt.unsafe_ask()
        name = project_name(raw, "project") if raw else ""
        _leave_line(asked, name or "left out")
        return name

    def question(self, flow: Flow) -> tuple[str, ...] | Move:
        """Ask `flow.question`; what was answered before is marked."""
        question, before = flow.question, flow.given.get(flow.at, ())
        rows = _choice_rows(question, before)
        if question.multiple:
            alone = frozenset(loner.id for loner in loners(question))
            shown = _List(_heading(flow), rows, keys=_keys(MARK, flow), marks=True, alone=alone)
        else:
            start = before[0] if before else None
            shown = _List(_heading(flow), rows, keys=_keys(CHOOSE, flow), start=start)
        reply = shown.ask({"b": Move.BACK, "left": Move.BACK, "r": Move.REVIEW})
        if isinstance(reply, Move):
            return reply
        chosen = canonical(question, reply if question.multiple else [reply])
        _leave_line(question.text, answer_text(question, chosen))
        return chosen

    def review(self, flow: Flow) -> str | Move:
        """Show every answer as a list; choosing one changes it."""
        heading = [("class:progress", "\n Review  "), ("", "Choose an answer to change it.\n")]
        shown = _List(FormattedText(heading), _review_rows(flow), keys=_keys(CHOOSE, flow))
        reply: str | Move = shown.ask({"b": Move.BACK, "left": Move.BACK})
        return reply

    def groups(self, groups: Sequence[Group], chosen: Sequence[str]) -> tuple[str, ...] | Move:
        """Show all groups as a list to mark."""
        text = f"Which groups of criteria do you want to weigh against each other? ({RANGE})"
        why = "Each two are compared; the others keep the weight that your answers give them."
        rows: Rows = [
            questionary.Choice(group.name, value=group.id, checked=group.id in chosen)
            for group in groups
        ]
        heading = _lines("Groups of criteria", text, why)
        keys = " · ".join([MARK, "l leave it"])
        shown = _List(heading, rows, keys=keys, marks=True, count=(FEWEST, MOST))
        reply = shown.ask({"l": Move.LEAVE})
        return reply if isinstance(reply, Move) else tuple(reply)

    def pair(self, pair: Pair) -> float | Move:
        """Show the judgements that can be made on two groups, from one extreme to the other."""
        rows: Rows = [questionary.Choice(text, value=times) for times, text in pair_text(pair)]
        heading = _lines(
            f"{_bar(pair.number, pair.count)} Pair {pair.number} of {pair.count}",
            f"{pair.first.name} or {pair.second.name}?",
            "Think of how much each of them as a whole should count.",
        )
        keys = " · ".join([CHOOSE, BACK, PAUSE])
        start = 1.0 if pair.before is None else pair.before
        known = {times for times, _ in pair_text(pair)}
        shown = _List(heading, rows, keys=keys, start=start if start in known else None)
        reply: float | Move = shown.ask({"b": Move.BACK, "left": Move.BACK})
        return reply

    def weighing(self, lines: Sequence[str], at_odds: bool) -> Move:
        """Show what came out, and what can be done about it."""
        change = [questionary.Choice("Change the judgement at odds", value=Move.REVIEW)]
        rows: Rows = [
            *(change if at_odds else []),
            questionary.Choice("Take these weights", value=Move.FINISH),
            questionary.Choice("Leave the groups to my answers", value=Move.LEAVE),
        ]
        text = "\n".join(f" {_folded(line)}" for line in lines)
        heading = FormattedText([("class:progress", "\n Groups of criteria\n"), ("", f"{text}\n")])
        reply: Move = _List(heading, rows, keys=f"{CHOOSE} · {BACK}").ask({"b": Move.BACK})
        return reply

    def note(self, text: str) -> None:
        """Leave a sentence on the screen."""
        print_formatted_text(FormattedText([("italic", f"   {_folded(text, indent='   ')}")]))


class _List:
    """One list on the screen, from the first drawing to the reply.

    It is put together from questionary's parts: `questionary.select` builds two spare prompts for
    every list, which alone takes longer than a person should wait for the next question.
    """

    def __init__(
        self,
        heading: FormattedText,
        rows: Rows,
        *,
        keys: str,
        marks: bool = False,
        alone: frozenset[str] = frozenset(),
        count: tuple[int, int] | None = None,
        start: Any = None,
    ) -> None:
        self.keys, self.marks, self.alone, self.fault = keys, marks, alone, ""
        self.count = count
        self.listed: Any = InquirerControl(
            rows, pointer=POINTER, use_indicator=marks, initial_choice=start, show_description=False
        )
        middle = _window(self.listed, right_margins=[_More()])
        above, below = FormattedTextControl(heading), FormattedTextControl(self._footer)
        self.layout = Layout(HSplit([_window(above), middle, _window(below)]))

    def ask(self, moves: dict[str, Move]) -> Any:
        """The value under the pointer, the marked values, or a move; Ctrl-C is raised."""
        app: Application[Any] = Application(
            layout=self.layout,
            key_bindings=self._bindings(moves),
            style=STYLE,
            erase_when_done=True,
        )
        return questionary.Question(app).unsafe_ask()

    def _bindings(self, moves: dict[str, Move]) -> KeyBindings:
        bindings = KeyBindings()
        for key, move in moves.items():
            bindings.add(key)(_leaving(move))
        for key, step in {"down": 1, "j": 1, "up": -1, "k": -1}.items():
            bindings.add(key)(self._moving(step))
        bindings.add("enter")(self._reply)
        bindings.add("c-c")(_stop)
        if self.marks:
            bindings.add(" ")(self._toggle)
        return bindings

    def _moving(self, step: int) -> Callable[[KeyPressEvent], None]:
        act = self.listed.select_next if step > 0 else self.listed.select_previous

        def move(_event: KeyPressEvent) -> None:
            act()
            while not self.listed.is_selection_valid():
                act()

        return move

    def _toggle(self, _event: KeyPressEvent) -> None:
        """Mark or unmark what is pointed at; what cannot stand beside it loses its mark."""
        value, marked = self.listed.get_pointed_at().value, self.listed.selected_options
        if value in marked:
            marked.remove(value)
        else:
            kept = [] if value in self.alone else [id for id in marked if id not in self.alone]
            marked[:] = [*kept, value]
        self.fault = ""

    def _reply(self, event: KeyPressEvent) -> None:
        if not self.marks:
            event.app.exit(result=self.listed.get_pointed_at().value)
            return
        marked = list(self.listed.selected_options)
        least, most = self.count or (1, len(self.listed.choices))
        if least <= len(marked) <= most:
            event.app.exit(result=marked)
        elif self.count:
            self.fault = f"Mark {least} to {most} with the space bar."
        else:
            self.fault = "Mark at least one with the space bar."

    def _footer(self) -> FormattedText:
        help = self.listed.get_pointed_at().description
        lines = [("class:help", f"\n   {_folded(help, indent='   ')}\n")] if help else []
        fault = [("", "\n "), ("class:fault", f" {self.fault} "), ("", "\n")] if self.fault else []
        return FormattedText([*lines, *fault, ("class:keys", f"\n {_folded(self.keys)}")])


class _More(Margin):
    """Arrows beside the first and the last line of a list that does not fit the screen."""

    def get_width(self, _content: Callable[[], UIContent]) -> int:
        return 1

    def create_margin(self, info: WindowRenderInfo, _width: int, height: int) -> FormattedText:
        rows = [" "] * height
        if not info.top_visible:
            rows[0] = "▲"
        if not info.bottom_visible:
            rows[-1] = "▼"
        return FormattedText([("class:keys", "\n".join(rows))])


def _window(part: UIControl, *, right_margins: list[Margin] | None = None) -> Window:
    return Window(
        part,
        right_margins=right_margins or [],
        dont_extend_height=True,
        always_hide_cursor=True,
        wrap_lines=True,
    )


def _leaving(move: Move) -> Callable[[KeyPressEvent], None]:
    def leave(event: KeyPressEvent) -> None:
        event.app.exit(result=move)

    return leave


def _stop(event: KeyPressEvent) -> None:
    event.app.exit(exception=KeyboardInterrupt)


def _keys(first: str, flow: Flow) -> str:
    """The keys that do something here."""
    back = [BACK] if flow.trail else []
    review = [] if flow.reviewing else [REVIEW]
    return " · ".join([first, *back, *review, PAUSE])


def _heading(flow: Flow) -> FormattedText:
    number, count = flow.progress
    progress = f"{_bar(number, count)} Question {number} of {count}"
    return _lines(progress, flow.question.text, flow.question.why)


def _bar(number: int, count: int) -> str:
    filled = round(BAR_CELLS * number / count)
    return "━" * filled + "╌" * (BAR_CELLS - filled)


def _lines(progress: str, question: str, why: str) -> FormattedText:
    return FormattedText(
        [
            ("class:progress", f"\n {progress}\n"),
            ("class:question", f" {_folded(question)}\n"),
            ("class:why", f" {_folded(why)}\n"),
        ]
    )


def _choice_rows(question: Question, before: tuple[str, ...]) -> Rows:
    return [
        questionary.Choice(
            choice.text,
            value=choice.id,
            checked=question.multiple and choice.id in before,
            description=choice.help or None,
        )
        for choice in choices_of(question)
    ]


def _review_rows(flow: Flow) -> Rows:
    finish = questionary.Choice("Finish", value=Move.FINISH)
    head = [finish]
    if flow.unanswered:
        finish.title = "Finish now; what is open counts as not sure"
        head = [questionary.Choice(f"Go on with {open_text(flow)}", value=Move.ONWARD), finish]
    rows = [
        questionary.Choice(_row(flow, question), value=question.id) for question in flow.relevant
    ]
    return [*head, questionary.Separator(" "), *rows]


def _row(flow: Flow, question: Question) -> str:
    """One line of the review: the question cut to the left part, the answer in what is left."""
    room = _width(WIDEST_REVIEW) - 2
    left = min(room * 55 // 100, 48)
    text = _cut(question.text, left).ljust(left)
    answer = answer_text(question, flow.given.get(question.id, ()))
    return f"{text}  {_cut(answer, room - left)}"


def _name_fault(raw: str) -> bool | str:
    try:
        return not raw or bool(project_name(raw, "project"))
    except AnswersError as error:
        return f"{error.problems[0].what}. {error.problems[0].cure}."


def _leave_line(question: str, answer: str) -> None:
    apart = "  " if len(question) + len(answer) + 5 < _width(WIDEST_REVIEW) else "\n     "
    folded = _folded(answer, indent="     ") if apart != "  " else answer
    print_formatted_text(FormattedText([("", f" ✓ {question}{apart}"), ("bold", folded)]))


def _width(widest: int = WIDEST) -> int:
    return max(min(shutil.get_terminal_size().columns, widest) - 6, 20)


def _folded(text: str, indent: str = " ") -> str:
    return textwrap.fill(text, _width(), subsequent_indent=indent)


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"
