"""An exercise.yaml is a file of tests, each of its checks an item, and the finding its report.

fail is a failure; inconclusive, or the machine's fault, is an error (it happens in the setup); skipped is skipped. The
exercise is run once in a process, in the setup of the file: before the first of its items that is really executed.
What is withheld from who reads the report is skipped, too, whatever it is: only pytest's exit code knows.
Two items more are there for the kit's own findings, `submission` and `timeline`: they pass where there was
nothing to say, and `timeline` also speaks for any finding that is no item's, so that nothing is silent.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from kit import __version__
from kit.errors import KitError
from kit.exercise import loader
from kit.exercise.rules import RESERVED_FINDINGS
from kit.exercise.yaml import Sequence
from kit.pytest_plugin import grading
from kit.renderers import inert, inert_line, told, word
from kit.renderers._shown import points
from kit.renderers.text import explain
from kit.verdict import TIMELINE, Outcome, combine

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator
    from pathlib import Path

    from kit.exercise.loader import Exercise
    from kit.renderers import Shown
    from kit.verdict import Finding, Verdict


class Collecting:
    """The hooks of a pytest that was given a submission."""

    def __init__(self, config: pytest.Config) -> None:
        try:
            self.wanted = grading.wanted(config)
        except KitError as error:
            raise pytest.UsageError(_words(error)) from None
        self._failed_unseen = False

    def pytest_report_header(self) -> str:
        return f"kit {__version__}: {inert_line(str(self.wanted.submission))} on {self.wanted.backend}"

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
        if file_path.name != loader.FILE:
            return None
        file: ExerciseFile = ExerciseFile.from_parent(parent, path=file_path)
        file.wanted = self.wanted
        return file

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Let a report point at the check, where pytest would have the line of ours that told it."""
        report = yield
        if isinstance(item, FindingItem):
            path, line = str(item.path), item.row.line + 1
            if isinstance(report.longrepr, tuple):
                report.longrepr = (path, line, report.longrepr[2])
            elif (crash := getattr(report.longrepr, "reprcrash", None)) is not None:
                crash.path, crash.lineno = path, line
            report.kit_failed_unseen = item.failed_unseen  # type: ignore[attr-defined]  # any field, says BaseReport
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._failed_unseen |= getattr(report, "kit_failed_unseen", False)  # of a worker's, too

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Let the exit code be the true outcome: it is for machines."""
        if self._failed_unseen and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


class ExerciseFile(pytest.File):
    wanted: grading.Wanted
    exercise: Exercise
    _answer: Verdict | KitError | None = None

    def collect(self) -> Iterator[pytest.Item]:
        try:
            self.exercise = loader.load(self.path.parent)
        except KitError as error:
            raise self.CollectError(_words(error)) from None
        if self.config.pluginmanager.hasplugin("xdist"):
            self.add_marker(pytest.mark.xdist_group(self.exercise.name))
        for row in _rows(self.exercise, tell_hidden=self.wanted.reader.audience == "teacher"):
            yield FindingItem.from_parent(self, name=row.shown, row=row)

    def setup(self) -> None:
        self.verdict()

    def verdict(self) -> Verdict:
        """Run the exercise, the first time; what came of it is the same for all items, in whatever order they come."""
        if self._answer is None:
            try:
                self._answer = grading.grade(self.exercise, self.wanted, self._place())
            except KitError as error:
                self._answer = error
        if isinstance(self._answer, KitError):
            pytest.fail(_words(self._answer), pytrace=False)
        return self._answer

    def item_of(self, finding: Finding) -> str:
        """Give the name of the item that reports it; a finding that is no item's is told with the timeline."""
        known = {check.name for check in self.exercise.definition.checks}.union(RESERVED_FINDINGS)
        return finding.name if finding.name in known else TIMELINE

    def _place(self) -> Path:
        """Make the run directory; of several exercises of one name, and several workers, each gets its own."""
        if self.wanted.out is None:
            # A fixture is for functions; this is what its name stands for.
            factory: pytest.TempPathFactory = self.config._tmp_path_factory  # type: ignore[attr-defined]  # noqa: SLF001
            return factory.mktemp(self.exercise.name)
        for number in itertools.count(1):
            folder = self.wanted.out / (
                self.exercise.name if number == 1 else f"{self.exercise.name}-{number}"
            )
            try:
                folder.mkdir(parents=True)
            except FileExistsError:
                continue
            except OSError as error:
                pytest.fail(
                    f"{folder}: cannot be made: {error.strerror}; give another --kit-out", pytrace=False
                )
            return folder
        raise AssertionError


class Row(NamedTuple):
    """What an item stands for. `shown` is its name in reports, `line` counts from 0, as pytest does."""

    name: str
    shown: str
    line: int
    own: bool = False  # the kit's own finding: it may have nothing to say


def _rows(exercise: Exercise, *, tell_hidden: bool) -> Iterator[Row]:
    """Give the kit's own findings, then the checks. The name of a hidden one is for who may know what it found."""
    for name in sorted(RESERVED_FINDINGS):
        yield Row(name, name, 0, own=True)
    node = exercise.tree.get("checks")
    lines = [item.line - 1 for item in node.items] if isinstance(node, Sequence) else []
    hidden = 0
    for check, line in zip(exercise.definition.checks, lines, strict=True):
        hidden += check.hidden
        yield Row(check.name, f"hidden-{hidden}" if check.hidden and not tell_hidden else check.name, line)


class FindingItem(pytest.Item):
    parent: ExerciseFile

    def __init__(self, *, row: Row, **fields: Any) -> None:
        super().__init__(**fields)
        self.row = row
        self._findings: tuple[Finding, ...] = ()
        self.failed_unseen = False  # something that is not told did not pass

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, self.row.line, f"{self.parent.exercise.name}: {self.name}"

    def setup(self) -> None:
        verdict = self.parent.verdict()
        of_item = [
            (finding, row)
            for finding, row in zip(verdict.findings, self._rows(verdict), strict=True)
            if self.parent.item_of(finding) == self.row.name
        ]
        self._findings = tuple(finding for finding, row in of_item if row.outcome is not None)
        unseen = [(finding, row) for finding, row in of_item if row.outcome is None]
        self.failed_unseen = any(
            finding.outcome in (Outcome.FAIL, Outcome.INCONCLUSIVE) for finding, _ in unseen
        )
        self.user_properties += _properties(self._findings, verdict)
        if not of_item and not self.row.own:
            pytest.fail(f"the verdict says nothing of {self.name}: {verdict.run_dir}", pytrace=False)
        if unseen and not self._findings:
            pytest.skip("; ".join(dict.fromkeys(row.remark for _, row in unseen)))
        if self._outcome is Outcome.INCONCLUSIVE:
            pytest.fail(self._explained(verdict), pytrace=False)
        if self._outcome is Outcome.SKIPPED:
            pytest.skip(self._reason(verdict))

    def runtest(self) -> None:
        if self._outcome is Outcome.FAIL:
            pytest.fail(self._explained(self.parent.verdict()), pytrace=False)

    @property
    def _outcome(self) -> Outcome:
        outcomes = [finding.outcome for finding in self._findings] or [Outcome.PASS]
        return Outcome.SKIPPED if set(outcomes) == {Outcome.SKIPPED} else combine(outcomes)

    def _rows(self, verdict: Verdict) -> tuple[Shown, ...]:
        """Give every finding as the reader may see it."""
        return told(verdict, self.parent.wanted.reader).rows

    def _reason(self, verdict: Verdict) -> str:
        rows = [
            row
            for finding, row in zip(verdict.findings, self._rows(verdict), strict=True)
            if finding in self._findings
        ]
        return "; ".join(inert_line(text) for row in rows for _key, text in row.texts())

    def _explained(self, verdict: Verdict) -> str:
        """Say of what did not pass as much as the reader may know, then what to know beside it, and where the evidence is."""
        reader = self.parent.wanted.reader
        seen = told(verdict, reader)
        parts = [
            explain(row, verdict.began_ns, reader).strip("\n")
            or f"{word(reader.lang, f'one {finding.outcome}')} {points(row)}"
            for finding, row in zip(verdict.findings, seen.rows, strict=True)
            if finding in self._findings and finding.outcome not in (Outcome.PASS, Outcome.SKIPPED)
        ]
        parts += [f"{word(reader.lang, 'note')}: {inert(note)}" for note in seen.notes]
        return "\n".join([*parts, f"{word(reader.lang, 'run')}: {inert_line(str(verdict.run_dir))}"])


def _properties(findings: Iterable[Finding], verdict: Verdict) -> list[tuple[str, object]]:
    """Give what JUnit's reader finds beside the result."""
    numbers = [
        (key, f"{value:g}")
        for finding in findings
        if finding.max_points
        for key, value in (("points", finding.points), ("max_points", finding.max_points))
    ]
    return [*numbers, ("run_dir", inert_line(str(verdict.run_dir)))]


def _words(error: KitError) -> str:
    return inert("\n".join(part for part in (error.message, error.remedy) if part))
