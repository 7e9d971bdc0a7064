"""A run of the gate: judge the suite, hold it against excuses and baseline."""

from collections.abc import Sequence
from dataclasses import dataclass

from backproof.gate.baseline import Asked, Baseline
from backproof.gate.excuses import Excuse
from backproof.gate.judgement import TWINS, Place
from backproof.gate.outcome import Outcome, notes_on
from backproof.gate.parity import parity
from backproof.gate.sharpness import sharpness
from backproof.report.model import Report


@dataclass(frozen=True)
class Gate:
    """What a report is held against.

    where  name of the baseline's file
    old    what it holds; None where there is no such file
    asked  what the run asks for
    """

    where: str
    old: Baseline | None
    asked: Asked
    excuses: Sequence[Excuse] = ()

    def judged(self, report: Report, new: Baseline) -> Outcome:
        """Return parity and sharpness of a report, in which `new` was found."""
        old = self.old and self.old.within(self.asked)
        whole = not self.asked.cases
        judgements = (
            parity(report, self.excuses, old, new, whole=whole),
            sharpness(old, new, _refused(report), self.where),
        )
        return Outcome(judgements, report, tuple(notes_on(self.old, self.where)))

    def recordable(self, report: Report, new: Baseline) -> Outcome:
        """Return whether a run may become the baseline: parity alone, without the old one."""
        whole = not self.asked.cases
        return Outcome((parity(report, self.excuses, None, new, whole=whole),), report)

    def updated(self, new: Baseline) -> Baseline:
        """Return the baseline with what was found in place of what it held of the same cases."""
        return self.old.without(self.asked).joined(new) if self.old else new


def asked_of(targets: Sequence[str], cases: Sequence[str]) -> Asked:
    """Return what a run asks for, by the words of its targets and the names of its cases."""
    return Asked(frozenset(words or TWINS for words in targets), frozenset(cases))


def _refused(report: Report) -> frozenset[Place]:
    """Return the targets and cases that could not be judged."""
    targets = {Place(t.target or TWINS) for t in report.targets if t.refused}
    cases = {
        Place(target.target or TWINS, case.case, case.dtype)
        for target in report.targets
        for case in target.cases
        if case.refused
    }
    return frozenset(targets | cases)
