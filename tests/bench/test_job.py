from __future__ import annotations

from bench.job import Done, done, packets
from kit.packets import pcap
from tests.packets.build import trace
from tests.packets.frames import ethernet, frame, ipv4, tcp

SERVED = b"1 client1\n2 client2\n"
FIRST = """
    c > s S 0
    s > c S. 0 ack 1
    c > s . 1 ack 1
    c > s P. 1 ack 1 "client1"
"""
ANSWERED = """
    s > c P. 1 ack 8 "1"
"""
SECOND = FIRST.replace("c >", "d >").replace("> c", "> d").replace("client1", "client2")
SECOND_ANSWERED = ANSWERED.replace("> c", "> d").replace('"1"', '"2"')
AT_CLIENTS = {"client1": trace(FIRST + ANSWERED), "client2": trace(SECOND + SECOND_ANSWERED)}
ONE_BY_ONE = AT_CLIENTS | {"server": trace(FIRST + ANSWERED + SECOND + SECOND_ANSWERED)}
BOTH_QUEUED = AT_CLIENTS | {"server": trace(FIRST + SECOND + ANSWERED + SECOND_ANSWERED)}


def test_one_client_after_the_other_is_in_order_and_whole_and_nobody_was_queued() -> None:
    assert done(SERVED, ONE_BY_ONE) == Done(ordered=True, opened=3, queued=False)


def test_both_stand_before_the_server_says_a_word() -> None:
    assert done(SERVED, BOTH_QUEUED) == Done(ordered=True, opened=3, queued=True)


def test_another_order_is_not_the_order() -> None:
    assert not done(b"1 client2\n2 client1\n", ONE_BY_ONE).ordered
    assert not done(b"", ONE_BY_ONE).ordered


def test_a_capture_that_misses_the_first_syn_is_not_whole() -> None:
    late = ONE_BY_ONE | {"client1": trace(FIRST + ANSWERED)[1:]}
    assert done(SERVED, late).opened == 2


def test_a_capture_that_is_not_there_is_not_whole() -> None:
    assert done(SERVED, {"server": ONE_BY_ONE["server"]}).opened == 1
    assert done(SERVED, {}) == Done(ordered=True, opened=0, queued=False)


def test_a_client_that_was_refused_and_came_again_counts_once() -> None:
    refused = """
        c > s S 0
        s > c R. 0 ack 1
    """
    again = trace(FIRST + ANSWERED, isn={"s": 5_000_000, "c": 3_000_000})
    assert done(SERVED, ONE_BY_ONE | {"client1": (*trace(refused), *again)}).opened == 3


def test_a_file_that_is_no_capture_has_no_packets() -> None:
    assert packets(b"") == ()
    assert packets(b"tcpdump: eth0: no such device") == ()


def test_a_capture_is_decoded() -> None:
    file = pcap.header(1, 262144) + pcap.record(frame(ethernet(ipv4(tcp(b"client1")))))
    (packet,) = packets(file)
    assert packet.payload == b"client1"
