"""The runner beside one program: starts it under strace, forwards output and calls, ends it.

From kit, after `configure`: `start`, `stdin`, `signal`, `cell`, `limits`, `collect`, `stop`, `reset` (forget the program; `configure`
begins the next run, with none or another). To kit: `here`, `ready`, `reset` (what is left, "" for nothing),
`started`, `output`, `trace` (lines of strace), `cell`, `limit` (one was met), `used` (how much of them),
`exited`, `collected` (files that it made), `refused` (a demand that came when there was no program for it). The runner is trusted, the program is not: it runs as another user or
in a sandbox, and reaches neither the trace's FIFO nor this stream.
"""

from __future__ import annotations

import os
import re
import selectors
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from kit.tap import cells, files, limits, processes
from kit.tap.rate import Bucket
from kit.tap.sources import CHUNK_BYTES, Room, Sources
from kit.tap.stream import Stream
from kit.tap.trace import STRACE, TraceWatch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kit.tap.wire import Message

# The last program before the program: a start lets it through with one line. Strace and the sandbox take 40 ms
# to come up, so they are launched when the runner is configured. At the end of its input it ends, too.
GATE = ["/bin/sh", "-c", 'read -r go && exec "$@"', "sh"]


# What outlives a process beside files: a heading and a line for each (sysvipc(7)), and a folder (mq_overview(7))
SHARED_TABLES = ("/proc/sysvipc/shm", "/proc/sysvipc/sem", "/proc/sysvipc/msg")
QUEUES = "/dev/mqueue"

RATES = ("output_bytes_per_s", "trace_bytes_per_s")


class Runner:
    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._selector = selectors.DefaultSelector()
        self._selector.register(stream.read_fd, selectors.EVENT_READ, self._obey)
        self._set: dict[str, Any] = {}
        self._private = files.private_folder()
        self._fifo = os.path.join(self._private, "trace")
        self._traced = False
        self._is_ready = False  # told to kit, once it is known whether strace works here
        self._words_at_gate = b""  # of strace, where it does not
        self._process: subprocess.Popen[bytes] | None = None  # launched, perhaps still at the gate
        self._running = False  # let through the gate
        self._sources = self._no_sources()
        self._trace_fd: int | None = None
        self._watch = TraceWatch(0)
        self._status: int | None = None
        self._control_fd: int | None = None
        self._said_bytes = 0
        self._rooms: dict[str, Room] = {}
        self._trace_bytes = 0
        self._counters = limits.Counters([], [], [])
        self._met: set[str] = set()  # limits that were told
        self._cpu_s = 0.0
        self._over = False  # reset: another takes its place

    def run(self) -> None:
        try:
            while True:
                for key, _ in self._selector.select(self._sources.wait_s()):
                    if self._selector.get_map().get(key.fd) is key:  # one before it may have closed it
                        key.data()
                    if self._over:
                        return
                self._sources.read_on()
        finally:
            self._kill()
            if self._process is not None:
                self._process.wait()
            self._remove_private()

    def _remove_private(self) -> None:
        with suppress(FileNotFoundError):
            os.unlink(self._fifo)
        os.rmdir(self._private)

    def _obey(self) -> None:
        messages = self._stream.receive()
        if messages is None:
            sys.exit(0)
        for message in messages:
            _DOES[message.head["do"]](self, message)

    def _configure(self, message: Message) -> None:
        self._set = message.head
        self._rooms = {name: Room(name, Bucket(self._set[name], self._set[name])) for name in RATES}
        self._counters = limits.Counters(*(message.head[name] for name in ("met", "peak", "folders")))
        self._write_files(message)
        why = self._why_untraced()
        self._traced = not why
        with suppress(OSError):  # the start tries again, and tells
            self._launch()
        if not self._traced or self._process is None:
            self._tell_ready(why)

    def _tell_ready(self, why: str) -> None:
        self._is_ready = True
        self._stream.send({"event": "ready", "traced": self._traced, "why": why})

    def _write_files(self, message: Message) -> None:
        """Write the program's files as its own user, so that they are its own."""
        with self._as_program():
            start = 0
            for name, size in self._set["files"]:
                path = os.path.join(self._set["directory"], name)
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, "wb") as file:
                    file.write(message.body[start : start + size])
                    os.fchmod(file.fileno(), 0o755 if name in self._set["executables"] else 0o644)
                start += size

    @contextmanager
    def _as_program(self) -> Iterator[None]:
        """Have the rights on files that the program has, and no others."""
        user = self._set["user"]
        if user is None:
            yield
            return
        os.setegid(user[1])
        os.seteuid(user[0])
        try:
            yield
        finally:
            os.seteuid(0)
            os.setegid(0)

    def _why_untraced(self) -> str:
        """Say why strace is not even tried; "" where its first line, or its death, will tell whether it works."""
        if not self._set["trace"]:
            return "tracing was turned off"
        return "" if files.is_program("strace") else "no strace"

    def _go_untraced(self) -> None:
        """Launch again without strace: it ended before its first line, as where ptrace(2) is forbidden."""
        self._traced = False
        with suppress(OSError):
            self._launch()
        self._tell_ready(self._words_at_gate.decode(errors="replace").strip()[-200:] or "strace ended")

    def _as_user(self) -> list[str]:
        return ["-u", self._set["user_name"]] if self._set["user_name"] else []

    # The program's life

    def _launch(self) -> None:
        """Start all but the program: strace and the sandbox wait at the gate. Raises OSError."""
        self._status = None
        self._sources = self._no_sources()
        self._watch = TraceWatch(self._set["wrapper_execs"] + 1)  # the gate is one program more
        command, inherited = self._command()
        if self._set["filter"] is not None:
            inherited.append(os.open(self._set["filter"], os.O_RDONLY))
            command = [str(inherited[-1]) if word == self._set["filter_word"] else word for word in command]
        if self._traced:
            self._open_fifo()
            command = [*STRACE, "-o", self._fifo, *self._as_user(), *command]
        try:
            self._process = self._spawn(command, inherited)
        except OSError:
            self._sources.close_all()
            raise
        finally:
            for fd in inherited:
                os.close(fd)
        self._listen(self._process)

    def _start(self, message: Message) -> None:
        if self._running:
            self._refuse(message, "it runs already")
            return
        time_ns = time.time_ns()
        if self._process is None:  # a second start, or what was launched has died at the gate
            try:
                self._launch()
            except OSError as error:
                self._stream.send({"event": "exited", "time_ns": time_ns, "code": 127, "why": str(error)})
                return
        self._running = True
        self._stream.send({"event": "started", "time_ns": time_ns})
        self._feed(b"\n", close=not self._set["stdin"])

    def _spawn(self, command: list[str], inherited: list[int]) -> subprocess.Popen[bytes]:
        # strace changes the user where it traces; without a name for it, the wrapper does
        user = self._set["user"] if self._set["user_name"] and not self._traced else None
        return subprocess.Popen(
            command,
            cwd=self._set["directory"],
            env=self._set["environment"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=inherited,
            start_new_session=True,
            preexec_fn=partial(limits.join, self._set["cgroups"], self._set["nice"]),  # noqa: PLW1509  # the runner has no threads
            **({"user": user[0], "group": user[1], "extra_groups": []} if user else {}),
        )

    def _command(self) -> tuple[list[str], list[int]]:
        command = list(self._set["command"])
        if not self._set["cells"]:
            return [*self._set["wrapper"], *GATE, *command], []
        control_read, self._control_fd = os.pipe()
        report_read, report_write = os.pipe()
        self._sources.add(report_read, self._read_report)
        at = command.index(self._set["script"])
        cells = ["-c", _source_of_cells(), str(control_read), str(report_write)]
        command[at:at] = cells
        return [*self._set["wrapper"], *GATE, *command], [control_read, report_write]

    def _open_fifo(self) -> None:
        with suppress(FileNotFoundError):
            os.unlink(self._fifo)
        os.mkfifo(self._fifo, 0o600)
        self._trace_fd = os.open(self._fifo, os.O_RDONLY | os.O_NONBLOCK)
        self._sources.add(self._trace_fd, self._read_trace, self._rooms["trace_bytes_per_s"])

    def _listen(self, process: subprocess.Popen[bytes]) -> None:
        for name in ("stdout", "stderr"):
            pipe = getattr(process, name)
            fd = os.dup(pipe.fileno())
            pipe.close()
            self._sources.add(fd, partial(self._read_output, name), self._rooms["output_bytes_per_s"])
        death = os.pidfd_open(process.pid)
        self._sources.watch(death, lambda: self._reap(death))

    def _no_sources(self) -> Sources:
        return Sources(self._selector, self._meet, self._all_closed)

    def _all_closed(self) -> None:
        if self._process is not None:
            self._exited(self._process)

    def _reap(self, death: int) -> None:
        if self._process is not None:
            self._status = self._wait(self._process)
        self._sources.hurry()
        processes.kill_strangers(keep={os.getpid()})
        self._drain_trace()
        self._sources.close(death)

    def _wait(self, process: subprocess.Popen[bytes]) -> int:
        """Wait as Popen does, and note the processor time of all that the process waited for."""
        _, status, used = os.wait4(process.pid, 0)
        self._cpu_s += used.ru_utime + used.ru_stime
        process.returncode = os.waitstatus_to_exitcode(status)
        return process.returncode

    def _drain_trace(self) -> None:
        """Read what strace left: if it was killed before it opened the FIFO, no end of file will come."""
        if self._trace_fd is None or self._trace_fd not in self._sources:
            return
        while data := os.read(self._trace_fd, CHUNK_BYTES):
            self._read_trace(data)
        self._sources.close(self._trace_fd)

    def _exited(self, process: subprocess.Popen[bytes]) -> None:
        if process.stdin is not None:
            with suppress(BrokenPipeError):  # of what was written and never read
                process.stdin.close()
        if self._control_fd is not None:
            os.close(self._control_fd)
            self._control_fd = None
        self._process = None
        if not self._is_ready:
            self._go_untraced()
        if not self._running:
            return  # it died at the gate: the start launches it again, and tells
        self._running = False
        self._tell_limits()
        fate = self._watch.fate or _fate(self._status)
        self._stream.send({"event": "exited", "time_ns": time.time_ns(), **fate})

    def _kill(self) -> None:
        if self._process is not None:
            # strace and the program are one process group: a program outlives a tracer that is killed
            os.killpg(self._process.pid, signal.SIGKILL)
        processes.kill_strangers(keep={os.getpid()})

    # What it says

    def _read_output(self, name: str, data: bytes) -> None:
        if not self._is_ready:
            self._words_at_gate += data
            return
        kept = data[: max(0, self._set["output_bytes"] - self._said_bytes)]
        self._said_bytes += len(data)
        if kept:
            self._stream.send({"event": "output", "stream": name, "time_ns": time.time_ns()}, kept)
        if len(kept) < len(data):  # read on all the same, so that the program is not stopped by a full pipe
            self._meet("output_bytes")

    def _read_trace(self, data: bytes) -> bool:
        """Take a piece of the trace; tell whether nothing of it is worth sending."""
        if not self._is_ready:
            self._tell_ready("")
        read_ns = time.time_ns()
        lines = self._watch.feed(data)
        for limit in self._watch.limits_met:
            self._meet(limit)
        if lines and self._trace_bytes <= self._set["trace_bytes"]:
            self._stream.send({"event": "trace", "time_ns": read_ns}, lines)
        self._trace_bytes += len(lines)
        if self._trace_bytes > self._set["trace_bytes"]:
            self._meet("trace_bytes")
        if self._watch.fate is not None and self._process is not None:
            # the program is gone; what it left behind (daemons) must not keep its run alive
            processes.kill_strangers(keep={os.getpid(), self._process.pid})
        return not lines

    def _meet(self, limit: str) -> None:
        if limit not in self._met:
            self._met.add(limit)
            self._stream.send({"event": "limit", "limit": limit})

    def _tell_limits(self, _message: Message | None = None) -> None:
        """Tell the limits that were met, and how much of them was used; of what still runs, all but its time."""
        for limit in self._counters.met():
            self._meet(limit)
        used = {"output_bytes": self._said_bytes, "trace_bytes": self._trace_bytes, **self._counters.peaks()}
        self._stream.send({"event": "used", "used": used | ({"cpu_s": self._cpu_s} if self._cpu_s else {})})

    def _read_report(self, data: bytes) -> None:
        for what, number in reports_in(data):
            self._stream.send({"event": "cell", "what": what, "number": number, "time_ns": time.time_ns()})

    # What kit asks for while it runs

    def _stdin(self, message: Message) -> None:
        pipe = self._process.stdin if self._process is not None and self._running else None
        if pipe is None or pipe.closed:
            self._refuse(message, "it reads no input now")
        elif not self._feed(message.body, close=message.head["close"]):
            self._refuse(message, "it has closed its input")

    def _feed(self, data: bytes, *, close: bool) -> bool:
        """Write to the program's input; False where nobody reads it any more."""
        pipe = self._process.stdin if self._process is not None else None
        if pipe is None:
            return False
        try:
            pipe.write(data)
            pipe.flush()
            if close:
                pipe.close()
        except BrokenPipeError:
            return False
        return True

    def _signal(self, message: Message) -> None:
        if self._process is None or not self._running:
            self._refuse(message, "it does not run")
            return
        target = self._watch.pid if self._traced else None
        if target is None:
            target = processes.descendant(self._process.pid, self._set["wrapper_depth"])
        os.kill(target, getattr(signal, f"SIG{message.head['name']}"))

    def _cell(self, message: Message) -> None:
        if self._control_fd is None or not self._running:
            self._refuse(message, "it does not run")
            return
        try:
            os.write(self._control_fd, b".")
        except BrokenPipeError:
            self._refuse(message, "it has ended")

    def _collect(self, message: Message) -> None:
        """Give files that the program made, those that are there. It has ended, and nothing of it is left."""
        if self._running:
            self._refuse(message, "it still runs")
            return
        found = []
        room = message.head["most_bytes"]
        with self._as_program():
            for name in message.head["names"]:
                data = files.read_regular(self._set["directory"], name, room)
                if data is not None:
                    found.append((name, data))
                    room -= len(data)
        listed = [[name, len(data)] for name, data in found]
        self._stream.send({"event": "collected", "files": listed}, b"".join(data for _, data in found))

    def _stop(self, _message: Message) -> None:
        self._kill()

    def _reset(self, message: Message) -> None:
        """End this run's part: the program, all that it started, and what it wrote."""
        self._is_ready = True  # whatever was launched has no start any more
        self._kill()
        processes.wait_for_all()
        self._sources.close_all()
        self._selector.close()
        self._over = True
        self._stream.send({"event": "reset", "id": message.head["id"], "left": self._empty()})

    def _empty(self) -> str:
        """Remove what the program wrote; give what is left of it, "" for nothing."""
        try:
            with self._as_program():
                for folder in self._set["folders"]:
                    files.empty(folder)
            if any(len(files.read(path).splitlines()) > 1 for path in SHARED_TABLES):
                return "shared memory, semaphores or message queues"
            return " ".join(os.listdir(QUEUES))
        except OSError as error:
            return str(error)

    def _refuse(self, message: Message, why: str) -> None:
        self._stream.send({"event": "refused", "what": message.head["do"], "text": why})


_REPORT = re.compile(rb"(began|ended) ([0-9]{1,9})")


def reports_in(data: bytes) -> list[tuple[str, int]]:
    """Give what became of which cell. Never raises: the program has this pipe, too, and may write anything to it."""
    found = [_REPORT.fullmatch(line) for line in data.splitlines()]
    return [(report[1].decode(), int(report[2])) for report in found if report is not None]


def _source_of_cells() -> str:
    """Give the text of cells.py, from the folder or the zip that this file came from."""
    loader: Any = cells.__spec__.loader
    return str(loader.get_source(cells.__name__))


def _fate(status: int | None) -> dict[str, Any]:
    """Read a wait status as Popen gives it; above 128 a wrapper has reported its child's signal."""
    code = status if status is not None else -signal.SIGKILL
    number = -code if code < 0 else code - 128
    if number in signal.valid_signals():
        return {"signal": signal.Signals(number).name}
    return {"code": code}


_DOES: dict[str, Callable[[Runner, Message], None]] = {
    "configure": Runner._configure,  # noqa: SLF001  # the table belongs to the class; methods need names first
    "start": Runner._start,  # noqa: SLF001
    "stdin": Runner._stdin,  # noqa: SLF001
    "signal": Runner._signal,  # noqa: SLF001
    "cell": Runner._cell,  # noqa: SLF001
    "limits": Runner._tell_limits,  # noqa: SLF001
    "collect": Runner._collect,  # noqa: SLF001
    "stop": Runner._stop,  # noqa: SLF001
    "reset": Runner._reset,  # noqa: SLF001
}


def main() -> None:
    stream = Stream()
    stream.send({"event": "here", "pid": os.getpid()})
    while True:
        Runner(stream).run()
