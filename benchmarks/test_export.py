"""Export: what the framework's formats cost, and what a model is like in its real runtime.

One measurement is one format. The artefact must compute what the framework computes, or there is
no number; then its size, the time to export it, and its latency for a batch of one are observed.
"""

from collections.abc import Callable
from typing import Any

from benchmarks.errors import RefusedError
from benchmarks.exporters.trial import Trial, attempt
from benchmarks.runfile import RunFile
from benchmarks.tasks.task import Rounds, Task
from benchmarks.timing import observe


def test_export(
    benchmark: Any,
    task: Task,
    rounds: Rounds,
    format_id: str,
    run_file: RunFile,
    describe: Callable[[int, str], None],
) -> None:
    describe(1, "synthetic")
    if run_file.device != "cpu":
        raise RefusedError("exported models are run on the processor only")

    def run() -> Trial:
        return attempt(run_file.stack, task.id, format_id, threads=run_file.threads, rounds=rounds)

    trial: Trial = benchmark.pedantic(run, rounds=1)
    run_file.versions, run_file.flags = trial.versions, trial.flags
    observe(benchmark, f"{format_id}-latency-seconds", unit="s", values=trial.latencies)
    observe(benchmark, f"{format_id}-export-seconds", unit="s", values=[trial.export_seconds])
    observe(benchmark, f"{format_id}-bytes", unit="bytes", values=[trial.bytes])
    benchmark.extra_info.update(
        format=format_id,
        relative_difference=trial.relative,
        largest_difference=trial.largest,
        load_seconds=trial.load_seconds,
        runtime=trial.runtime,
        runtime_threads=trial.threads,
    )
