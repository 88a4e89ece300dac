"""To whom a socket is connected now, where strace's word for its descriptor is out of date. Pure.

strace keeps what it has once learned of a socket's addresses, and says the same for as long as the socket lives. What
was bound before it was connected stays `3<UDP:[0.0.0.0:9001]>` for ever, and what is connected to one and then to
another stays with the first. The arguments of connect tell (man 2 connect): each that succeeds changes the peer, of a
datagram socket as often as one likes, and AF_UNSPEC takes it away.

A word that came after the connect is right and stays as it is. One open socket may have several descriptors, in several
processes. A process's own calls tell which socket a number of its is; where it got the number by fork, by dup
or from a thread beside it, it is the newest socket that was called by the same number and word, else by the same word.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from kit.evidence import strace_text as text
from kit.packets.model import Endpoint

if TYPE_CHECKING:
    from kit.evidence.strace_text import Descriptor, Result

_BEGUN = frozenset({None, "EINPROGRESS"})
# A connect to no address in particular reaches the own machine (man 7 ip, INADDR_ANY)
_OWN = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  # read, never bound


class _Ends(NamedTuple):
    local: Endpoint | None
    remote: Endpoint | None


@dataclass(slots=True)
class _Socket:
    """An open socket, one value for all descriptors that it has. `shown`: what strace says of it, once it has an address; `now`: its
    ends, where that is out of date."""

    inode: int | None
    shown: _Ends | None = None
    is_bound: bool = False
    now: _Ends | None = None


class Peers:
    """What is known of one program's sockets."""

    def __init__(self) -> None:
        self._of: dict[tuple[int, int], _Socket] = {}  # process and descriptor
        self._newest: dict[tuple[int | None, str, _Ends], _Socket] = {}  # descriptor, or any; protocol; word

    def told(self, pid: int, name: str, named: Descriptor, arguments: str) -> Descriptor:
        """Give the descriptor with the ends that its socket has in this call: a connect's are those that it asks for."""
        socket = self._found(pid, named) or _Socket(named.inode)
        ends = _after(socket, named, arguments) if name == "connect" else socket.now
        return named if ends is None else replace(named, local=ends.local, remote=ends.remote)

    def note(self, pid: int, name: str, result: Result) -> None:
        """Take a call that has returned."""
        if result.descriptor is not None:
            self._of[pid, result.descriptor.number] = _Socket(result.descriptor.inode)
        named = text.first_descriptor(result.arguments)
        if named is None:
            return
        if name == "close":
            self._of.pop((pid, named.number), None)
            return
        socket = self._found(pid, named) or _Socket(named.inode)
        self._of[pid, named.number] = socket
        if named.inode is None:
            self._show(socket, named, _Ends(named.local, named.remote))
        if name == "bind" and result.error is None:
            socket.is_bound = True
            bound = text.sockaddr(result.arguments)
            if bound is not None and bound.port:  # strace's next word for it
                self._show(socket, named, _Ends(bound, None))
        elif name == "connect" and result.error in _BEGUN:
            socket.now = _after(socket, named, result.arguments)

    def _show(self, socket: _Socket, named: Descriptor, ends: _Ends) -> None:
        socket.shown = ends
        for number in (named.number, None):
            self._newest[number, named.protocol, ends] = socket

    def _found(self, pid: int, named: Descriptor) -> _Socket | None:
        """Give the socket that a process names; None for one that nobody has named so until now."""
        own = self._of.get((pid, named.number))
        if named.inode is not None:
            return own if own is not None and own.inode == named.inode else None
        ends = _Ends(named.local, named.remote)
        if own is not None and own.shown == ends:
            return own
        others = (self._newest.get((number, named.protocol, ends)) for number in (named.number, None))
        unnamed = own if own is not None and own.shown is None else None
        return next((one for one in others if one is not None), unnamed)


def _after(socket: _Socket, named: Descriptor, arguments: str) -> _Ends | None:
    """Give a socket's ends after a connect; None where strace's next word tells them.

    A socket that chose no port itself loses it when it is disconnected, and gets another at a TCP connection's next try.
    """
    before = socket.now or _Ends(named.local, named.remote)
    kept = before.local if socket.is_bound else None
    if "sa_family=AF_UNSPEC" in arguments:
        return None if named.inode is not None else _Ends(kept, None)
    peer = text.sockaddr(arguments)
    if peer is None or named.inode is not None:
        return socket.now
    remote = Endpoint(_OWN.get(peer.address, peer.address), peer.port)
    if remote == before.remote:
        return socket.now
    return _Ends(before.local if named.protocol == "udp" else kept, remote)
