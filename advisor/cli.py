"""The command line: it parses, calls and prints. No rule lives here.

Everything heavy is imported inside the command that needs it, so that `advisor --help` is quick and
needs none of it.
"""

import shlex
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from advisor import __version__

if TYPE_CHECKING:
    from advisor.evidence import Evidence
    from advisor.model import Answers, Catalog, Decision
    from advisor.standing import Standing

__all__ = ["app"]

app = typer.Typer(
    name="advisor",
    help="Choose between Keras, TensorFlow and PyTorch on measured, dated evidence.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

AnswersFile = Annotated[Path, typer.Argument(help="An answers file (TOML).", metavar="ANSWERS")]
AsOf = Annotated[
    str | None, typer.Option("--as-of", help="Use only evidence up to this date (YYYY-MM-DD).")
]
Results = Annotated[
    list[Path] | None,
    typer.Option("--results", help="A folder of run files to use instead of your own runs."),
]
Output = Annotated[Path, typer.Option("--out", "-o", help="Where to write.")]


#: Where answers are kept unless another file is named.
ANSWERS = Path("answers.toml")

#: What `advise` decides on when there is nobody to ask.
EXAMPLE = "quick-prototype.answers.toml"


@dataclass(frozen=True)
class Answered:
    """What the command line itself says about the answers."""

    project: str | None = None
    settings: tuple[str, ...] = ()
    defaults: bool = False
    plain: bool = False


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"advisor {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Nothing is common to all commands but the version."""


@app.command()
def advise(
    output: Output = Path("report.html"),
    answers_file: Annotated[
        Path, typer.Option("--answers", help="Where your answers are kept.")
    ] = ANSWERS,
    as_of: AsOf = None,
    results: Results = None,
) -> None:
    """Ask, decide and write the report; without a terminal, decide on an example and say so."""
    from advisor.ask import obstacle
    from advisor.resources import resource

    evidence, when = _evidence(results, as_of)
    if reason := obstacle():
        answers_file = resource("examples") / EXAMPLE
        typer.echo(f"Nobody can be asked here ({reason}): deciding on the example {EXAMPLE}.\n")
        answers = _answers(answers_file, evidence)
    else:
        answers = _asked(evidence.catalog, answers_file, Answered())
    _write_report(answers_file, answers, evidence, when, output)


@app.command()
def ask(
    output: Annotated[
        Path, typer.Option("--out", "-o", help="The answers file to write or to continue.")
    ] = ANSWERS,
    project: Annotated[str | None, typer.Option(help="What to call the project.")] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", help="An answer: question=choice[,choice].")
    ] = None,
    defaults: Annotated[
        bool, typer.Option("--defaults", help='Ask nothing: what is left is "not sure".')
    ] = False,
    plain: Annotated[
        bool, typer.Option("--plain", help="Numbered prompts, for screen readers.")
    ] = False,
) -> None:
    """Ask the questionnaire and keep the answers; an existing file is continued."""
    from advisor.catalog import load_catalog

    given = Answered(project, tuple(settings or ()), defaults, plain)
    _asked(load_catalog(), output, given)
    typer.echo(f"Answers in {output}. Next: advisor report {output}")


@app.command()
def questions(
    as_json: Annotated[
        bool, typer.Option("--json", help="As JSON, with the JSON Schema of an answers file.")
    ] = False,
) -> None:
    """Show the questionnaire: every question, and what can be answered."""
    from advisor.ask.questionnaire import questionnaire_json, questionnaire_text
    from advisor.catalog import load_catalog

    catalog = load_catalog()
    if as_json:
        from advisor.render.record import json_text

        typer.echo(json_text(questionnaire_json(catalog)), nl=False)
    else:
        typer.echo(questionnaire_text(catalog), nl=False)


@app.command()
def decide(
    answers_file: AnswersFile,
    as_of: AsOf = None,
    results: Results = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the decision as JSON.")] = False,
    dates: Annotated[
        tuple[str, str] | None,
        typer.Option("--compare", metavar="DATE DATE", help="What moved from one to the other."),
    ] = None,
) -> None:
    """Decide on an answers file and print the verdict."""
    if dates:
        _compare(answers_file, dates, results, as_of=as_of, as_json=as_json)
        return
    evidence, when = _evidence(results, as_of)
    decision = _decided(_answers(answers_file, evidence), evidence, when)
    if as_json:
        from advisor.render.record import decision_json, json_text

        typer.echo(json_text(decision_json(decision, evidence.catalog)), nl=False)
    else:
        from advisor.render.terminal import summary

        typer.echo(summary(decision, evidence.catalog))


@app.command()
def report(
    answers_file: AnswersFile,
    output: Output = Path("report.html"),
    as_of: AsOf = None,
    results: Results = None,
) -> None:
    """Decide on an answers file and write the report: one HTML file that stands alone."""
    evidence, when = _evidence(results, as_of)
    answers = _answers(answers_file, evidence)
    _write_report(answers_file, answers, evidence, when, output)


@app.command()
def site(
    output: Output = Path("_site"),
    as_of: AsOf = None,
    results: Results = None,
    base_url: Annotated[str, typer.Option("--base-url", help="Where it will be served.")] = "",
) -> None:
    """Write the comparison site: static pages that open from a folder."""
    from advisor.publish import write_folder
    from advisor.render.site import site as render_site

    evidence, when = _evidence(results, as_of)
    files = render_site(
        evidence.catalog,
        evidence.cells,
        evidence.runs,
        as_of=when,
        version=__version__,
        base_url=base_url,
    )
    write_folder(output, files)
    typer.echo(f"{len(files)} files in {output}: open {output / 'index.html'}")


@app.command()
def results(
    as_of: AsOf = None,
    folders: Results = None,
    as_json: Annotated[bool, typer.Option("--json", help="Every cell as JSON.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Every cell as CSV.")] = False,
) -> None:
    """Show the measurements that count: who is fastest, by how much, and how surely."""
    from advisor.render.record import json_text
    from advisor.render.results import results_csv, results_json, results_markdown

    evidence, _ = _evidence(folders, as_of)
    if as_json:
        text = json_text(results_json(evidence.cells))
    elif as_csv:
        text = results_csv(evidence.cells)
    else:
        text = results_markdown(evidence.catalog, evidence.cells)
    typer.echo(text, nl=False)


@app.command()
def calibrate(
    worlds: Annotated[
        int, typer.Option(min=1, help="How many random projects to simulate.")
    ] = 2000,
    draws: Annotated[
        int | None, typer.Option(min=1, help="Draws per verdict; as many as a decision's if unset.")
    ] = None,
    as_of: AsOf = None,
    results: Results = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the table as JSON.")] = False,
) -> None:
    """Simulate worlds whose truth is known and print how often each verdict is right."""
    from advisor.decide.calibration import calibrate as simulate
    from advisor.render.calibration import calibration_json, calibration_markdown
    from advisor.render.record import json_text

    evidence, when = _evidence(results, as_of)
    found = simulate(evidence.catalog, evidence.cells, worlds=worlds, draws=draws, as_of=when)
    command = f"advisor calibrate --worlds {worlds} --draws {found.policy.draws} --as-of {when}"
    if as_json:
        text = json_text({"command": command, **calibration_json(found, evidence.catalog)})
    else:
        text = calibration_markdown(found, evidence.catalog, command=command)
    typer.echo(text, nl=False)


@app.command()
def bench(
    stacks: Annotated[
        list[str] | None, typer.Option("--stack", help="A stack; without it, the default three.")
    ] = None,
    tasks: Annotated[
        list[str] | None, typer.Option("--task", help="A task; without it, all of them.")
    ] = None,
    phases: Annotated[
        list[str] | None, typer.Option("--phase", help="startup, train or predict; else all.")
    ] = None,
    replicates: Annotated[
        int | None, typer.Option(min=1, help="Processes per stack; 5, or 3 with --quick.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--out", "-o", help="The folder that will hold the run files.")
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Fewer processes, wider intervals.")
    ] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Do what the last session lacks.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the plan, start nothing.")
    ] = False,
) -> None:
    """Measure on this machine: the same model first, then one fresh process after another."""
    from rich.console import Console

    from advisor.catalog import load_catalog
    from advisor.measure import bench as measure
    from advisor.measure import choose, preview, shown, time_left

    choices = choose(
        load_catalog(),
        stacks=stacks or (),
        tasks=tasks or (),
        phases=phases or (),
        replicates=replicates,
        quick=quick,
        resume=resume,
        out=output,
    )
    plan = preview(choices)
    typer.echo(f"{len(plan.replicates)} processes, about {time_left(plan.seconds)}: {plan.folder}")
    if dry_run:
        for replicate in plan.replicates:
            typer.echo(f"  {replicate.out.name}  about {time_left(replicate.expected_seconds)}")
        return
    console = Console()
    with shown(console) as progress:
        result = measure(choices, progress=progress)
    typer.echo(
        f"{len(result.finished)} finished, {len(result.failed)} failed, {len(result.refused)} "
        f"refused by the gate, in {time_left(result.seconds)}: {result.folder}"
    )


@app.command()
def probe(
    frameworks: Annotated[
        list[str] | None, typer.Option("--framework", help="A framework; without it, all three.")
    ] = None,
    criteria: Annotated[
        list[str] | None, typer.Option("--criterion", help="A criterion; without it, all.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--out", "-o", help="The folder that will hold the run files.")
    ] = None,
) -> None:
    """Run the probes on this machine and hold what they prove against what is stated."""
    from rich.console import Console

    from advisor.evidence import gather, today
    from advisor.measure import shown
    from advisor.measure.probe import ProbeChoices, ProbeResult
    from advisor.measure.probe import probe as run_probes
    from advisor.proofs import mismatches
    from advisor.render.evidence import probes_text
    from advisor.runs import own_results

    catalog = gather((), today()).catalog
    choices = ProbeChoices(
        frameworks=tuple(dict.fromkeys(frameworks or (f.id for f in catalog.frameworks))),
        criteria=tuple(dict.fromkeys(criteria or ())),
        out=output or own_results(),
    )
    with shown(Console()) as progress:
        found: ProbeResult = run_probes(choices, progress=progress)
    wrong = mismatches(catalog, found.proofs)
    text = probes_text(
        found.proofs,
        wrong,
        catalog,
        failed=found.failed,
        seconds=found.seconds,
        folder=str(found.folder),
    )
    typer.echo(text)
    broken = [proof for proof in found.proofs if proof.outcome == "failed"]
    if wrong or broken or found.failed:
        raise typer.Exit(1)


@app.command()
def evidence(
    subject: Annotated[
        str | None,
        typer.Argument(
            metavar="[CRITERION|CLAIM|claims|check]",
            help="A criterion or a claim; claims tallies them; check looks for faults.",
        ),
    ] = None,
    framework: Annotated[
        str | None, typer.Argument(help="With a criterion: the cell, its program and log.")
    ] = None,
    stale: Annotated[
        bool, typer.Option("--stale", help="Only criteria with a cell past its review age.")
    ] = False,
    as_of: AsOf = None,
    results: Results = None,
    as_json: Annotated[bool, typer.Option("--json", help="Every cell and claim as JSON.")] = False,
) -> None:
    """Show what is known: the matrix, a cell with its history and proof, the article's claims."""
    from advisor.standing import standings

    known, when = _evidence(results, as_of)
    found = standings(known.catalog, known.cells, known.proofs, as_of=when)
    if as_json:
        from advisor.render.evidence import evidence_json
        from advisor.render.record import json_text

        typer.echo(json_text(evidence_json(found, known.catalog)), nl=False)
    elif subject == "check":
        from advisor.audit import audited

        typer.echo(audited(known.catalog, found, known.proofs))
    else:
        typer.echo(_evidence_text(known, found, subject, framework, stale=stale))


def _evidence_text(
    known: "Evidence",
    found: "tuple[Standing, ...]",
    subject: str | None,
    framework: str | None,
    *,
    stale: bool,
) -> str:
    from advisor.render.evidence import cell_text, claim_text, claims_text, matrix_text
    from advisor.standing import chosen

    if subject is None:
        return matrix_text(found, known.catalog, stale_only=stale)
    if subject == "claims":
        return claims_text(known.catalog, known.rulings)
    claim = next((claim for claim in known.catalog.claims if claim.id == subject), None)
    if claim is not None:
        return claim_text(claim, known.rulings, known.catalog)
    cells = chosen(found, subject, framework)
    return cell_text(cells, known.catalog, full=framework is not None)


def _compare(
    answers_file: Path,
    dates: tuple[str, str],
    results: list[Path] | None,
    *,
    as_of: str | None,
    as_json: bool,
) -> None:
    """Decide on both dates and print what moved the result."""
    from advisor.decide.compare import compare
    from advisor.decide.decision import EvidenceAt
    from advisor.evidence import gather, parse_two_dates

    first, last = parse_two_dates(dates, "--compare", as_of=as_of)
    then, now = gather(results or (), first), gather(results or (), last)
    found = compare(
        now.catalog,
        _answers(answers_file, now),
        EvidenceAt(first, then.cells),
        EvidenceAt(last, now.cells),
    )
    if as_json:
        from advisor.render.record import comparison_json, json_text

        typer.echo(json_text(comparison_json(found, now.catalog)), nl=False)
    else:
        from advisor.render.terminal import comparison_summary

        typer.echo(comparison_summary(found, now.catalog))


def _evidence(results: list[Path] | None, as_of: str | None) -> tuple["Evidence", date]:
    from advisor.evidence import gather, parse_date, today

    when = parse_date(as_of, "--as-of") if as_of else today()
    return gather(results or (), when), when


def _answers(path: Path, evidence: "Evidence") -> "Answers":
    from advisor.ask.answers import read_answers

    return read_answers(path, evidence.catalog)


def _decided(answers: "Answers", evidence: "Evidence", when: date) -> "Decision":
    from advisor.decide import decide

    return decide(evidence.catalog, evidence.cells, answers, as_of=when)


def _asked(catalog: "Catalog", path: Path, given: Answered) -> "Answers":
    """The answers after asking for what is missing; every one is kept in `path` at once."""
    from advisor.ask import Interrupted, merged, obstacle, opening, resumed, saver
    from advisor.ask import ask as ask_person

    settings = [*given.settings, *([f"project={given.project}"] if given.project else [])]
    known = merged(catalog, flags=settings, file=resumed(path, catalog), defaults=given.defaults)
    for question in known.dropped:
        typer.echo(f"No longer asked, so its answer is dropped: {question}")
    save = saver(path, catalog)
    if given.defaults:
        save(known.answers)
        return known.answers
    if not obstacle():
        typer.echo(opening(catalog, known.answers, str(path)))
    try:
        answers = ask_person(
            catalog,
            given=known.answers,
            plain=given.plain,
            save=save,
            command="advisor ask" + ("" if path == ANSWERS else f" -o {shlex.quote(str(path))}"),
        )
    except Interrupted as stopped:
        save(stopped.answers)
        typer.echo(f"\nStopped. Your answers are in {path}; the same command goes on from there.")
        raise typer.Exit(130) from None
    save(answers)
    return answers


def _write_report(
    answers_file: Path, answers: "Answers", evidence: "Evidence", when: date, output: Path
) -> None:
    from advisor.publish import write_file
    from advisor.render.report import report as render_report
    from advisor.render.terminal import summary

    decision = _decided(answers, evidence, when)
    command = f"advisor report {answers_file.name} --as-of {when} -o {output.name}"
    html = render_report(
        decision, evidence.catalog, command=command, version=__version__, runs=evidence.runs
    )
    write_file(output, html)
    typer.echo(summary(decision, evidence.catalog))
    typer.echo(f"Report: {output}")
