"""The command line: it parses, calls and prints. No rule lives here.

Everything heavy is imported inside the command that needs it, so that `advisor --help` is quick and
needs none of it.
"""

import contextlib
import os
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from advisor import __version__

if TYPE_CHECKING:
    from advisor.errors import Problem
    from advisor.evidence import Evidence
    from advisor.measure import Choices
    from advisor.model import Answers, Catalog, Decision, Judgement, Weighing
    from advisor.rebuild import Finding
    from advisor.recheck import Recheck
    from advisor.render.record import Provenance
    from advisor.render.site import Files
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

results_app = typer.Typer(help="Show the measurements that count.", rich_markup_mode=None)
app.add_typer(results_app, name="results")

AnswersFile = Annotated[Path, typer.Argument(help="An answers file (TOML).", metavar="ANSWERS")]
AsOf = Annotated[
    str | None, typer.Option("--as-of", help="Use only evidence up to this date (YYYY-MM-DD).")
]
Results = Annotated[
    list[Path] | None,
    typer.Option("--results", help="A folder of run files to use instead of your own runs."),
]
Output = Annotated[Path, typer.Option("--out", "-o", help="Where to write.")]
Report = Annotated[Path, typer.Argument(help="A report (HTML, Markdown or JSON).")]


#: Where answers are kept unless another file is named.
ANSWERS = Path("answers.toml")

#: How `check` ends: by the worst outcome, or with this where something could not be checked at all.
CODES = {"same": 0, "closed": 0, "flipped": 1, "too-close": 2, "stale": 2}
FAILED = 3

#: What `advise` decides on when there is nobody to ask.
EXAMPLE = "quick-prototype.answers.toml"


class Checking(TyperCommand):
    """`check` says other things with 1 and 2, so a mistake in its arguments ends with `FAILED`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """As usual, with another exit code; what a usage error is has no public name in typer."""
        try:
            return super().parse_args(ctx, args)
        except typer.Exit:
            raise
        except Exception as error:
            vars(error)["exit_code"] = FAILED
            raise


@dataclass(frozen=True)
class Answered:
    """What the command line itself says about the answers."""

    project: str | None = None
    settings: tuple[str, ...] = ()
    defaults: bool = False
    plain: bool = False
    groups: bool = False


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
    command = _command("report", answers_file, when, results, ["-o", output.name])
    _write_report(command, answers, evidence, when, output)


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
    groups: Annotated[
        bool, typer.Option("--groups", help="Then weigh groups of criteria against each other.")
    ] = False,
) -> None:
    """Ask the questionnaire and keep the answers; an existing file is continued."""
    from advisor.catalog import load_catalog

    given = Answered(project, tuple(settings or ()), defaults, plain, groups)
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
    format: Annotated[
        str | None, typer.Option("--format", help="html, md or json; else what --out ends in.")
    ] = None,
) -> None:
    """Decide on an answers file and write the report: one HTML file that stands alone."""
    from advisor.render.report import format_of

    chosen = format_of(output, format)
    evidence, when = _evidence(results, as_of)
    answers = _answers(answers_file, evidence)
    told = ["-o", output.name, *(["--format", format] if format else [])]
    command = _command("report", answers_file, when, results, told)
    _write_report(command, answers, evidence, when, output, chosen)


@app.command()
def rebuild(
    report: Report,
    output: Annotated[
        Path | None, typer.Option("--out", "-o", help="Where to write; else standard output.")
    ] = None,
    results: Results = None,
) -> None:
    """Make a report again from what it carries: the same bytes, or the reason why not."""
    from advisor.publish import write_file
    from advisor.rebuild import rebuild as made_again
    from advisor.recorded import read_recorded

    recorded = read_recorded(report)
    evidence = _evidence_of(results)(recorded.record.date)
    text = made_again(recorded, evidence, version=__version__)
    if output is None:
        typer.echo(text, nl=False)
        return
    write_file(output, text)
    same = "the same bytes" if text == recorded.text else "not the same: the report was edited"
    typer.echo(f"{output}: {same}")


@app.command()
def verify(report: Report, results: Results = None) -> None:
    """Say whether a report was edited: exit 0 untouched, 1 edited, 2 no way to tell."""
    from advisor.rebuild import verify as compared

    finding = compared(report, _evidence_of(results), version=__version__)
    _say_finding(report, finding)
    raise typer.Exit({"untouched": 0, "edited": 1, "unknown": 2}[finding.outcome])


@app.command()
def adr(
    answers_file: AnswersFile,
    folder: Annotated[
        Path | None, typer.Option("--dir", help="The folder of the records; else it is found.")
    ] = None,
    format: Annotated[
        str, typer.Option("--format", help="auto, bridge, madr4 or nygard.")
    ] = "auto",
    supersedes: Annotated[
        int | None, typer.Option("--supersedes", help="The number of the record it replaces.")
    ] = None,
    status: Annotated[
        str, typer.Option("--status", help="draft, proposed, accepted, rejected or deprecated.")
    ] = "proposed",
    update: Annotated[
        int | None, typer.Option("--update", help="Bring this record up to date instead.")
    ] = None,
    as_of: AsOf = None,
    results: Results = None,
) -> None:
    """File the decision as an architecture decision record, with report and answers beside it."""
    from advisor.filing import file_again, file_anew, format_named, material
    from advisor.publish import write_files
    from advisor.register import open_register

    register = open_register(Path(), folder, format_named(format))
    evidence, when = _evidence(results, as_of)
    answers = _answers(answers_file, evidence)
    provenance = _provenance(_command("report", answers_file, when, results, []), evidence)
    decision = _decided(answers, evidence, when)
    filed_as = material(decision, evidence, provenance, answers_file)
    if update is None:
        filed = file_anew(filed_as, register, status=status, supersedes=supersedes)
    else:
        filed = file_again(filed_as, register, update, supersedes=supersedes)
    write_files(filed.files)
    for path in filed.files:
        typer.echo(str(path))
    for heading in filed.kept:
        typer.echo(f'Left as you wrote it: "{heading}"')


@app.command(cls=Checking)
def check(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="Reports, records or folders; else the folder of your records."),
    ] = None,
    as_of: AsOf = None,
    results: Results = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print all of it as JSON.")] = False,
    stale_ok: Annotated[
        bool, typer.Option("--stale-ok", help="Exit 0 while the same framework leads.")
    ] = False,
) -> None:
    """Decide again on recorded decisions: exit 0 the same, 1 flipped, 2 stale or too close now.

    Exit 3 for anything that could not be checked.
    """
    from advisor.errors import AdvisorError

    try:
        code = _check(paths, as_of, results, as_json=as_json, stale_ok=stale_ok)
    except AdvisorError as error:
        for problem in error.problems:
            typer.echo(f"advisor: {problem}", err=True)
        code = FAILED
    raise typer.Exit(code)


@app.command()
def site(
    output: Output = Path("_site"),
    as_of: AsOf = None,
    results: Results = None,
    base_url: Annotated[
        str, typer.Option("--base-url", help="Where it will be published: for full addresses.")
    ] = "",
    repository: Annotated[
        str, typer.Option("--repository", help="Where levels are disputed, if not at ours.")
    ] = "",
    serve: Annotated[
        bool, typer.Option("--serve", help="Show it on this machine, and again after every change.")
    ] = False,
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="Where to serve; 0 finds a free one.")
    ] = 8000,
) -> None:
    """Write the comparison site: static pages that open from a folder."""
    from advisor.publish import check_folder, write_folder

    check_folder(output)

    def build() -> int:
        files = _site_files(results, as_of, base_url=base_url, repository=repository)
        write_folder(output, files)
        return len(files)

    count = build()
    typer.echo(f"{count} files in {output}: open {output / 'index.html'}")
    if not base_url:
        typer.echo("Without --base-url: no sitemap, no canonical links, no pictures for sharing.")
    if serve:
        _serve(output, results or (), build, port)


@results_app.callback(invoke_without_command=True)
def results(
    context: typer.Context,
    as_of: AsOf = None,
    folders: Results = None,
    tasks: Annotated[list[str] | None, typer.Option("--task", help="Only this task.")] = None,
    phases: Annotated[list[str] | None, typer.Option("--phase", help="Only this phase.")] = None,
    stacks: Annotated[list[str] | None, typer.Option("--stack", help="Only this stack.")] = None,
    machines: Annotated[
        list[str] | None, typer.Option("--machine", help="Only this machine.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Every cell as JSON.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Every cell as CSV.")] = False,
) -> None:
    """Show the measurements that count: who is fastest, by how much, and how surely."""
    if context.invoked_subcommand:
        return
    from advisor.evidence import chosen_cells
    from advisor.render.record import json_text
    from advisor.render.results import results_csv, results_json, results_markdown

    evidence, _ = _evidence(folders, as_of)
    chosen = {"task": tasks, "phase": phases, "stack": stacks, "machine": machines}
    cells = chosen_cells(evidence.cells, **chosen)
    if as_json:
        text = json_text(results_json(cells))
    elif as_csv:
        text = results_csv(cells)
    else:
        tried = [runs.narrowed(**chosen) for runs in evidence.runs]
        text = results_markdown(evidence.catalog, cells, tried)
    typer.echo(text, nl=False)


@results_app.command()
def compare(
    first: Annotated[str, typer.Argument(help="A session: its folder, or the folder's name.")],
    second: Annotated[str, typer.Argument(help="Another session.")],
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Compare two sessions cell by cell, and whether both give the same ratios between stacks."""
    from advisor.catalog import load_catalog
    from advisor.evidence import session_cells
    from advisor.render.record import json_text
    from advisor.render.studies import sessions_json, sessions_text
    from advisor.summarize import compare_sessions

    catalog = load_catalog()
    cells = (session_cells(catalog, name) for name in (first, second))
    pairs = compare_sessions(*cells, tie=catalog.policy.tie)
    if as_json:
        typer.echo(json_text(sessions_json(catalog, pairs)), nl=False)
    else:
        typer.echo(sessions_text(catalog, pairs, (first, second)), nl=False)


@results_app.command()
def aa(
    folder: Annotated[Path, typer.Argument(help="What `advisor bench --aa` wrote.")],
) -> None:
    """Show what an A/A study says of each estimator, and which one is used."""
    from advisor.catalog import load_catalog
    from advisor.render.studies import aa_text
    from advisor.runs import read_runs
    from advisor.summarize import study

    policy = load_catalog().policy
    found = study(read_runs(folder, study=True), tie=policy.tie)
    typer.echo(aa_text(found, policy), nl=False)


@results_app.command()
def harness(results: Results = None, as_of: AsOf = None) -> None:
    """Show what measuring adds to a call, beside the shortest step."""
    from advisor.render.studies import harness_text

    evidence, _ = _evidence(results, as_of)
    typer.echo(harness_text(evidence.cells), nl=False)


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
        list[str] | None, typer.Option("--phase", help="Such as train or predict; else all.")
    ] = None,
    device: Annotated[str, typer.Option(help="cpu or cuda.")] = "cpu",
    quick: Annotated[
        bool, typer.Option("--quick", help="Train and predict, 3 processes: about ten minutes.")
    ] = False,
    full: Annotated[bool, typer.Option("--full", help="All stacks: about three hours.")] = False,
    study: Annotated[
        bool, typer.Option("--aa", help="Everything twice, to study the noise; no evidence.")
    ] = False,
    replicates: Annotated[
        int | None, typer.Option(min=1, help="Processes per stack; 5, or 3 with --quick.")
    ] = None,
    budget: Annotated[
        float | None,
        typer.Option(min=0.1, metavar="MINUTES", help="Add rounds until it is known or over."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--out", "-o", help="The folder that will hold the run files.")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Do what the last session lacks.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the plan, start nothing.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Show the plan as JSON, start nothing.")
    ] = False,
) -> None:
    """Measure on this machine: the same model first, then one fresh process after another."""
    from advisor.catalog import load_catalog
    from advisor.measure import Wish, choose, preview
    from advisor.render.bench import plan_json, plan_text
    from advisor.render.record import json_text

    wish = Wish(
        stacks=stacks or (),
        tasks=tasks or (),
        phases=phases or (),
        device=device,
        quick=quick,
        full=full,
        study=study,
        replicates=replicates,
        budget_minutes=budget,
        out=output,
        resume=resume,
    )
    choices = choose(load_catalog(), wish)
    plan = preview(choices)
    if as_json:
        typer.echo(json_text(plan_json(plan)), nl=False)
        return
    typer.echo(plan_text(plan, whole=dry_run), nl=False)
    if not dry_run:
        _measure(choices)


def _measure(choices: "Choices") -> None:
    """Measure, show how far it is, and say what came out."""
    from rich.console import Console

    from advisor.evidence import cells_of
    from advisor.measure import bench as measure
    from advisor.measure import shown
    from advisor.render.bench import bench_text
    from advisor.runs import read_runs

    with shown(Console()) as progress:
        result = measure(choices, progress=progress)
    runs = read_runs(result.folder, study=choices.study)
    cells = () if choices.study else cells_of(choices.catalog, runs)
    typer.echo(bench_text(choices.catalog, cells, result), nl=False)


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


def _serve(output: Path, results: Sequence[Path], build: Callable[[], object], port: int) -> None:
    """Show the site until Ctrl-C, and build it again from whatever changes."""
    from advisor.catalog import KNOWLEDGE
    from advisor.preview import serve as preview
    from advisor.resources import laboratory, resource
    from advisor.runs import own_results

    own = results or [own_results()]
    made_from = [resource("templates"), resource("site"), resource("examples")]
    watched = [KNOWLEDGE, *made_from, laboratory() / "benchmarks", *own]
    with contextlib.suppress(KeyboardInterrupt):
        preview(output, watched, build, port=port, told=typer.echo)


def _site_files(
    results: list[Path] | None, as_of: str | None, *, base_url: str, repository: str
) -> "Files":
    from advisor.laboratory import read_tasks
    from advisor.render.examples import read_examples
    from advisor.render.site import REPOSITORY
    from advisor.render.site import site as render_site
    from advisor.resources import resource

    evidence, when = _evidence(results, as_of)
    return render_site(
        evidence.catalog,
        evidence.cells,
        evidence.runs,
        as_of=when,
        version=__version__,
        measured=evidence.measured,
        tasks=read_tasks(),
        examples=read_examples(resource("examples"), evidence.catalog, evidence.cells, as_of=when),
        base_url=base_url,
        repository=repository or REPOSITORY,
    )


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
            weigh=_weighing() if given.groups else None,
        )
    except Interrupted as stopped:
        save(stopped.answers)
        typer.echo(f"\nStopped. Your answers are in {path}; the same command goes on from there.")
        raise typer.Exit(130) from None
    save(answers)
    return answers


def _weighing() -> "Callable[[Sequence[Judgement]], Weighing]":
    from advisor.decide.ahp import weigh

    return weigh


def _write_report(
    command: str,
    answers: "Answers",
    evidence: "Evidence",
    when: date,
    output: Path,
    format: str = "html",
) -> None:
    from advisor.publish import write_file
    from advisor.render.report import report as render_report
    from advisor.render.terminal import summary

    decision = _decided(answers, evidence, when)
    text = render_report(
        decision,
        evidence.catalog,
        _provenance(command, evidence),
        runs=evidence.runs,
        format=format,
    )
    write_file(output, text)
    typer.echo(summary(decision, evidence.catalog))
    typer.echo(f"Report: {output}")


def _command(
    name: str, answers_file: Path, when: date, results: list[Path] | None, told: list[str]
) -> str:
    """What to type to get the same again: files by name, wherever they are."""
    runs = [word for folder in results or () for word in ("--results", folder.name)]
    return shlex.join(["advisor", name, answers_file.name, "--as-of", str(when), *runs, *told])


def _provenance(command: str, evidence: "Evidence") -> "Provenance":
    from advisor.render.record import Provenance

    return Provenance(command, __version__, own_runs=evidence.own)


def _evidence_of(results: list[Path] | None) -> "Callable[[date], Evidence]":
    """What gathers the evidence as of a date, once for each."""
    from advisor.evidence import gather

    return cache(lambda when: gather(results or (), when))


def _say_finding(path: Path, finding: "Finding") -> None:
    """What `verify` found: on standard output if it can tell, else on standard error."""
    said = {
        "untouched": "untouched: this is what its answers and evidence give",
        "edited": "edited since it was made",
        "unknown": "no way to tell: its seal is unbroken, but it cannot be made again here",
    }
    typer.echo(f"{path}: {said[finding.outcome]}", err=finding.outcome == "unknown")
    if found := finding.difference:
        section = f' in "{found.section}"' if found.section else ""
        typer.echo(f"  {found.lines} lines differ, the first is line {found.line}{section}:")
        typer.echo(f"    found    {found.found!r}")
        typer.echo(f"    made as  {found.made!r}")
    for reason in finding.reasons:
        typer.echo(f"advisor: {reason}", err=True)


def _check(
    paths: list[Path] | None,
    as_of: str | None,
    results: list[Path] | None,
    *,
    as_json: bool,
    stale_ok: bool,
) -> int:
    """Print what became of the recorded decisions; the exit code."""
    from advisor.evidence import parse_date, today
    from advisor.recheck import recheck_all, worst
    from advisor.register import open_register

    when = parse_date(as_of, "--as-of") if as_of else today()
    evidence_of = _evidence_of(results)
    where = paths or [open_register(Path(), None, None).folder]
    checks, problems = recheck_all(where, evidence_of, as_of=when)
    _say_checks(checks, problems, evidence_of(when).catalog, as_json=as_json)
    if problems:
        return FAILED
    outcome = worst(check.outcome for check in checks)
    return 0 if stale_ok and outcome != "flipped" else CODES[outcome]


def _say_checks(
    checks: "list[Recheck]", problems: "list[Problem]", catalog: "Catalog", *, as_json: bool
) -> None:
    """As text or JSON, and under GitHub's Actions as annotations too."""
    from advisor.render.rechecks import annotations, rechecks_json, rechecks_text
    from advisor.render.record import json_text

    if as_json:
        typer.echo(json_text(rechecks_json(checks, problems)), nl=False)
    else:
        typer.echo(rechecks_text(checks, catalog, version=__version__), nl=False)
    for problem in problems:
        typer.echo(f"advisor: {problem}", err=True)
    if os.environ.get("GITHUB_ACTIONS") == "true":
        for line in annotations(checks, problems, catalog):
            typer.echo(line, err=as_json)
