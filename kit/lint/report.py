"""What is told of an exercise: its complaints, and its row of the table."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kit.lint import files, statements, verdicts, wrongs
from kit.lint.complaint import Complaint, complaints_of
from kit.lint.trials import count, outcomes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kit.errors import ExerciseError
    from kit.lint.folder import Written
    from kit.lint.trials import Tried

COLUMNS = (
    "exercise",
    "reference passes",
    "starter fails",
    "wrongs fail where named",
    "repeats same",
    "seconds",
)
NOT_RUN = "-"


@dataclass(frozen=True)
class Report:
    """`tried` None: nothing was to be run. `trouble`: what the machine could not do."""

    exercise: str
    backend: str = ""
    complaints: tuple[Complaint, ...] = ()
    tried: Mapping[str, Tried] | None = field(default=None, repr=False)
    trouble: tuple[str, ...] = ()

    @property
    def errors(self) -> int:
        return sum(complaint.weight == "error" for complaint in self.complaints)


def of_faults(name: str, error: ExerciseError) -> Report:
    """Tell of an exercise that cannot be read: its faults of format are all that is known of it."""
    return Report(name, complaints=tuple(Complaint(fault, "format") for fault in error.faults))


def of_files(written: Written) -> Report:
    """Tell what its files owe."""
    rules = (*files.RULES, *statements.RULES, *wrongs.RULES)
    found = [*complaints_of(rules, written), *complaints_of(files.WARNINGS, written, weight="warning")]
    return Report(written.exercise.name, complaints=tuple(sorted(set(found))))


def of_runs(written: Written, backend: str, tried: Mapping[str, Tried]) -> Report:
    """Tell what its files owe, and what its runs showed."""
    found = [
        *of_files(written).complaints,
        *complaints_of(verdicts.RULES, written, tried),
        *complaints_of(verdicts.WARNINGS, written, tried, weight="warning"),
    ]
    trouble = tuple(verdicts.trouble(tried.values()))
    return Report(written.exercise.name, backend, tuple(sorted(set(found))), tried, trouble)


def row(report: Report) -> tuple[str, ...]:
    """Give the cells of COLUMNS."""
    if not report.tried:
        return (report.exercise, *(NOT_RUN for _ in COLUMNS[1:]))
    of_reference = [one for one in report.tried.values() if one.trial.of_reference]
    passing = f"{sum(one.right for one in of_reference)} of {len(of_reference)}"
    starter, starters = count(report.tried, "starter")
    wrong, all_wrong = count(report.tried, "wrong")
    same, repeats = same_repeats(report.tried)
    return (
        report.exercise,
        passing,
        ("yes" if starter == starters else "no") if starters else NOT_RUN,
        f"{wrong} of {all_wrong}" if all_wrong else NOT_RUN,
        f"{same} of {repeats}",
        f"{seconds(report.tried):.1f}",
    )


def same_repeats(tried: Mapping[str, Tried]) -> tuple[int, int]:
    """Give how many repeats of the reference say what most of them say, and how many there are."""
    repeats = [one.verdict for one in tried.values() if one.trial.kind == "repeat"]
    said = [tuple(outcomes(verdict).items()) for verdict in repeats if verdict is not None]
    return max(map(said.count, said), default=0), len(repeats)


def seconds(tried: Mapping[str, Tried]) -> float:
    return sum(one.seconds for one in tried.values())


def value(report: Report) -> dict[str, Any]:
    """Give all of it as plain values, for a program."""
    return {
        "exercise": report.exercise,
        "backend": report.backend or None,
        "errors": report.errors,
        "complaints": [
            {
                "rule": one.rule,
                "weight": one.weight,
                "path": one.fault.path,
                "line": one.fault.line,
                "column": one.fault.column,
                "text": one.fault.text,
            }
            for one in report.complaints
        ],
        "trouble": list(report.trouble),
        "runs": [_run(one) for one in (report.tried or {}).values()],
    }


def _run(one: Tried) -> dict[str, Any]:
    return {
        "label": one.trial.label,
        "kind": one.trial.kind,
        "seed": one.trial.seed,
        "right": one.right,
        "outcomes": {} if one.verdict is None else outcomes(one.verdict),
        "must_fail": sorted(one.trial.must_fail),
        "seconds": round(one.seconds, 3),
        "run_dir": str(one.run_dir),
    }
