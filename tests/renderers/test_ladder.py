"""A ladder in a terminal. The two pictures are what a reader sees, character by character."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from rich.cells import cell_len

from kit.evidence.model import ProgramFact, SocketTable, StepRecord
from kit.ladder.build import build
from kit.ladder.model import Segment
from kit.renderers import Options
from kit.renderers._ladder import View, render
from kit.renderers._ladder.grid import wrapped
from tests.checks.scene import ANY, LOCAL, MS, C, S, accepted, call, ended, evidence, listen, printed

if TYPE_CHECKING:
    from kit.evidence.model import Evidence

ARRIVES = """
    0.0502 c > s S 0
    0.0503 s > c S. 0 ack 1
    0.0508 c > s . 1 ack 1
    0.0602 c > s P. 1 ack 1 "hi"
    0.0603 s > c . 1 ack 3
"""
LEAVES = """
    0.0501 c > s S 0
    0.0505 s > c S. 0 ack 1
    0.0507 c > s . 1 ack 1
    0.0601 c > s P. 1 ack 1 "hi"
    0.0605 s > c . 1 ack 3
    0.0701 c > s P. 3 ack 1 "lost"
"""
STEPS = (
    StepRecord(1, "start: server", "done", 1 * MS, 2 * MS, "server"),
    StepRecord(2, "freeze: server", "done", 40 * MS, 41 * MS, "server"),
    StepRecord(3, "thaw: server", "done", 65 * MS, 66 * MS, "server"),
    StepRecord(4, "wait: exited server", "missed", 80 * MS, 99 * MS, "server", "server is inside recv"),
)
CALLS = (
    (
        call("server", "listen", 10, 10.1, local=ANY, arguments="3, 5"),
        call("server", "accept4", 11, 65.3, result=4, local=S, remote=C, peer=C),
        call("server", "getsockname", 65.4, 65.41, local=S, remote=C),
        call("server", "recvfrom", 65.5, 65.6, local=S, remote=C, data=b"hi"),
        call("server", "recvfrom", 66.5, None, local=S, remote=C),
    ),
    (
        call("client1", "connect", 50, 50.3, local=C, remote=S, peer=S),
        call("client1", "sendto", 60, 60.05, local=C, remote=S, data=b"hi"),
        call("client1", "sendto", 70, 70.05, local=C, remote=S, data=b"lost"),
    ),
)
SEEN = evidence(
    {"client1": LEAVES, "server": ARRIVES},
    calls=CALLS,
    steps=STEPS,
    tables=(SocketTable("server", 52 * MS, (listen(queue=1),)),),
    outputs=printed("client1", "\x1b[31m您好\n"),
    exits=(ended("client1"),),
    ended_ns=100 * MS,
)
LADDER = build(SEEN)

AT_80 = r"""
──▶ a packet   ──✗ a lost packet   ┃ inside a call   ░ program frozen
       ms client1                server                 client2
          198.18.0.3             198.18.0.2             198.18.0.4
     1.00 ┼─ start server ───────┼──────────────────────┼───────────────────────
     5.00 │ prints               │                      │
          │ "\x1b[31m您好"       │                      │
    10.00 │                      │ listen(5) [LISTEN]   │
    11.00 │                      ┏ accept()             │
    30 ms ⋮ nothing happens      ⋮                      ⋮
    41.00 ┼─ freeze server ──────░──────────────────────┼───────────────────────
    50.00 ┏ connect(server:8001) ░                      │
    50.00 ┃ [SYN-SENT]           ░                      │
    50.10 ┠──────── SYN ────────▶░ [SYN-RECEIVED]       │
    50.30 ┃◀────── SYN-ACK ──────░                      │
    50.50 ┃ [ESTABLISHED]        ░                      │
    50.50 ┗ connect() = ok       ░                      │
    50.70 ├───── ACK ack 1 ─────▶░ [ESTABLISHED]        │
    52.00 │                      ░ queue 1/5 ▮▯▯▯▯      │
    60.00 │ send("hi")           ░                      │
    60.10 ├── PSH-ACK 1:3(2) ───▶░                      │
    60.30 │◀───── ACK ack 3 ─────░                      │
    65.00 ┼─ thaw server ────────╂──────────────────────┼───────────────────────
    65.30 │                      ┗ accept() =           │
          │                      │ client1:40001        │
    65.50 │                      │ recv() = "hi"        │
    66.50 │                      ┏ recv()               │
    70.00 │ send("lost")         ┃                      │
    70.10 ├─ PSH-ACK 3:7(4) ─✗   ┃                      │
    90.00 │ exits with 0         ┃                      │
    99.00 ┼─ waited in vain: exited server: server is inside recv ──────────────
conversation 1: TCP client1:40001 → server:8001
not shown: calls 1
"""

AT_160 = r"""
──▶ a packet   ──✗ a lost packet   ┃ inside a call   ░ program frozen
       ms client1                                           server                                            client2
          198.18.0.3                                        198.18.0.2                                        198.18.0.4
     1.00 ┼─ start server ──────────────────────────────────┼─────────────────────────────────────────────────┼─────────────────────────────────────────────────
     5.00 │ prints "\x1b[31m您好"                           │                                                 │
    10.00 │                                                 │ listen(5) [LISTEN]                              │
    11.00 │                                                 ┏ accept()                                        │
    30 ms ⋮ nothing happens                                 ⋮                                                 ⋮
    41.00 ┼─ freeze server ─────────────────────────────────░─────────────────────────────────────────────────┼─────────────────────────────────────────────────
    50.00 ┏ connect(server:8001) [SYN-SENT]                 ░                                                 │
    50.10 ┠───────────────────── SYN ──────────────────────▶░ [SYN-RECEIVED]                                  │
    50.30 ┃◀─────────────────── SYN-ACK ────────────────────░                                                 │
    50.50 ┃ [ESTABLISHED]                                   ░                                                 │
    50.50 ┗ connect() = ok                                  ░                                                 │
    50.70 ├────────────────── ACK ack 1 ───────────────────▶░ [ESTABLISHED]                                   │
    52.00 │                                                 ░ queue 1/5 ▮▯▯▯▯                                 │
    60.00 │ send("hi")                                      ░                                                 │
    60.10 ├───────────── PSH-ACK 1:3(2) "hi" ──────────────▶░                                                 │
    60.30 │◀────────────────── ACK ack 3 ───────────────────░                                                 │
    65.00 ┼─ thaw server ───────────────────────────────────╂─────────────────────────────────────────────────┼─────────────────────────────────────────────────
    65.30 │                                                 ┗ accept() = client1:40001                        │
    65.50 │                                                 │ recv() = "hi"                                   │
    66.50 │                                                 ┏ recv()                                          │
    70.00 │ send("lost")                                    ┃                                                 │
    70.10 ├──── PSH-ACK 3:7(4) "lost" ─────✗                ┃                                                 │
    90.00 │ exits with 0                                    ┃                                                 │
    99.00 ┼─ waited in vain: exited server: server is inside recv ────────────────────────────────────────────┼─────────────────────────────────────────────────
conversation 1: TCP client1:40001 → server:8001
not shown: calls 1
"""


def shown(seen: Evidence, view: View | None = None, **options: Any) -> str:
    return render(build(seen), Options(**options), view)


def line_with(text: str, words: str) -> str:
    """Give the one line that has these words."""
    found = [line for line in text.splitlines() if words in line]
    assert len(found) == 1, found
    return found[0]


def test_a_small_ladder_at_80_columns() -> None:
    assert render(LADDER, Options(width=80)) == AT_80.removeprefix("\n")


def test_a_small_ladder_at_160_columns() -> None:
    assert render(LADDER, Options(width=160)) == AT_160.removeprefix("\n")


@pytest.mark.parametrize("width", [60, 80, 100, 160, 200])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_no_line_is_wider_than_the_terminal(width: int, lang: str) -> None:
    for view in (View(), View(payload="hex"), View(payload="none"), View(detail="compact")):
        lines = render(LADDER, Options(lang=lang, width=width), view).splitlines()
        assert max(map(cell_len, lines)) <= width


def test_colour_changes_no_character() -> None:
    plain, coloured = (render(LADDER, Options(colour=colour)) for colour in (False, True))
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain
    assert "\x1b[1;31m✗\x1b[0m" in coloured or "✗" in re.findall(r"\x1b\[1;31m([^\x1b]*)", coloured)[0]
    assert "\x1b" not in plain


def test_what_a_program_wrote_or_sent_obeys_nothing() -> None:
    evil = "\x1b]0;owned\x07\u202e\r\n\x9b31m"
    seen = replace(
        SEEN,
        outputs=printed("client1", evil),
        calls=tuple(replace(one, data=evil.encode()) if one.kind == "send" else one for one in SEEN.calls),
        steps=(replace(SEEN.steps[0], text=f"start: {evil}"),),
    )
    text = shown(seen, width=200)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text)
    assert "\\x1b]0;owned" in text


def test_payload_is_shown_as_asked() -> None:
    assert 'send("hi")' in shown(SEEN)
    assert "send(68 69)" in shown(SEEN, View(payload="hex"))
    text = shown(SEEN, View(payload="none"), width=160)
    assert "send()" in text
    assert "recv() = 2 bytes" in text
    assert '"hi"' not in text


def test_one_host_shows_its_side_and_whom_it_met() -> None:
    text = shown(SEEN, View(host="client1"))
    assert "client2" not in text
    assert "SYN-RECEIVED" not in text
    assert "accept()" not in text
    assert "SYN-ACK" in text


def test_one_conversation_leaves_the_others_and_the_outputs_out() -> None:
    two = {"server": "c > s S 0\nd > s S 0", "client1": "", "client2": ""}
    text = shown(evidence(two), View(conversation=2))
    assert "not shown: packets 1" in text
    assert text.count("SYN ") == 1
    assert "prints" not in shown(SEEN, View(conversation=1))
    assert "queue 1/5" in shown(SEEN, View(conversation=1))


def test_a_part_of_the_time_begins_inside_the_calls_of_then() -> None:
    text = shown(SEEN, View(from_ns=60 * MS, to_ns=66 * MS))
    assert "SYN" not in text
    assert "thaw server" in text
    assert "┗ accept() =" in text
    assert "exits" not in text


def test_a_short_picture_says_what_it_folds() -> None:
    text = shown(SEEN, View(detail="compact"))
    assert "ACK ack 3" not in text
    assert "ACK ack 1" in text  # it changes a state
    assert "kit ladder shows more" in text
    assert "waited in vain" in text


def test_a_packet_of_unknown_fate_ends_in_a_question_mark() -> None:
    assert "SYN ─" in line_with(shown(evidence({"client1": "c > s S 0"})), "─?  ")
    assert "arrival unknown" in shown(evidence({"client1": "c > s S 0"}))


def test_a_packet_that_was_long_under_way_leaves_and_comes() -> None:
    sent, came = "0.010 c > s S 0\n0.011 c > s S 0", "0.060 c > s S 0\n0.061 c > s S 0"
    lines = [
        line for line in shown(evidence({"client1": sent, "server": came})).splitlines() if "SYN" in line
    ]
    assert [("├" in line, "▶" in line) for line in lines if "[" not in line or "▶" in line] == [
        (True, False),
        (True, False),
        (False, True),
        (False, True),
    ]


def test_an_arrow_crosses_the_lanes_between() -> None:
    ladder = build(evidence({"client1": "d > c S 0", "client2": "d > c S 0"}))
    lanes = {lane.host: lane for lane in ladder.lanes}
    apart = replace(ladder, lanes=(lanes["client1"], lanes["server"], lanes["client2"]))
    assert re.search(r"│◀─+┼─* SYN ─+┤", render(apart, Options()))


def test_programs_that_speak_on_one_host_have_a_column_each() -> None:
    places = {"s": LOCAL["s"], "c": LOCAL["c"]}
    programs = {name: ProgramFact(name, "server", submitted=False) for name in ("server", "client1")}
    hosts = {"server": SEEN.hosts["server"]}
    calls = (
        (call("client1", "connect", 0.5, 2.5, local=LOCAL["c"], remote=LOCAL["s"], peer=LOCAL["s"]),),
        (accepted(LOCAL["c"], 3.5),),
    )
    accept = replace(calls[1][0], local=LOCAL["s"])
    packets = {"server": "c > s S 0\ns > c S. 0 ack 1\nc > s . 1 ack 1"}
    seen = evidence(packets, places=places, programs=programs, hosts=hosts, calls=[calls[0], (accept,)])
    text = shown(seen, width=60)
    assert "◀" in line_with(text, " SYN ") or "▶" in line_with(text, " SYN ")
    unknown = shown(evidence(packets, places=places, hosts=hosts, programs={}))
    assert "↻ SYN 40001 → 8001" in unknown


def test_programs_of_a_host_share_its_column_where_it_is_narrow() -> None:
    programs = {name: ProgramFact(name, "server", submitted=False) for name in ("one", "two")}
    calls = (call("one", "recvfrom", 1, 30, local=ANY), call("two", "recvfrom", 2, 20, local=ANY))
    seen = evidence(programs=programs, calls=[calls])
    narrow = shown(seen, width=70)
    assert "┃┏ two: recv()" in narrow
    assert "one, two" in narrow
    assert "two: recv()" not in shown(seen, width=160)


def test_an_unplugged_host_has_a_broken_line() -> None:
    steps = (
        StepRecord(1, "unplug: server", "done", 1 * MS, 2 * MS),
        StepRecord(2, "plug: server", "done", 30 * MS, 31 * MS),
    )
    text = shown(evidence({"client1": "0.010 c > s S 0", "server": ""}, steps=steps))
    assert "┊" in line_with(text, "─✗  ")
    assert "host unplugged" in text


def test_many_lines_of_output_are_folded_into_the_last() -> None:
    outputs = printed("server", *(f"line {number}\n" for number in range(9)), stream="stderr")
    text = shown(evidence(outputs=outputs), width=160)
    assert 'stderr, 9 lines, the last "line 8"' in text
    assert "line 3" not in text
    assert shown(evidence(outputs=outputs[:3])).count("stderr") == 3


def test_ends_say_how() -> None:
    ends = (
        ended("server", 1),
        ended("client1", None, signal="SEGV"),
        ended("client2", None, signal="KILL", killed_by_kit=True),
    )
    text = shown(evidence(exits=ends))
    assert all(words in text for words in ("exits with 1", "killed by SEGV", "ended by kit (KILL)"))


def test_a_failed_call_and_one_that_never_returned() -> None:
    calls = (
        call("server", "bind", 1, 1.1, local=ANY, result=-1, error="EADDRINUSE"),
        call("server", "close", 2, None, local=ANY),
    )
    text = shown(evidence(calls=[calls]), width=160)
    assert "bind(0.0.0.0:8001) = EADDRINUSE" in text
    assert "close(:8001) …" in text


def test_facts_of_the_analyser_stand_on_the_arrow() -> None:
    ladder = build(evidence({"client1": "c > s S 0", "server": "0.0012 c > s S 0"}))
    events = tuple(
        replace(event, facts=frozenset({"retransmission"})) if isinstance(event, Segment) else event
        for event in ladder.events
    )
    marked = replace(ladder, events=events)
    assert "SYN retransmission" in render(marked, Options(width=160))
    narrow = render(marked, Options(width=60)).splitlines()
    assert [line.split("│")[1].strip() for line in narrow if "retrans" in line] == ["retransmission"]


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("one two", 10, ["one two"]),
        ("one two three", 8, ["one two", "three"]),
        ("connect(receiver:8000)", 20, ["connect(", "receiver:8000)"]),
        ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
        ("a b c d e f g h", 3, ["a b", "c d", "e …"]),
        ("您好您好", 5, ["您好", "您好"]),
        ("", 5, [""]),
    ],
)
def test_words_are_wrapped_between_words_where_that_can_be(text: str, width: int, lines: list[str]) -> None:
    assert wrapped(text, width, 3) == lines
