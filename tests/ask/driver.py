"""Asks the small questionnaire in a real terminal and tells the test what came out.

Arguments: --plain, --given FILE (start from these answers), --save FILE (rewritten after each one),
--groups (compare groups in the end).
"""

import argparse
import json
import sys
from pathlib import Path

from advisor.ask import Interrupted, ask
from advisor.ask.answers import answers_toml, read_answers
from advisor.decide.ahp import weigh
from advisor.errors import AdvisorError
from advisor.model import Answers
from tests.ask.questionnaires import SMALL


def say(what: str, detail: str) -> None:
    sys.stdout.write(f"{what} {detail}\n")


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--plain", action="store_true")
    parser.add_argument("--given", type=Path)
    parser.add_argument("--save", type=Path)
    parser.add_argument("--groups", action="store_true")
    options = parser.parse_args()

    def save(answers: Answers) -> None:
        if options.save:
            options.save.write_text(answers_toml(answers, SMALL), encoding="utf-8")

    given = read_answers(options.given, SMALL) if options.given else None
    try:
        judge = weigh if options.groups else None
        answers = ask(SMALL, given=given, plain=options.plain, save=save, weigh=judge)
    except Interrupted as stopped:
        say("INTERRUPTED", json.dumps(stopped.answers.given))
        return 130
    except AdvisorError as error:
        say("REFUSED", str(error))
        return 2
    compared = [[one.more, one.less, one.times] for one in answers.groups]
    groups = {"groups": compared} if options.groups else {}
    say("RESULT", json.dumps({"project": answers.project, **answers.given, **groups}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
