"""docs/mutation.md: how many mutants, how many killed, which survive and why."""

from collections import Counter
from collections.abc import Mapping

from parity_tests.mutation.kinds import KINDS
from parity_tests.mutation.mutants import MODULES, Mutant
from parity_tests.mutation.survivors import reason
from parity_tests.mutation.worker import TESTS, Outcome

HEAD = """\
# Mutation testing of impl_numpy

Does a test fail when one thing in the network by hand is changed?  Each mutant is a module of
impl_numpy with a single change, and is put before the tests in place of the module.

* Command: `make mutants`.  It writes this page, goes on where it was stopped, and exits with 1 when
  a mutant survives that `parity_tests/mutation/survivors.toml` does not explain.
* Modules: {modules}.
* Tests, up to the first that fails: {tests}.  The other tests could only kill more.
* cosmic-ray brings the parse tree and the operators for arithmetic, comparisons, numbers, truth
  values, conditions, loops and decorators; those for matrix code are in
  `parity_tests/mutation/operators.py`.  Its own execution is not used: it writes each mutant over
  the module, and starts every run anew, which imports torch each time.
* Not changed: docstrings, annotations, imports, `__all__`, the text of an error.  That an error is
  raised is behaviour.  Of arithmetic operators, those that want integers are not put in.
* Two changes that make the same source are one mutant.

**{total:,} mutants: {killed:,} killed, {timeouts} of them by never ending; {survived} survive, \
each with a reason{missing}.**
"""


def page(outcomes: Mapping[Mutant, Outcome]) -> str:
    """Return the page as Markdown."""
    states = Counter(found.state for found in outcomes.values())
    survived = [mutant for mutant, found in outcomes.items() if found.state == "survived"]
    missing = sum(not reason(mutant) for mutant in survived)
    head = HEAD.format(
        modules=", ".join(f"`{name}`" for name in MODULES),
        tests=", ".join(f"`{test.split('/')[-1]}`" for test in TESTS),
        total=len(outcomes),
        killed=states["killed"] + states["timeout"],
        timeouts=states["timeout"],
        survived=len(survived),
        missing=f" but {missing}" if missing else "",
    )
    return "\n".join([head, *_kinds(outcomes), *_modules(outcomes), *_survivors(survived)])


def _kinds(outcomes: Mapping[Mutant, Outcome]) -> list[str]:
    lines = ["## By kind", "", "| kind | what is changed | mutants | killed | survive |"]
    lines.append("|---|---|--:|--:|--:|")
    for name, kind in KINDS.items():
        lines.append(f"| {name} | {kind.about} | {_counts(outcomes, 'kind', name)} |")
    return [*lines, ""]


def _modules(outcomes: Mapping[Mutant, Outcome]) -> list[str]:
    lines = ["## By module", "", "| module | mutants | killed | survive |", "|---|--:|--:|--:|"]
    lines += [f"| `{name}` | {_counts(outcomes, 'module', name)} |" for name in MODULES]
    return [*lines, ""]


def _counts(outcomes: Mapping[Mutant, Outcome], attribute: str, value: str) -> str:
    states = [found.state for m, found in outcomes.items() if getattr(m, attribute) == value]
    survive = states.count("survived")
    return f"{len(states)} | {len(states) - survive} | {survive}"


def _survivors(survived: list[Mutant]) -> list[str]:
    """Return the survivors, those with one reason together, in order of module and line."""
    lines = ["## Survivors", ""]
    by_reason: dict[str, list[Mutant]] = {}
    for mutant in sorted(survived, key=lambda m: (m.module, m.line, m.after)):
        by_reason.setdefault(reason(mutant) or "No reason is given.", []).append(mutant)
    for why, mutants in by_reason.items():
        lines += [why, ""]
        lines += [f"* `{m.module}.{m.function}`: `{m.before}` → `{m.after}`" for m in mutants]
        lines.append("")
    return lines
