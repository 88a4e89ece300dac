"""Helper processes of ours and the streams that they speak on.

One socket pair serves as its input and output: one descriptor of kit for each helper, so that hundreds fit.
The stream is the lease. Our end is closed on exec (PEP 446) and never handed on, so it closes when kit
dies, however it dies, and the helper reads the end.
"""

from __future__ import annotations

import json
import socket
import subprocess
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import suppress
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any

from kit.backends.base import Arrived
from kit.errors import BackendError
from kit.tap.wire import Decoder, WireError, encode

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from queue import SimpleQueue

READ_BYTES = 1 << 16
BOOT_LIMIT_S = (
    20.0  # an interpreter starts in 20 ms; a machine that needs a thousand times that cannot run labs
)


def spawn(
    command: Sequence[str], stream: socket.socket, words: Path, environment: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    """Start a process with `stream` as its input and output; its stderr goes to the file `words`."""
    try:
        with words.open("wb") as stderr:
            return subprocess.Popen(
                command,
                stdin=stream.fileno(),
                stdout=stream.fileno(),
                stderr=stderr,
                env=environment,
                start_new_session=True,
            )
    except OSError as error:
        raise BackendError(
            f"cannot start `{command[0]}`: {error.strerror}",
            remedy="see what is missing with `kit doctor`; at a limit, see `ulimit -u` and `ulimit -n`",
        ) from error


class Nursery:
    """The process that all helpers of a lab are forks of (see `kit.tap.nursery`)."""

    def __init__(self, command: Sequence[str], words: Path, environment: Mapping[str, str]) -> None:
        self._words = words
        # datagrams keep an order and its descriptors together, and the end is still seen
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control.settimeout(BOOT_LIMIT_S)
        with theirs:
            try:
                self.process = spawn(command, theirs, words, environment)
            except BackendError:
                self._control.close()
                raise

    def wait_here(self) -> None:
        self._answer()

    def bear(self, order: dict[str, Any], stream: socket.socket, words: Path) -> int:
        """Give the pid of a new helper. Raises BackendError where the machine has no more processes."""
        with words.open("wb") as stderr:
            self._order(order, [stream.fileno(), stderr.fileno()])
        return self._number("pid")

    def reap(self) -> None:
        """Have it forget the helpers that it bore, which are dead: from now on their pids may mean others."""
        self._order({"entry": "reap"}, [])
        self._number("reaped")

    def join(self) -> None:
        self.process.wait()
        self._control.close()

    def _order(self, order: dict[str, Any], fds: list[int]) -> None:
        try:
            socket.send_fds(self._control, [json.dumps(order).encode()], fds)
        except OSError as error:
            raise self._failed(str(error)) from error

    def _number(self, name: str) -> int:
        answer = self._answer()
        if not isinstance(number := answer.get(name), int):
            raise self._failed(str(answer.get("error", answer)))
        return number

    def _answer(self) -> dict[str, Any]:
        try:
            data = self._control.recv(READ_BYTES)
        except OSError as error:
            raise self._failed(str(error)) from error
        if not data:
            raise self._failed("it ended")
        try:
            answer = json.loads(data)
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict):
            raise self._failed(f"it said {data[:80]!r}")
        return answer

    def _failed(self, why: str) -> BackendError:
        words = self._words.read_text(errors="replace").strip()[-500:]
        return BackendError(
            f"netns: cannot start a helper: {words or why}",
            remedy="`kit doctor` says what this machine lacks; at a limit, see `ulimit -u` and `ulimit -n`",
        )


class PipeHelper:
    """A tap or a runner. Its messages go into the inbox from a thread of its own, which ends with the stream."""

    def __init__(
        self,
        source: tuple[str, str],
        nursery: Nursery,
        order: dict[str, Any],
        inbox: SimpleQueue[Arrived],
        words: Path,
    ) -> None:
        self.source = source
        self._inbox = inbox
        self._words = words
        self._here: Future[None] = Future()
        self._sending = Lock()
        self._stream, theirs = socket.socketpair()
        with theirs:
            try:
                self.pid = nursery.bear(order, theirs, words)
            except BaseException:
                self._stream.close()
                raise
        self._thread = Thread(target=self._read, name=f"{source[0]} {source[1]}", daemon=True)
        self._thread.start()

    def wait_here(self) -> None:
        """Wait until the helper runs. Raises BackendError with its own words where it died instead."""
        try:
            self._here.result(BOOT_LIMIT_S)
        except FutureTimeoutError as error:
            raise BackendError(
                f"{' '.join(self.source)}: its helper did not start within {BOOT_LIMIT_S:.0f} s",
                remedy="the machine is overloaded: run fewer labs at once",
            ) from error

    def send(self, head: dict[str, Any], body: bytes = b"") -> None:
        """Send a message; to a helper that is gone, nothing."""
        with self._sending, suppress(BrokenPipeError, ConnectionResetError):
            self._stream.sendall(encode(head, body))

    def join(self) -> None:
        """Wait until all that the dead helper said is in the inbox.

        A nursery that was stopped just as it had borne the helper holds the other end still, so no end of the stream
        would come by itself. What was said before a shutdown is read all the same (shutdown(2)).
        """
        with suppress(OSError):
            self._stream.shutdown(socket.SHUT_RD)
        self._thread.join()
        self._stream.close()

    def _read(self) -> None:
        decoder = Decoder()
        trouble = b""
        try:
            while data := self._receive():
                for head, body in decoder.feed(data):
                    if head.get("event") == "here" and not self._here.done():
                        self._here.set_result(None)
                    self._inbox.put(Arrived(self.source, head, body))
        except WireError as error:
            trouble = f"not a message of ours: {error}\n".encode()
        words = trouble + self._words.read_bytes()
        self._inbox.put(Arrived(self.source, None, words))
        if not self._here.done():
            self._here.set_exception(_died(self.source, words))

    def _receive(self) -> bytes:
        with suppress(ConnectionResetError):  # it ended with unread input
            return self._stream.recv(READ_BYTES)
        return b""


def _died(source: tuple[str, str], words: bytes) -> BackendError:
    text = words.decode(errors="replace").strip()[-500:]
    return BackendError(
        f"{' '.join(source)}: its helper ended before it began: {text or 'without a word'}",
        remedy="`kit doctor --backend netns` says what this machine lacks",
    )
