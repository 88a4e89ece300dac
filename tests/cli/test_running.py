from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kit import renderers
from kit.backends.base import Promise
from kit.cli import running, screen
from kit.cli.running import worst
from kit.errors import ExerciseError, Fault, MachineError
from tests.cli.conftest import MISSING, NO_IMAGE, THERE
from tests.renderers.verdicts import HANDSHAKE, HIDDEN, ORDER, QUEUE, verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from kit.verdict import Verdict
    from tests.cli.conftest import Judged, Kit, ScriptedBackend

PASS, FAIL, OPEN = verdict(HANDSHAKE), verdict(ORDER), verdict(QUEUE)


@pytest.mark.parametrize(("answer", "code"), [(PASS, 0), (FAIL, 1), (OPEN, 3), (verdict(), 3)])
def test_the_exit_code_is_the_outcome(kit: Kit, judged: Judged, answer: object, code: int) -> None:
    judged.answers[None] = answer  # type: ignore[assignment]
    assert kit("run", "listen-accept").exit_code == code


def test_the_verdict_goes_to_stdout_and_the_choice_of_auto_to_stderr(kit: Kit, judged: Judged) -> None:
    result = kit("run", "listen-accept")
    assert "PASS  1 of 1 points" in result.stdout
    assert result.stderr == "kit: running on docker\n"
    assert judged.asked[0][:3] == (None, None, "docker")


def test_json_is_one_line_and_nothing_else_on_stdout(kit: Kit, judged: Judged) -> None:
    assert judged
    result = kit("run", "listen-accept", "--format", "json", "--backend", "netns")
    assert json.loads(result.stdout)["outcome"] == "pass"
    assert result.stdout.count("\n") == 1
    assert result.stderr == ""


def test_without_out_each_run_gets_a_new_folder_in_runs(kit: Kit, judged: Judged) -> None:
    kit("run", "listen-accept")
    kit("run", "listen-accept")
    first, second = (asked[3] for asked in judged.asked)
    assert first != second
    assert first.parent.name == "runs"
    assert first.name.startswith("listen-accept-")


def test_out_is_the_run_directory_itself(kit: Kit, judged: Judged, tmp_path: Path) -> None:
    kit("run", "listen-accept", "--out", str(tmp_path / "a" / "b"), "--seed", "s7")
    assert judged.asked[0][1] == "s7"
    assert judged.asked[0][3] == tmp_path / "a" / "b"


def test_the_language_is_the_locales_unless_asked(
    kit: Kit, judged: Judged, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged.answers[None] = FAIL
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    assert "未通过" in kit("run", "listen-accept").stdout
    assert "FAIL" in kit("run", "listen-accept", "--lang", "en").stdout


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--format", "jsno", "unknown format 'jsno'; did you mean 'json'?"),
        ("--lang", "zhh", "unknown language 'zhh'; did you mean 'zh'?"),
        ("--for", "studnet", "unknown reader 'studnet'; did you mean 'student'?"),
    ],
)
def test_a_wrong_name_is_said_before_anything_runs(
    kit: Kit, judged: Judged, option: str, value: str, said: str
) -> None:
    result = kit("run", "listen-accept", option, value)
    assert result.exit_code == 2
    assert said in result.stderr
    assert judged.asked == []


def test_trouble_of_the_machine_is_not_a_fail(kit: Kit, judged: Judged) -> None:
    judged.answers[None] = MachineError("/var: disk full", remedy="make room")
    result = kit("run", "listen-accept")
    assert result.exit_code == 3
    assert result.stderr.endswith("kit: /var: disk full\n  make room\n")
    assert result.stdout == ""


def test_grade_judges_each_submission_in_order(kit: Kit, judged: Judged, tmp_path: Path) -> None:
    result = kit("grade", "listen-accept", "alice", "bob", "--out", str(tmp_path / "out"), "--format", "json")
    assert [json.loads(line)["submission"] for line in result.stdout.splitlines()] == ["alice", "bob"]
    assert [asked[3] for asked in judged.asked] == [tmp_path / "out" / "alice", tmp_path / "out" / "bob"]
    assert result.exit_code == 0


def test_programs_that_nobody_trusts_are_not_run_where_a_promise_is_not_kept(
    kit: Kit, judged: Judged, backends: dict[str, ScriptedBackend]
) -> None:
    backends["docker"].promised = [Promise("memory", "no cgroup", "run kit as root")]
    refused = kit("grade", "listen-accept", "alice")
    assert refused.exit_code == 3
    assert (
        "kit: docker does not keep this promise here: memory: no cgroup\n  run kit as root; or"
        in refused.stderr
    )
    assert judged.asked == []
    assert kit("grade", "listen-accept", "alice", "--trust").exit_code == 0


def test_one_submission_has_out_for_itself(kit: Kit, judged: Judged, tmp_path: Path) -> None:
    kit("grade", "listen-accept", "alice", "--out", str(tmp_path / "out"))
    assert judged.asked[0][3] == tmp_path / "out"


def test_a_misspelt_submission_is_said_before_any_is_run(kit: Kit, judged: Judged) -> None:
    result = kit("grade", "listen-accept", "alice", "missing")
    assert result.exit_code == 2
    assert "kit: missing: no such submission\n  give a folder\n" in result.stderr
    assert judged.asked == []


def test_two_submissions_of_one_name_do_not_share_a_place(kit: Kit, judged: Judged) -> None:
    result = kit("grade", "listen-accept", "a/alice", "b/alice", "--out", "out")
    assert result.exit_code == 2
    assert "two submissions are called 'alice'" in result.stderr
    assert judged.asked == []


def test_the_trouble_of_one_does_not_take_the_others_verdicts(kit: Kit, judged: Judged) -> None:
    judged.answers["alice"] = MachineError("the engine was lost")
    result = kit("grade", "listen-accept", "alice", "bob", "--format", "json")
    assert json.loads(result.stdout)["submission"] == "bob"
    assert "kit: the engine was lost" in result.stderr
    assert result.exit_code == 3


def test_a_hidden_failure_is_told_to_the_teacher_and_by_the_exit_code(kit: Kit, judged: Judged) -> None:
    judged.answers["alice"] = verdict(HANDSHAKE, HIDDEN)
    student = kit("grade", "listen-accept", "alice")
    assert (student.exit_code, "SO FAR PASSED" in student.stdout) == (1, True)
    teacher = kit("grade", "listen-accept", "alice", "--for", "teacher")
    assert (teacher.exit_code, "secret-order (hidden)" in teacher.stdout) == (1, True)
    assert json.loads(kit("regrade", "alice", "--format", "json").stdout)["outcome"] == "fail"
    seen = json.loads(kit("regrade", "alice", "--format", "json", "--for", "student").stdout)
    assert seen["outcome"] == "so far passed"


def test_a_document_is_whole_though_one_of_its_verdicts_had_trouble(kit: Kit, judged: Judged) -> None:
    judged.answers["alice"] = MachineError("the engine was lost")
    result = kit("grade", "listen-accept", "alice", "bob", "--format", "junit")
    assert result.stdout.endswith("</testsuites>\n")
    assert (result.stdout.count("<testsuite "), result.exit_code) == (1, 3)


def test_a_verdict_is_written_before_the_next_submission_is_judged(
    judged: Judged, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(screen, "result", said.append)
    seen = []

    def judge_one(name: str) -> Verdict:
        seen.append((name, len(said)))
        return judged.regrade(Path(name))

    assert running._each(judge_one, ["alice", "bob"], running._written("json", "en", None)) == 0
    assert seen == [("alice", 0), ("bob", 1)]


def test_a_verdict_that_could_not_be_written_does_not_take_the_next(
    judged: Judged, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []

    def result(text: str) -> None:
        said.append(text)
        if len(said) == 1:
            raise MachineError("standard output: cannot be written")

    monkeypatch.setattr(screen, "result", result)
    judged.answers["alice"] = FAIL
    written = running._written("json", "en", None)
    assert running._each(lambda name: judged.regrade(Path(name)), ["alice", "bob"], written) == 3
    assert json.loads(said[1])["outcome"] == "pass"


def test_every_format_is_in_the_help(kit: Kit) -> None:
    told = "".join(kit("grade", "--help", env={"COLUMNS": "300"}).stdout.split())
    assert "|".join(renderers.names()) in told


@pytest.mark.parametrize(
    ("codes", "code"),
    [([0, 0], 0), ([0, 1], 1), ([0, 3], 3), ([3, 1, 0], 1), ([1, 2, 3], 2)],
)
def test_the_worst_of_many_is_the_exit_code(codes: list[int], code: int) -> None:
    assert worst(codes) == code


def test_regrade_tells_the_verdict_of_each_directory(kit: Kit, judged: Judged) -> None:
    judged.answers["two"] = FAIL
    result = kit("regrade", "runs/one", "runs/two", "--format", "json")
    assert [json.loads(line)["outcome"] for line in result.stdout.splitlines()] == ["pass", "fail"]
    assert result.exit_code == 1


def test_auto_falls_back_and_says_why(kit: Kit, judged: Judged, backends: dict[str, ScriptedBackend]) -> None:
    backends["docker"].needs = [MISSING]
    result = kit("run", "listen-accept")
    assert judged.asked[0][2] == "netns"
    assert result.stderr == "kit: running on netns (docker: docker needs engine: does not answer)\n"


def test_auto_falls_back_where_the_image_cannot_be_built(
    kit: Kit, judged: Judged, backends: dict[str, ScriptedBackend], monkeypatch: pytest.MonkeyPatch
) -> None:
    backends["docker"].needs = [THERE, NO_IMAGE]

    def cannot(_report: object) -> None:
        raise MachineError("no registry, and mmdebstrap is missing", remedy="apt-get install mmdebstrap")

    monkeypatch.setattr("kit.image.ensure", cannot)
    result = kit("run", "listen-accept")
    assert judged.asked[0][2] == "netns"
    assert result.stderr == "kit: running on netns (docker: no registry, and mmdebstrap is missing)\n"


def test_no_backend_at_all_is_the_machines_fault(
    kit: Kit, judged: Judged, backends: dict[str, ScriptedBackend]
) -> None:
    for backend in backends.values():
        backend.needs = [MISSING]
    result = kit("run", "listen-accept")
    assert result.exit_code == 3
    assert "no backend can run here" in result.stderr
    assert "kit doctor" in result.stderr
    assert judged.asked == []


def test_a_backend_that_was_asked_for_has_no_substitute(
    kit: Kit, judged: Judged, backends: dict[str, ScriptedBackend]
) -> None:
    backends["docker"].needs = [MISSING]
    result = kit("run", "listen-accept", "--backend", "docker")
    assert result.exit_code == 3
    assert result.stderr == "kit: docker needs engine: does not answer\n  sudo systemctl start docker\n"
    assert judged.asked == []


def test_the_first_build_of_the_image_is_told_once_where_there_is_no_terminal(
    kit: Kit, judged: Judged, backends: dict[str, ScriptedBackend], monkeypatch: pytest.MonkeyPatch
) -> None:
    def ensure(report: Callable[[str], None]) -> None:
        for text in ("step 1", "step 2"):
            report(text)

    backends["docker"].needs = [THERE, NO_IMAGE]
    monkeypatch.setattr("kit.image.ensure", ensure)
    result = kit("run", "listen-accept", "--backend", "docker")
    assert result.stderr == "kit: building the host image, once: step 1\n"
    assert judged.asked


def test_every_fault_of_a_broken_exercise_is_told(kit: Kit, judged: Judged) -> None:
    judged.answers[None] = ExerciseError(
        [Fault("e.yaml", 14, 7, "unknown host 'h3'"), Fault("e.yaml", 2, 1, "no title")]
    )
    result = kit("run", "listen-accept")
    assert result.exit_code == 2
    assert "kit: e.yaml:2:1: no title\ne.yaml:14:7: unknown host 'h3'\n" in result.stderr
