"""Claims about kit/packets/decode.py."""

from __future__ import annotations

import random
import struct

import pytest

from kit.packets.decode import LINK_TYPES, decode
from kit.packets.model import Arp, Endpoint, Flags, Frame, Packet, TcpOptions
from tests.packets import frames as f

C, S = Endpoint(f.CLIENT, 40001), Endpoint(f.SERVER, 8001)
C6, S6 = Endpoint(f.CLIENT6, 40001), Endpoint(f.SERVER6, 8001)
SYN_OPTIONS = bytes.fromhex("020405b4 0402 080a0000000100000002 01 030307")
TIMESTAMP = bytes.fromhex("0101080a0000000300000004")


def of(body: bytes) -> Packet:
    return decode(f.frame(f.ethernet(body)), 1)


def test_a_segment_is_read_with_its_place_and_time() -> None:
    packet = decode(f.frame(f.ethernet(f.ipv4(f.tcp(b"hello")))), 7)
    assert (packet.number, packet.time_ns, packet.length) == (7, 17, 14 + 20 + 20 + 5)
    assert (packet.protocol, packet.source, packet.target) == ("tcp", C, S)
    assert packet.tcp is not None
    assert (packet.tcp.seq, packet.tcp.ack, packet.tcp.window) == (1000, 2000, 502)
    assert (packet.tcp.flags, packet.tcp.flags.letters) == (Flags.PSH | Flags.ACK, "P.")
    assert (packet.tcp.header_length, packet.tcp.length, packet.ip_header_length) == (20, 5, 20)
    assert (packet.payload, packet.faults) == (b"hello", ())


def test_the_options_of_a_syn_are_read() -> None:
    packet = of(f.ipv4(f.tcp(options=SYN_OPTIONS, flags=2)))
    assert packet.tcp is not None
    assert packet.tcp.options == TcpOptions(mss=1460, window_scale=7, sack_permitted=True, timestamp=(1, 2))
    assert packet.tcp.header_length == 40
    assert packet.faults == ()


def test_the_timestamp_alone_and_the_blocks_of_a_sack_are_read() -> None:
    plain = of(f.ipv4(f.tcp(options=TIMESTAMP))).tcp
    sack = of(f.ipv4(f.tcp(options=bytes.fromhex("0101 050a 00000064 000000c8")))).tcp
    assert plain is not None
    assert sack is not None
    assert plain.options == TcpOptions(timestamp=(3, 4))
    assert sack.options == TcpOptions(sack_blocks=((100, 200),))


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ("0200 0000", "tcp: option 2 of length 0 does not fit"),
        ("02ff 0000", "tcp: option 2 of length 255 does not fit"),
        ("01010108", "tcp: option 8 of length 0 does not fit"),
        ("0303 0701 0203 0001", "tcp: option 2 of length 3"),
        ("0403 0000", "tcp: option 4 of length 3"),
        ("0506 0000 0000 0101", "tcp: option 5 of length 6"),
    ],
)
def test_an_option_of_a_wrong_length_is_named_and_the_segment_stays(options: str, fault: str) -> None:
    packet = of(f.ipv4(f.tcp(b"x", options=bytes.fromhex(options))))
    assert packet.faults == (fault,)
    assert packet.payload == b"x"


def test_an_unknown_option_and_what_follows_the_end_of_the_list_are_passed_over() -> None:
    packet = of(f.ipv4(f.tcp(options=bytes.fromhex("fe04abcd 030305 00 02ffffff"))))
    assert packet.tcp is not None
    assert (packet.tcp.options, packet.faults) == (TcpOptions(window_scale=5), ())


def test_the_length_is_that_of_the_ip_header_and_not_of_the_padded_frame() -> None:
    packet = decode(f.frame(f.ethernet(f.ipv4(f.tcp())) + bytes(6)), 1)
    assert packet.tcp is not None
    assert (packet.tcp.length, packet.payload) == (0, b"")


def test_a_total_length_of_zero_is_segmentation_offload() -> None:
    packet = of(f.ipv4(f.tcp(b"x" * 3000), total=0))
    assert packet.tcp is not None
    assert (packet.tcp.length, packet.faults) == (3000, ())


def test_what_the_capture_cut_off_keeps_its_length_on_the_wire() -> None:
    whole = f.ethernet(f.ipv4(f.tcp(b"x" * 100)))
    packet = decode(f.frame(whole[:60], length=len(whole)), 1)
    assert packet.tcp is not None
    assert (packet.tcp.length, packet.payload) == (100, b"x" * 6)


@pytest.mark.parametrize("tags", ["8100 0064", "88a8 0064 8100 0065", "9100 0001"])
def test_vlan_tags_are_passed_over(tags: str) -> None:
    packet = decode(f.frame(f.ethernet(f.ipv4(f.tcp()), tags=bytes.fromhex(tags))), 1)
    assert (packet.source, packet.faults) == (C, ())


IP4, IP6 = f.ipv4(f.tcp(b"hi")), f.ipv6(f.tcp(b"hi"))


@pytest.mark.parametrize(
    ("link_type", "data", "ends"),
    [
        (0, b"\x02\0\0\0" + IP4, (C, S)),
        (0, b"\0\0\0\x02" + IP4, (C, S)),
        (0, b"\x1e\0\0\0" + IP6, (C6, S6)),
        (0, b"\0\0\0\x18" + IP6, (C6, S6)),
        (101, IP4, (C, S)),
        (101, IP6, (C6, S6)),
        (113, bytes(14) + b"\x08\x00" + IP4, (C, S)),
        (113, bytes(14) + b"\x86\xdd" + IP6, (C6, S6)),
        (228, IP4, (C, S)),
        (229, IP6, (C6, S6)),
        (276, b"\x08\x00" + bytes(18) + IP4, (C, S)),
        (276, b"\x86\xdd" + bytes(18) + IP6, (C6, S6)),
    ],
)
def test_every_link_type_leads_to_the_same_segment(
    link_type: int, data: bytes, ends: tuple[Endpoint, Endpoint]
) -> None:
    packet = decode(f.frame(data, link_type), 1)
    assert (packet.source, packet.target) == ends
    assert (packet.payload, packet.faults) == (b"hi", ())


@pytest.mark.parametrize(
    ("link_type", "data", "fault"),
    [
        (1, b"\0" * 13, "ethernet: truncated"),
        (113, b"\0" * 15, "ethernet: truncated"),
        (276, b"\0" * 19, "cooked: truncated"),
        (0, b"\x02\0\0", "loopback: truncated"),
        (101, b"", "ip: truncated"),
        (101, b"\x50" + bytes(40), "ip: version 5"),
        (228, IP6, "ip: version 6"),
        (229, IP4 + bytes(40), "ip: version 4"),
        (229, b"\x60" * 39, "ip: truncated"),
        (147, b"", "link type 147 is not read"),
    ],
)
def test_a_frame_that_cannot_be_read_says_where_it_ended(link_type: int, data: bytes, fault: str) -> None:
    packet = decode(f.frame(data, link_type), 1)
    assert packet.faults == (fault,)
    assert (packet.tcp, packet.source) == (None, None)


def test_an_unknown_ether_type_or_family_is_no_fault() -> None:
    assert decode(f.frame(f.ethernet(b"", 0x88CC)), 1) == Packet(1, 17, 14, "other")
    assert decode(f.frame(b"\x07\0\0\0", 0), 1) == Packet(1, 17, 4, "other")
    assert decode(f.frame(bytes(20), 276), 1) == Packet(1, 17, 20, "other")


def test_arp_tells_who_asks_for_whom() -> None:
    packet = decode(f.frame(f.ethernet(f.arp(), 0x0806)), 1)
    assert (packet.protocol, packet.arp) == ("arp", Arp(1, f.CLIENT, f.SERVER))


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (f.arp()[:7], "arp: truncated"),
        (f.arp()[:-1], "arp: truncated"),
        (f.arp(protocol=0x86DD), "arp: for protocol 0x86dd, not IPv4"),
    ],
)
def test_arp_that_cannot_be_read_is_said(body: bytes, fault: str) -> None:
    packet = decode(f.frame(f.ethernet(body, 0x0806)), 1)
    assert (packet.protocol, packet.arp, packet.faults) == ("arp", None, (fault,))


def test_ip_options_move_the_transport_header() -> None:
    packet = of(f.ipv4(f.tcp(b"hi"), options=bytes(8)))
    assert (packet.ip_header_length, packet.payload) == (28, b"hi")


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (f.ipv4(f.tcp())[:19], "ip: truncated"),
        (b"\x44" + f.ipv4(f.tcp())[1:], "ip: header length 16 is below 20"),
        (f.ipv4(f.tcp(), total=19), "ip: total length 19 is below its header's 20"),
    ],
)
def test_a_malformed_ip_header_has_no_layer_above(body: bytes, fault: str) -> None:
    packet = of(body)
    assert (packet.protocol, packet.tcp, packet.faults) == ("ip", None, (fault,))


def test_a_later_fragment_has_no_ports_and_says_so() -> None:
    packet = of(f.ipv4(b"x" * 40, fragment=185))
    assert (packet.protocol, packet.tcp) == ("ip", None)
    assert (packet.source, packet.target) == (Endpoint(f.CLIENT, 0), Endpoint(f.SERVER, 0))
    assert packet.faults == ("ip: fragment at 1480, its ports are in the first one",)


def test_the_first_fragment_of_a_datagram_tells_the_whole_length() -> None:
    packet = of(f.ipv4(f.udp(b"x" * 1472, length=3008), 17, fragment=0x2000))
    assert packet.udp is not None
    assert (packet.udp.length, len(packet.payload)) == (3000, 1472)
    assert packet.faults == ("ip: first fragment, more follow",)


def test_a_protocol_without_ports_is_ip() -> None:
    packet = of(f.ipv4(b"", 2))
    assert (packet.protocol, packet.source, packet.faults) == ("ip", Endpoint(f.CLIENT, 0), ())


def test_extension_headers_of_ipv6_are_passed_over() -> None:
    chain = bytes([43, 0]) + bytes(6)  # hop-by-hop, then routing
    chain += bytes([51, 0]) + bytes(6)  # routing, then authentication
    chain += bytes([60, 1]) + bytes(10)  # authentication of (1 + 2) * 4 bytes, then destination options
    chain += bytes([44, 0]) + bytes(6)  # destination options, then fragment
    chain += bytes([17, 0, 0, 0]) + bytes(4)  # the only fragment, then UDP
    packet = decode(f.frame(f.ethernet(f.ipv6(chain + f.udp(b"hi"), 0), 0x86DD)), 1)
    assert (packet.protocol, packet.payload, packet.ip_header_length) == ("udp", b"hi", 40 + 44)
    assert packet.faults == ()


def test_fragments_of_ipv6_are_said() -> None:
    later = bytes([17, 0]) + struct.pack(">HI", 1448, 1)
    first = bytes([17, 0]) + struct.pack(">HI", 1, 1)
    packet = decode(f.frame(f.ethernet(f.ipv6(later + bytes(40), 44), 0x86DD)), 1)
    assert (packet.protocol, packet.source) == ("ip", Endpoint(f.CLIENT6, 0))
    assert packet.faults == ("ip: fragment at 1448, its ports are in the first one",)
    packet = decode(f.frame(f.ethernet(f.ipv6(first + f.udp(b"x", length=3000), 44), 0x86DD)), 1)
    assert packet.udp is not None
    assert (packet.udp.length, packet.faults) == (2992, ("ip: first fragment, more follow",))


def test_a_cut_extension_header_is_said() -> None:
    packet = decode(f.frame(f.ethernet(f.ipv6(bytes(7), 0), 0x86DD)), 1)
    assert packet.faults == ("ip: truncated extension header",)


@pytest.mark.parametrize(
    ("segment", "fault"),
    [
        (f.tcp()[:19], "tcp: truncated"),
        (f.tcp(header_length=16), "tcp: header length 16 does not fit"),
        (f.tcp(header_length=60), "tcp: header length 60 does not fit"),
    ],
)
def test_a_malformed_segment_keeps_its_ports_alone(segment: bytes, fault: str) -> None:
    packet = of(f.ipv4(segment))
    assert (packet.protocol, packet.source, packet.tcp, packet.faults) == ("tcp", C, None, (fault,))


def test_options_that_the_capture_cut_off_are_said() -> None:
    whole = f.ethernet(f.ipv4(f.tcp(b"hi", options=SYN_OPTIONS)))
    packet = decode(f.frame(whole[: 14 + 20 + 24], length=len(whole)), 1)
    assert packet.tcp is not None
    assert (packet.tcp.options.mss, packet.tcp.length) == (1460, 2)
    assert packet.faults == ("tcp: truncated options",)


def test_a_datagram_is_read_and_its_padding_is_not() -> None:
    packet = decode(f.frame(f.ethernet(f.ipv4(f.udp(b"hi"), 17)) + bytes(16)), 1)
    assert packet.udp is not None
    assert (packet.protocol, packet.udp.length, packet.payload) == ("udp", 2, b"hi")
    assert packet.target == Endpoint(f.SERVER, 9000)


@pytest.mark.parametrize(("length", "known"), [(0, 2), (9, 1)])
def test_the_length_of_a_datagram_is_its_own(length: int, known: int) -> None:
    packet = of(f.ipv4(f.udp(b"hi", length=length), 17))
    assert packet.udp is not None
    assert (packet.udp.length, len(packet.payload)) == (known, known)


@pytest.mark.parametrize(
    ("datagram", "fault"),
    [
        (f.udp()[:7], "udp: truncated"),
        (f.udp(length=7), "udp: length 7 does not fit"),
        (f.udp(length=9), "udp: length 9 does not fit"),
    ],
)
def test_a_malformed_datagram_keeps_its_ports_alone(datagram: bytes, fault: str) -> None:
    packet = of(f.ipv4(datagram, 17))
    assert (packet.udp, packet.faults) == (None, (fault,))
    assert packet.source == C


def test_ports_that_were_cut_off_are_zero() -> None:
    assert of(f.ipv4(b"\x9c", 17)).source == Endpoint(f.CLIENT, 0)


QUOTED = f.ipv4(f.udp(b"ping!"), 17)


@pytest.mark.parametrize("size", [28, len(QUOTED)])
def test_port_unreachable_quotes_the_datagram_that_found_no_socket(size: int) -> None:
    packet = of(f.ipv4(f.icmp(3, 3, QUOTED[:size]), 1))
    assert packet.icmp is not None
    assert (packet.protocol, packet.icmp.type, packet.icmp.code) == ("icmp", 3, 3)
    assert packet.icmp.quoted == (C, Endpoint(f.SERVER, 9000))
    assert (packet.source, packet.udp, packet.faults) == (Endpoint(f.CLIENT, 0), None, ())


def test_the_quotation_of_icmp6_is_read_too() -> None:
    packet = decode(f.frame(f.ethernet(f.ipv6(f.icmp(1, 4, f.ipv6(f.udp(), 17)), 58), 0x86DD)), 1)
    assert packet.icmp is not None
    assert (packet.protocol, packet.icmp.quoted) == ("icmp6", (C6, Endpoint(f.SERVER6, 9000)))


def test_a_ping_quotes_nothing() -> None:
    packet = of(f.ipv4(f.icmp(8, 0, QUOTED), 1))
    assert packet.icmp is not None
    assert (packet.icmp.quoted, packet.faults) == (None, ())


def test_a_quotation_that_cannot_be_read_is_said() -> None:
    packet = of(f.ipv4(f.icmp(3, 3, QUOTED[:19]), 1))
    assert packet.icmp is not None
    assert (packet.icmp.quoted, packet.faults) == (None, ("icmp: the quoted packet cannot be read",))
    assert of(f.ipv4(f.icmp(3, 3)[:7], 1)).faults == ("icmp: truncated",)


def test_errors_quoted_in_errors_do_not_nest() -> None:
    body = QUOTED
    for _ in range(2000):
        body = f.ipv4(f.icmp(3, 3, body), 1, total=0)
    assert decode(f.frame(body, 228), 1).protocol == "icmp"


def _samples() -> list[Frame]:
    v4 = [f.tcp(b"hello", options=SYN_OPTIONS), f.tcp(b"x" * 30, options=TIMESTAMP), f.tcp()]
    bodies = [f.ethernet(f.ipv4(body)) for body in v4]
    bodies += [f.ethernet(f.ipv4(f.udp(b"hi"), 17)), f.ethernet(f.ipv4(f.icmp(3, 3, QUOTED), 1))]
    bodies += [f.ethernet(f.arp(), 0x0806), f.ethernet(f.ipv4(f.tcp(), options=bytes(8)), tags=b"\x81\0\0d")]
    chain = bytes([44, 0]) + bytes(6) + bytes([6, 0, 0, 1]) + bytes(4)
    bodies.append(f.ethernet(f.ipv6(chain + f.tcp(b"hi", options=SYN_OPTIONS), 0), 0x86DD))
    bodies.append(f.ethernet(f.ipv6(f.icmp(1, 4, f.ipv6(f.udp(b"hi"), 17)), 58), 0x86DD))
    return [f.frame(body) for body in bodies] + [
        f.frame(b"\x02\0\0\0" + IP4, 0),
        f.frame(bytes(14) + b"\x08\0" + IP4, 113),
        f.frame(b"\x86\xdd" + bytes(18) + IP6, 276),
        f.frame(IP6, 101),
    ]


def test_no_prefix_of_a_frame_raises_and_every_cut_is_said() -> None:
    for sample in _samples():
        whole = decode(sample, 1)
        for size in range(len(sample.data)):
            cut = Frame(sample.time_ns, sample.data[:size], sample.length, sample.link_type)
            packet = decode(cut, 1)
            assert packet.faults or packet.payload == whole.payload[: len(packet.payload)]


def test_no_mutation_of_a_frame_raises() -> None:
    draw = random.Random(20261122)  # noqa: S311  # a fixed seed: the same mutations every time
    for sample in _samples():
        for _ in range(1500):
            data = bytearray(sample.data)
            for _ in range(draw.randint(1, 6)):
                data[draw.randrange(len(data))] = draw.choice(
                    (0, 1, 4, 0x45, 0x60, 0x7F, 0x80, 0xFF, draw.randrange(256))
                )
            keep = draw.randint(0, len(data))
            length = draw.choice((0, keep, len(data), 65535))
            link_type = draw.choice((sample.link_type, *LINK_TYPES))
            packet = decode(Frame(1, bytes(data[:keep]), length, link_type), 1)
            assert packet.tcp is None or packet.tcp.length >= 0
