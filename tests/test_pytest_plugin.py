"""pytest as a grader: what it collects, what it runs, what it reports, and what it leaves alone.

Most runs are scripted: what `grading.grade` answers is a literal verdict, all else is real.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

import kit
from kit.backends.base import Promise
from kit.cli import choices
from kit.errors import BackendError, KitError, MachineError
from kit.pytest_plugin import collecting, grading
from kit.renderers import Options
from kit.verdict import Outcome
from tests.cli.conftest import ScriptedBackend
from tests.remains import life_of, remains
from tests.renderers.verdicts import HANDSHAKE, HIDDEN, ORDER, QUEUE, RECEIVED, TIMELINE, verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kit.exercise.loader import Exercise
    from kit.verdict import Finding, Verdict

assert collecting  # imported here, so that each run inside a test has the same modules
pytest_plugins = ["pytester"]
# Every warning is an error, but for what a pytest in a pytest says of modules that are there already.
STRICT = """\
[pytest]
filterwarnings =
    error
    ignore:Module already imported so cannot be rewritten:pytest.PytestAssertRewriteWarning
"""
EXERCISES = Path(kit.__file__).parent.parent / "exercises"
FILE = """\
title: {en: first come, zh: 先来}
document: none
topics: [listen]
params: {port: {default: "8001", pick: 20000-29999}}
hosts: [server]
programs:
  server: {script: server.py, args: ["${port}"]}
submit: [server.py]
timeline:
  - start: server
  - wait: {exited: [server]}
checks:
  - exit: {program: server}
    name: handshake
    why: {en: why, zh: 为什么}
  - exit: {program: server}
    name: accept_order
    why: {en: why, zh: 为什么}
  - exit: {program: server}
    name: secret-order
    hidden: true
    why: {en: why, zh: 为什么}
"""
NAMES = ["submission", "timeline", "handshake", "accept_order", "hidden-1"]


@dataclass
class Script:
    """What a run answers, and what was run: exercise, options, run directory."""

    answer: Verdict | KitError | BaseException = field(
        default_factory=lambda: verdict(HANDSHAKE, replace(HANDSHAKE, name="accept_order"), HIDDEN)
    )
    asked: list[tuple[str, grading.Wanted, Path]] = field(default_factory=list)

    def grade(self, exercise: Exercise, asked: grading.Wanted, folder: Path) -> Verdict:
        self.asked.append((exercise.name, asked, folder))
        if isinstance(self.answer, BaseException):
            raise self.answer
        return replace(self.answer, run_dir=str(folder))

    def says(self, *findings: Finding, **changes: object) -> None:
        self.answer = verdict(*findings, **changes)


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Script:
    made = Script()
    monkeypatch.setattr(grading, "grade", made.grade)
    return made


@pytest.fixture
def folder(pytester: pytest.Pytester) -> Path:
    """Make a project with one exercise `first`, and a submission `sub`."""
    exercise(pytester.path / "exercises" / "first")
    (pytester.path / "sub").mkdir()
    (pytester.path / "sub" / "server.py").write_text("print(1)\n", encoding="utf-8")
    pytester.makeini(STRICT)
    return pytester.path


def exercise(place: Path, text: str = FILE) -> None:
    (place / "reference").mkdir(parents=True)
    (place / "reference" / "server.py").write_text("print(1)\n", encoding="utf-8")
    (place / "exercise.yaml").write_text(text, encoding="utf-8")


# What is collected


def test_without_a_submission_nothing_is_collected(pytester: pytest.Pytester, folder: Path) -> None:
    assert folder
    assert pytester.runpytest("exercises").ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_every_check_is_an_item_and_so_are_the_kits_own_findings(
    pytester: pytest.Pytester, folder: Path, script: Script
) -> None:
    assert folder
    result = pytester.runpytest("exercises", "--submission=sub", "--collect-only", "-q")
    assert result.outlines[:5] == [f"exercises/first/exercise.yaml::{name}" for name in NAMES]
    assert script.asked == []  # nothing ran


def test_the_name_of_a_hidden_check_is_for_a_teacher(
    pytester: pytest.Pytester, folder: Path, script: Script
) -> None:
    assert folder
    assert script
    result = pytester.runpytest("exercises", "--submission=sub", "--for=teacher", "--collect-only", "-q")
    assert result.outlines[4] == "exercises/first/exercise.yaml::secret-order"


def test_a_broken_exercise_is_a_collection_error_with_its_places(
    pytester: pytest.Pytester, folder: Path, script: Script
) -> None:
    exercise(
        folder / "exercises" / "broken", FILE.replace("exit: {program: server}", "exit: {program: sever}")
    )
    result = pytester.runpytest("exercises", "--submission=sub")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["*exercises/broken/exercise.yaml:13:*'sever'*did you mean 'server'?"])
    result.stdout.no_fnmatch_line("*Traceback*")
    result.stdout.no_fnmatch_line("*collecting.py*")
    assert script.asked == []


# What is run


def test_an_exercise_runs_once_for_all_its_items(
    pytester: pytest.Pytester, folder: Path, script: Script
) -> None:
    exercise(folder / "exercises" / "second")
    pytester.runpytest("exercises", "--submission=sub").assert_outcomes(passed=8, skipped=2)
    assert [name for name, *_ in script.asked] == ["first", "second"]


def test_what_is_not_selected_is_not_run(pytester: pytest.Pytester, folder: Path, script: Script) -> None:
    exercise(folder / "exercises" / "second")
    result = pytester.runpytest("exercises", "--submission=sub", "-k", "second and handshake")
    result.assert_outcomes(passed=1, deselected=9)
    assert [name for name, *_ in script.asked] == ["second"]


def test_the_first_failure_ends_it_where_that_is_wanted(
    pytester: pytest.Pytester, folder: Path, script: Script
) -> None:
    exercise(folder / "exercises" / "second")
    script.says(HANDSHAKE, ORDER, HIDDEN)
    pytester.runpytest("exercises", "--submission=sub", "-x").assert_outcomes(passed=3, failed=1)
    assert [name for name, *_ in script.asked] == ["first"]


def test_options_reach_the_run(pytester: pytest.Pytester, folder: Path, script: Script) -> None:
    typed = "--backend netns --seed 7 --trust --lang zh --for teacher --out evidence"
    pytester.runpytest("exercises", "--submission", "sub", *typed.split())
    ((_, asked, place),) = script.asked
    assert asked == grading.Wanted(
        submission=folder / "sub",
        backend="netns",
        seed="7",
        trust=True,
        reader=Options(lang="zh", audience="teacher"),
        out=folder / "evidence",
    )
    assert place == folder / "evidence" / "first"


def test_each_run_has_a_place_of_its_own(pytester: pytest.Pytester, folder: Path, script: Script) -> None:
    exercise(folder / "exercises" / "more" / "first")
    pytester.runpytest("exercises", "--submission=sub", "--kit-out=evidence")
    assert [place.name for *_, place in script.asked] == ["first", "first-2"]


def test_a_folder_of_the_exercises_name_is_its_submission(tmp_path: Path) -> None:
    (tmp_path / "all" / "first").mkdir(parents=True)
    assert grading.submission_for("first", tmp_path / "all") == tmp_path / "all" / "first"
    assert grading.submission_for("second", tmp_path / "all") == tmp_path / "all"
    assert grading.submission_for("first", tmp_path / "sub.zip") == tmp_path / "sub.zip"


# What is reported


def test_a_failed_check_is_a_failure_with_its_finding(
    pytester: pytest.Pytester, folder: Path, script: Script
) -> None:
    script.says(HANDSHAKE, ORDER, notes=("somebody should know",))
    result = pytester.runpytest("exercises", "--submission=sub", "-k", "accept_order")
    result.assert_outcomes(failed=1, deselected=4)
    result.stdout.fnmatch_lines(
        [
            "*first: accept_order*",
            "expected client1, client2",
            "observed client2, client1",
            "evidence server call 4 at 1.204 s: accept4 returned client2",
            "why      accept takes the oldest",
            "hint     serve it before the next accept",
            "note: somebody should know",
            f"run: {script.asked[0][2]}",
            "FAILED exercises/first/exercise.yaml::accept_order - *",
        ],
        consecutive=False,
    )
    result.stdout.no_fnmatch_line("*collecting.py*")
    assert script.asked[0][2].parent.parent != folder  # pytest's temporary folder


def test_inconclusive_is_an_error(pytester: pytest.Pytester, folder: Path, script: Script) -> None:
    assert folder
    script.says(HANDSHAKE, replace(QUEUE, name="accept_order"))
    result = pytester.runpytest("exercises", "--submission=sub", "-k", "accept_order")
    result.assert_outcomes(errors=1, deselected=4)
    result.stdout.fnmatch_lines(["observed the table was not read"])
    result.stdout.no_fnmatch_line("*collecting.py*")


def test_skipped_is_skipped_with_its_reason_at_the_check(
    pytester: pytest.Pytester, folder: Path, script: Script
) -> None:
    assert folder
    script.says(HANDSHAKE, replace(RECEIVED, name="accept_order"))
    result = pytester.runpytest("exercises", "--submission=sub", "-k", "accept_order", "-rs")
    result.assert_outcomes(skipped=1, deselected=4)
    result.stdout.fnmatch_lines(
        ["SKIPPED [[]1] exercises/first/exercise.yaml:16: needs accept_order, which did not pass"]
    )


@pytest.mark.parametrize("outcome", list(Outcome))
def test_whatever_a_hidden_check_found_is_told_by_the_exit_code_alone(
    pytester: pytest.Pytester, folder: Path, script: Script, outcome: Outcome
) -> None:
    hidden = replace(HIDDEN, answer=replace(HIDDEN.answer, outcome=outcome))
    script.says(HANDSHAKE, replace(HANDSHAKE, name="accept_order"), hidden)
    result = pytester.runpytest("exercises", "--submission=sub", "-rA", "--junitxml=report.xml")
    result.assert_outcomes(passed=4, skipped=1)
    result.stdout.fnmatch_lines(["SKIPPED *: a hidden check: your teacher sees what it found"])
    assert result.ret == (outcome in (Outcome.FAIL, Outcome.INCONCLUSIVE))
    report = (folder / "report.xml").read_text(encoding="utf-8")
    assert "secret" not in result.stdout.str() + report
    case = next(case for case in ET.fromstring(report).iter("testcase") if case.get("name") == "hidden-1")  # noqa: S314  # pytest's own
    assert {one.get("name") for one in case.iter("property")} == {"run_dir"}


def test_a_skipped_or_unsure_hidden_check_tells_no_more(
    pytester: pytest.Pytester, folder: Path, script: Script
) -> None:
    assert folder
    for finding in (RECEIVED, QUEUE):
        hidden = replace(finding, name="secret-order", hidden=True)
        script.says(HANDSHAKE, replace(HANDSHAKE, name="accept_order"), hidden)
        result = pytester.runpytest("exercises", "--submission=sub", "-rA")
        assert not any(text in result.stdout.str() for text in ("secret", "needs", "table"))


def test_a_teacher_is_told_what_a_hidden_check_found(
    pytester: pytest.Pytester, folder: Path, script: Script
) -> None:
    assert folder
    assert script
    result = pytester.runpytest("exercises", "--submission=sub", "--for=teacher")
    result.stdout.fnmatch_lines(["expected secret expectation"])


def test_what_is_skipped_for_a_hidden_check_does_not_name_it(
    pytester: pytest.Pytester, folder: Path, script: Script
) -> None:
    assert folder
    skipped = replace(RECEIVED.answer, observed="needs secret-order, which did not pass")
    script.says(
        HANDSHAKE, replace(RECEIVED, name="accept_order", needs=("secret-order",), answer=skipped), HIDDEN
    )
    result = pytester.runpytest("exercises", "--submission=sub", "-rA")
    result.assert_outcomes(passed=3, skipped=2)
    result.stdout.fnmatch_lines(["SKIPPED *: needs a hidden check: your teacher sees*"])
    result.stdout.no_fnmatch_line("*secret*")


def test_a_report_says_as_much_as_the_exercise_lets_a_student_see(
    pytester: pytest.Pytester, folder: Path, script: Script
) -> None:
    assert folder
    script.says(HANDSHAKE, ORDER, feedback="verdict")
    result = pytester.runpytest("exercises", "--submission=sub", "-k", "accept_order")
    result.stdout.fnmatch_lines(["failed 0/3"])
    result.stdout.no_fnmatch_line("*client2, client1*")


def test_the_kits_own_finding_is_reported_by_its_item(
    pytester: pytest.Pytester, folder: Path, script: Script
) -> None:
    assert folder
    script.says(TIMELINE, HANDSHAKE, replace(RECEIVED, name="accept_order"), HIDDEN)
    result = pytester.runpytest("exercises", "--submission=sub", "-k", "timeline or submission")
    result.assert_outcomes(passed=1, failed=1, deselected=3)
    result.stdout.fnmatch_lines(["*first: timeline*", "observed step 5 was missed"])


def test_a_finding_that_is_no_items_is_told_with_the_timeline(
    pytester: pytest.Pytester, folder: Path, script: Script
) -> None:
    assert folder
    script.says(HANDSHAKE, replace(ORDER, name="of a later kit"))
    result = pytester.runpytest("exercises", "--submission=sub", "-k", "timeline")
    result.assert_outcomes(failed=1, deselected=4)


def test_a_check_that_the_verdict_does_not_name_is_an_error(
    pytester: pytest.Pytester, folder: Path, script: Script
) -> None:
    assert folder
    script.says(HANDSHAKE)
    result = pytester.runpytest("exercises", "--submission=sub", "-k", "accept_order")
    result.assert_outcomes(errors=1, deselected=4)
    result.stdout.fnmatch_lines(["the verdict says nothing of accept_order: *"])


def test_the_machines_trouble_is_an_error_of_every_item_and_is_asked_for_once(
    pytester: pytest.Pytester, folder: Path, script: Script
) -> None:
    assert folder
    script.answer = BackendError("nobody answers", remedy="start the engine")
    result = pytester.runpytest("exercises", "--submission=sub")
    result.assert_outcomes(errors=5)
    result.stdout.fnmatch_lines(["nobody answers", "start the engine"], consecutive=True)
    result.stdout.no_fnmatch_line("*Traceback*")
    assert len(script.asked) == 1


def test_a_fault_of_kits_own_is_an_error_with_its_traceback(
    pytester: pytest.Pytester, folder: Path, script: Script
) -> None:
    assert folder
    script.answer = ZeroDivisionError("kit's own")
    result = pytester.runpytest("exercises", "--submission=sub")
    result.assert_outcomes(errors=5)
    result.stdout.fnmatch_lines(["E * ZeroDivisionError: kit's own"])


def test_a_strangers_text_reaches_the_terminal_as_text(
    pytester: pytest.Pytester, folder: Path, script: Script
) -> None:
    assert folder
    answer = replace(ORDER.answer, observed="\x1b[2J\u202egnp")
    script.says(HANDSHAKE, replace(ORDER, answer=answer))
    result = pytester.runpytest("exercises", "--submission=sub", "-k", "accept_order")
    result.stdout.fnmatch_lines(["observed \\x1b[[]2J\\u202egnp"])


def test_junit_has_failure_error_and_skip_apart_and_the_points(
    pytester: pytest.Pytester, folder: Path, script: Script
) -> None:
    script.says(HANDSHAKE, ORDER, replace(QUEUE, name="secret-order"))
    pytester.runpytest("exercises", "--submission=sub", "--junitxml=report.xml")
    suite = ET.parse(folder / "report.xml").getroot()[0]  # noqa: S314  # pytest's own
    assert [suite.get(key) for key in ("tests", "failures", "errors", "skipped")] == ["5", "1", "1", "0"]
    (failure,) = suite.iter("failure")
    assert (failure.text or "").startswith("expected client1, client2\nobserved client2, client1\n")
    case = next(case for case in suite.iter("testcase") if case.get("name") == "accept_order")
    said = {one.get("name"): one.get("value") for one in case.iter("property")}
    assert said == {"points": "0", "max_points": "3", "run_dir": str(script.asked[0][2])}


# What is refused at once


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["--submission=nowhere"], "nowhere: no such submission"),
        (["--submission=sub", "--backend=nets"], "unknown backend 'nets'; did you mean 'netns'?"),
        (["--submission=sub", "--lang=fr"], "unknown language 'fr'"),
        (["--submission=sub", "--for=me"], "unknown reader 'me'"),
    ],
)
def test_a_wrong_word_is_a_usage_error(
    pytester: pytest.Pytester, folder: Path, typed: list[str], said: str
) -> None:
    assert folder
    result = pytester.runpytest("exercises", *typed)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*{said}*"])


def test_a_configuration_that_came_with_the_submission_is_refused(
    pytester: pytest.Pytester, folder: Path
) -> None:
    (folder / "tox.ini").unlink()
    (folder / "sub" / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    result = pytester.runpytest("exercises", "--submission", "sub")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*took its configuration from the submission*", "*--submission=sub*"])


@pytest.mark.parametrize(
    "typed", [["--submission=sub"], ["--submission", "sub"], ["--kit-submission", "sub"]]
)
def test_a_conftest_in_a_submission_is_never_run(
    pytester: pytest.Pytester, folder: Path, script: Script, typed: list[str]
) -> None:
    (folder / "sub" / "conftest.py").write_text("raise SystemExit('a student ran')", encoding="utf-8")
    pytester.runpytest("exercises", *typed).assert_outcomes(passed=4, skipped=1)
    assert len(script.asked) == 1


# What others have


@pytest.mark.parametrize("typed", [["--backend", "theirs"], ["--backend=theirs"]])
def test_an_option_that_somebody_else_has_stays_theirs(
    pytester: pytest.Pytester, folder: Path, script: Script, typed: list[str]
) -> None:
    assert folder
    pytester.makeconftest(
        """
        def pytest_addoption(parser):
            parser.addoption("--backend", dest="theirs")
        def pytest_report_header(config):
            return f"their backend: {config.option.theirs}"
        """
    )
    result = pytester.runpytest("exercises", "--submission=sub", "--kit-backend=netns", *typed)
    result.stdout.fnmatch_lines(["their backend: theirs"])
    assert script.asked[0][1].backend == "netns"


def test_somebody_elses_submission_is_none_of_ours(
    pytester: pytest.Pytester, folder: Path, script: Script
) -> None:
    assert folder
    pytester.makeconftest("def pytest_addoption(parser): parser.addoption('--submission', type=int)")
    result = pytester.runpytest("exercises", "--submission=3")
    assert (result.ret, script.asked) == (pytest.ExitCode.NO_TESTS_COLLECTED, [])


def test_without_use_it_is_one_module_of_kit(pytester: pytest.Pytester) -> None:
    """What it costs everybody: itself, and kit's own file, which has the version."""
    pytester.makepyfile(
        """
        import sys
        def test_what_is_loaded():
            loaded = sorted(name for name in sys.modules if name.partition(".")[0] == "kit")
            assert loaded == ["kit", "kit.pytest_plugin"]
        """
    )
    assert pytester.runpytest_subprocess().ret == 0


def test_the_machine_is_held_to_its_promises_unless_everything_is_trusted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    backend = ScriptedBackend("netns", promised=[Promise("memory", "no cgroup", "delegate one")])
    monkeypatch.setattr(choices, "named_backend", lambda _name: backend)
    chosen = grading._backend.__wrapped__
    with pytest.raises(MachineError, match="does not keep this promise here: memory: no cgroup"):
        chosen("netns", trust=False)
    trusted: object = chosen("netns", trust=True)
    assert trusted is backend


def test_a_place_that_cannot_be_made_is_an_error(
    pytester: pytest.Pytester, folder: Path, script: Script
) -> None:
    result = pytester.runpytest("exercises", "--submission=sub", f"--out={folder / 'tox.ini'}")
    result.assert_outcomes(errors=5)
    result.stdout.fnmatch_lines(["*tox.ini/first: cannot be made: Not a directory; give another --kit-out"])
    assert script.asked == []


# Real runs


def test_the_items_of_an_exercise_are_one_group_for_workers(
    pytester: pytest.Pytester, folder: Path, script: Script
) -> None:
    assert folder
    assert script
    items, _ = pytester.inline_genitems("exercises", "--submission=sub")
    assert [mark.args for item in items for mark in item.iter_markers("xdist_group")] == [("first",)] * 5


def test_workers_run_an_exercise_once_where_its_items_stay_together(
    pytester: pytest.Pytester, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The scripted run is in a plugin here: the workers are processes of their own. What they withhold counts, too."""
    exercise(folder / "exercises" / "second")
    pytester.makepyfile(
        scripted="""
        from dataclasses import replace
        from kit.pytest_plugin import grading
        from tests.renderers.verdicts import HANDSHAKE, HIDDEN, verdict
        def grade(exercise, asked, folder):
            return verdict(HANDSHAKE, replace(HANDSHAKE, name="accept_order"), HIDDEN, run_dir=str(folder))
        grading.grade = grade
        """
    )
    typed = "-p scripted -n 2 --dist loadfile --kit-out=runs --submission=sub exercises"
    monkeypatch.setenv("PYTHONPATH", f"{folder}:{Path(kit.__file__).parent.parent}")
    result = pytester.runpytest_subprocess(*typed.split())
    result.assert_outcomes(passed=8, skipped=2)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert sorted(path.name for path in (folder / "runs").iterdir()) == ["first", "second"]


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give a folder for temporary files that a program can pass through, which runs as another user."""
    with tempfile.TemporaryDirectory(prefix="kit-test-") as made:
        Path(made).chmod(0o711)
        monkeypatch.setenv("TMPDIR", made)
        yield Path(made)


@pytest.fixture
def real(pytester: pytest.Pytester) -> Path:
    """Make a project with a real exercise, which takes no warning."""
    shutil.copytree(EXERCISES / "listen-accept", pytester.path / "exercises" / "listen-accept")
    pytester.makeini(STRICT)
    return pytester.path / "exercises"


@pytest.mark.netns
def test_a_wrong_solution_on_netns_fails_the_check_that_it_must(
    pytester: pytest.Pytester, real: Path
) -> None:
    wrong = real / "listen-accept" / "wrong" / "accepts-once"
    result = pytester.runpytest_subprocess(
        "exercises/listen-accept", f"--submission={wrong}", "--backend=netns"
    )
    result.assert_outcomes(passed=5, failed=1, skipped=5)
    result.stdout.fnmatch_lines(["FAILED exercises/listen-accept/exercise.yaml::accept_order - *"])


@pytest.mark.netns
def test_a_submission_that_cannot_be_run_is_a_failure(
    pytester: pytest.Pytester, real: Path, tmp_path: Path
) -> None:
    assert real
    result = pytester.runpytest("exercises/listen-accept", f"--submission={tmp_path}", "--backend=netns")
    result.assert_outcomes(passed=1, failed=1, skipped=9)
    result.stdout.fnmatch_lines(["observed server.py, server.c, * is missing; hand*"])


@pytest.mark.docker
def test_the_reference_passes_on_docker(pytester: pytest.Pytester, real: Path) -> None:
    reference = real / "listen-accept" / "reference"
    result = pytester.runpytest_subprocess(
        "exercises/listen-accept", f"--submission={reference}", "--backend=docker"
    )
    assert result.ret == 0


@pytest.mark.netns
def test_an_interrupt_in_the_middle_of_a_run_cleans_up_and_ends_pytest(folder: Path, temporary: Path) -> None:
    """The program never ends, so the run waits for it until the signal comes."""
    (folder / "sub" / "server.py").write_text("import signal\nsignal.pause()\n", encoding="utf-8")
    typed = ["exercises", "--submission=sub", "--backend=netns", "--kit-out=runs", "--kit-trust"]
    heard = "import os, signal, sys; signal.signal(2, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])"
    process = subprocess.Popen(  # whoever runs these tests may ignore SIGINT, and so would their pytest
        [sys.executable, "-c", heard, sys.executable, "-m", "pytest", *typed],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=folder,
    )
    events = folder / "runs" / "first" / "events.jsonl"
    with process:
        while process.poll() is None and not (
            events.exists() and "start: server" in events.read_text(encoding="utf-8")
        ):
            os.sched_yield()
        life = life_of(process.pid, temporary)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=60)
    assert process.returncode == pytest.ExitCode.INTERRUPTED, out
    assert "stopped by SIGINT" in out
    assert f"the evidence so far is in {folder / 'runs' / 'first'}" in out
    assert remains(life, docker=False) == set()
