from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import junitparser
import pytest
import xmlschema

from kit.verdict import Finding, fail
from tests.renderers.verdicts import HANDSHAKE, HIDDEN, ORDER, QUEUE, RECEIVED, TIMELINE, verdict, writer

render = writer("junit")
SCHEMA = xmlschema.XMLSchema(str(Path(__file__).with_name("junit.xsd")))
EVERY_CHARACTER = "".join(map(chr, [*range(0x300), 0x1F600, 0x202E, 0xD800, 0xDFFF, 0xFFFE, 0xFFFF]))


def suites(text: str) -> list[ET.Element]:
    """Read it as CI systems do: valid by the schema, and understood by a parser of others."""
    SCHEMA.validate(text)
    return list(ET.fromstring(text))  # noqa: S314  # our own text


def properties(suite: ET.Element) -> dict[str, str]:
    return {one.attrib["name"]: one.attrib["value"] for one in suite.iter("property")}


def cases(suite: ET.Element) -> dict[str, str]:
    return {case.attrib["name"]: ",".join(child.tag for child in case) for case in suite.iter("testcase")}


def test_a_verdict_is_a_suite_and_a_finding_a_case() -> None:
    (suite,) = suites(render(verdict(HANDSHAKE, ORDER, QUEUE, RECEIVED)))
    assert cases(suite) == {
        "handshake": "",
        "accept_order": "failure",
        "queue": "error",
        "received": "skipped",
    }
    assert {key: suite.attrib[key] for key in ("name", "tests", "failures", "errors", "skipped")} == {
        "name": "listen-accept · alice",
        "tests": "4",
        "failures": "1",
        "errors": "1",
        "skipped": "1",
    }
    assert suite.attrib["timestamp"] == "2023-11-14T22:13:20+00:00"


def test_a_failed_check_is_a_failure_with_its_finding() -> None:
    (suite,) = suites(render(verdict(ORDER)))
    (failure,) = suite.iter("failure")
    assert failure.attrib["message"] == "client2, client1"
    assert failure.text == (
        "expected: client1, client2\nobserved: client2, client1\nwhy: accept takes the oldest\n"
        "hint: serve it before the next accept\nevidence: server call 4 at 1.204 s: accept4 returned client2"
    )


def test_points_are_properties_of_the_suite() -> None:
    (suite,) = suites(render(verdict(HANDSHAKE, ORDER, seed="s7", notes=("a note",))))
    assert properties(suite) == {
        "exercise": "listen-accept",
        "submission": "alice",
        "backend": "netns",
        "seed": "s7",
        "outcome": "fail",
        "score": "1",
        "max_score": "4",
        "points handshake": "1",
        "max_points handshake": "1",
        "points accept_order": "0",
        "max_points accept_order": "3",
        "note": "a note",
    }


def test_a_hidden_check_is_skipped_before_a_student_and_a_case_before_a_teacher() -> None:
    (suite,) = suites(render(verdict(HANDSHAKE, HIDDEN)))
    assert cases(suite) == {"handshake": "", "hidden check 1": "skipped"}
    told = properties(suite)
    assert told["hidden"] == "1 hidden check worth 2 points counts as well"
    assert (told["outcome"], told["max_points hidden check 1"]) == ("so far passed", "2")
    assert "points hidden check 1" not in told
    (whole,) = suites(render(verdict(HANDSHAKE, HIDDEN), audience="teacher"))
    assert cases(whole) == {"handshake": "", "secret-order (hidden)": "failure"}


def test_many_verdicts_are_one_document() -> None:
    found = suites(render(verdict(HANDSHAKE), verdict(ORDER, submission="bob"), verdict(TIMELINE)))
    assert [suite.attrib["failures"] for suite in found] == ["0", "1", "1"]
    assert suites(render()) == []


@pytest.mark.parametrize("place", ["expected", "name", "submission", "note"])
def test_any_character_of_a_program_is_legal_in_xml(place: str) -> None:
    answer = fail(expected=EVERY_CHARACTER if place == "expected" else "x", observed="]]><a/>&amp;")
    finding = Finding(EVERY_CHARACTER if place == "name" else "x", "output", answer)
    changes: dict[str, Any] = {"submission": EVERY_CHARACTER} if place == "submission" else {}
    notes = (EVERY_CHARACTER,) if place == "note" else ()
    text = render(verdict(finding, notes=notes, **changes))
    (suite,) = suites(text)
    (failure,) = suite.iter("failure")
    assert failure.attrib["message"] == "]]><a/>&amp;"
    assert all(shown in text for shown in ("\\x00", "\\x1b", "\\ud800", "\\ufffe", "\\uffff", "\\u202e"))


def test_another_parser_reads_the_same(tmp_path: Path) -> None:
    path = tmp_path / "junit.xml"
    path.write_text(render(verdict(HANDSHAKE, ORDER, QUEUE, RECEIVED)), encoding="utf-8")
    (suite,) = junitparser.JUnitXml.fromfile(str(path))
    assert (suite.tests, suite.failures, suite.errors, suite.skipped) == (4, 1, 1, 1)
    results = {case.name: [type(one).__name__ for one in case.result] for case in suite}
    assert results == {
        "handshake": [],
        "accept_order": ["Failure"],
        "queue": ["Error"],
        "received": ["Skipped"],
    }


@pytest.fixture(scope="module")
def of_pytest(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Give what pytest itself writes of a pass, a failure, an error and a skip."""
    folder = tmp_path_factory.mktemp("pytest")
    (folder / "test_it.py").write_text(
        "import pytest\n@pytest.fixture\ndef broken(): raise OSError\ndef test_a(): pass\ndef test_b(): assert 0\n"
        "def test_c(broken): pass\n@pytest.mark.skip\ndef test_d(): pass\n",
        encoding="utf-8",
    )
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-c",
        "/dev/null",
        "-p",
        "no:cacheprovider",
        "--junitxml=out.xml",
    ]
    subprocess.run(command, cwd=folder, check=False, stdout=subprocess.DEVNULL)
    return (folder / "out.xml").read_text(encoding="utf-8")


def test_the_schema_is_the_one_of_what_pytest_writes(of_pytest: str) -> None:
    (suite,) = suites(of_pytest)
    assert [",".join(child.tag for child in case) for case in suite.iter("testcase")] == [
        "",
        "failure",
        "error",
        "skipped",
    ]


@pytest.mark.parametrize(
    "wrong", ["<testsuite/>", '<testsuite name="a" tests="x" failures="0" errors="0"/>', "<case/>"]
)
def test_the_schema_refuses_what_is_none(wrong: str) -> None:
    with pytest.raises(xmlschema.XMLSchemaValidationError):
        SCHEMA.validate(f"<testsuites>{wrong}</testsuites>")


def test_a_verdict_of_nothing_has_no_time_and_no_case() -> None:
    (suite,) = suites(render(replace(verdict(), began_ns=0)))
    assert "timestamp" not in suite.attrib
    assert suite.attrib["tests"] == "0"
