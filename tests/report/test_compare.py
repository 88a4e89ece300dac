from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kit.report.compare import compare
from kit.report.rows import rows_of
from tests.report.scene import EVENTS, arrived, began, ladder, mark, returned, run, said, segment, state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kit.ladder.model import Event
    from kit.report.layout import Slot
    from kit.report.run import Run

Line = tuple[int | None, int | None]


def told(events: Sequence[Event], **params: str) -> Run:
    made = run(ladder(*events))
    return replace(made, facts={**made.facts, "params": params})


def lines(first: Run, second: Run) -> list[Line]:
    """Give for each line the first event of the row on either side."""
    left, right = compare(first, rows_of(first.ladder), second, rows_of(second.ladder))
    return [(_first(one), _first(other)) for one, other in zip(left, right, strict=True)]


def _first(slot: Slot) -> int | None:
    return None if slot.row is None else slot.row.events[0]


def marked(first: Run, second: Run) -> dict[Line, str]:
    left, right = compare(first, rows_of(first.ladder), second, rows_of(second.ladder))
    assert [slot.mark for slot in left] == [slot.mark for slot in right]
    return {line: slot.mark for line, slot in zip(lines(first, second), left, strict=True) if slot.mark}


def test_a_run_beside_itself_stands_line_by_line_without_a_difference() -> None:
    one = told(EVENTS)
    assert all(left == right for left, right in lines(one, one))
    assert marked(one, one) == {}


def test_both_pictures_are_equally_high() -> None:
    first, second = told(EVENTS), told(EVENTS[:9])
    left, right = compare(first, rows_of(first.ladder), second, rows_of(second.ladder))
    assert [(slot.height, slot.gap) for slot in left] == [(slot.height, slot.gap) for slot in right]


def test_the_first_difference_is_the_first_event_that_only_one_run_has() -> None:
    first = told([said("1", 1), said("2", 2), said("3", 3)])
    second = told([said("1", 1), said("x", 2), said("3", 3)])
    assert marked(first, second) == {(1, None): "first", (None, 1): "differs"}
    assert lines(first, second) == [(0, 0), (1, None), (None, 1), (2, 2)]


def test_concurrent_programs_in_another_order_are_no_difference() -> None:
    first = told([said("a", 1, "server"), said("b", 2, "client")])
    second = told([said("b", 1, "client"), said("a", 2, "server")])
    assert marked(first, second) == {}
    assert lines(first, second) == [(0, 1), (1, 0)]


def test_states_of_concurrent_connections_in_another_order_are_no_difference() -> None:
    one: list[Event] = [segment(1, 1, "cs"), arrived(1, 1, "server"), state("server", "CLOSE-WAIT", 1)]
    other: list[Event] = [said("a", 2, "client"), state("server", "ESTABLISHED", 2)]
    assert marked(told([*one, *other]), told([*other, *one])) == {}


def test_one_programs_calls_in_another_order_are_a_difference() -> None:
    first = told([began(1, 1, "server", "bind"), began(2, 2, "server", "listen")])
    second = told([began(1, 1, "server", "listen"), began(2, 2, "server", "bind")])
    assert "first" in marked(first, second).values()


def test_drawn_words_and_ports_are_compared_by_what_they_stand_for() -> None:
    first = told([began(1, 1, "client", "connect", label="connect(server:8001)"), said("hi client1", 2)],
                 port="8001", name="client1")  # fmt: skip
    second = told([began(1, 1, "client", "connect", label="connect(server:25727)"), said("hi wss2w25", 2)],
                  port="25727", name="wss2w25")  # fmt: skip
    assert marked(first, second) == {}


def test_a_hard_coded_port_is_a_difference() -> None:
    first = told([began(1, 1, "server", "bind", label="bind(0.0.0.0:8001)")], port="25727")
    second = told([began(1, 1, "server", "bind", label="bind(0.0.0.0:25727)")], port="25727")
    assert marked(first, second) == {(0, None): "first", (None, 0): "differs"}


def test_a_hosts_name_stays_though_a_parameter_has_the_same_value() -> None:
    first = told([mark(1, "start client", 1)], name="client")
    second = told([mark(1, "start client", 1)], name="wss2w25")
    assert marked(first, second) == {}


def test_the_clients_port_is_the_kernels_choice() -> None:
    first, second = (
        told([returned(1, 1, "server", began=0, label=f"= client:{port}")]) for port in ("48510", "52001")
    )
    assert marked(first, second) == {}


def test_a_separate_ack_is_no_difference() -> None:
    ack: dict[str, Any] = {"flags": ".", "label": "ACK"}
    first = told([segment(1, 1, "cs"), arrived(1, 1, "server"), segment(2, 2, "sc", **ack)])
    second = told([segment(1, 1, "cs"), arrived(1, 1, "server")])
    assert marked(first, second) == {}


def test_a_lost_segment_is_a_difference() -> None:
    first = told([segment(1, 1, "cs", fate="lost")])
    second = told([segment(1, 1, "cs"), arrived(1, 1, "server")])
    assert (0, None) in marked(first, second)


def test_a_call_that_blocked_in_one_run_alone_is_no_difference() -> None:
    first = told([
        began(1, 1, "server", returned=2, blocked=True), said("x", 2, "client"),
        returned(1, 3, "server", began=0, blocked=True),
    ])  # fmt: skip
    second = told([
        began(1, 1, "server", returned=1), returned(1, 1, "server", began=0), said("x", 2, "client")
    ])  # fmt: skip
    assert marked(first, second) == {}


def test_no_line_stands_above_what_caused_it() -> None:
    first = told([said("a", 1), said("b", 2), segment(1, 3, "cs", cause=[0])])
    second = told([segment(1, 1, "cs"), said("a", 2), said("b", 3)])
    order = [left for left, _ in lines(first, second) if left is not None]
    assert order.index(0) < order.index(2)
    order = [right for _, right in lines(first, second) if right is not None]
    assert order.index(1) < order.index(2)


def test_pairs_that_would_turn_cause_and_effect_round_stand_apart() -> None:
    first = told([said("a", 1, "server"), said("b", 2, "client", cause=(0,))])
    second = told([said("b", 1, "client"), said("a", 2, "server", cause=(0,))])
    assert len(lines(first, second)) == 3
    assert marked(first, second) == {(0, None): "first", (None, 1): "differs"}
