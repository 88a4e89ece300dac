"""How a connection went, in the letters of the Zeek network monitor: `history` and `conn_state`.

They do not change with the number of acknowledgements, so they compare runs well. The meaning is that
of Zeek's documentation (scripts/base/protocols/conn/main.zeek); the originator's letters are upper case:

    S  SYN           H  SYN-ACK       A  pure acknowledgement       D  payload
    F  FIN           R  RST           T  retransmitted payload      W  zero window
    I  FIN and RST   Q  other impossible flags                      ^  the first SYN was not seen

A letter comes once a direction. S, H, F and R come again where a later one has another sequence number;
T and W come again at the 10th, 100th, ... time. C (bad checksum) is never given: with offload it says nothing.
"""

from __future__ import annotations

from collections import Counter
from enum import Enum, auto
from typing import TYPE_CHECKING

from kit.packets.model import Flags
from kit.packets.stream import Seen, unwrap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kit.packets.model import Endpoint, Packet, Tcp

_CONTROL = Flags.SYN | Flags.FIN | Flags.RST
_SYN_ACK = Flags.SYN | Flags.ACK


class State(Enum):
    """Zeek's state of one end, as its packets show it."""

    INACTIVE = auto()
    SYN_SENT = auto()
    SYN_ACK_SENT = auto()
    PARTIAL = auto()
    ESTABLISHED = auto()
    CLOSED = auto()
    RESET = auto()


def flag_letter(tcp: Tcp) -> str:
    """Give the one letter of a segment's kind; "" for one without flags and payload."""
    control = tcp.flags & _CONTROL
    if control == Flags.SYN:
        return "H" if tcp.flags & Flags.ACK else "S"
    if control in _SINGLE:
        return _SINGLE[control]
    if control:
        return "I" if control & (Flags.FIN | Flags.RST) == Flags.FIN | Flags.RST else "Q"
    if tcp.length:
        return "D"
    return "A" if tcp.flags & Flags.ACK else ""


_SINGLE = {Flags.FIN: "F", Flags.RST: "R"}
_REPEATED = frozenset("SHFR")  # again, where the sequence number is another


def tcp_history(packets: Sequence[Packet], client: Endpoint) -> str:
    """Give the letters of a TCP conversation; `client` is the originator."""
    first = packets[0].tcp if packets else None
    history = "^" if first is not None and first.flags & (_SYN_ACK | Flags.RST) == _SYN_ACK else ""
    ends = {True: _End(), False: _End()}
    for packet in packets:
        if packet.tcp is None:
            continue
        is_client = packet.source == client
        found = "".join(ends[is_client].letters(packet, ends[not is_client].sent))
        history += found if is_client else found.lower()
    return history


class _End:
    """What one end has shown, as far as the letters need it."""

    def __init__(self) -> None:
        self.sent: set[str] = set()
        self._origin: int | None = None
        self._last = 0
        self._seen = Seen()
        self._last_of: dict[str, int] = {}  # letter -> the sequence number that it last came with
        self._counts: Counter[str] = Counter()

    def letters(self, packet: Packet, peer_sent: set[str]) -> list[str]:
        tcp = packet.tcp
        if tcp is None:
            return []
        letters = []
        letter = flag_letter(tcp)
        place = tcp.seq + (tcp.length if letter == "F" else 0)
        if letter and (letter not in self.sent or (letter in _REPEATED and self._last_of[letter] != place)):
            letters.append(letter)
        self.sent.add(letter)
        self._last_of[letter] = place
        if (
            tcp.window == 0
            and not tcp.flags & Flags.RST
            and not peer_sent & {"F", "R"}
            and "R" not in self.sent
        ):
            letters += self._scaled("W")
        if self._is_repeated_payload(packet, tcp):
            letters += self._scaled("T")
        return letters

    def _scaled(self, letter: str) -> list[str]:
        self._counts[letter] += 1
        count = str(self._counts[letter])
        return [letter] if count == "1" + "0" * (len(count) - 1) else []

    def _is_repeated_payload(self, packet: Packet, tcp: Tcp) -> bool:
        if not tcp.length or tcp.flags & Flags.RST:
            return False
        if self._origin is None:
            self._origin = tcp.seq
        ((near, _),) = unwrap([packet], (self._origin + self._last) % 2**32)
        self._last += near
        return self._seen.add(self._last, self._last + tcp.length)


def tcp_state(packets: Sequence[Packet], client: Endpoint) -> str:
    """Give Zeek's conn_state of a TCP conversation."""
    states = {True: State.INACTIVE, False: State.INACTIVE}
    sizes = {True: 0, False: 0}
    for packet in packets:
        if packet.tcp is None:
            continue
        end = packet.source == client
        sizes[end] += packet.tcp.length
        states[end], states[not end] = _step(states[end], states[not end], packet.tcp, is_client=end)
    return _name(states[True], states[False], has_payload=any(sizes.values()))


def _step(own: State, peer: State, tcp: Tcp, *, is_client: bool) -> tuple[State, State]:
    """Give the states of the sender and of its peer after a segment."""
    if tcp.flags & Flags.RST:
        closed = own is State.CLOSED and peer is State.CLOSED
        return (own if closed else State.RESET), peer
    if tcp.flags & Flags.FIN:
        return (own if own is State.RESET else State.CLOSED), peer
    if own is not State.INACTIVE:
        if tcp.flags & Flags.SYN and own is State.PARTIAL and peer is State.INACTIVE:
            return State.SYN_SENT, peer
        return own, peer
    if tcp.flags & Flags.SYN:
        return _first_syn(peer, tcp, is_client=is_client)
    if not is_client and not tcp.length and peer is State.SYN_SENT:
        return own, peer  # an acknowledgement before the SYN-ACK opens nothing
    if tcp.flags & Flags.ACK and peer is State.ESTABLISHED:
        return State.ESTABLISHED, peer
    return State.PARTIAL, peer


def _first_syn(peer: State, tcp: Tcp, *, is_client: bool) -> tuple[State, State]:
    if is_client:
        return (State.SYN_ACK_SENT if tcp.flags & Flags.ACK else State.SYN_SENT), peer
    return State.ESTABLISHED, (State.ESTABLISHED if peer is State.SYN_SENT else peer)


_SILENT = frozenset({State.INACTIVE, State.PARTIAL})
_OPENING = frozenset({State.SYN_SENT, State.SYN_ACK_SENT})


def _name(client: State, server: State, *, has_payload: bool) -> str:
    if server is State.RESET:
        if client in _OPENING or (client is State.RESET and not has_payload):
            return "REJ"
        return "RSTRH" if client in _SILENT else "RSTR"
    if client is State.RESET:
        return "RSTOS0" if server in _SILENT else "RSTO"
    if State.CLOSED in (client, server):
        if client is server:
            return "SF"
        if client is State.CLOSED:
            return "SH" if server in _SILENT else "S2"
        return "SHR" if client in _SILENT else "S3"
    return {
        (State.SYN_SENT, State.INACTIVE): "S0",
        (State.ESTABLISHED, State.ESTABLISHED): "S1",
    }.get((client, server), "OTH")


# Whether client and server spoke -> conn_state.
_UDP_STATES = {(True, True): "SF", (True, False): "S0", (False, True): "SHR", (False, False): "OTH"}


def udp_state(packets: Sequence[Packet], client: Endpoint) -> str:
    """Give Zeek's conn_state of a UDP conversation."""
    speakers = {packet.source == client for packet in packets}
    return _UDP_STATES[True in speakers, False in speakers]


def udp_history(packets: Sequence[Packet], client: Endpoint) -> str:
    """Give D and d, in the order in which the two sides first spoke."""
    letters = dict.fromkeys("D" if packet.source == client else "d" for packet in packets)
    return "".join(letters)
