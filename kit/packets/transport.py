"""The transport layers: TCP with its options, and UDP. Each function reads its header at an offset; none raises."""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING, Any

from kit.packets.model import Flags, Tcp, TcpOptions, Udp

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kit.packets.layers import Layers

_TWO_U32 = Struct(">II")
_PORTS = Struct(">HH")
_TCP = Struct(">HHIIBBH")  # ports, seq, ack, data offset, flags, window
_UDP = Struct(">HHH")  # ports, length
_ALIGNED_TIMESTAMP = Struct(">III")
_NOP_NOP_TIMESTAMP = 0x0101080A  # kinds 1, 1, 8 and its length 10

_FLAGS = tuple(Flags(bits) for bits in range(256))  # making a Flags costs more than all of the header
_NO_OPTIONS = TcpOptions()
_SACK_PERMITTED = {"sack_permitted": True}


def tcp(layers: Layers, at: int, end: int) -> None:
    """RFC 9293 3.1."""
    layers.protocol = "tcp"
    data = layers.data
    if end < at + 20:
        _only_ports(layers, at, end)
        layers.fault("tcp: truncated")
        return
    source_port, target_port, seq, ack, offset, flags, window = _TCP.unpack_from(data, at)
    layers.ends(source_port, target_port)
    header_length = (offset >> 4) * 4
    length = layers.wire_end - at - header_length
    if header_length < 20 or length < 0:
        layers.fault(f"tcp: header length {header_length} does not fit")
        return
    payload_at = at + header_length
    options = _NO_OPTIONS if header_length == 20 else _tcp_options(layers, at + 20, min(payload_at, end))
    if end < payload_at:
        layers.fault("tcp: truncated options")
    layers.tcp = Tcp(seq, ack, _FLAGS[flags], window, header_length, length, options)
    layers.payload = data[payload_at:end]


def _tcp_options(layers: Layers, at: int, end: int) -> TcpOptions:
    """RFC 9293 3.2: kind 0 ends the list, kind 1 fills, all others have a length."""
    data = layers.data
    if end - at == 12:  # nearly every segment of an established connection (RFC 7323 appendix A)
        head, value, echo = _ALIGNED_TIMESTAMP.unpack_from(data, at)
        if head == _NOP_NOP_TIMESTAMP:
            return TcpOptions(timestamp=(value, echo))
    found: dict[str, Any] = {}
    while at < end and (kind := data[at]) != 0:
        if kind == 1:
            at += 1
            continue
        length = data[at + 1] if at + 1 < end else 0
        if length < 2 or at + length > end:
            layers.fault(f"tcp: option {kind} of length {length} does not fit")
            break
        read = OPTIONS.get(kind)
        if read is not None:
            value_read = read(data[at + 2 : at + length])
            if value_read is None:
                layers.fault(f"tcp: option {kind} of length {length}")
            else:
                found |= value_read
        at += length
    return TcpOptions(**found)


def udp(layers: Layers, at: int, end: int) -> None:
    """RFC 768. The first of several fragments tells the whole datagram's length."""
    layers.protocol = "udp"
    if end < at + 8:
        _only_ports(layers, at, end)
        layers.fault("udp: truncated")
        return
    source_port, target_port, length = _UDP.unpack_from(layers.data, at)
    layers.ends(source_port, target_port)
    room = layers.wire_end - at
    if length == 0:  # a jumbogram (RFC 2675 4), or segmentation offload
        length = room
    if length < 8 or (length > room and not layers.fragmented):
        layers.fault(f"udp: length {length} does not fit")
        return
    layers.udp = Udp(length - 8)
    layers.payload = layers.data[at + 8 : min(end, at + length)]


def _only_ports(layers: Layers, at: int, end: int) -> None:
    """Read what an ICMP error message must quote at least: 64 bits behind the IP header (RFC 792)."""
    if end >= at + 4:
        layers.ends(*_PORTS.unpack_from(layers.data, at))


def _value_of(name: str, form: str) -> Callable[[bytes], dict[str, Any] | None]:
    """Make the reader of an option that is one number, or a pair of them."""
    layout = Struct(form)

    def read(value: bytes) -> dict[str, Any] | None:
        if len(value) != layout.size:
            return None
        numbers = layout.unpack(value)
        return {name: numbers if len(numbers) > 1 else numbers[0]}

    return read


def _sack_permitted(value: bytes) -> dict[str, Any] | None:
    return None if value else _SACK_PERMITTED


def _sack_blocks(value: bytes) -> dict[str, Any] | None:
    return {"sack_blocks": tuple(_TWO_U32.iter_unpack(value))} if value and len(value) % 8 == 0 else None


# https://www.iana.org/assignments/tcp-parameters: option kind -> reader; None where its length is wrong.
OPTIONS: Mapping[int, Callable[[bytes], dict[str, Any] | None]] = {
    2: _value_of("mss", ">H"),  # RFC 9293 3.7.1
    3: _value_of("window_scale", ">B"),  # RFC 7323 2.2
    4: _sack_permitted,  # RFC 2018 2
    5: _sack_blocks,  # RFC 2018 3
    8: _value_of("timestamp", ">II"),  # RFC 7323 3.2
}
