"""strace's output -> calls on sockets, while it is being written.

    strace -f -yy --absolute-timestamps=format:unix,precision:ns --syscall-times=ns --seccomp-bpf -s 1024
           -e trace=%network,execve,read,write,readv,writev,close,shutdown,poll,ppoll,select,pselect6,
                    epoll_wait,epoll_pwait,epoll_ctl,sendfile,restart_syscall -o FIFO COMMAND

strace writes the entry of a call before the call returns, so a line without its end *is* a program
inside that call. A line that another process interrupts ends in `<unfinished ...>` and goes on with
`<... NAME resumed>`; a call that a signal interrupted and the kernel restarted is one call here, from
the first entry to the last return (man 7 signal, "Interruption of system calls").

A line's time is from before strace has written the arguments, and its duration counts from after that. On a busy machine
strace may have waited for a processor in between, for tens of milliseconds. So a call whose entry was read before its
return counts from when that was read; a return so found is put no later than its own reading, nor than what the process
does next.

Kept are calls on TCP and UDP sockets, poll and select that name one, and every wait on an epoll
descriptor; what that one watches, earlier calls of epoll_ctl say. What comes before the program's own execve
belongs to the wrappers that started it, and so do the processes seen only until then.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kit.evidence import strace_text as text
from kit.evidence.awaited import Awaited
from kit.evidence.model import CALL_KINDS, Call
from kit.evidence.peers import Peers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from kit.packets.model import Endpoint

_LINE = re.compile(r"(\d{1,10}) +(\d{1,10})\.(\d{1,9}) (.*)", re.DOTALL)
_CALL = re.compile(r"(\w+)\((.*)", re.DOTALL)
_RESUMED = re.compile(r"<\.\.\. (\w+) resumed>(.*)", re.DOTALL)
_UNFINISHED = " <unfinished ...>"  # with the space that strace puts before it
_EPOLL = re.compile(r"(\d{1,10})<anon_inode:\[eventpoll\]>")

# The kernel's answers to itself; a program never sees them (include/linux/errno.h).
_RESTARTS = frozenset({"ERESTARTSYS", "ERESTARTNOINTR", "ERESTARTNOHAND", "ERESTART_RESTARTBLOCK"})

# Which part of the arguments holds the payload.
_PAYLOADS: Mapping[str, Callable[[str], bytes]] = {
    "read": text.buffer,
    "recvfrom": text.buffer,
    "write": text.buffer,
    "sendto": text.buffer,
    "readv": text.iovecs,
    "recvmsg": text.iovecs,
    "recvmmsg": text.iovecs,
    "writev": text.iovecs,
    "sendmsg": text.iovecs,
    "sendmmsg": text.iovecs,
}
_WITH_PEER = frozenset({"accept", "accept4", "connect", "sendto", "sendmsg", "recvfrom", "recvmsg"})
_COUNTED = frozenset({"recv", "send"})  # the result is a number of bytes
_WAITS = frozenset({"poll", "select", "epoll_wait"})
_GIVES_ADDRESS = frozenset({"connect", "sendto", "sendmsg", "sendmmsg", "listen"})  # man 7 ip, on binding


@dataclass(frozen=True, slots=True)
class _Entry:
    """A call that was entered. `arguments` is all that is known behind the opening parenthesis."""

    pid: int
    enter_ns: int
    name: str
    arguments: str
    began_ns: int  # when it was entered the last time: its duration counts from there
    interrupted_ns: int | None = None  # when a signal ended it, until it is restarted
    read_ns: int | None = None  # when its entry was read, where that was before its return


class Tracer:
    """One program's calls, from the bytes of its trace. `wrapper_execs` execves succeed before its own."""

    def __init__(self, program: str, wrapper_execs: int = 0) -> None:
        self.unparsed = 0  # lines in no form of strace's
        self._program = program
        self._execs_left = wrapper_execs + 1
        self._foreign: set[int] = set()
        self._partial = ""
        self._partial_ns: int | None = None  # when the beginning of that was read first
        self._read_ns: int | None = None  # when what is read now was
        self._stretched: dict[
            int, tuple[int, int]
        ] = {}  # process -> place in `_calls`, the return by the line alone
        self._open: dict[int, _Entry] = {}
        self._calls: list[Call] = []
        self._unnamed: dict[int, tuple[int, list[int]]] = {}  # descriptor -> inode, places in `_calls`
        self._awaited = Awaited()
        self._peers = Peers()

    def feed(self, data: bytes, read_ns: int | None = None) -> list[Call]:
        """Take the next bytes, in any split; give the calls that ended in them, still without a number.

        `read_ns`: when they were read from strace, if that is known.
        """
        before = len(self._calls)
        self._read_ns = read_ns
        *lines, self._partial = (self._partial + data.decode("latin-1")).split("\n")
        for line in lines:
            self._line(line)
            self._partial_ns = None
        if self._partial and self._partial_ns is None:
            self._partial_ns = read_ns
        return self._calls[before:]

    def blocked(self) -> dict[int, str]:
        """Give the calls that were entered and have not returned: process -> kind of call."""
        return {
            entry.pid: CALL_KINDS.get(entry.name, entry.name)
            for entry in self._inside()
            if self._call(entry, None) is not None
        }

    def awaited(self) -> frozenset[str]:
        """Give the kinds of calls that cannot go on: those of `blocked`, and what an epoll set holds back."""
        inside = [call for entry in self._inside() if (call := self._call(entry, None)) is not None]
        return frozenset(kind for call in inside for kind in (call.kind, *call.awaits))

    def calls(self) -> tuple[Call, ...]:
        """Give all calls until now in order of entry, those that did not return among them."""
        inside = [self._call(entry, None) for entry in self._inside()]
        known = [*self._calls, *(call for call in inside if call is not None)]
        return tuple(sorted(known, key=lambda call: (call.enter_ns, call.pid)))

    # Lines ------------------------------------------------------------------------------------------

    def _inside(self) -> list[_Entry]:
        entries = dict(self._open)
        partial = _parse(self._partial)
        if partial is not None:
            pid, time_ns, rest = partial
            if (call := _CALL.fullmatch(rest)) and not self._is_foreign(pid):
                entries[pid] = self._entry(pid, time_ns, call[1], call[2])
        return [entry for entry in entries.values() if not self._is_foreign(entry.pid)]

    def _is_foreign(self, pid: int) -> bool:
        return self._execs_left > 0 or pid in self._foreign

    def _line(self, line: str) -> None:
        parsed = _parse(line)
        if parsed is None:
            self.unparsed += 1
            return
        pid, time_ns, rest = parsed
        self._hold_to_next(pid, time_ns)
        if self._execs_left > 0:
            self._foreign.add(pid)
        if rest.startswith("--- "):
            return
        if rest.startswith("+++ "):
            self._ended(pid)
        elif resumed := _RESUMED.fullmatch(rest):
            self._resumed(pid, time_ns, resumed[1], resumed[2])
        elif call := _CALL.fullmatch(rest):
            self._advance(self._entry(pid, time_ns, call[1], call[2]))
        else:
            self.unparsed += 1

    def _entry(self, pid: int, time_ns: int, name: str, arguments: str) -> _Entry:
        """Begin a call, or go on with the one that was interrupted.

        restart_syscall(2) has no arguments; strace writes `<... resuming interrupted poll ...>` there.
        """
        earlier = self._open.get(pid)
        if earlier is None or earlier.interrupted_ns is None or name not in (earlier.name, "restart_syscall"):
            return _Entry(pid, time_ns, name, arguments, time_ns, read_ns=self._partial_ns)
        if name == "restart_syscall":
            arguments = earlier.arguments + arguments.partition("...>")[2]
        return _Entry(pid, earlier.enter_ns, earlier.name, arguments, time_ns, read_ns=self._partial_ns)

    def _resumed(self, pid: int, time_ns: int, name: str, rest: str) -> None:
        earlier = self._open.pop(pid, None)
        if earlier is None and name == "execve":  # a trace that begins at the program's own, half-way in it
            earlier = _Entry(pid, time_ns, name, "", time_ns)
        if earlier is not None and name in (earlier.name, "restart_syscall"):
            self._advance(replace(earlier, arguments=earlier.arguments + rest), time_ns)
        elif self._execs_left <= 0:
            self.unparsed += 1

    def _advance(self, entry: _Entry, time_ns: int | None = None) -> None:
        """Take an entry as far as its text tells: still inside, interrupted, or returned."""
        earlier = self._open.pop(entry.pid, None)
        if earlier is not None and earlier.interrupted_ns is not None and earlier.enter_ns != entry.enter_ns:
            self._keep(
                earlier, text.Result(earlier.arguments, -1, "EINTR", None, None), earlier.interrupted_ns
            )
        unfinished = entry.arguments.rstrip()
        if unfinished.endswith(_UNFINISHED):  # whatever is before it: a payload may imitate a result
            arguments = unfinished.removesuffix(_UNFINISHED)
            self._open[entry.pid] = replace(entry, arguments=arguments, interrupted_ns=None)
        elif (result := text.result(entry.arguments)) is not None:
            self._returned(entry, result, time_ns)
        else:
            self.unparsed += 1

    def _returned(self, entry: _Entry, result: text.Result, time_ns: int | None) -> None:
        return_ns = (
            time_ns if result.duration_ns is None else self._end_of(entry, result.duration_ns, time_ns)
        )
        if result.error in _RESTARTS:
            self._open[entry.pid] = replace(
                entry, arguments=result.arguments, interrupted_ns=return_ns or entry.enter_ns
            )
        elif entry.name == "execve":
            self._executed(entry.pid, result)
        else:
            before = len(self._calls)
            self._keep(entry, result, None if result.value is None else return_ns)
            if entry.read_ns is not None and result.duration_ns is not None and len(self._calls) > before:
                self._stretched[entry.pid] = before, entry.began_ns + result.duration_ns

    def _end_of(self, entry: _Entry, duration_ns: int, resumed_ns: int | None) -> int:
        """Give when a call returned. `resumed_ns`: when strace began a line of its own for that."""
        least_ns = entry.began_ns + duration_ns
        if entry.read_ns is None:
            return least_ns
        latest = (entry.read_ns + duration_ns, resumed_ns, self._read_ns)
        return max(least_ns, min(time_ns for time_ns in latest if time_ns is not None))

    def _hold_to_next(self, pid: int, time_ns: int) -> None:
        """Put the return before what the process does next: its entry may have been read late."""
        place, least_ns = self._stretched.pop(pid, (None, 0))
        if place is None:
            return
        call = self._calls[place]
        if call.return_ns is not None and call.return_ns > time_ns:
            self._calls[place] = replace(call, return_ns=max(least_ns, time_ns))

    def _executed(self, pid: int, result: text.Result) -> None:
        if result.value != 0 or self._execs_left <= 0:
            return
        self._execs_left -= 1
        if self._execs_left == 0:
            self._foreign.discard(pid)
            self._open = {}

    def _ended(self, pid: int) -> None:
        """A process is gone: a call that it was inside of never returned."""
        entry = self._open.pop(pid, None)
        if entry is not None:
            self._keep(entry, text.Result(entry.arguments, None, None, None, None), None)

    # Calls ------------------------------------------------------------------------------------------

    def _keep(self, entry: _Entry, result: text.Result, return_ns: int | None) -> None:
        if self._is_foreign(entry.pid):
            return
        call = self._call(entry, result, return_ns)
        if call is not None:
            self._calls.append(call)
        self._learn(entry, result)
        self._awaited.note(entry.name, result)
        self._peers.note(entry.pid, entry.name, result)

    def _call(self, entry: _Entry, result: text.Result | None, return_ns: int | None = None) -> Call | None:
        """Make the call's value; None where it is on no socket."""
        arguments = entry.arguments if result is None else result.arguments
        kind = CALL_KINDS.get(entry.name, entry.name)
        made = None if result is None else result.descriptor
        named = text.first_descriptor(arguments)
        epoll = None
        if kind in _WAITS:
            epoll = _EPOLL.match(arguments)
            named = next(text.descriptors(arguments), None)
        if named is not None:
            named = self._peers.told(entry.pid, entry.name, named, arguments)
        socket = made or named
        if socket is None and epoll is None:
            return None
        peer = text.sockaddr(arguments) if entry.name in _WITH_PEER else None
        local = socket.local if socket else None
        if entry.name == "bind" and local is None:
            local = text.sockaddr(arguments)
        call = Call(
            number=0,
            program=self._program,
            pid=entry.pid,
            name=entry.name,
            enter_ns=entry.enter_ns,
            return_ns=return_ns,
            descriptor=int(epoll[1]) if epoll else (named or socket or _NOWHERE).number,
            protocol=socket.protocol if socket else None,
            local=local,
            remote=_remote(entry.name, socket, peer),
            peer=peer,
            arguments=arguments,
            result=None if result is None else result.value,
            error=None if result is None else result.error,
            awaits=self._awaited.by(arguments) if kind == "epoll_wait" else (),
        )
        return _with_payload(call) if kind in _COUNTED else call

    def _learn(self, entry: _Entry, result: text.Result) -> None:
        """Give earlier calls the address that a later line of the same descriptor tells."""
        if result.descriptor is not None:
            self._unnamed.pop(result.descriptor.number, None)
        descriptor = text.first_descriptor(result.arguments)
        if descriptor is None:
            return
        inode, waiting = self._unnamed.get(descriptor.number, (descriptor.inode, []))
        if descriptor.inode is None:
            self._name(waiting, descriptor.local)
            self._unnamed.pop(descriptor.number, None)
        elif entry.name == "close" or inode != descriptor.inode:
            self._unnamed.pop(descriptor.number, None)
        elif entry.name in _GIVES_ADDRESS:
            self._unnamed[descriptor.number] = descriptor.inode, [*waiting, len(self._calls) - 1]

    def _name(self, places: list[int], local: Endpoint | None) -> None:
        for place in places:
            self._calls[place] = replace(self._calls[place], local=local)


_NOWHERE = text.Descriptor(-1, "tcp")


def _parse(line: str) -> tuple[int, int, str] | None:
    found = _LINE.fullmatch(line)
    return None if found is None else (int(found[1]), text.nanoseconds(found[2], found[3]), found[4])


def _remote(name: str, socket: text.Descriptor | None, peer: Endpoint | None) -> Endpoint | None:
    """A connect's descriptor has no address yet: who it goes to stands in its arguments."""
    known = socket.remote if socket else None
    return peer if known is None and name == "connect" else known


def _with_payload(call: Call) -> Call:
    """Add the bytes that went over: as many as the result says, of those that strace showed."""
    if call.result is None:  # what a send without a return left in the kernel cannot be known
        return replace(call, data_complete=call.kind == "recv")
    shown = _PAYLOADS[call.name](call.arguments) if call.name in _PAYLOADS else b""
    size = max(0, call.result)
    if call.name in _MESSAGES:  # the result counts messages, not bytes
        return replace(call, data=shown, data_complete='"...' not in call.arguments)
    data = shown[:size]
    return replace(call, data=data, data_complete=len(data) == size)


_MESSAGES = frozenset({"sendmmsg", "recvmmsg"})


def number_calls(programs: Iterable[tuple[Call, ...]]) -> tuple[Call, ...]:
    """Number the calls of all programs from 1, in order of entry."""
    together = [call for calls in programs for call in calls]
    together.sort(key=lambda call: (call.enter_ns, call.program, call.pid))
    return tuple(replace(call, number=number) for number, call in enumerate(together, 1))
