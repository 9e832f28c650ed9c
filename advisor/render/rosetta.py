"""Tasks -> the phrase book: the same model in every framework, side by side."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from advisor.laboratory import Agreement, Source, TaskSource
from advisor.model import Catalog, Framework, Workload
from advisor.render.measurements import Line, Machine
from advisor.render.site_page import SitePage

__all__ = ["TaskView", "Version", "task_pages", "task_views"]


@dataclass(frozen=True)
class Version:
    """A task's model in one framework."""

    framework: Framework
    source: Source


@dataclass(frozen=True)
class TaskView:
    """A task as its page shows it."""

    source: TaskSource
    workloads: tuple[Workload, ...]
    versions: tuple[Version, ...]

    @property
    def id(self) -> str:
        """Its name in the results."""
        return self.source.id

    @property
    def title(self) -> str:
        """What it is, in a few words, capitalised."""
        return self.source.title[:1].upper() + self.source.title[1:]

    @property
    def agreement(self) -> tuple[Agreement, ...]:
        """What was recorded of how near the versions are to each other."""
        return self.source.agreement

    @property
    def agrees(self) -> bool:
        """Whether nothing speaks against the versions being one model."""
        return not any(found.reasons for found in self.agreement)

    @property
    def shortest(self) -> int:
        """The lines of code of the shortest version; 1 where there is none."""
        return min((version.source.size.lines for version in self.versions), default=1)

    def lines(self, framework: str) -> int | None:
        """The lines of code of one framework's version."""
        found = (it.source.size.lines for it in self.versions if it.framework.id == framework)
        return next(found, None)


def task_views(catalog: Catalog, tasks: Iterable[TaskSource]) -> tuple[TaskView, ...]:
    """Each task with the workloads that it speaks for and its versions in the catalogue's order."""
    return tuple(
        TaskView(
            task,
            tuple(workload for workload in catalog.workloads if task.id in workload.tasks),
            tuple(_versions(catalog.frameworks, task)),
        )
        for task in tasks
    )


def _versions(frameworks: Sequence[Framework], task: TaskSource) -> Iterator[Version]:
    for framework in frameworks:
        if framework.id in task.models:
            yield Version(framework, task.models[framework.id])


def task_pages(
    catalog: Catalog, views: Sequence[TaskView], machines: Sequence[Machine]
) -> Iterator[SitePage]:
    """A page per task; its results are those of the newest machine that measured it."""
    for view in views:
        machine = next((it for it in machines if _measured(it, view.id)), None)
        yield SitePage(
            path=f"tasks/{view.id}.html",
            template="task.html",
            card="tasks",
            section="tasks.html",
            context={
                "task": view,
                "machine": machine,
                "results": _results(catalog, machine, view.id) if machine else (),
            },
        )


def _measured(machine: Machine, task: str) -> bool:
    return any(task in page.tasks for page in machine.pages)


def _results(catalog: Catalog, machine: Machine, task: str) -> tuple[Line, ...]:
    """Everything that was measured of a task's default stacks."""
    lines = (part.line(part.metric.name, task, catalog.frameworks) for part in machine.parts)
    return tuple(line for line in lines if line.measured)
