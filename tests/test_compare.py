"""Claims about kit/compare.py, on literal evidence."""

from __future__ import annotations

from dataclasses import replace

from kit.compare import ROWS, WORDS, Cell, compare
from kit.evidence.model import Call, Capture, Evidence, HostFact, ProgramFact
from kit.exercise.model import LANGUAGES, Side
from kit.packets.model import Endpoint
from kit.verdict import Cite
from tests.packets.build import trace

HOSTS = {"server": HostFact("server", "198.18.0.2"), "client": HostFact("client", "198.18.0.3")}
PROGRAMS = {name: ProgramFact(name, name, submitted=False) for name in HOSTS}
OF_TCP = trace("""
    c > s S 0
    s > c S. 0 ack 1
    c > s . 1 ack 1
    c > s P. 1 ack 1 "one"
    s > c . 1 ack 4
    c > s P. 4 ack 1 "two"
    s > c . 1 ack 7
    c > s F. 7 ack 1
    s > c F. 1 ack 8
    c > s . 8 ack 2
""")
OF_UDP = trace('c > s udp "one"\nc > s udp "two"')
TCP_SIDE = Side.model_validate(
    {"protocol": "tcp", "from": "client", "to": "server", "sender": "client", "receiver": "server"}
)
UDP_SIDE = TCP_SIDE.model_copy(update={"protocol": "udp"})


def call(number: int, name: str, data: bytes, protocol: str = "tcp", result: int | None = -2) -> Call:
    program = "client" if name == "sendto" else "server"
    size = len(data) if result == -2 else result
    return Call(number, program, 7, name, number, number + 1, 3, protocol, data=data, result=size)  # type: ignore[arg-type]  # literals


def evidence(*packets_and_calls: object, **changes: object) -> Evidence:
    packets = tuple(p for p in packets_and_calls if not isinstance(p, Call))
    captures = {name: Capture(name, packets) for name in HOSTS}  # type: ignore[arg-type]  # the rest are packets
    calls = tuple(c for c in packets_and_calls if isinstance(c, Call))
    return replace(Evidence("x", HOSTS, PROGRAMS, captures, calls), **changes)  # type: ignore[arg-type]  # fields by name


def cells(found: Evidence, side: Side = TCP_SIDE) -> dict[str, Cell]:
    return {row.name: row.cells[0] for row in compare(found, {"it": side}).rows}


def test_tcp_needs_a_handshake_acknowledgements_and_a_close() -> None:
    found = cells(evidence(*OF_TCP))
    assert found["before_data"] == Cell(
        "count", (3,), Cite("P., 3 bytes of payload", "client", None, 4, None, 4_000_000)
    )
    numbers = {name: (cell.kind, cell.numbers) for name, cell in found.items()}
    assert numbers["header"] == ("count", (32,))
    assert numbers["numbering"] == ("numbered", (1, 6))
    assert numbers["arrival"] == ("in_order", (2,))
    assert numbers["lost"] == ("count", (0,))
    assert numbers["sent_again"] == ("count", (0,))
    assert numbers["acknowledgements"] == ("count", (2,))
    assert numbers["after_data"] == ("count", (4,))
    assert numbers["packets"] == ("count", (10,))
    assert numbers["bytes"] == ("load", (10 * 66 + 6, 6))


def test_udp_needs_nothing_but_the_datagrams() -> None:
    numbers = {name: (cell.kind, cell.numbers) for name, cell in cells(evidence(*OF_UDP), UDP_SIDE).items()}
    assert numbers["before_data"] == ("count", (0,))
    assert numbers["header"] == ("count", (8,))
    assert numbers["numbering"] == ("unnumbered", ())
    assert numbers["acknowledgements"] == numbers["after_data"] == ("count", (0,))
    assert numbers["packets"] == ("count", (2,))
    assert numbers["bytes"] == ("load", (90, 6))


def test_merged_receives_do_not_keep_boundaries_and_separate_ones_do() -> None:
    sends = [call(1, "sendto", b"one"), call(2, "sendto", b"two")]
    merged = cells(evidence(*OF_TCP, *sends, call(3, "recvfrom", b"onetwo"), call(4, "recvfrom", b"")))
    assert (merged["boundaries"].kind, merged["boundaries"].numbers) == ("changed", (2, 1))
    assert merged["delivered"].numbers == (6, 6)
    assert merged["boundaries"].cite == Cite("recvfrom returned 6", program="server", call=3, time_ns=3)
    separate = cells(evidence(*OF_TCP, *sends, call(3, "recvfrom", b"one"), call(4, "recvfrom", b"two")))
    assert (separate["boundaries"].kind, separate["boundaries"].numbers) == ("kept", (2, 2))


def test_calls_of_the_other_protocol_and_failed_calls_do_not_count() -> None:
    calls = [
        call(1, "sendto", b"one", "udp"),
        call(2, "sendto", b"", result=-1),
        call(3, "recvfrom", b"", "udp"),
    ]
    found = cells(evidence(*OF_UDP, *calls), UDP_SIDE)["boundaries"]
    assert (found.kind, found.numbers) == ("changed", (1, 1))  # an empty datagram was received, never sent
    assert cells(evidence(*OF_TCP, *calls))["boundaries"].numbers == (0, 0)


def test_without_traced_calls_the_cells_say_so() -> None:
    found = cells(evidence(*OF_TCP, calls_traced=False))
    assert (found["boundaries"], found["delivered"]) == (Cell("untraced"), Cell("untraced"))


def test_a_lost_segment_is_sent_again_and_a_lost_datagram_is_not() -> None:
    left = trace('c > s P. 1 ack 1 "one"\n0.2 c > s P. 1 ack 1 "one"\ns > c . 1 ack 4')
    captures = {"client": Capture("client", left), "server": Capture("server", left[1:])}
    found = cells(evidence(captures=captures))
    assert (found["lost"].numbers, found["sent_again"].numbers) == ((1,), (1,))
    assert found["sent_again"].cite == Cite("P., 3 bytes of payload", "client", None, 2, None, 200_000_000)
    captures = {"client": Capture("client", OF_UDP), "server": Capture("server", OF_UDP[:1])}
    found = cells(evidence(captures=captures), UDP_SIDE)
    assert (found["lost"].numbers, found["sent_again"].numbers) == ((1,), (0,))
    assert found["lost"].cite == Cite("udp, 3 bytes of payload", "client", None, 2, None, 2_000_000)


def test_a_packet_that_was_overtaken_is_told_from_the_two_captures() -> None:
    captures = {"client": Capture("client", OF_UDP), "server": Capture("server", OF_UDP[::-1])}
    found = cells(evidence(captures=captures), UDP_SIDE)["arrival"]
    assert (found.kind, found.numbers) == ("overtaken", (2, 1))


def test_captures_that_lost_packets_prove_no_loss() -> None:
    captures = {name: Capture(name, OF_UDP, dropped=1) for name in HOSTS}
    found = cells(evidence(captures=captures), UDP_SIDE)
    assert (found["lost"], found["arrival"]) == (Cell("incomplete"), Cell("incomplete"))


def test_headers_of_different_lengths_are_a_range() -> None:
    tcp = OF_TCP[3].tcp
    assert tcp is not None
    packets = (replace(OF_TCP[3], tcp=replace(tcp, header_length=20)), *OF_TCP[4:])
    found = cells(evidence(*packets))["header"]
    assert (found.kind, found.numbers) == ("range", (20, 32))


def test_a_side_without_packets_says_so_in_every_row() -> None:
    table = compare(evidence(*OF_TCP), {"TCP": TCP_SIDE, "UDP": UDP_SIDE})
    assert table.columns == ("TCP", "UDP")
    assert {row.cells[1] for row in table.rows} == {Cell("nothing")}


def test_a_conversation_without_data_has_no_header_to_measure() -> None:
    found = cells(evidence(*OF_TCP[:3]))
    assert (found["before_data"], found["header"]) == (Cell("count", (3,)), Cell("nothing"))
    assert found["numbering"] == Cell("nothing")


def test_programs_of_one_host_are_compared_over_loopback() -> None:
    places = {"c": Endpoint("127.0.0.1", 40001), "s": Endpoint("127.0.0.1", 9000)}
    packets = trace('c > s udp "hi"', places)
    side = UDP_SIDE.model_copy(update={"from_": "client", "to": "client"})
    found = cells(evidence(captures={"client": Capture("client", packets)}), side)
    assert found["packets"].numbers == (1,)


def test_every_cell_and_label_has_words_in_every_language() -> None:
    for words in [*WORDS.values(), *(label for label, _ in ROWS.values())]:
        assert set(words) == set(LANGUAGES)
    assert Cell("kept", (3, 2)).text("en") == "3 sent, 2 received, each as it was sent"
    assert Cell("range", (20, 32)).text("zh") == "20 至 32"
