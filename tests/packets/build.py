"""Packets from literals, in the notation of packetdrill and tcpdump. No bytes are decoded here.

    trace('''
        c > s S 0
        s > c S. 0 ack 1
        c > s . 1 ack 1
        c > s P. 1:6(5) ack 1             a length alone: the payload is that many x
        c > s P. 1 ack 1 "hello"          or the payload itself
        0.250 s > c F. 1 ack 6 win 0      a time in seconds; without one, 1 ms after the packet before
        c > s udp "hi"
        s > c icmp 3/3                    answers what the target sent to the sender: port unreachable
    ''')

Sequence and acknowledgement numbers are relative to `isn`, as a reader sees them in tcpdump.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kit.packets.model import Endpoint, Flags, Icmp, Packet, Tcp, TcpOptions, Udp

if TYPE_CHECKING:
    from collections.abc import Mapping

PLACES: Mapping[str, Endpoint] = {
    "s": Endpoint("198.18.0.2", 8001),
    "c": Endpoint("198.18.0.3", 40001),
    "d": Endpoint("198.18.0.4", 40002),
}
ISN: Mapping[str, int] = {"s": 5_000_000, "c": 1_000_000, "d": 2_000_000}

_MS = 1_000_000
_LINE = re.compile(r"(?:(?P<time>\d+(?:\.\d+)?) )?(?P<sender>\w+) > (?P<target>\w+) (?P<rest>.+)")
_TCP = re.compile(
    r"(?P<flags>[FSRPUEW]*\.?|-) (?P<seq>-?\d+)(?::\d+\((?P<length>\d+)\))?"
    r'(?: ack (?P<ack>-?\d+))?(?: win (?P<window>\d+))?(?: "(?P<text>.*)")?'
)
_UDP = re.compile(r'udp "(?P<text>.*)"')
_ICMP = re.compile(r"icmp (?P<type>\d+)/(?P<code>\d+)")
_FLAG = {"F": Flags.FIN, "S": Flags.SYN, "R": Flags.RST, "P": Flags.PSH, "U": Flags.URG, "E": Flags.ECE}
_FLAG |= {"W": Flags.CWR, ".": Flags.ACK, "-": Flags(0)}


def segment(
    line: str,
    number: int = 1,
    time_ns: int | None = None,
    places: Mapping[str, Endpoint] = PLACES,
    isn: Mapping[str, int] = ISN,
) -> Packet:
    """Give the packet that one line says. ValueError for a line in no notation of ours."""
    found = _LINE.fullmatch(line)
    if found is None:
        raise ValueError(f"no packet: {line!r}")
    time_s, sender, target, rest = found.group("time", "sender", "target", "rest")
    if time_ns is None:
        time_ns = number * _MS if time_s is None else round(float(time_s) * 1e9)
    ends = places[sender], places[target]
    if match := _UDP.fullmatch(rest):
        payload = match["text"].encode()
        length = 42 + len(payload)
        udp = Udp(len(payload))
        return Packet(number, time_ns, length, "udp", *ends, udp=udp, ip_header_length=20, payload=payload)
    if match := _ICMP.fullmatch(rest):
        icmp = Icmp(int(match["type"]), int(match["code"]), quoted=(ends[1], ends[0]))
        hosts = Endpoint(ends[0].address, 0), Endpoint(ends[1].address, 0)
        return Packet(number, time_ns, 70, "icmp", *hosts, icmp=icmp, ip_header_length=20)
    if match := _TCP.fullmatch(rest):
        tcp, payload = _tcp(match, isn[sender], isn[target])
        length = 34 + tcp.header_length + len(payload)
        return Packet(number, time_ns, length, "tcp", *ends, tcp=tcp, ip_header_length=20, payload=payload)
    raise ValueError(f"no packet: {line!r}")


def _tcp(match: re.Match[str], own: int, peer: int) -> tuple[Tcp, bytes]:
    flags = Flags(0)
    for letter in match["flags"]:
        flags |= _FLAG[letter]
    payload = (match["text"] or "").encode() or b"x" * int(match["length"] or 0)
    seq = (own + int(match["seq"])) % 2**32
    ack = 0 if match["ack"] is None else (peer + int(match["ack"])) % 2**32
    window = 65535 if match["window"] is None else int(match["window"])
    return Tcp(seq, ack, flags, window, 32, len(payload), TcpOptions()), payload


def trace(
    text: str, places: Mapping[str, Endpoint] = PLACES, isn: Mapping[str, int] = ISN
) -> tuple[Packet, ...]:
    """Give one packet a line, numbered from 1; blank lines and what follows `#` are for the reader."""
    packets: list[Packet] = []
    for line in text.splitlines():
        words = line.split(" #")[0].strip()
        if not words:
            continue
        packet = segment(words, len(packets) + 1, None, places, isn)
        if not words[0].isdigit() and packets:
            packet = segment(words, packet.number, packets[-1].time_ns + _MS, places, isn)
        packets.append(packet)
    return tuple(packets)
