"""What is fuzzed: each target takes any bytes, and gives back a value or the error that its readers promise.

    exercise   YAML text -> an exercise and its plan, or faults
    archive    a zip, a tar, packed or not, one file, or a folder -> a submission, or the student's own faults
    trace      strace's lines, in any split -> calls, and back from where they are stored
    capture    pcap and pcapng -> frames -> packets -> all that can be asked of them
    protocol   messages of the tap and the runner, of the engine that carries them, and of a program's cells

Any other exception, a second thread that dies, more than LIMIT_S of processor time or ROOM_BYTES of memory is a
find. What a target asserts are promises of kit's, too: that the split of a stream makes no difference, that what
is stored is read back.
"""

from __future__ import annotations

import atexit
import json
import os
import resource
import shutil
import signal
import socket
import tempfile
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from queue import SimpleQueue
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from kit.backends._docker_stream import STDOUT, Demultiplexer, HelperStream
from kit.backends._pipe_helper import Nursery, PipeHelper
from kit.backends.fake import FakeLab
from kit.errors import KitError
from kit.evidence import rows
from kit.evidence.store import Recorder
from kit.evidence.strace import Tracer, number_calls
from kit.exercise import catalogue
from kit.exercise.intake import read_submission
from kit.exercise.loader import FILE, Exercise, load, read_file
from kit.exercise.model import Wrong
from kit.exercise.planner import make_plan
from kit.lab.session import Session
from kit.packets import pcap, pcapng
from kit.packets.decode import decode
from kit.tap.program import reports_in
from kit.tap.trace import TraceWatch
from kit.tap.wire import Decoder, Message, WireError, encode
from tests.exercise.packing import fill
from tests.lab.scene import plan
from tests.packets.questions import ask_everything

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import FrameType

    from kit.backends._docker_stream import Attachment
    from kit.backends.base import Arrived

LIMIT_S = 5.0
ROOM_BYTES = 1 << 30
PIECE_BYTES = 7  # of a stream that is fed in pieces: no length of a header or line fits it


class OverrunError(BaseException):
    """It took longer than it may. No handler for exceptions takes it."""


def attempt(target: Callable[[bytes], None], data: bytes, limit_s: float = LIMIT_S) -> None:
    """Run a target within its bounds. Raises whatever escapes it, OverrunError and MemoryError among that."""
    with within_time(signal.ITIMER_PROF, limit_s), _within_memory(ROOM_BYTES):
        target(data)


# The clock's is libFuzzer's own while it runs, so `attempt` leaves that alone.
_TIMERS = {
    signal.ITIMER_PROF: (signal.SIGPROF, "of the processor"),
    signal.ITIMER_REAL: (signal.SIGALRM, "by the clock"),
}


@contextmanager
def within_time(timer: int, limit_s: float) -> Iterator[None]:
    """Raise OverrunError after so long: by the processor's time, as other programs share the machine, or the clock's."""
    number, words = _TIMERS[timer]

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise OverrunError(f"more than {limit_s:g} s {words}")

    before = signal.signal(number, stop)
    signal.setitimer(timer, limit_s)
    try:
        yield
    finally:
        signal.setitimer(timer, 0)
        signal.signal(number, before)


@contextmanager
def _within_memory(room_bytes: int) -> Iterator[None]:
    """Bound the process's data to so much more than it has now (getrlimit(2), RLIMIT_DATA)."""
    before, hard = resource.getrlimit(resource.RLIMIT_DATA)
    data_pages = int(Path("/proc/self/statm").read_bytes().split()[5])  # proc(5)
    resource.setrlimit(resource.RLIMIT_DATA, (data_pages * resource.getpagesize() + room_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (before, hard))


def _pieces(data: bytes) -> Iterator[bytes]:
    for start in range(0, len(data), PIECE_BYTES):
        yield data[start : start + PIECE_BYTES]


@cache
def _scratch(name: str) -> Path:
    """Give a path in a folder of this process's own."""
    root = Path(tempfile.mkdtemp(prefix="kit-fuzz-"))
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    return root / name


# An exercise ------------------------------------------------------------------------------------------


@cache
def _author() -> Path:
    """Give an exercise's folder whose reference has every file that one of kit's exercises names."""
    folder = _scratch("exercise")
    for name in catalogue.names():
        own = catalogue.find(name) / "reference"
        fill(folder / "reference", {path.name: path.read_bytes() for path in own.iterdir() if path.is_file()})
    return folder


def exercise(data: bytes) -> None:
    path = _author() / FILE
    path.write_bytes(data)
    with suppress(KitError):
        make_plan(load(path.parent), None, "seed")
    with suppress(KitError):
        read_file(Wrong, path, {"check": ["handshake", "queue"]})


# A submission -----------------------------------------------------------------------------------------

SUBMIT = ("notes.txt", "lib/data.bin")  # no Python: its compiler is a process, and has tests of its own
FOLDER = b"folder\n"  # what begins so is no file but the recipe of a folder: see `_folder`


@cache
def _asked() -> Exercise:
    """Give an exercise that asks for the files of SUBMIT, in Python or C."""
    asked = SimpleNamespace(submit=SUBMIT, languages=("c",), programs={})
    return cast("Exercise", SimpleNamespace(definition=asked))


def archive(data: bytes) -> None:
    path = _scratch("handed-in.txt")
    _remove(path)
    if data.startswith(FOLDER):
        _folder(path, data.removeprefix(FOLDER))
    else:
        path.write_bytes(data)
    with suppress(KitError):
        submission = read_submission(path, _asked())
        assert submission.faults or set(submission.files) >= set(SUBMIT)


def _folder(folder: Path, recipe: bytes) -> None:
    """Make what each line says: `f` file, `d` folder, `l` link, `p` FIFO; a name; a tab; content or target.

    No name and no link leads out of the folder, and nothing that is there is opened.
    """
    folder.mkdir()
    for line in recipe.split(b"\n"):
        kind, (name, _, rest) = line[:1], line[1:].partition(b"\t")
        if any(b".." in path.split(b"/") or path.startswith(b"/") for path in (name, rest)):
            continue
        # a name that is there, is too long, has a NUL or no folder
        with suppress(OSError, ValueError):
            _MAKES.get(kind, _make_folder)(folder / os.fsdecode(name), rest)


def _make_folder(path: Path, _rest: bytes) -> None:
    path.mkdir()


def _make_file(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)


def _make_link(path: Path, target: bytes) -> None:
    path.symlink_to(os.fsdecode(target))


def _make_fifo(path: Path, _rest: bytes) -> None:
    os.mkfifo(path)


_MAKES: Mapping[bytes, Callable[[Path, bytes], None]] = {
    b"d": _make_folder,
    b"f": _make_file,
    b"l": _make_link,
    b"p": _make_fifo,
}


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


# A trace ----------------------------------------------------------------------------------------------


def trace(data: bytes) -> None:
    whole, cut, watch = Tracer("server"), Tracer("server"), TraceWatch(0)
    whole.feed(data)
    for piece in _pieces(data):
        cut.feed(piece)
        watch.feed(piece)
    whole.blocked()
    calls = whole.calls()
    assert calls == cut.calls()
    assert whole.unparsed == cut.unparsed
    for call in number_calls([calls]):
        assert rows.call_of(json.loads(json.dumps(rows.call_row(call)))) == call


# A capture --------------------------------------------------------------------------------------------


def capture(data: bytes) -> None:
    try:
        frames = (pcapng if data.startswith(pcapng.MAGIC) else pcap).read(data).frames
    except pcap.PcapError:
        return
    if not data.startswith(pcapng.MAGIC):
        reader = pcap.Reader()
        assert frames == tuple(frame for piece in _pieces(data) for frame in reader.feed(piece))
    ask_everything([decode(frame, number) for number, frame in enumerate(frames, 1)])


# The protocol -----------------------------------------------------------------------------------------


def protocol(data: bytes) -> None:
    messages = _messages(data)
    _cut_elsewhere(data, messages)
    _through_the_engine(data)
    _through_a_socket(data)
    _from_a_nursery(data)
    reports_in(data)
    for source in (("host", "server"), ("program", "server")):
        _in_a_session(source, messages)


def _messages(data: bytes) -> list[Message]:
    """Give the messages before the first fault, in the split that finds most: one byte after the other."""
    decoder, found = Decoder(), []
    with suppress(WireError):
        for at in range(len(data)):
            found += decoder.feed(data[at : at + 1])
    for message in found:
        assert Decoder().feed(encode(dict(message.head), message.body))[0].body == message.body
    return found


def _cut_elsewhere(data: bytes, messages: list[Message]) -> None:
    with suppress(WireError):
        assert Decoder().feed(data) == messages


class _Engine:
    """An attachment whose other end says this, in pieces."""

    def __init__(self, data: bytes) -> None:
        self._pieces = _pieces(data)

    def read(self) -> bytes:
        return next(self._pieces, b"")

    def write(self, data: bytes) -> None: ...

    def shut(self) -> None: ...

    def close(self) -> None: ...


def _through_the_engine(data: bytes) -> None:
    """Take the bytes for the engine's frames, and for what a helper says in one of them."""
    for said in (data, bytes((STDOUT, 0, 0, 0)) + len(data).to_bytes(4) + data):
        assert sum(len(payload) for _, payload in Demultiplexer().feed(said)) <= len(said)
        inbox: SimpleQueue[Arrived] = SimpleQueue()
        HelperStream(("host", "server"), cast("Attachment", _Engine(said)), inbox).end()
        _ended(inbox)


class _Nursery(Nursery):
    """Bears a helper that says this and ends."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def bear(self, _order: dict[str, Any], stream: socket.socket, words: Path) -> int:
        words.touch()
        stream.setblocking(False)  # noqa: FBT003  # the standard library's signature
        with suppress(BlockingIOError):
            stream.send(self._data)
        return 1


def _through_a_socket(data: bytes) -> None:
    inbox: SimpleQueue[Arrived] = SimpleQueue()
    helper = PipeHelper(("host", "server"), _Nursery(data), {}, inbox, _scratch("words"))
    helper.join()
    _ended(inbox)
    with suppress(KitError):
        helper.wait_here()


def _from_a_nursery(data: bytes) -> None:
    nursery = Nursery.__new__(Nursery)
    nursery._words = _scratch("words")
    nursery._words.touch()
    nursery._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with nursery._control, theirs, suppress(KitError):
        theirs.send(data)
        assert isinstance(nursery.bear({}, theirs, _scratch("words")), int)


def _ended(inbox: SimpleQueue[Arrived]) -> None:
    """Hold the reading thread to its promise: the last that it tells is the stream's end, whatever came."""
    last = None
    while not inbox.empty():
        last = inbox.get()
    assert last is not None
    assert last.head is None, "the thread that reads a helper died without a word"


class _Recorder(Recorder):
    """Records into nothing."""

    def save_facts(self) -> None:
        json.dumps(self.facts, ensure_ascii=False).encode()

    def _append(self, _files: object, _name: str, data: bytes) -> None:
        assert isinstance(data, bytes)

    def _event(self, row: Mapping[str, Any]) -> None:
        json.dumps(row, ensure_ascii=False).encode()


def _in_a_session(source: tuple[str, str], messages: list[Message]) -> None:
    inbox: SimpleQueue[Arrived] = SimpleQueue()
    lab = FakeLab(plan(()), inbox, {})
    recorder = _Recorder(_scratch("run"), {})
    session = Session(lab, inbox, recorder)
    for message in messages:
        lab.play(source, message.head, message.body)
        try:
            session.catch_up()
        except KitError:
            return
    for program in session.state.programs.values():
        program.calls()
    session.quiet(0.0)
    recorder.save_facts()


TARGETS: Mapping[str, Callable[[bytes], None]] = {
    "exercise": exercise,
    "archive": archive,
    "trace": trace,
    "capture": capture,
    "protocol": protocol,
}
