"""Which runs say what an exercise is worth, and what came of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from kit.exercise.intake import read_files
from kit.exercise.languages import ALL
from kit.lint.folder import languages_in
from kit.verdict import Outcome

if TYPE_CHECKING:
    from collections.abc import Container, Mapping
    from pathlib import Path

    from kit.exercise.submission import Submission
    from kit.lint.folder import Written
    from kit.lint.need import Need
    from kit.verdict import Verdict

Kind: TypeAlias = Literal["defaults", "repeat", "starter", "right", "wrong"]


@dataclass(frozen=True, slots=True)
class Trial:
    """A run of the reference by its default values (`seed` None) or by drawn ones, of a starter, or of a further solution."""

    kind: Kind
    label: str  # what it is called, and its folder
    seed: str | None
    must_fail: frozenset[str] = frozenset()  # of a wrong solution

    @property
    def of_reference(self) -> bool:
        return self.kind in ("defaults", "repeat")


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of a trial in the end. `verdict` None: the machine left none, and `trouble` says why. `need`: what
    it took of the limits; the last run, where there were several."""

    trial: Trial
    verdict: Verdict | None
    run_dir: Path
    seconds: float  # of all its runs
    trouble: str = ""
    need: Need | None = None

    @property
    def right(self) -> bool:
        return self.verdict is not None and is_right(self.trial, self.verdict)


@dataclass(frozen=True, slots=True)
class Extent:
    """How much is run: so many `repeats` of the reference; what is in languages that are here (`able`); where it must
    be `quick`, of the wrong solutions only as many as it takes to have each check fail."""

    repeats: int
    able: Container[str] = tuple(ALL)
    quick: bool = False


def trials(written: Written, extent: Extent) -> list[Trial]:
    """Give them in the order in which they say most: while the reference does not pass, nobody learns from the others.

    What is in a language that is not here is left out; `unable` names it.
    """
    name = written.exercise.name
    seeds = [f"{name}/lint-{number}" for number in range(1, extent.repeats + 1)]
    found = [Trial("defaults", "defaults", None)]
    found += [Trial("repeat", f"repeat-{number}", seed) for number, seed in enumerate(seeds, 1)]
    found += [Trial("starter", "starter", seeds[0])] if written.starter else []
    found += [Trial("starter", folder, seeds[0]) for folder in written.starters]
    found += [Trial("right", f"right-{label}", seeds[0]) for label in written.rights]
    found += [
        Trial("wrong", f"wrong-{label}", seeds[0], frozenset(solution.said.fails))
        for label, solution in written.wrongs.items()
    ]
    needs = _needs(written)
    able = [trial for trial in found if all(name in extent.able for name in needs.get(trial.label, ()))]
    return _fewest(able) if extent.quick else able


def _fewest(found: list[Trial]) -> list[Trial]:
    """Leave out each wrong solution whose checks others fail already, those that fail most checked first."""
    chosen: set[str] = set()
    failed: set[str] = set()
    for trial in sorted(found, key=lambda trial: -len(trial.must_fail)):
        if not trial.must_fail <= failed:
            failed |= trial.must_fail
            chosen.add(trial.label)
    return [trial for trial in found if trial.kind != "wrong" or trial.label in chosen]


def unable(written: Written, able: Container[str]) -> dict[str, list[str]]:
    """Give what is left out because its languages are not here: label -> languages."""
    lacking = {
        label: sorted(name for name in names if name not in able) for label, names in _needs(written).items()
    }
    return {label: names for label, names in lacking.items() if names}


def _needs(written: Written) -> dict[str, set[str]]:
    return {
        **{folder: languages_in(files) for folder, files in written.starters.items()},
        **{f"right-{label}": languages_in(files) for label, files in written.rights.items()},
        **{f"wrong-{label}": solution.languages for label, solution in written.wrongs.items()},
    }


def submission(written: Written, trial: Trial) -> Submission | None:
    """Give what is handed in; None: the reference is run as `kit run` does. Raises UsageError, MachineError."""
    folder = written.exercise.folder
    match trial.kind:
        case "defaults":
            return None
        case "repeat":
            return _read(written, "reference", folder / "reference")
        case "starter":
            return _read(written, trial.label, folder / trial.label)
        case "right":
            label = trial.label.removeprefix("right-")
            return _read(written, label, folder / "right" / label)
        case "wrong":
            label = trial.label.removeprefix("wrong-")
            return _read(written, label, folder / "wrong" / label)


def _read(written: Written, name: str, folder: Path) -> Submission:
    return read_files(name, [(folder.name, folder)], written.exercise)


def outcomes(verdict: Verdict) -> dict[str, Outcome]:
    return {finding.name: finding.outcome for finding in verdict.findings}


def failed(verdict: Verdict) -> set[str]:
    return {finding.name for finding in verdict.findings if finding.outcome is Outcome.FAIL}


def is_right(trial: Trial, verdict: Verdict) -> bool:
    """Whether the verdict is what it must be."""
    found = outcomes(verdict)
    match trial.kind:
        case "defaults" | "repeat" | "right":
            return set(found.values()) == {Outcome.PASS}
        case "starter":
            return verdict.outcome is Outcome.FAIL
        case "wrong":
            return failed(verdict) == trial.must_fail and Outcome.INCONCLUSIVE not in found.values()


def is_open(verdict: Verdict | None) -> bool:
    """Whether the machine, and not the exercise, may be what this tells of."""
    return verdict is None or Outcome.INCONCLUSIVE in outcomes(verdict).values()


def count(tried: Mapping[str, Tried], kind: Kind) -> tuple[int, int]:
    """Give how many of a kind are right, and how many there are."""
    of_kind = [one for one in tried.values() if one.trial.kind == kind]
    return sum(one.right for one in of_kind), len(of_kind)
