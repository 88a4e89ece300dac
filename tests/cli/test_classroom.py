"""kit grade --class and kit results as a teacher types them; what grades is scripted, class, journal and files are real."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from kit import interrupts
from kit.classroom.job import Seen
from kit.classroom.journal import Graded, Journal, Key
from kit.errors import MachineError
from tests.classroom.scripted import NO_ANSWER, ScriptedEngine
from tests.renderers.verdicts import HANDSHAKE, verdict

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from typer.testing import Result

    from tests.cli.conftest import Kit

ROSTER = "id,name,section\nalice,Alice A,1\nbob,Bob B,2\ncy,Cy C,1\ndee,Dee D,2\n"


@pytest.fixture
def graded(kit: Kit, engine: ScriptedEngine, tmp_path: Path) -> Callable[..., Result]:
    """Give a call of `kit grade` on a class of three in `class`; `bob` fails."""
    (tmp_path / "class").mkdir()
    for student in ("alice", "bob", "cy"):
        shutil.move(tmp_path / student, tmp_path / "class")
    (tmp_path / "roster.csv").write_text(ROSTER)
    engine.outcomes.setdefault("bob", ["fail"])

    def grade(*options: str) -> Result:
        return kit("grade", "listen-accept", "--class", "class", "--backend", "netns", *options)

    return grade


def lines(result: Result) -> list[dict[str, object]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_class_is_graded_and_what_it_is_stuck_on_is_told(
    graded: Callable[..., Result], engine: ScriptedEngine
) -> None:
    result = graded()
    assert result.exit_code == 1
    assert sorted(engine.ran) == ["alice", "bob", "cy"]
    assert "accept_order   1 of 3" in result.stdout
    assert "listen-accept: 2 passed, 1 failed, 0 inconclusive\n" in result.stdout
    assert "kit: 3 submissions; each entry of class is a student's" in result.stderr
    assert "kit: who stands where: kit results listen-accept\n" in result.stderr
    elsewhere = graded("--journal", "my class.sqlite").stderr
    assert "kit results listen-accept --journal 'my class.sqlite'\n" in elsewhere


def test_a_second_call_runs_nothing_and_tells_the_same(
    graded: Callable[..., Result], engine: ScriptedEngine
) -> None:
    first, second = graded("--format", "json"), graded("--format", "json")
    assert first.stdout == second.stdout
    assert len(engine.ran) == 3
    assert "kit: 3 of 3 verdicts were in the journal already" in second.stderr
    graded("--again")
    assert len(engine.ran) == 6


def test_each_format_tells_all_in_the_order_of_their_ids(graded: Callable[..., Result]) -> None:
    told = lines(graded("--format", "json"))
    assert [(row["submission"], row["outcome"]) for row in told] == [
        ("alice", "pass"),
        ("bob", "fail"),
        ("cy", "pass"),
    ]
    assert graded("--format", "junit").stdout.count("<testsuite ") == 3


def test_each_student_has_a_seed_of_its_own_unless_one_is_given(
    graded: Callable[..., Result], engine: ScriptedEngine
) -> None:
    graded()
    assert {job.seed for job in engine.jobs} == {f"listen-accept/{name}" for name in ("alice", "bob", "cy")}
    engine.jobs.clear()
    graded("--seed", "all")
    assert {job.seed for job in engine.jobs} == {"all"}


def test_evidence_and_journal_are_where_they_are_asked(graded: Callable[..., Result], tmp_path: Path) -> None:
    graded("--out", "here")
    assert (tmp_path / "here" / "journal.sqlite").is_file()
    assert len(list((tmp_path / "here" / "listen-accept" / "alice").iterdir())) == 1
    graded("--out", "there", "--journal", "j.sqlite")
    assert (tmp_path / "j.sqlite").is_file()
    assert not (tmp_path / "there" / "journal.sqlite").exists()


def test_a_roster_tells_who_handed_in_nothing_and_names_the_others(
    graded: Callable[..., Result], kit: Kit, tmp_path: Path
) -> None:
    (tmp_path / "class" / "zed").mkdir()
    result = graded("--roster", "roster.csv")
    assert "kit: handed in nothing: dee\n" in result.stderr
    assert "kit: of nobody in the roster: zed\n" in result.stderr
    assert "1 handed in nothing" in result.stdout
    told = kit("results", "listen-accept", "--roster", "roster.csv").stdout
    assert "Alice A" in told
    assert "nothing handed in" in told


def test_what_stays_inconclusive_is_listed_for_the_teacher_and_not_scored(
    graded: Callable[..., Result], engine: ScriptedEngine
) -> None:
    engine.outcomes = {"bob": [NO_ANSWER]}
    result = graded()
    assert result.exit_code == 3
    assert engine.ran.count("bob") == 4
    assert "2 passed, 0 failed, 1 inconclusive" in result.stdout
    assert "inconclusive 4 times: the engine was lost" in result.stdout
    assert "100 %     2" in result.stdout
    assert "0-9 %     0" in result.stdout
    assert "student   outcome        to look at" in result.stdout


def test_what_is_inconclusive_has_no_score_in_tables_and_pages(
    graded: Callable[..., Result], kit: Kit, engine: ScriptedEngine, tmp_path: Path
) -> None:
    engine.outcomes = {"bob": ["inconclusive"]}
    graded()
    shown, history = kit("results"), kit("results", "--history", "--student", "bob")
    assert "/" not in next(line for line in shown.stdout.splitlines() if line.startswith("bob"))
    assert " 0/" not in history.stdout
    kit("results", "--format", "html", "--to", "pages")
    assert "0/1" not in (tmp_path / "pages" / "index.html").read_text()


def test_words_of_another_student_are_evidence_for_the_teacher(
    graded: Callable[..., Result], engine: ScriptedEngine
) -> None:
    engine.seen = (Seen(word="w", student="cy", place="server packet 7 at 0.2 s"),)
    assert "words of cy (server packet 7 at 0.2 s)" in graded().stdout


def test_a_batch_that_is_stopped_says_where_it_was_and_goes_on_there(
    graded: Callable[..., Result], engine: ScriptedEngine
) -> None:
    def meanwhile(job: object) -> None:
        if len(engine.jobs) == 2:
            interrupts.ask(KeyboardInterrupt())
            while not engine.ended:
                pass
        assert job

    engine.meanwhile = meanwhile
    try:
        stopped = graded("-j", "1")
    finally:
        interrupts._asked.clear()
    assert stopped.exit_code != 0
    engine.meanwhile = lambda _job: None
    engine.jobs.clear()
    assert "2 passed, 1 failed" in graded("-j", "1").stdout
    assert len(engine.ran) == 2, "the first one's verdict was kept"


def test_a_wrong_word_is_told_before_anything_runs(
    graded: Callable[..., Result], engine: ScriptedEngine
) -> None:
    result = graded("--attempts", "newst")
    assert result.exit_code == 2
    assert "unknown attempts 'newst'; did you mean 'newest'?" in result.stderr
    assert engine.jobs == []


# ---- kit results


@pytest.fixture
def journal(graded: Callable[..., Result]) -> Callable[..., Result]:
    graded("--roster", "roster.csv")
    return graded


def test_results_show_each_student_and_the_statistics(journal: object, kit: Kit) -> None:
    assert journal
    told = kit("results", "listen-accept").stdout
    assert "bob       Bob B     fail      0/3     accept_order" in told
    assert "listen-accept: 2 passed, 1 failed" in told
    assert kit("results").stdout == told
    assert "未通过" in kit("results", "--lang", "zh").stdout


@pytest.mark.parametrize(
    ("options", "students"),
    [
        (("--outcome", "fail"), ["bob"]),
        (("--check", "accept_order"), ["bob"]),
        (("--section", "1"), ["alice", "cy"]),
        (("--student", "cy", "--student", "bob"), ["bob", "cy"]),
        (("--section", "1", "--outcome", "fail"), []),
    ],
)
def test_results_can_be_filtered(
    journal: object, kit: Kit, options: tuple[str, ...], students: list[str]
) -> None:
    assert journal
    told = lines(kit("results", "listen-accept", *options, "--format", "json"))
    assert [row["submission"] for row in told] == students


def test_history_says_who_was_run_again_and_why(
    journal: Callable[..., Result], kit: Kit, tmp_path: Path
) -> None:
    (tmp_path / "class" / "bob" / "server.py").write_text("import socket  # better\n")
    journal()
    asked = ("results", "listen-accept", "--student", "bob", "--history")
    rows = kit(*asked).stdout.splitlines()
    assert len(rows) == 4, "a line a run, however long its directory is"
    for row, why in zip(rows[2:], ("first", "the submission changed"), strict=True):
        assert f" 0/3     {why}" in row
        assert (tmp_path / row.split()[-1]).is_dir()
    assert "提交变了" in kit(*asked, "--lang", "zh").stdout


def test_a_run_without_a_verdict_has_no_score_and_is_named_where_a_format_leaves_it_out(
    graded: Callable[..., Result], kit: Kit, engine: ScriptedEngine
) -> None:
    engine.outcomes = {"bob": [NO_ANSWER]}
    assert "kit: without a verdict, and not in this: bob\n" in graded("--format", "csv").stderr
    assert "kit: without a verdict, and not in this: bob\n" in kit("results", "--format", "json").stderr
    history = kit("results", "--student", "bob", "--history").stdout
    assert "0/0" not in history
    assert "the run before was inconclusive   the engine was lost" in history


def test_notes_are_apart_from_the_checks_that_did_not_pass(
    graded: Callable[..., Result], kit: Kit, engine: ScriptedEngine
) -> None:
    graded()
    assert "to look at" not in kit("results").stdout
    engine.seen = (Seen(word="w", student="cy", place="server packet 7"),)
    graded("--again")
    told = kit("results").stdout
    assert "not passed     to look at" in told
    assert "pass      1/1                    words of cy (server packet 7)" in told


@pytest.mark.parametrize(
    "options", [("--out", "class/runs"), ("--out", "class"), ("--out", "o", "--journal", "class/j.sqlite")]
)
def test_what_kit_writes_is_nothing_that_a_student_handed_in(
    graded: Callable[..., Result], engine: ScriptedEngine, tmp_path: Path, options: tuple[str, ...]
) -> None:
    result = graded(*options)
    assert result.exit_code == 2
    assert "is in the folder of the class, as if a student had handed it in" in result.stderr
    assert engine.jobs == []
    assert len(list((tmp_path / "class").iterdir())) == 3


def test_attempts_are_told_apart_in_the_history(
    graded: Callable[..., Result], kit: Kit, tmp_path: Path
) -> None:
    graded()
    assert "attempt" not in kit("results", "--history").stdout
    for attempt in ("1", "2"):
        (tmp_path / "class" / f"bob-{attempt}").mkdir()
        (tmp_path / "class" / f"bob-{attempt}" / "server.py").write_text(f"# {attempt}\n")
    graded("--roster", "roster.csv", "--attempts", "all", "-j", "1")
    rows = kit("results", "--history", "--student", "bob").stdout
    assert "bob       1         " in rows
    assert "bob       2         " in rows


def test_what_no_exercise_explains_is_explained_and_one_student_is_one(
    kit: Kit, engine: ScriptedEngine, tmp_path: Path
) -> None:
    (tmp_path / "class").mkdir()
    shutil.move(tmp_path / "alice", tmp_path / "class")
    engine.outcomes = {"alice": ["timeline"]}
    result = kit("grade", "listen-accept", "--class", "class", "--backend", "netns")
    assert "kit: 1 submission; each" in result.stderr
    assert "timeline   1 of 1   ████████████████████   The run did not come to its end" in result.stdout
    assert "listen-accept · 1 student\n" in kit("results").stdout


def test_trouble_that_ends_a_batch_says_what_is_kept(
    graded: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_values: object) -> None:
        raise MachineError("runs/journal.sqlite: database or disk is full")

    monkeypatch.setattr(Journal, "add", full)
    result = graded()
    assert result.exit_code == 3
    assert "kit: 0 of 3 verdicts are in runs/journal.sqlite: the same command goes on\n" in result.stderr


def test_what_is_said_of_a_class_is_in_the_language(graded: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "class" / "zed").mkdir()
    told = graded("--roster", "roster.csv", "--lang", "zh").stderr
    assert "kit: 4 份提交；class 中每一项属于一名学生\n" in told
    assert "kit: 没有提交：dee\n" in told
    assert "kit: 不在名单中：zed\n" in told


def test_a_journal_that_has_nothing_in_it_is_told(kit: Kit, tmp_path: Path) -> None:
    Journal(tmp_path / "j.sqlite").__exit__()
    result = kit("results", "--journal", "j.sqlite")
    assert result.exit_code == 2
    assert "kit: j.sqlite: nothing was graded yet\n" in result.stderr


def test_pages_of_a_class_link_to_each_student(journal: object, kit: Kit, tmp_path: Path) -> None:
    assert journal
    result = kit("results", "listen-accept", "--roster", "roster.csv", "--format", "html", "--to", "pages")
    assert result.stdout == "pages/index.html\n"
    index = (tmp_path / "pages" / "index.html").read_text()
    for student in ("alice", "bob", "cy"):
        assert f'href="students/{student}.html"' in index
        assert (tmp_path / "pages" / "students" / f"{student}.html").is_file()
    assert "Dee D" in index
    assert "nothing handed in" in index


@pytest.fixture
def two_exercises(journal: object, tmp_path: Path) -> None:
    assert journal
    with Journal(tmp_path / "runs" / "journal.sqlite") as opened:
        opened.add(graded_row("zed", exercise="send-recv"))


def graded_row(student: str, exercise: str) -> Graded:
    told = verdict(HANDSHAKE, exercise=exercise, submission=student)
    return Graded(
        exercise=exercise,
        student=student,
        who={},
        attempt="",
        key=Key("1", "2", "3", "4"),
        outcome="pass",
        score=1,
        max_score=1,
        why="first",
        took_s=1.0,
        verdict=told,
    )


@pytest.mark.usefixtures("two_exercises")
def test_several_exercises_are_one_document(kit: Kit) -> None:
    document = ET.fromstring(kit("results", "--format", "junit").stdout)  # noqa: S314  # kit wrote it
    assert [suite.get("name") for suite in document] == [
        "listen-accept · alice",
        "listen-accept · bob",
        "listen-accept · cy",
        "send-recv · zed",
    ]


@pytest.mark.usefixtures("two_exercises")
def test_the_pages_of_two_exercises_do_not_share_a_folder(kit: Kit, tmp_path: Path) -> None:
    refused = kit("results", "--format", "html", "--to", "pages")
    assert refused.exit_code == 2
    assert "pages is for the scores of one exercise\n  name one: listen-accept, send-recv" in refused.stderr
    assert not (tmp_path / "pages").exists()
    assert kit("results", "--format", "html").stdout.splitlines() == [
        "runs/listen-accept-class/index.html",
        "runs/send-recv-class/index.html",
    ]


def test_a_journal_in_which_nothing_is_says_so(kit: Kit, tmp_path: Path) -> None:
    with Journal(tmp_path / "j.sqlite"):
        pass
    result = kit("results", "--journal", "j.sqlite", "--fill", "canvas.csv")
    assert result.exit_code == 2
    assert "j.sqlite: nothing was graded yet\n  `kit grade NAME --class DIR` does it" in result.stderr


def test_pages_go_beside_the_journal_unless_asked(journal: object, kit: Kit) -> None:
    assert journal
    assert kit("results", "--format", "html").stdout == "runs/listen-accept-class/index.html\n"


CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Task (77)\r\n"
    "    Points Possible,,,,,30\r\n"
    "Alice,1,alice,a@x,1,\r\nBob,2,bob,b@x,2,5\r\nDee,4,dee,d@x,2,\r\n"
).encode("utf-8-sig")


def test_scores_are_filled_into_the_teachers_own_export(journal: object, kit: Kit, tmp_path: Path) -> None:
    assert journal
    (tmp_path / "canvas.csv").write_bytes(CANVAS)
    result = kit("results", "listen-accept", "--fill", "canvas.csv")
    assert result.stdout == "canvas-filled.csv\n"
    filled = (tmp_path / "canvas-filled.csv").read_bytes()
    assert filled == CANVAS.replace(b"a@x,1,", b"a@x,1,30").replace(b"b@x,2,5", b"b@x,2,0")
    assert (tmp_path / "canvas.csv").read_bytes() == CANVAS
    assert "kit: 2 of 3 scores are filled in" in result.stderr
    assert "kit: 1 without a row in the sheet: cy" in result.stderr
    assert "Dee" in result.stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--fill", "canvas.csv", "--to", "canvas.csv"), "canvas.csv: is the export itself"),
        (("--fill", "missing.csv"), "missing.csv: cannot be read"),
        (("--fill", "two.csv"), "two.csv: the gradebook has 2 assignments: Task (77), Exam (78)\n  name"),
        (("--fill", "roster.csv"), "roster.csv: no gradebook that is known\n  canvas: "),
        (("--format", "moodle", "--fill", "canvas.csv"), "no gradebook that is known\n  moodle: "),
        (("--format", "canvas"), "canvas fills in an export of your own\n  name it: --fill FILE"),
        (("--journal", "missing.sqlite"), "missing.sqlite: there is no journal"),
        (("--outcome", "fial"), "unknown outcome 'fial'; did you mean 'fail'?"),
        (("--student", "bop"), "unknown student 'bop'; did you mean 'bob'?\n  there are: alice, bob, cy"),
        (("--section", "3"), "unknown section '3'\n  there are: 1, 2"),
        (("--check", "acept_order"), "unknown check 'acept_order'; did you mean 'accept_order'?"),
        (("--outcome", "missing"), "who handed in nothing is not in a journal\n  give the whole class"),
        (("--column", "Task"), "--column does nothing without --fill FILE\n  give --fill FILE, or leave out"),
        (("--to", "pages"), "--to does nothing without --fill FILE or --format html"),
        (("--history", "--format", "csv"), "--history and --format csv are two results"),
        (("--fill", "canvas.csv", "--format", "html"), "--fill and --format html are two results"),
    ],
)
def test_what_cannot_be_done_is_told_with_its_place(
    journal: object, kit: Kit, tmp_path: Path, options: tuple[str, ...], said: str
) -> None:
    assert journal
    (tmp_path / "canvas.csv").write_bytes(CANVAS)
    (tmp_path / "two.csv").write_bytes(CANVAS.replace(b"(77)", b"(77),Exam (78)"))
    result = kit("results", "listen-accept", *options)
    assert result.exit_code == 2
    assert said in result.stderr
    assert (tmp_path / "canvas.csv").read_bytes() == CANVAS
    assert not (tmp_path / "missing.sqlite").exists()


def test_an_exercise_of_which_nothing_was_graded_is_told(journal: object, kit: Kit) -> None:
    assert journal
    result = kit("results", "listen-acept")
    assert result.exit_code == 2
    assert "unknown exercise 'listen-acept'; did you mean 'listen-accept'?" in result.stderr


def test_a_verdict_of_an_earlier_run_stays_where_a_newer_one_says_nothing(
    journal: Callable[..., Result], kit: Kit, engine: ScriptedEngine, tmp_path: Path
) -> None:
    engine.outcomes = {"alice": [NO_ANSWER]}
    journal("--again")
    with Journal(tmp_path / "runs" / "journal.sqlite") as opened:
        assert len(opened.history(student="alice")) == 5
    told = kit("results", "--student", "alice", env={"COLUMNS": "120"}).stdout
    assert "pass" in told
    assert "the newest run was inconclusive: the engine was lost" in told
