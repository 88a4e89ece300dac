"""The rules that mark a segment, as tables: which mark, and the question that decides it.

They are those of tshark's `tcp.analysis.*` (4.0), as its code defines them, so that what a learner sees here
and in Wireshark is the same. A question is asked of the segment, of its distance `ahead` of the sender's next
sequence number (0: just what was due), of its time, and of what both sides have shown so far. Terms:
*plain*: no SYN, FIN or RST. *repeated*: plain, empty, due, and acknowledging the same as the one before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit.packets.model import Flags
from kit.packets.tcp import model
from kit.packets.tcp.side import UNCOUNTED, UNKNOWN_SCALE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kit.packets.model import Tcp
    from kit.packets.tcp.side import Side

    Question = Callable[[Tcp, int, int, Side, Side], bool]
    Rules = tuple[tuple[int, Question], ...]

_MASK = 0xFFFF_FFFF
_HALF = 1 << 31
FAST_WITHIN_NS = 20_000_000  # a fast retransmission follows the acknowledgement that asks for it
FAST_AFTER_DUPLICATES = 2  # RFC 5681 3.2 says 3; one may be missing from the capture


def difference(number: int, other: int) -> int:
    """Give how far one number is ahead of another, over a wrap (RFC 9293 3.4)."""
    return ((number - other + _HALF) & _MASK) - _HALF


def is_probe(tcp: Tcp, ahead: int, peer: Side) -> bool:
    """One byte into a closed window asks for news of it (RFC 9293 3.8.6.1)."""
    return tcp.length == 1 and ahead == 0 and peer.window == 0


def is_repeated(tcp: Tcp, ahead: int, sender: Side) -> bool:
    return ahead == 0 and tcp.ack == sender.acknowledged


# What a repeated segment is: (window is open, window is as before, the peer's last segment was a
# keep-alive, was a zero-window probe) -> mark. RFC 5681 2 on duplicates, RFC 9293 3.8.4 on keep-alives.
_ANY = (False, True)
REPEATED: Mapping[tuple[bool, bool, bool, bool], int] = {
    **{(True, False, alive, probe): model.WINDOW_UPDATE for alive in _ANY for probe in _ANY},
    **{(True, True, True, probe): model.KEEP_ALIVE_ACK for probe in _ANY},
    **{(True, True, False, probe): model.DUPLICATE_ACK for probe in _ANY},
    **{(False, True, alive, True): model.ZERO_WINDOW_PROBE_ACK for alive in _ANY},
}


def repeated(tcp: Tcp, sender: Side, peer: Side) -> int:
    """Give the mark of a repeated segment, 0 for none."""
    last = peer.last_marks
    case = (
        tcp.window != 0,
        tcp.window == sender.window,
        bool(last & model.KEEP_ALIVE),
        bool(last & model.ZERO_WINDOW_PROBE),
    )
    return REPEATED.get(case, 0)


def _closed(tcp: Tcp, _ahead: int, _time_ns: int, _sender: Side, _peer: Side) -> bool:
    return tcp.window == 0


def _lost(_tcp: Tcp, ahead: int, _time_ns: int, sender: Side, _peer: Side) -> bool:
    """Numbers were skipped. Where nothing was seen before, nothing can be missing."""
    return ahead > 0 and sender.next_seq != 0


def _keep_alive(tcp: Tcp, ahead: int, _time_ns: int, _sender: Side, _peer: Side) -> bool:
    """RFC 9293 3.8.4: one number before the next, with one byte of nothing, or none."""
    return ahead == -1 and tcp.length <= 1


def _full(tcp: Tcp, _ahead: int, _time_ns: int, _sender: Side, peer: Side) -> bool:
    """It fills the window to the last byte. A window of unknown scale cannot be judged (RFC 7323 2.2)."""
    if peer.scale == UNKNOWN_SCALE:
        return False
    scale = 0 if peer.unscaled else max(peer.scale, 0)
    return not (tcp.seq + tcp.length - peer.acknowledged - (peer.window << scale)) & _MASK


# By (does it have payload, is it plain): every rule that answers yes sets its mark. Of a RST nothing is asked.
PRESENT: Mapping[tuple[bool, bool], Rules] = {
    (False, True): (
        (model.ZERO_WINDOW, _closed),
        (model.LOST_SEGMENT, _lost),
        (model.KEEP_ALIVE, _keep_alive),
    ),
    (True, True): (
        (model.ZERO_WINDOW, _closed),
        (model.LOST_SEGMENT, _lost),
        (model.KEEP_ALIVE, _keep_alive),
        (model.WINDOW_FULL, _full),
    ),
    (False, False): ((model.LOST_SEGMENT, _lost),),
    (True, False): ((model.LOST_SEGMENT, _lost),),
}


def _spurious(tcp: Tcp, _ahead: int, _time_ns: int, _sender: Side, peer: Side) -> bool:
    """All of its payload was acknowledged already."""
    return (
        tcp.length > 0 and peer.acknowledged != 0 and difference(tcp.seq + tcp.length, peer.acknowledged) <= 0
    )


def _goes_back(tcp: Tcp, ahead: int, sender: Side) -> bool:
    """One byte back with more than one byte is what follows a probe of a closed window: new data."""
    return ahead < 0 and sender.next_seq != 0 and not (ahead == -1 and tcp.length > 1)


def _fast(tcp: Tcp, ahead: int, time_ns: int, sender: Side, peer: Side) -> bool:
    """RFC 5681 3.2: duplicates asked for it."""
    return (
        _goes_back(tcp, ahead, sender)
        and (peer.duplicates >= FAST_AFTER_DUPLICATES or peer.duplicates == UNCOUNTED)
        and peer.acknowledged == tcp.seq
        and 0 <= time_ns - peer.acknowledged_ns < FAST_WITHIN_NS
    )


def _out_of_order(tcp: Tcp, ahead: int, time_ns: int, sender: Side, _peer: Side) -> bool:
    """It came too soon to be sent again, and is not the last segment once more."""
    taken = tcp.length + bool(tcp.flags & (Flags.SYN | Flags.FIN))
    return (
        _goes_back(tcp, ahead, sender)
        and 0 <= time_ns - sender.next_seq_ns < sender.patience_ns
        and ahead + taken != 0
    )


def _again(tcp: Tcp, ahead: int, _time_ns: int, sender: Side, _peer: Side) -> bool:
    return _goes_back(tcp, ahead, sender)


# Of a segment that takes sequence space and is no keep-alive: the first that answers yes. The fast and the
# spurious ones are retransmissions, too.
SENT_BEFORE: Rules = (
    (model.SPURIOUS_RETRANSMISSION | model.RETRANSMISSION, _spurious),
    (model.FAST_RETRANSMISSION | model.RETRANSMISSION, _fast),
    (model.OUT_OF_ORDER, _out_of_order),
    (model.RETRANSMISSION, _again),
)
