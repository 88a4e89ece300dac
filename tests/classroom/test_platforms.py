"""Who handed what in, by the names that the platforms give: literal folders, every entry accounted for."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.classroom import _export
from kit.classroom.people import HandedIn, Student
from kit.classroom.platforms import Class, read_class
from kit.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable


def made(folder: Path, *names: str) -> Path:
    """A folder with these entries; a name that ends in `/` is a folder."""
    for name in names:
        path = folder / name
        if name.endswith("/"):
            path.mkdir(parents=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"print(1)\n")
    return folder


def told(found: Class) -> dict[str, list[tuple[str, str]]]:
    """Student -> (name as given, name on disk) of each file."""
    return {each.student.id: [(name, path.name) for name, path in each.files] for each in found.handed_in}


def ids(students: Iterable[Student]) -> list[str]:
    return [each.id for each in students]


ALICE = Student("alice", "Alice Smith", keys=frozenset({"1001"}))
BOB = Student("bob", "Bob Jones")


def test_moodles_folders_are_students_by_their_participant_numbers(tmp_path: Path) -> None:
    found = read_class(
        made(
            tmp_path,
            "Li Lei_12345_assignsubmission_file_/server.py",
            "Li Lei_12346_assignsubmission_file/server.py",
            "韩_梅梅_777_assignsubmission_file_/server.py",
            "Li Lei_12345_assignsubmission_onlinetext_/onlinetext.html",
            "Only Text_9_assignsubmission_onlinetext_/onlinetext.html",
        ),
        None,
        "newest",
    )
    assert found.platform == "moodle"
    assert found.handed_in[0] == HandedIn(
        Student("12345", "Li Lei", keys=frozenset({"participant:12345"})),
        (
            (
                "Li Lei_12345_assignsubmission_file_",
                tmp_path / "Li Lei_12345_assignsubmission_file_",
            ),
        ),
        attempt="",
        late=False,
    )
    assert [(each.student.id, each.student.name) for each in found.handed_in] == [
        ("12345", "Li Lei"),
        ("12346", "Li Lei"),
        ("777", "韩_梅梅"),
    ]
    assert ids(found.missing) == ["9"]
    assert found.unknown == ()


def test_moodles_flat_files_keep_their_own_names(tmp_path: Path) -> None:
    found = read_class(
        made(
            tmp_path,
            "Li Lei_12345_assignsubmission_file_server.py",
            "Li Lei_12345_assignsubmission_file_client.py",
            "Ann_2_assignsubmission_file_my_work.zip",
        ),
        None,
        "newest",
    )
    assert told(found) == {
        "12345": [
            ("client.py", "Li Lei_12345_assignsubmission_file_client.py"),
            ("server.py", "Li Lei_12345_assignsubmission_file_server.py"),
        ],
        "2": [("my_work.zip", "Ann_2_assignsubmission_file_my_work.zip")],
    }


def test_a_student_cannot_hand_in_for_another_by_a_files_name(tmp_path: Path) -> None:
    names = [
        "Eve_2_assignsubmission_file_Ann_1_assignsubmission_file_server.py",
        "Ann_1_assignsubmission_file_server.py",
    ]
    found = read_class(made(tmp_path / "m", *names), None, "all")
    assert {student: len(files) for student, files in told(found).items()} == {"1": 1, "2": 1}
    found = read_class(made(tmp_path / "c", "eve_2_7_ann_1_8_server.py", "ann_1_5_server.py"), None, "all")
    assert told(found)["2"] == [("ann_1_8_server.py", "eve_2_7_ann_1_8_server.py")]


def test_canvass_files_of_one_student_are_one_submission(tmp_path: Path) -> None:
    found = read_class(
        made(
            tmp_path,
            "smithalice_12345_67890_server.py",
            "smithalice_12345_67891_client-1.py",
            "jonesbob_LATE_54321_67900_server-2.py",
            "smithalice_777_60001_lab-1.py",
            "typed_8_text.html",
        ),
        None,
        "newest",
        asked=["lab-1.py"],
    )
    assert found.platform == "canvas"
    assert told(found) == {
        "12345": [
            ("client.py", "smithalice_12345_67891_client-1.py"),
            ("server.py", "smithalice_12345_67890_server.py"),
        ],
        "54321": [("server.py", "jonesbob_LATE_54321_67900_server-2.py")],
        "777": [("lab-1.py", "smithalice_777_60001_lab-1.py")],
    }
    assert {each.student.id: each.late for each in found.handed_in} == {
        "12345": False,
        "54321": True,
        "777": False,
    }
    assert found.handed_in[0].student == Student("12345", "smithalice", keys=frozenset({"canvas:12345"}))
    assert ids(found.missing) == ["8"]


def test_a_name_that_comes_again_at_canvas_is_a_new_attempt(tmp_path: Path) -> None:
    folder = made(
        tmp_path,
        "smith_1_100_server.py",
        "smith_1_101_client.py",
        "smith_LATE_1_99999_server-1.py",
        "smith_LATE_1_100000_client-1.py",
    )
    everything = read_class(folder, None, "all").handed_in
    assert [(each.attempt, each.late, [path.name for _, path in each.files]) for each in everything] == [
        ("101", False, ["smith_1_101_client.py", "smith_1_100_server.py"]),
        ("100000", True, ["smith_LATE_1_100000_client-1.py", "smith_LATE_1_99999_server-1.py"]),
    ]
    assert read_class(folder, None, "newest").handed_in == everything[1:]


@pytest.mark.parametrize(
    ("names", "accounts"),
    [
        (["lab-1-alice/", "lab-1-bob-b/", "lab-1-carol/"], ["alice", "bob-b", "carol"]),
        (["hw-li-lei/.git/HEAD"], ["lei"]),
    ],
)
def test_githubs_repositories_are_their_accounts(
    tmp_path: Path, names: list[str], accounts: list[str]
) -> None:
    found = read_class(made(tmp_path, *names), None, "newest")
    assert found.platform == "github"
    assert ids(each.student for each in found.handed_in) == accounts
    assert found.handed_in[0].student.keys == frozenset({"github:" + accounts[0]})


def test_the_folder_of_gh_classroom_clone_says_where_the_accounts_begin(tmp_path: Path) -> None:
    made(tmp_path / "hw-1-submissions", "hw-1-li-lei/", "hw-1-li-na/")
    for folder in (tmp_path, tmp_path / "hw-1-submissions"):
        found = read_class(folder, None, "newest")
        assert (found.platform, list(told(found))) == ("github", ["li-lei", "li-na"])


def test_the_roster_says_where_githubs_accounts_begin(tmp_path: Path) -> None:
    made(tmp_path, "hw-li-lei/", "hw-li-na/", "notes.txt")
    roster = [
        Student("1", "李雷", keys=frozenset({"github:Li-Lei"})),
        Student("2", keys=frozenset({"github:li-na"})),
    ]
    found = read_class(tmp_path, roster, "newest")
    assert (found.platform, list(told(found)), found.unknown) == (
        "github",
        ["1", "2", "notes"],
        ("notes.txt",),
    )
    own_names = read_class(
        made(tmp_path / "b", "li-lei/", "li-na/"), [Student("li-lei"), Student("li-na")], "newest"
    )
    assert (own_names.platform, list(told(own_names))) == ("folder", ["li-lei", "li-na"])


@pytest.mark.parametrize("names", [["group-1/", "group-2/"], ["a-b.zip", "a-c.zip"], ["a-b/"]])
def test_a_hyphen_alone_makes_nothing_a_repository(tmp_path: Path, names: list[str]) -> None:
    assert read_class(made(tmp_path, *names), None, "newest").platform == "folder"


METADATA = """\
---
submission_100:
  :submitters:
  - :name: Ann Smith
    :sid: '0123'
    :email: ann@example.edu
  :created_at: 2023-09-01 17:10:05.120000000 Z
  :score: 0.0
submission_99:
  :submitters:
  - :name: Ann Smith
    :sid: 0123
    :email: ann@example.edu
  :created_at: !ruby/object:Time 2023-09-02 17:10:05.120000000 Z
submission_101:
  :submitters:
  - :name: Bob
    :sid:
    :email: bob@example.edu
  - :name: 韩梅梅
    :sid: ~
  :created_at: never
submission_102:
  :submitters:
  - :name: Carol
    :sid: '3'
submission_103: {}
"""


def test_gradescopes_metadata_say_whose_each_folder_is(tmp_path: Path) -> None:
    export = made(
        tmp_path / "assignment_1_export",
        *(f"submission_{number}/server.py" for number in (99, 100, 101, 103, 104)),
    )
    (export / "submission_metadata.yml").write_text(METADATA, encoding="utf-8")
    found = read_class(tmp_path, None, "all")
    assert found.platform == "gradescope"
    assert [(each.student.id, each.attempt, each.files[0][0]) for each in found.handed_in] == [
        ("0123", "100", "submission_100"),
        ("0123", "99", "submission_99"),
        ("bob@example.edu", "101", "submission_101"),
        ("submission_103", "103", "submission_103"),
        ("submission_104", "", "submission_104"),
        ("韩梅梅", "101", "submission_101"),
    ]
    assert found.handed_in[0].student == Student(
        "0123", "Ann Smith", keys=frozenset({"0123", "ann@example.edu"})
    )
    assert (ids(found.missing), found.unknown) == (["3"], ("submission_104",))
    newest = read_class(export, None, "newest").handed_in
    assert newest[0].files == (("submission_99", export / "submission_99"),)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: b: c", r"submission_metadata.yml:1: this is not YAML"),
        ("a: [\n", r"submission_metadata.yml:2: this is not YAML"),
        ("[" * 5000, r"submission_metadata.yml:1: this is not YAML"),
        ("a: \x01", r"submission_metadata.yml:1: this is not YAML"),
        ("- a", r"submission_metadata.yml:1: no submission is in it"),
    ],
)
def test_broken_metadata_are_told_with_their_place(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "submission_metadata.yml").write_text(text)
    with pytest.raises(UsageError, match=said):
        read_class(tmp_path, None, "newest")


def test_metadata_that_cannot_be_read_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made(tmp_path, "submission_metadata.yml/")
    with pytest.raises(UsageError, match=r"submission_metadata\.yml cannot be read: Is a directory"):
        read_class(tmp_path, None, "newest")
    monkeypatch.setattr(_export, "MAX_BYTES", 3)
    (tmp_path / "submission_metadata.yml").rmdir()
    (tmp_path / "submission_metadata.yml").write_text("a: b")
    with pytest.raises(UsageError, match=r"submission_metadata\.yml has more than 3 bytes"):
        read_class(tmp_path, None, "newest")


def test_elsewhere_each_entry_is_a_student(tmp_path: Path) -> None:
    found = read_class(
        made(
            tmp_path,
            "alice.zip",
            "bob.tar.gz",
            "carol/",
            "dave.py",
            "dave.pdf",
            "li.lei",
            "li.na",
            "erin_1.zip",
            "erin_2.zip",
            ".DS_Store",
            "__MACOSX/",
            "desktop.ini",
            "Thumbs.db",
        ),
        None,
        "newest",
    )
    assert found == Class("folder", found.handed_in, (), ())
    assert told(found) == {
        "alice": [("alice.zip", "alice.zip")],
        "bob": [("bob.tar.gz", "bob.tar.gz")],
        "carol": [("carol", "carol")],
        "dave": [("dave.pdf", "dave.pdf"), ("dave.py", "dave.py")],
        "erin_1": [("erin_1.zip", "erin_1.zip")],
        "erin_2": [("erin_2.zip", "erin_2.zip")],
        "li.lei": [("li.lei", "li.lei")],
        "li.na": [("li.na", "li.na")],
    }


def test_a_roster_finds_its_students_by_how_names_begin(tmp_path: Path) -> None:
    roster = [
        ALICE,
        Student("alice_b"),
        Student("2023001", "李雷"),
        Student("2023002", "韩梅梅", keys=frozenset({"han@example.edu"})),
        Student("2023003", "王强"),
        BOB,
    ]
    found = read_class(
        made(
            tmp_path,
            "Alice_final.zip",
            "alice_b.zip",
            "2023001李雷.zip",
            "计科1班_韩梅梅_作业.zip",
            "20230031.zip",
            "bobby.py",
        ),
        roster,
        "newest",
    )
    assert told(found) == {
        "alice": [("Alice_final.zip", "Alice_final.zip")],
        "alice_b": [("alice_b.zip", "alice_b.zip")],
        "2023001": [("2023001李雷.zip", "2023001李雷.zip")],
        "2023002": [("计科1班_韩梅梅_作业.zip", "计科1班_韩梅梅_作业.zip")],
        "20230031": [("20230031.zip", "20230031.zip")],
        "bobby": [("bobby.py", "bobby.py")],
    }
    assert found.unknown == ("20230031.zip", "bobby.py")
    assert ids(found.missing) == ["2023003", "bob"]


def test_between_id_and_file_the_students_own_name_is_no_part_of_the_files(tmp_path: Path) -> None:
    names = ["1_赵六_server.py", "1_赵六_client.py", "2-Li Lei-server.py", "3_li_server.py", "4_An_na.py"]
    roster = [Student("1", "赵六"), Student("2", "li lei"), Student("3", "Ann"), Student("4", "An")]
    found = read_class(made(tmp_path, *names), roster, "newest", ["server.py", "client.py", "An_na.py"])
    given = {student: [name for name, _ in files] for student, files in told(found).items()}
    assert given == {
        "1": ["client.py", "server.py"],
        "2": ["server.py"],
        "3": ["li_server.py"],
        "4": ["na.py"],
    }


def test_archives_of_one_student_are_attempts_and_files_are_one(tmp_path: Path) -> None:
    folder = made(
        tmp_path,
        "alice_9.zip",
        "alice_10.zip",
        "alice.zip",
        "bob_server.py",
        "bob_client.py",
        "bob_server_2.py",
        "carol_2024-01-05.zip",
        "carol_2023-12-31.zip",
        "dave_Server1.py",
    )
    roster = [ALICE, BOB, Student("carol"), Student("dave")]
    found = read_class(folder, roster, "all", asked=["Server1.py"])
    assert [(each.student.id, each.attempt, [path.name for _, path in each.files]) for each in found.handed_in] == [
        ("alice", "", ["alice.zip"]),
        ("alice", "9", ["alice_9.zip"]),
        ("alice", "10", ["alice_10.zip"]),
        ("bob", "", ["bob_server.py"]),
        ("bob", "2", ["bob_client.py", "bob_server_2.py"]),
        ("carol", "2023-12-31", ["carol_2023-12-31.zip"]),
        ("carol", "2024-01-05", ["carol_2024-01-05.zip"]),
        ("dave", "", ["dave_Server1.py"]),
    ]  # fmt: skip
    newest = read_class(folder, roster, "newest", asked=["Server1.py"])
    assert [[name for name, _ in each.files] for each in newest.handed_in] == [
        ["alice_10.zip"],
        ["client.py", "server.py"],
        ["carol_2024-01-05.zip"],
        ["Server1.py"],
    ]


def test_attempts_that_have_no_names_are_counted(tmp_path: Path) -> None:
    found = read_class(made(tmp_path, "alice/", "alice.zip"), None, "all")
    assert [(each.student.id, each.attempt, each.files[0][0]) for each in found.handed_in] == [
        ("alice", "1", "alice"),
        ("alice", "2", "alice.zip"),
    ]


def test_a_platforms_student_is_the_rosters_and_keeps_the_platforms_keys(tmp_path: Path) -> None:
    roster = [
        Student("s1", "Smith, Alice", keys=frozenset({"canvas:11"})),
        Student("s2", "Bob Jones"),
        Student("13", "Carol King"),
    ]
    found = read_class(
        made(
            tmp_path,
            "x_11_1_server.py",
            "jonesbob_12_1_server.py",
            "kingcarol_13_1_server.py",
            "other_14_1_server.py",
        ),
        roster,
        "newest",
    )
    assert [(each.student.id, sorted(each.student.keys)) for each in found.handed_in] == [
        ("s1", ["canvas:11"]),
        ("s2", ["canvas:12"]),
        ("13", ["canvas:13"]),
        ("14", ["canvas:14"]),
    ]
    assert found.unknown == ("other_14_1_server.py",)


def test_a_number_of_the_platform_is_not_somebody_elses_student_number(tmp_path: Path) -> None:
    roster = [Student("1001", "Ann Smith"), Student("1002", "Bob Jones")]
    found = read_class(
        made(tmp_path, "Bob Jones_1001_assignsubmission_file_/", "Eve_1002_assignsubmission_file_/"),
        roster,
        "newest",
    )
    assert (found.handed_in[0].student.id, found.handed_in[0].student.name) == ("1002", "Bob Jones")
    assert found.handed_in[1].student.id.startswith("1002~")
    assert (ids(found.missing), found.unknown) == (["1001"], ("Eve_1002_assignsubmission_file_",))


def test_two_students_of_one_name_are_not_told_apart_by_it(tmp_path: Path) -> None:
    roster = [
        Student("a", "Li Lei"),
        Student("b", "Han"),
        Student("c", "Han"),
        Student("d", "Wu", keys=frozenset({"participant:5"})),
    ]
    found = read_class(
        made(
            tmp_path,
            *(f"{name}_{number}_assignsubmission_file_/" for name, number in [("Li Lei", 1), ("Li Lei", 2), ("Han", 3), ("Wu", 4), ("Wu", 5)]),
        ),
        roster,
        "newest",
    )  # fmt: skip
    assert ids(each.student for each in found.handed_in) == ["d", "1", "2", "3", "4"]
    assert ids(found.missing) == ["a", "b", "c"]
    assert len(found.unknown) == 4


def test_a_stray_in_a_platforms_folder_is_graded_and_told(tmp_path: Path) -> None:
    names = ["A_1_assignsubmission_file_/", "B_2_assignsubmission_file_/", "late.zip"]
    found = read_class(made(tmp_path, *names), None, "newest")
    assert (list(told(found)), found.unknown) == (["1", "2", "late"], ("late.zip",))


ODD = [
    b"new\nline",
    b'"quoted"',
    b"-rf",
    "作业".encode(),
    "作业".encode("gbk"),
    b"\xff",
    rb"\xff",
    b"a.\xff",
    b"b.\xff",
    b"n" * 255,
    b"=HYPERLINK(1)",
    b"case",
    b"Case",
    b" ",
    "e\u0301".encode(),
    "\u00e9".encode(),
    rb"C:\x",
]


@pytest.mark.parametrize("roster", [None, [ALICE]])
def test_odd_names_work_and_stay_apart(tmp_path: Path, roster: list[Student] | None) -> None:
    for name in ODD:
        (tmp_path / os.fsdecode(name)).mkdir()
    found = read_class(tmp_path, roster, "newest")
    assert len({each.student.id for each in found.handed_in}) == len(ODD)
    for each in found.handed_in:
        each.student.id.encode()
        each.files[0][0].encode()
        assert each.files[0][1].is_dir()
    by_disk = {os.fsencode(each.files[0][1].name): each.student.id for each in found.handed_in}
    assert (by_disk["作业".encode()], by_disk[rb"\xff"]) == ("作业", "\\xff")
    assert by_disk["作业".encode("gbk")].startswith("作业~")
    assert by_disk[b"\xff"].startswith("\\xff~")


def test_what_is_no_class_is_told_with_its_remedy(tmp_path: Path) -> None:
    made(tmp_path, "class.zip", "empty/.DS_Store")
    for name, said, remedy in [
        ("class.zip", "class.zip is no folder", "unpack"),
        ("empty", "empty has nothing in it", "folder of the submissions"),
        ("nowhere", "nowhere cannot be read: No such file", "folder of the submissions"),
    ]:
        with pytest.raises(UsageError, match=said) as error:
            read_class(tmp_path / name, None, "newest")
        assert remedy in str(error.value.remedy)


def test_two_students_of_one_name_and_no_id_at_gradescope_stay_apart(tmp_path: Path) -> None:
    made(tmp_path, "submission_1/", "submission_2/")
    (tmp_path / "submission_metadata.yml").write_text(
        "".join(f"submission_{n}:\n  :submitters:\n  - :name: Li Na\n" for n in (1, 2))
    )
    first, second = read_class(tmp_path, None, "newest").handed_in
    assert first.student.id == "Li Na"
    assert second.student.id.startswith("Li Na~")


def test_the_folders_of_one_student_are_no_repositories(tmp_path: Path) -> None:
    found = read_class(made(tmp_path, "alice/part-a/", "alice/part-b/"), None, "newest")
    assert (found.platform, list(told(found))) == ("folder", ["alice"])


PARTS = ["alice", "bob", "李雷", "1001", "1", "2", "_", "-", " ", ".", "LATE", "assignsubmission", "file", "onlinetext", "text.html", ".py", ".zip", "submission", "\n", "\udcff"]  # fmt: skip


@given(
    st.lists(
        st.tuples(
            st.lists(st.sampled_from(PARTS), min_size=1, max_size=9)
            .map("".join)
            .filter(lambda name: name not in (".", "..")),
            st.booleans(),
        ),
        min_size=1,
        max_size=6,
        unique_by=lambda each: each[0],
    ),
    st.sampled_from([None, (ALICE, BOB, Student("1", "李雷", keys=frozenset({"participant:2"})))]),
)
def test_whatever_the_names_nothing_is_dropped_and_no_two_are_one(
    entries: list[tuple[str, bool]], roster: tuple[Student, ...] | None
) -> None:
    with tempfile.TemporaryDirectory() as there:
        folder = made(Path(there), *(f"{name}/" if is_folder else name for name, is_folder in entries))
        visible = {name for name, _ in entries if not name.startswith(".")}
        if not visible:
            return
        found = read_class(folder, roster, "all")
    handed_in = [path.name for each in found.handed_in for _, path in each.files]
    assert len(handed_in) == len(set(handed_in))
    forms = {name for name in visible if "assignsubmission" in name or name.endswith((".html", "html"))}
    assert visible - forms <= set(handed_in) <= visible
    names: dict[str, set[str]] = {}
    for each in found.handed_in:
        names.setdefault(each.student.id, set()).add(each.student.name)
        each.student.id.encode()
    assert all(len(each) == 1 for each in names.values())
    attempts = [(each.student.id, each.attempt) for each in found.handed_in]
    assert len(attempts) == len(set(attempts))


def test_a_folder_with_one_folder_that_is_no_platforms_is_one_student(tmp_path: Path) -> None:
    found = read_class(made(tmp_path, "alice/server.py"), None, "newest")
    assert (found.platform, list(told(found))) == ("folder", ["alice"])
    (tmp_path / "alice/server.py").unlink()
    assert list(told(read_class(tmp_path, None, "newest"))) == ["alice"]
