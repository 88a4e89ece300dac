from __future__ import annotations

from typing import Any

from kit.report.details import SHOWN_BYTES, details_of
from kit.report.rows import rows_of
from tests.packets.build import trace
from tests.report.scene import arrived, evidence, ladder, returned, said, segment, small_ladder


def details(place: int, lang: str = "en", **seen: Any) -> dict[str, Any]:
    """Give the details of the small run's row that begins with this event."""
    run = small_ladder()
    rows = rows_of(run)
    row_of = {each: row.events[0] for row in rows for each in row.events}
    (row,) = [row for row in rows if row.events[0] == place]
    return details_of(evidence(**seen), run, row, row_of, lang)


def pairs(part: dict[str, Any]) -> dict[str, str]:
    return dict(part["rows"])


def test_a_segment_shows_its_packet_at_both_hosts() -> None:
    sent, received = details(10)["parts"]
    assert sent["head"] == "Sent at server, packet 2"
    assert received["head"] == "Received at client, packet 2"
    assert pairs(sent)["TCP flags"] == "PSH, ACK"
    assert pairs(sent)["travelled"] == "0.009 ms"
    assert bytes.fromhex(sent["hex"]) == b"hi"


def test_a_packet_that_no_capture_has_is_said_so() -> None:
    parts = details(10, packets=())["parts"]
    assert pairs(parts[0]) == {"": "not in a capture"}


def test_a_call_shows_arguments_result_and_time_inside() -> None:
    (call,) = details(7)["parts"]
    assert call["head"] == "Call 2 of client"
    assert pairs(call)["time inside"] == "2.000 ms"
    assert pairs(call)["result"].strip() == "0"


def test_a_call_that_evidence_does_not_have_leaves_the_title() -> None:
    assert details(7, calls=())["parts"] == []


def test_causes_are_rows_that_can_be_followed() -> None:
    assert details(8)["causes"] == [5]


def test_a_fold_lists_what_it_holds() -> None:
    events = [
        event
        for number in range(1, 101)
        for event in (segment(number, number, "cs", flags="P."), arrived(number, number, "server"))
    ]
    run = ladder(*events)
    (fold,) = [row for row in rows_of(run) if row.folded]
    listed = details_of(evidence(), run, fold, {}, "en")["list"]
    assert len(listed) == 84
    assert listed[0] == ("9.000", "client → server", "SYN")


def test_options_and_relative_numbers_are_said() -> None:
    run = ladder(
        segment(1, 1, "cs", seq=1, ack=1, flags="P.", rtt_ns=2_000_000, facts=frozenset({"window_full"}))
    )
    (row,) = rows_of(run)
    packets = trace("c > s P. 1:3(2) ack 1")
    shown = pairs(details_of(evidence(packets), run, row, {}, "en")["parts"][0])
    assert shown["sequence number"] == "1000001 (relative 1)"
    assert shown["round trip"] == "2.000 ms"
    assert shown["analysis"] == "window full"


def test_long_payloads_are_cut_and_say_so() -> None:
    run = ladder(segment(1, 1, "cs", length=SHOWN_BYTES + 1))
    (row,) = rows_of(run)
    packets = trace(f'c > s P. 1 ack 1 "{"x" * (SHOWN_BYTES + 1)}"')
    part = details_of(evidence(packets), run, row, {}, "en")["parts"][0]
    assert len(part["hex"]) == 2 * SHOWN_BYTES
    assert part["cut"]


def test_strangers_bytes_are_shown_as_escapes() -> None:
    run = ladder(said("\x1b]8;;http://x\x07", 1), returned(9, 2, "server", began=0, label="= \x1b[2J"))
    rows = rows_of(run)
    texts = [details_of(evidence(), run, row, {}, "en")["title"] for row in rows]
    assert not any("\x1b" in text or "\x07" in text for text in texts)


def test_chinese_details_are_chinese() -> None:
    assert details(10, "zh")["parts"][0]["head"] == "server 发出，第 2 个分组"
