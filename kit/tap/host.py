"""The tap of a host: holds its network namespace, captures its packets, reads its socket table.

From kit, after `configure` (see `_DOES`): `watch` (tell the socket table now and at every change, see `kit.tap.watch`),
`snapshot`, `fence` (answered when all that was captured before it is told), `unplug`, `plug`, `link` (what it does to packets from here), `release`, `finish`,
`reset` (forget the run; `configure` with `again` begins the next). To kit: `here`,
`ready`, `packets`, `sockets`, `done`, `captured`, `limit` (one was met), `link` (what it did), `netem`, `fault`, `reset`
(what is left, "" for nothing). An `id` in a message is given back in its answer.
"""

from __future__ import annotations

import os
import selectors
import sys
import time
from functools import partial
from typing import TYPE_CHECKING, Any

from kit.tap import files, link, sysctl
from kit.tap.capture import (
    FILE_HEADER,
    RELAY_TYPE,
    Captured,
    PacketSocket,
    Tcpdump,
    hardware_address,
)
from kit.tap.fence import Fence, Fences
from kit.tap.rate import Bucket
from kit.tap.sockets import Row, SocketTable
from kit.tap.stream import Stream
from kit.tap.watch import INTERVAL_S, Watch

if TYPE_CHECKING:
    from collections.abc import Callable

    from kit.tap.forwarder import Forwarder
    from kit.tap.relay import Relay
    from kit.tap.wire import Message

# A change tells the whole table: who opens thousands of sockets one by one would fill the evidence with tables
TOLD_ROWS_AT_ONCE = 20_000
TOLD_ROWS_PER_S = 5_000


class Tap:
    """A host's part in one run. `table` and `fences` are the network stack's, and serve the next run, too."""

    def __init__(self, stream: Stream, table: SocketTable, fences: Fences) -> None:
        self._stream = stream
        self._selector = selectors.DefaultSelector()
        self._selector.register(stream.read_fd, selectors.EVENT_READ, self._obey)
        self._sources: list[Tcpdump | PacketSocket] = []
        self._fences = fences
        self._awaited = Fence(fences, (), self._ready)
        self._settings: tuple[str, ...] = sysctl.STANDARD  # that are told to kit
        self._table = table
        self._engines: frozenset[tuple[Any, ...]] = frozenset()  # sockets from before any program
        self._over = False  # reset: another takes its place
        self._watching: Watch | None = None
        self._last_rows: list[Row] | None = None
        self._rows_room = Bucket(TOLD_ROWS_AT_ONCE, TOLD_ROWS_PER_S)
        self._packets = 0
        self._room_bytes = 0
        self._smallest_bytes = 1  # that a packet counts as, where what leaves is limited
        self._interface = ""
        self._addresses: list[str] = []  # that the interface had when it was unplugged
        self._own_address = b""
        self._has_ipv6 = False
        self._unheld = ""  # why this kernel cannot limit what leaves
        self._forwarder: Forwarder | None = None  # where the exercise says what its link does
        self._relay: Relay | None = None  # where the bridge does not pass on what is for everybody
        self._unplugged_ns: list[tuple[int, int]] = []  # from, until

    def run(self) -> None:
        while True:
            waits = (
                None if self._watching is None else INTERVAL_S,
                None if self._forwarder is None else self._forwarder.waits_s,
                self._awaited.waits_s,
            )
            for key, _ in self._selector.select(min((one for one in waits if one is not None), default=None)):
                if self._selector.get_map().get(key.fd) is key:  # one before it may have closed it
                    key.data()
                if self._over:
                    return
            if self._forwarder is not None:
                self._put_on(self._forwarder)
            if self._watching is not None:
                self._tell_changes(self._watching)
            self._awaited.tend()

    # What kit asks for

    def _obey(self) -> None:
        messages = self._stream.receive()
        if messages is None:
            self._stop_sources()
            sys.exit(0)
        for message in messages:
            _DOES[message.head["do"]](self, message)

    def _configure(self, message: Message) -> None:
        head = message.head
        self._interface = head["interface"]
        self._room_bytes = head["capture_bytes"]
        self._smallest_bytes = link.smallest_bytes(head["link_bytes_per_s"], head["link_packets_per_s"])
        if head["hosts_file"] is not None:
            files.write("/etc/hosts", head["hosts_file"])
            # a name that no host has must fail here and now, and reach no resolver of the engine's machine
            files.write("/etc/resolv.conf", "")
        self._engines = frozenset(tuple(row[:5]) for row in self._table.read())
        for complaint in sysctl.put(head["sysctl"]):
            self._fault(f"sysctl: {complaint}")
        self._settings = (*sysctl.STANDARD, *(name for name in head["sysctl"] if name not in sysctl.STANDARD))
        interfaces = [self._interface, *(["lo"] if head["loopback"] else [])]
        self._has_ipv6 = head["address6"] is not None
        if head.get("again"):  # all else is as the run before had it set
            self._bring_back()
        else:
            self._set_up(head, interfaces)
        self._own_address = hardware_address(self._interface)
        if head["relay"]:
            self._open_relay()
        self._awaited = Fence(self._fences, interfaces, self._ready)
        self._stream.send({"event": "packets"}, FILE_HEADER)
        for interface in interfaces:
            self._open(Tcpdump if Tcpdump.available() else PacketSocket, interface)

    def _set_up(self, head: dict[str, Any], interfaces: list[str]) -> None:
        if complaint := link.configure(self._interface, head["address"], head["address6"]):
            self._fault(f"ip: {complaint}")
        for interface in interfaces:
            link.offloads_off(interface)
            if why := link.hold_back(interface, head["link_bytes_per_s"], head["link_packets_per_s"]):
                self._unheld = why

    def _bring_back(self) -> None:
        from kit.tap import pristine  # noqa: PLC0415  # most hosts serve one run

        if complaint := pristine.bring_back(self._interface):
            self._fault(f"ip: {complaint}")

    def _open_relay(self) -> None:
        from kit.tap.relay import Relay  # noqa: PLC0415  # where a bridge needs none it costs nothing

        self._relay = Relay(self._interface, self._own_address)
        self._selector.register(self._relay.fd, selectors.EVENT_READ, self._carry)

    def _carry(self) -> None:
        """Carry what was sent to everybody, as far as it has left or come by now."""
        if self._relay is None:
            return
        try:
            complaint = self._relay.settle(plugged=self._is_plugged)
        except OSError as error:
            complaint = str(error.strerror)
        if complaint:
            self._fault(f"what is sent to everybody cannot be carried past the bridge: {complaint}")
            self._selector.unregister(self._relay.fd)
            self._relay.close()
            self._relay = None

    @property
    def _is_plugged(self) -> bool:
        return not self._unplugged_ns or self._unplugged_ns[-1][1] != sys.maxsize

    def _watch(self, message: Message) -> None:
        head = message.head
        self._watching = Watch(self._table, listeners=head["listeners"]) if head["on"] else None
        self._last_rows = None

    def _snapshot(self, message: Message) -> None:
        self._tell(self._of_programs(self._table.read()), id=message.head["id"])

    def _fence(self, message: Message) -> None:
        self._send_fence(partial(self._done, message))

    def _unplug(self, message: Message) -> None:
        self._addresses = link.addresses(self._interface)
        self._move_addresses("del")
        self._unplugged_ns.append((time.time_ns(), sys.maxsize))
        self._done(message)

    def _plug(self, message: Message) -> None:
        if self._unplugged_ns:
            self._unplugged_ns[-1] = (self._unplugged_ns[-1][0], time.time_ns())
        self._move_addresses("add")
        if complaint := link.run_ip(link.routes_to_everyone(self._interface)):
            self._fault(f"ip: {complaint}")
        if self._forwarder is not None:  # neighbours go with the address
            self._divert(self._forwarder)
        self._done(message)

    def _link(self, message: Message) -> None:
        from kit.tap.forwarder import Forwarder  # noqa: PLC0415  # few exercises have a use for it

        self._forwarder = Forwarder(self._interface, self._own_address, message.head["directions"])
        pass_on = partial(self._pass_on, self._forwarder)
        for about in self._forwarder.make_netem():
            self._stream.send({"event": "netem", **about})
        for fd in self._forwarder.fds:
            self._selector.register(fd, selectors.EVENT_READ, pass_on)
        self._divert(self._forwarder)
        self._done(message)

    def _divert(self, forwarder: Forwarder) -> None:
        if complaint := forwarder.divert():
            self._fault(f"ip: {complaint}")

    def _release(self, message: Message) -> None:
        if self._forwarder is not None:
            self._pass_on(self._forwarder)  # what has left before this was held
            self._forwarder.release(message.head["until"])
            self._put_on(self._forwarder)
        self._done(message)

    def _pass_on(self, forwarder: Forwarder) -> None:
        forwarder.hear()
        self._put_on(forwarder)

    def _put_on(self, forwarder: Forwarder) -> None:
        try:
            forwarder.put_on()
        except OSError as error:
            self._fault(f"the link could not put a packet on: {error.strerror}")
        for act in forwarder.acts():
            self._stream.send({"event": "link", **act})

    def _done(self, message: Message) -> None:
        self._stream.send({"event": "done", "id": message.head["id"]})

    def _move_addresses(self, verb: str) -> None:
        if complaint := link.run_ip(link.address_lines(verb, self._addresses, self._interface)):
            self._fault(f"ip: {complaint}")

    def _finish(self, message: Message) -> None:
        def captured() -> None:
            if any(link.was_held_back(source.interface, self._smallest_bytes) for source in self._sources):
                self._stream.send({"event": "limit", "limit": "link_bytes_per_s"})
            counts = self._stop_sources()
            self._stop_forwarder()
            dropped = sum(count for count in counts if count is not None) if None not in counts else None
            self._stream.send(
                {
                    "event": "captured",
                    "id": message.head["id"],
                    "packets": self._packets,
                    "dropped": dropped,
                    "truncated": self._room_bytes < 0,
                }
            )

        self._send_fence(captured)

    def _reset(self, message: Message) -> None:
        """End this run's part, and have its host forget it."""
        from kit.tap import pristine  # noqa: PLC0415  # most hosts serve one run

        self._stop_sources()
        self._stop_forwarder()
        left = pristine.forget(self._interface, self._engines)
        if self._relay is not None:
            left = left or ("the relay's door" if self._relay.has_door else "")
            self._relay.close()
        self._selector.close()
        self._over = True
        self._stream.send({"event": "reset", "id": message.head["id"], "left": left})

    def _send_fence(self, on_shown: Callable[[], None]) -> None:
        """Have `on_shown` called when all captures have shown what they have until now."""
        self._carry()
        self._awaited = Fence(self._fences, [source.interface for source in self._sources], on_shown)
        self._awaited.send()

    # Capturing

    def _open(self, kind: type[Tcpdump | PacketSocket], interface: str) -> None:
        source = kind(interface, lambda: self._awaited.send_to(interface))
        self._sources.append(source)
        for fd, read in source.handlers.items():
            self._selector.register(fd, selectors.EVENT_READ, partial(self._take, source, read))

    def _take(self, source: Tcpdump | PacketSocket, read: Callable[[], list[Captured]]) -> None:
        if source not in self._sources:
            return  # another of its descriptors has ended it in this same round
        frames = read()
        heard = [frame for frame in frames if not frame.is_fence and self._is_heard(source, frame)]
        if self._forwarder is not None and source.interface == self._interface:
            heard = [sent for frame in heard if (sent := self._forwarder.as_sent(frame)) is not None]
        self._forward(heard)
        if source.ended:
            self._replace(source)
        else:
            self._awaited.see(source.interface, frames)

    def _is_heard(self, source: Tcpdump | PacketSocket, frame: Captured) -> bool:
        """What a host's kernel does not hear is not in its capture: anything while it is unplugged, what only the
        bridge's own ends say, and what the taps carry among themselves.
        """
        if frame.data[12:14] == RELAY_TYPE:
            return False
        if source.interface != self._interface or frame.data[6:12] == self._own_address:
            return True
        if frame.is_bridges_own(has_ipv6=self._has_ipv6):
            return False
        return not any(begin <= frame.time_ns < end for begin, end in self._unplugged_ns)

    def _forward(self, frames: list[Captured]) -> None:
        kept = bytearray()
        for frame in frames:
            record = frame.record()
            self._room_bytes -= len(record)
            if self._room_bytes < 0:
                break
            self._packets += 1
            kept += record
        if kept:
            self._stream.send({"event": "packets"}, bytes(kept))

    def _replace(self, source: Tcpdump | PacketSocket) -> None:
        """Go on with a socket of ours where tcpdump could not begin; later it is a fault."""
        for fd in source.handlers:
            self._selector.unregister(fd)
        self._sources.remove(source)
        source.finish()
        if self._awaited.misses(source.interface) and self._awaited.on_shown == self._ready:
            self._open(PacketSocket, source.interface)
        else:
            self._fault(f"the capture on {source.interface} ended: {source.words.strip()[-200:]}")

    def _stop_sources(self) -> list[int | None]:
        for source in self._sources:
            for fd in source.handlers:
                self._selector.unregister(fd)
        counts = [source.finish() for source in self._sources]
        self._sources = []
        return counts

    def _stop_forwarder(self) -> None:
        if self._forwarder is not None:
            for fd in self._forwarder.fds:
                self._selector.unregister(fd)
            for counts in self._forwarder.chances():
                self._stream.send({"event": "netem", **counts})
            if lost := self._forwarder.finish():
                self._fault(f"the link lost {lost} packets that no rule names")
            self._forwarder = None

    def _ready(self) -> None:
        kinds = sorted({source.name for source in self._sources})
        told = {"capturing": " and ".join(kinds), "unheld": self._unheld, "mac": self._own_address.hex(":")}
        self._stream.send({"event": "ready", "sysctl": sysctl.read(self._settings), **told})

    # Telling

    def _tell_changes(self, watch: Watch) -> None:
        read = watch.read()
        if read is None:
            return
        rows = self._of_programs(read)
        if rows != self._last_rows and self._has_room(len(rows)):
            self._last_rows = rows
            self._tell(rows)

    def _has_room(self, rows: int) -> bool:
        """Take room for so many rows; where there is none, the change is told later, with those that follow it."""
        if self._rows_room.wait_s():
            return False
        self._rows_room.take(rows)
        return True

    def _of_programs(self, rows: list[Row]) -> list[Row]:
        """Leave out the engine's own sockets: it may have some here (Docker's resolver on 127.0.0.11)."""
        return [row for row in rows if tuple(row[:5]) not in self._engines]

    def _tell(self, rows: list[Row], **extra: Any) -> None:
        self._carry()
        if self._forwarder is not None:
            self._pass_on(self._forwarder)  # what has left by now is on its way, or has come
            extra["under_way"] = self._forwarder.under_way
        self._stream.send({"event": "sockets", "time_ns": time.time_ns(), "rows": rows, **extra})

    def _fault(self, text: str) -> None:
        self._stream.send({"event": "fault", "text": text})


_DOES: dict[str, Callable[[Tap, Message], None]] = {
    "configure": Tap._configure,  # noqa: SLF001  # the table belongs to the class; methods need names first
    "watch": Tap._watch,  # noqa: SLF001
    "snapshot": Tap._snapshot,  # noqa: SLF001
    "fence": Tap._fence,  # noqa: SLF001
    "unplug": Tap._unplug,  # noqa: SLF001
    "plug": Tap._plug,  # noqa: SLF001
    "link": Tap._link,  # noqa: SLF001
    "release": Tap._release,  # noqa: SLF001
    "finish": Tap._finish,  # noqa: SLF001
    "reset": Tap._reset,  # noqa: SLF001
}


def main() -> None:
    stream = Stream()
    stream.send({"event": "here", "pid": os.getpid()})
    table, fences = SocketTable(), Fences()
    while True:
        Tap(stream, table, fences).run()
