"""Classic pcap files: bytes -> frames, and frames -> bytes.

The format is libpcap's (man 5 pcap-savefile; draft-ietf-opsawg-pcap): a header of 24 bytes, then records
of 16 bytes and their data. The byte order is the writer's; a second magic number means nanoseconds.
A file that ends inside a record is what a run that was cut short leaves: that is said, not raised.
"""

from __future__ import annotations

from dataclasses import dataclass
from struct import Struct

from kit.packets.model import Frame

# The magic number as the file has it -> (struct's byte order, nanoseconds in the fraction's unit).
_MAGIC: dict[bytes, tuple[str, int]] = {
    b"\xa1\xb2\xc3\xd4": (">", 1000),
    b"\xd4\xc3\xb2\xa1": ("<", 1000),
    b"\xa1\xb2\x3c\x4d": (">", 1),
    b"\x4d\x3c\xb2\xa1": ("<", 1),
}
_PCAPNG = b"\x0a\x0d\x0d\x0a"
_FILE_HEADER = "IHHiIII"  # magic, version, zone, accuracy, snap length, link type
_RECORD_HEADER = "IIII"  # seconds, fraction, captured, on the wire
_FILE_HEADER_BYTES = 24
_RECORD_HEADER_BYTES = 16
_MAX_CAPTURED_BYTES = 262_144  # libpcap's MAXIMUM_SNAPLEN; more than that is not a record
_LINK_TYPE_BITS = 0xFFFF  # the bits above tell of a frame check sequence

_WRITE_FILE = Struct("<" + _FILE_HEADER)
_WRITE_RECORD = Struct("<" + _RECORD_HEADER)


class PcapError(ValueError):
    """The bytes are no classic pcap. The message begins with their place in the file."""

    def __init__(self, offset: int, fault: str) -> None:
        super().__init__(f"byte {offset}: {fault}")
        self.offset = offset


@dataclass(frozen=True, slots=True)
class CaptureFile:
    """`truncated`: the file ends inside its header or a record. `link_type` None: not even the header is whole."""

    frames: tuple[Frame, ...]
    truncated: bool
    link_type: int | None


class Reader:
    """The frames of a capture that still grows: `feed` gives those that are complete by now."""

    def __init__(self) -> None:
        self.link_type: int | None = None
        self._record = _WRITE_RECORD
        self._unit_ns = 1
        self._buffer = bytearray()
        self._consumed = 0  # bytes of the file before the buffer

    @property
    def pending(self) -> int:
        """The bytes of a header or record that is not whole yet."""
        return len(self._buffer)

    def feed(self, data: bytes) -> list[Frame]:
        """Take the next bytes, in any split. Raises PcapError where they cannot be a capture."""
        self._buffer += data
        at = 0 if self.link_type is not None else self._read_header()
        frames = []
        if self.link_type is not None:
            while (found := self._frame_at(at, self.link_type)) is not None:
                frame, at = found
                frames.append(frame)
        del self._buffer[:at]
        self._consumed += at
        return frames

    def _read_header(self) -> int:
        magic = bytes(self._buffer[:4])
        if magic == _PCAPNG:
            raise PcapError(0, "this is pcapng; convert it with `tcpdump -r FILE -w NEW`")
        if not any(known.startswith(magic) for known in _MAGIC):
            raise PcapError(0, f"not a pcap file: it begins with {magic.hex(' ')}")
        if len(self._buffer) < _FILE_HEADER_BYTES:
            return 0
        order, self._unit_ns = _MAGIC[magic]
        self._record = Struct(order + _RECORD_HEADER)
        *_, link_type = Struct(order + _FILE_HEADER).unpack_from(self._buffer)
        self.link_type = link_type & _LINK_TYPE_BITS
        return _FILE_HEADER_BYTES

    def _frame_at(self, at: int, link_type: int) -> tuple[Frame, int] | None:
        begin = at + _RECORD_HEADER_BYTES
        if len(self._buffer) < begin:
            return None
        seconds, fraction, captured, length = self._record.unpack_from(self._buffer, at)
        if captured > _MAX_CAPTURED_BYTES:
            raise PcapError(self._consumed + at, f"a record of {captured} bytes cannot be")
        end = begin + captured
        if len(self._buffer) < end:
            return None
        time_ns = seconds * 1_000_000_000 + fraction * self._unit_ns
        return Frame(time_ns, bytes(self._buffer[begin:end]), length, link_type), end


def read(data: bytes) -> CaptureFile:
    """Read a whole file. Raises PcapError for bytes that are no capture."""
    reader = Reader()
    frames = tuple(reader.feed(data))
    return CaptureFile(frames, reader.link_type is None or reader.pending > 0, reader.link_type)


def header(link_type: int, snap_length: int) -> bytes:
    """Give the header of a file with nanosecond times, little-endian."""
    return _WRITE_FILE.pack(0xA1B23C4D, 2, 4, 0, 0, snap_length, link_type)


def record(frame: Frame) -> bytes:
    """Give the record of one frame, to follow `header`."""
    seconds, fraction = divmod(frame.time_ns, 1_000_000_000)
    return _WRITE_RECORD.pack(seconds, fraction, len(frame.data), frame.length) + frame.data
