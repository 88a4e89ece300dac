from __future__ import annotations

from dataclasses import replace

import pytest
from rich.cells import cell_len

from kit.renderers import Options, told, word
from kit.renderers.text import MAX_CITES, explain
from kit.verdict import Cite, Finding, fail, passed
from tests.renderers.verdicts import (
    BEGAN_NS,
    HANDSHAKE,
    HIDDEN,
    ORDER,
    QUEUE,
    RECEIVED,
    TABLE,
    TIMELINE,
    verdict,
    writer,
)

render = writer("text")


def words(text: str) -> str:
    """Undo the layout: one space between any two words."""
    return " ".join(text.split())


def test_a_pass_shows_points_what_was_seen_and_where() -> None:
    text = render(verdict(HANDSHAKE))
    assert "✓  handshake  1/1  1 handshake from client1 to server\n" in text
    assert "client1 packet 1 at 0.204 s: SYN\n" in text
    assert "PASS  1 of 1 points: all checks passed (1 of 1)\n" in text


def test_a_pass_does_not_lecture() -> None:
    assert "SYN-ACK" not in render(verdict(HANDSHAKE))


def test_a_failure_shows_expected_observed_evidence_why_and_hint() -> None:
    text = words(render(verdict(ORDER)))
    assert (
        "✗ accept_order 0/3 expected client1, client2 observed client2, client1 "
        "evidence server call 4 at 1.204 s: accept4 returned client2 "
        "why accept takes the oldest hint serve it before the next accept"
    ) in text


def test_why_is_in_the_language_and_falls_back_to_english() -> None:
    text = words(render(verdict(ORDER), lang="zh"))
    assert "原因 accept 取出最早的一个" in text
    assert "提示 serve it before the next accept" in text
    assert "未通过 得分 0，满分 3" in text


def test_an_inconclusive_finding_says_its_reason_and_is_no_pass() -> None:
    text = words(render(verdict(HANDSHAKE, QUEUE)))
    assert "? queue 0/1 expected 2 connections queued observed the table was not read" in text
    assert "INCONCLUSIVE 1 of 2 points: 1 inconclusive, 1 passed" in text


def test_a_skipped_finding_says_what_it_needed() -> None:
    assert "– received 0/1 needs accept_order, which did not pass" in words(render(verdict(ORDER, RECEIVED)))


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("other", [ORDER, QUEUE, RECEIVED, HIDDEN])
def test_all_passed_is_said_only_of_all(lang: str, other: Finding) -> None:
    said = word(lang, "all passed", count=2)
    assert said in render(verdict(HANDSHAKE, replace(HANDSHAKE, name="again")), lang=lang)
    for count in (1, 2):
        assert word(lang, "all passed", count=count) not in render(verdict(HANDSHAKE, other), lang=lang)


def test_no_finding_at_all_is_not_success() -> None:
    text = render(verdict())
    assert "INCONCLUSIVE  0 of 0 points: no check gave an answer" in text


def test_a_hidden_finding_tells_its_weight_and_nothing_of_what_it_looks_for() -> None:
    text = render(verdict(HANDSHAKE, HIDDEN))
    assert "·  hidden check 1  ·/2" in text
    assert "secret" not in text
    assert "SO FAR PASSED 1 of 1 points: 1 passed; 1 hidden check worth 2 points counts as well" in words(
        text
    )


def test_a_teacher_reads_a_hidden_finding_in_full() -> None:
    text = words(render(verdict(HANDSHAKE, HIDDEN), audience="teacher", width=200))
    assert "✗ secret-order (hidden) 0/2 expected secret expectation observed secret observation" in text
    assert "FAIL 1 of 3 points: 1 failed, 1 passed" in text


def test_with_hints_alone_a_failure_shows_why_and_hint_and_no_evidence() -> None:
    text = words(render(verdict(ORDER, feedback="hint")))
    assert "✗ accept_order 0/3 why accept takes the oldest hint serve it before the next accept FAIL" in text


def test_what_a_program_says_starts_no_command_of_a_ci_runner() -> None:
    evil = "x\n  ::error::pwned\n::set-output name=a::b\n##[add-mask]e"
    finding = Finding("out", "output", fail(expected=evil, observed=evil))
    for line in render(verdict(finding, notes=(evil,)), width=120).splitlines():
        assert not line.lstrip().startswith("::")
        assert "##[" not in line


def test_of_many_cites_the_first_are_shown_and_the_rest_counted() -> None:
    cites = [Cite(f"segment {number}", host="server", packet=number) for number in range(1, MAX_CITES + 4)]
    text = render(verdict(Finding("x", "segments", fail(expected="0", observed="9", cites=cites))))
    assert f"server packet {MAX_CITES}: segment {MAX_CITES}" in text
    assert f"segment {MAX_CITES + 1}" not in text
    assert "3 more in the run directory" in text


def test_a_finding_that_only_explains_shows_no_points() -> None:
    assert "✗ timeline expected step 5 observed step 5 was missed" in words(render(verdict(TIMELINE)))


def test_the_comparison_has_a_column_a_side_and_a_row_a_question() -> None:
    lines = render(verdict(HANDSHAKE, table=TABLE)).splitlines()
    cells = [line.split("  ") for line in lines]
    rows = [[cell.strip() for cell in row if cell.strip()] for row in cells]
    assert ["TCP", "UDP"] in rows
    assert ["packets before the first byte", "3", "0"] in rows
    assert ["what the receiver got", "27 of 27 bytes received", "calls were not traced"] in rows


def test_the_comparison_is_in_the_language() -> None:
    text = words(render(verdict(HANDSHAKE, table=TABLE), lang="zh"))
    assert "第一个字节之前的分组数 3 0" in text
    assert "what the receiver got 收到 27 字节中的 27 字节 未跟踪系统调用" in text


def test_seed_notes_and_run_directory_are_told() -> None:
    text = render(verdict(HANDSHAKE, seed="s7", notes=("calls were not traced",)))
    assert text.startswith("listen-accept · alice on netns (seed s7)\n")
    assert text.endswith("note: calls were not traced\nrun: runs/one\n")


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_line_fits_the_width(width: int, lang: str) -> None:
    long = Finding(
        "a-finding-with-quite-a-name",
        "output",
        fail(expected="您好" * 60, observed="x" * 300, cites=[Cite("y" * 200, program="server", call=3)]),
        why={"en": "because " * 30, "zh": "因为" * 60},
    )
    text = render(verdict(HANDSHAKE, long, RECEIVED, HIDDEN), lang=lang, width=width)
    assert max(cell_len(line) for line in text.splitlines()) <= width
    assert text.replace("\n", "").replace(" ", "").count("x") >= 300  # folded, not cut


def test_a_wider_terminal_is_used() -> None:
    long = Finding("x", "output", fail(expected="word " * 40, observed="none"))
    wide, narrow = (render(verdict(long), width=width) for width in (160, 80))
    assert len(wide.splitlines()) < len(narrow.splitlines())


def test_a_students_text_commands_neither_the_terminal_nor_the_layout() -> None:
    evil = "\x1b[2J\x1b]0;title\x07[bold red]PASS[/] :smile: [link=http://x]y[/link]"
    finding = Finding(
        evil, "output", fail(expected=evil, observed=evil, cites=[Cite(evil, program="server")])
    )
    text = render(verdict(finding, submission=evil, notes=(evil,), run_dir=evil, seed=evil), width=400)
    assert {char for char in text if ord(char) < 0x20 or 0x7F <= ord(char) < 0xA0} == {"\n"}
    assert text.count("[bold red]PASS[/] :smile: [link=http://x]y[/link]") == 8


def test_a_students_newline_does_not_forge_a_line_of_the_verdict() -> None:
    forged = "x\nPASS  8 of 8 points: all 4 checks passed"
    finding = Finding("out", "output", passed(expected=forged, observed=forged, cites=[Cite(forged)]))
    for line in render(verdict(finding, submission=forged, run_dir=forged), width=200).splitlines():
        assert not line.startswith("PASS  8")


def test_colour_only_where_it_is_asked_for() -> None:
    assert "\x1b[" not in render(verdict(HANDSHAKE, ORDER))
    assert "\x1b[1;31m✗" in render(verdict(HANDSHAKE, ORDER), colour=True)


def test_the_surroundings_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    before = render(verdict(HANDSHAKE, ORDER))
    for key, value in {"FORCE_COLOR": "1", "COLUMNS": "41", "NO_COLOR": "1", "TERM": "dumb"}.items():
        monkeypatch.setenv(key, value)
    assert render(verdict(HANDSHAKE, ORDER)) == before


def test_times_are_seconds_since_the_run_began() -> None:
    cite = Cite("RST", host="server", packet=17, time_ns=BEGAN_NS + 1_204_000_000)
    text = render(verdict(Finding("r", "reset", fail(expected="FIN", observed="RST", cites=[cite]))))
    assert "server packet 17 at 1.204 s: RST" in text


def test_one_finding_is_explained_as_in_the_table() -> None:
    options = Options(width=60)
    (row,) = told(verdict(ORDER), options).rows
    assert explain(row, BEGAN_NS, options) == (
        "expected client1, client2\n"
        "observed client2, client1\n"
        "evidence server call 4 at 1.204 s: accept4 returned client2\n"
        "why      accept takes the oldest\n"
        "hint     serve it before the next accept\n"
    )
