"""A whole run: many targets, or many cases of one, each in a worker process."""

import traceback
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from backproof.candidate import NOT_RUN
from backproof.errors import BackproofError
from backproof.suite.request import Request
from backproof.suite.target import Target, unjudged
from backproof.suite.workers import Workers
from backproof.verdict import CaseReport, TargetReport

DIED = (
    "A worker process died before it was judged; is the machine out of memory? Judge fewer at "
    "once with -j 1."
)


@dataclass(frozen=True)
class Task:
    """What a worker does at a time: a file, or one case of the twins or of a program."""

    target: Target
    request: Request


def plan(targets: Sequence[Target], request: Request) -> list[Task]:
    """Return the tasks of a run, those of a target side by side and in order."""
    return [Task(target, part) for target in targets for part in target.parts(request)]


def run(tasks: Sequence[Task], jobs: int) -> Iterator[tuple[int, TargetReport]]:
    """Yield each task's number and report as soon as it is done.

    Where a target is refused, nothing more of it is started.
    """
    refused: set[Target] = set()
    waiting = deque(enumerate(tasks))
    with Workers(min(jobs, len(tasks)), _judge) as workers:
        while waiting or workers.busy:
            while waiting and workers.free:
                number, task = waiting.popleft()
                if task.target not in refused:
                    workers.start(number, task)
            for number, found in workers.finished() if workers.busy else ():
                target = tasks[number].target
                report = found or TargetReport(target.words, [], refused=DIED)
                if report.refused:
                    refused.add(target)
                yield number, report


def _judge(task: Task) -> TargetReport:
    """Judge one task; whatever goes wrong with it harms no other."""
    words = task.target.words
    try:
        return task.target.judge(task.request)
    except BackproofError as error:
        return TargetReport(words, [], refused=str(error))
    except Exception as error:
        traceback.print_exc()
        sentence = f"The judge itself failed on {words}: {type(error).__name__}; please report it."
        return TargetReport(words, [], refused=sentence)


def gathered(tasks: Sequence[Task], found: Mapping[int, TargetReport]) -> list[TargetReport]:
    """Return one report a target, in the order in which they were asked for."""
    numbers = range(len(tasks))
    groups = groupby(numbers, key=lambda number: tasks[number].target)
    return [_settled(_joined(tasks, found, list(group))) for _, group in groups]


def _joined(
    tasks: Sequence[Task], found: Mapping[int, TargetReport], numbers: Sequence[int]
) -> TargetReport:
    """Join the parts of a target, up to the first that ends it.

    What was run beside that part is dropped, so that the report does not hang on who was faster.
    """
    if len(numbers) == 1:
        return found[numbers[0]]
    cases: list[CaseReport] = []
    for position, number in enumerate(numbers):
        part = found[number]
        if part.refused and not part.cases:
            return part
        cases += part.cases
        if part.refused:
            cases += [_not_run(tasks[later]) for later in numbers[position + 1 :]]
            break
    return TargetReport(tasks[numbers[0]].target.words, cases)


def _not_run(task: Task) -> CaseReport:
    ((case, dtype),) = task.request.questions()
    return unjudged(case, dtype, task.request, skipped=NOT_RUN)


def _settled(report: TargetReport) -> TargetReport:
    """Return the report as refused, in one sentence, where no case was judged and one failed."""
    failed = [case for case in report.cases if case.refused]
    if report.refused or report.judged or not failed:
        return report
    first, others = failed[0], len(report.cases) - 1
    alike = len(failed) == 1 + others and len({case.refused for case in failed}) == 1
    sentence = f"{report.target} on case {first.case}: {first.refused}"
    if first.refused.startswith(report.target):
        sentence = first.refused
    elif others and alike:
        sentence = f"{report.target}: {first.refused}"
    elif any(case.skipped == NOT_RUN for case in report.cases):
        sentence += " The other cases were not run."
    elif others:
        sentence += " None of the other cases could be judged either."
    return replace(report, refused=sentence)
