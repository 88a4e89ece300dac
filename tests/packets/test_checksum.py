"""A packet whose checksum fits is as it was; one whose checksum is wrong reached nobody."""

from __future__ import annotations

import pytest

from kit.packets.checksum import WRONG, is_right, unheard_if_wrong
from kit.packets.decode import decode
from kit.packets.model import Frame

# A SYN, a datagram with 3 bytes, a ping with 2
HEAD = "0242c6120002 0242c6120003 0800"
SYN = f"{HEAD} 4500002c00010000400600000a0000010a000002 9c410050 00000001 00000000 60022000 {{sum}} 0000 020405b4"
DATAGRAM = f"{HEAD} 4500001f00010000401100000a0000010a000002 9c410035000b {{sum}} 616263"
PING = f"{HEAD} 4500001e00010000400100000a0000010a000002 0800 {{sum}} 00010001 6869"


def frame(text: str, total: str = "", link_type: int = 1) -> Frame:
    """Give the packet with its header's sum, which the texts have as 0 (RFC 791 3.1)."""
    data = bytearray.fromhex(text.format(sum=total).replace(" ", ""))
    words = [int.from_bytes(data[at : at + 2], "big") for at in range(14, 34, 2)]
    data[24:26] = (0xFFFF - (sum(words) % 0xFFFF or 0xFFFF)).to_bytes(2, "big")
    return Frame(0, bytes(data), len(data), link_type)


RIGHT = {"syn": (SYN, "c791"), "datagram": (DATAGRAM, "8afc"), "ping": (PING, "8f94")}


@pytest.mark.parametrize(("text", "total"), RIGHT.values(), ids=RIGHT)
def test_the_sum_that_a_sender_made_is_right_and_any_other_wrong(text: str, total: str) -> None:
    assert is_right(frame(text, total))
    assert not is_right(frame(text, f"{int(total, 16) ^ 1:04x}"))
    assert not is_right(frame(text[:-1] + ("0" if text[-1] != "0" else "1"), total))


@pytest.mark.parametrize("at", [14, 15, 17, 19, 22, 23, 24, 29, 33])
def test_a_bit_of_the_header_that_was_inverted_is_a_wrong_sum_too(at: int) -> None:
    right = frame(SYN, "c791")
    damaged = right.data[:at] + bytes([right.data[at] ^ 1]) + right.data[at + 1 :]
    assert not is_right(Frame(0, damaged, len(damaged), 1))


def test_padding_behind_the_packet_is_not_summed() -> None:
    assert is_right(frame(f"{DATAGRAM} ffffff", "8afc"))


@pytest.mark.parametrize(
    "unknown",
    [
        frame(DATAGRAM, "0000"),  # RFC 768: the sender made none
        frame(SYN, "0000", link_type=113),
        frame(SYN.replace("0800 45", "86dd 45"), "0000"),
        frame(SYN[:80]),
        frame(SYN[:-6], "0000"),
        frame(SYN.replace("4006", "402f"), "0000"),  # GRE
        frame(SYN.replace("0001000040", "0001200040"), "0000"),  # a first fragment
        frame(SYN.replace("0001000040", "0001001040"), "0000"),  # a later one
    ],
)
def test_of_what_cannot_be_summed_nothing_is_said(unknown: Frame) -> None:
    assert is_right(unknown)


def test_a_packet_with_a_wrong_sum_is_no_segment_and_says_why() -> None:
    right, wrong = frame(SYN, "c791"), frame(SYN, "c790")
    assert unheard_if_wrong(decode(right, 1), right) == decode(right, 1)
    unheard = unheard_if_wrong(decode(wrong, 1), wrong)
    assert (unheard.protocol, unheard.tcp, unheard.payload, unheard.faults) == ("other", None, b"", (WRONG,))
    assert unheard.source == decode(right, 1).source
