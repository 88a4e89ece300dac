"""The one open stream to a helper in a container: the engine's attach connection, both ways.

Attach comes before start, or the first lines are lost. From the engine come frames of 8 bytes of header
([stream, 0, 0, 0, length as 4 bytes big-endian]; Engine API, "Attach to a container", stream format) and
their payload; to the engine go plain bytes.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from typing import TYPE_CHECKING, Any, Protocol

from kit.backends._docker_engine import WORK_WITHIN_S
from kit.backends.base import Arrived
from kit.tap.wire import Decoder, WireError, encode

if TYPE_CHECKING:
    from collections.abc import Callable

    from kit.backends._docker_engine import Engine

HEADER_BYTES = 8
STDOUT, STDERR = 1, 2
READ_BYTES = 1 << 16
TROUBLE_BYTES = 1 << 16  # of a helper's stderr: enough for its traceback
ENDS_WITHIN_S = 10.0  # a stream that is shut ends at once; more is a defect of ours


class Demultiplexer:
    """The engine's frames in any split -> (stream, payload)."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[tuple[int, bytes]]:
        self._buffer += data
        frames = []
        while len(self._buffer) >= HEADER_BYTES:
            end = HEADER_BYTES + int.from_bytes(self._buffer[4:HEADER_BYTES])
            if len(self._buffer) < end:
                break
            frames.append((self._buffer[0], bytes(self._buffer[HEADER_BYTES:end])))
            del self._buffer[:end]
        return frames


class Attachment:
    """A hijacked connection, over unix, tcp, TLS or ssh alike."""

    def __init__(self, engine: Engine, container: str) -> None:
        """Raise what the engine's client raises."""
        parameters = {"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1}
        opened = engine.client.attach_socket(container, params=parameters)
        # attach_socket gives the transport's own kind of object, and each hides the buffer that already read
        # the answer's header. The response has the buffer (`fp`); ssh's pipe is its own buffer.
        self._response = opened._response  # noqa: SLF001  # kept, too: its end would close the connection
        self._reader: Any = self._response.raw._fp.fp  # noqa: SLF001  # no public way to a hijacked stream
        self._socket: socket.socket = getattr(self._reader, "channel", None) or opened._sock  # noqa: SLF001
        self._socket.settimeout(None)  # a quiet helper is no dead one
        if isinstance(self._socket, socket.socket):
            limit_writes(self._socket, WORK_WITHIN_S)  # and an engine that takes nothing more is

    def read(self) -> bytes:
        """Wait for some bytes; none: the stream ended."""
        data: bytes = self._reader.read1(READ_BYTES)
        return data

    def write(self, data: bytes) -> None:
        self._socket.sendall(data)

    def shut(self) -> None:
        """End it both ways, also under a read that waits in another thread."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._response.close()


def limit_writes(connection: socket.socket, seconds: int) -> None:
    """Let a write that waits so long raise BlockingIOError; reads wait as before (socket(7), SO_SNDTIMEO)."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("@ll", seconds, 0))


class Inbox(Protocol):
    def put(self, arrived: Arrived, /) -> None: ...


class HelperStream:
    """Messages to a helper, and a thread that puts its messages into the inbox."""

    def __init__(self, source: tuple[str, str], attachment: Attachment, inbox: Inbox) -> None:
        self._source = source
        self._attachment = attachment
        self._put: Callable[[Arrived], None] = inbox.put
        self._writing = threading.Lock()
        self._booting: threading.Thread | None = None
        self._thread = threading.Thread(target=self._forward, name=f"kit-{'-'.join(source)}", daemon=True)
        self._thread.start()

    def hand_to(self, inbox: Inbox) -> None:
        """Put all later messages there."""
        self._put = inbox.put

    def boot(self, data: bytes, head: dict[str, Any], body: bytes = b"") -> None:
        """Send what a helper's start reads, and its first message, while others go on: nobody reads them before the
        container runs, and until then an engine takes no more than a socket's buffer, which a program's files may exceed.
        """
        self._writing.acquire()
        whole = data + encode(head, body)
        self._booting = threading.Thread(target=self._boot, args=[whole], name="kit-boot", daemon=True)
        self._booting.start()

    def _boot(self, data: bytes) -> None:
        try:
            self._put_out(data)
        finally:
            self._writing.release()

    def send(self, head: dict[str, Any], body: bytes = b"") -> None:
        self._write(encode(head, body))

    def _write(self, data: bytes) -> None:
        with self._writing:
            self._put_out(data)

    def _put_out(self, data: bytes) -> None:
        # A helper that is gone is told by its stream's end, with its reason; there is nothing to add here.
        with contextlib.suppress(OSError):
            try:
                self._attachment.write(data)
            except BlockingIOError:  # a part of a message was taken: no other can follow
                self._attachment.shut()

    def end(self) -> None:
        self._attachment.shut()
        for thread in (self._booting, self._thread):
            if thread is not None:
                thread.join(ENDS_WITHIN_S)
        self._attachment.close()

    def _forward(self) -> None:
        trouble = bytearray()
        try:
            self._read_messages(trouble)
        except WireError as error:
            trouble += f"kit does not understand the helper: {error}\n".encode()
        except (OSError, ValueError) as error:  # ValueError: closed under the read
            trouble += f"lost the engine's stream: {error}\n".encode()
        self._put(Arrived(self._source, None, bytes(trouble)))

    def _read_messages(self, trouble: bytearray) -> None:
        frames, messages = Demultiplexer(), Decoder()
        while data := self._attachment.read():
            for stream, payload in frames.feed(data):
                if stream == STDOUT:
                    for message in messages.feed(payload):
                        self._put(Arrived(self._source, message.head, message.body))
                else:
                    trouble += payload[: TROUBLE_BYTES - len(trouble)]
