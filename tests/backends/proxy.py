"""An engine somewhere else: a TCP port whose bytes go to the engine's socket, and whose engine can come to harm."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable

REFUSAL = json.dumps({"message": "the engine is in trouble"}).encode()
REFUSED = (
    b"HTTP/1.1 500 Internal Server Error\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
    % (
        len(REFUSAL),
        REFUSAL,
    )
)


class Proxy:
    def __init__(self, path: str) -> None:
        self._path = path
        self._server = socket.create_server(("127.0.0.1", 0))
        self._open: set[socket.socket] = set()
        self._threads = [threading.Thread(target=self._accept)]
        self._over = threading.Event()
        self._hangs = self._refuses = False
        self._fate: tuple[bytes, Callable[[], None]] | None = None
        self.connections = 0
        self.struck = threading.Event()

    @property
    def url(self) -> str:
        return f"tcp://127.0.0.1:{self._server.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self.cut()
        for thread in self._threads:
            thread.join()

    def strike(self, request: str, harm: Callable[[Proxy], None]) -> None:
        """Let the engine come to harm at the first request that has this in its path, before it is heard."""
        self._fate = request.encode(), lambda: harm(self)

    def cut(self) -> None:
        """Close everything, as an engine that dies does."""
        self._over.set()
        with contextlib.suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self.drop()

    def drop(self) -> None:
        """Close what is open, and go on, as an engine does that restarts."""
        for each in tuple(self._open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def hang(self) -> None:
        """Take everything, and say nothing more."""
        self._hangs = True

    def refuse(self) -> None:
        """Answer every request with 500; streams that are open go on."""
        self._refuses = True

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # until the port is closed
            while True:
                client, _ = self._server.accept()
                engine = socket.socket(socket.AF_UNIX)
                engine.connect(self._path)
                self.connections += 1
                self._open |= {client, engine}
                for copy in (self._ask, self._answer):
                    thread = threading.Thread(target=copy, args=(client, engine))
                    self._threads.append(thread)
                    thread.start()

    def _ask(self, client: socket.socket, engine: socket.socket) -> None:
        is_stream = False
        with contextlib.suppress(OSError):
            while data := client.recv(1 << 16):
                is_stream = is_stream or b"/attach" in data.partition(b"\r\n")[0]
                if not is_stream:
                    self._meet_fate(data.partition(b"\r\n")[0])
                if self._hangs:
                    self._over.wait()
                if self._refuses and not is_stream:
                    client.sendall(REFUSED)
                else:
                    engine.sendall(data)
            engine.shutdown(socket.SHUT_WR)

    def _answer(self, client: socket.socket, engine: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := engine.recv(1 << 16):
                if self._hangs:
                    self._over.wait()
                client.sendall(data)
            client.shutdown(socket.SHUT_WR)

    def _meet_fate(self, request: bytes) -> None:
        if self._fate is not None and self._fate[0] in request:
            _, harm = self._fate
            self._fate = None
            harm()
            self.struck.set()
