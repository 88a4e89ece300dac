"""Drafts of what was seen of sockets and programs: states, queues, bytes that wait, outputs, ends."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from kit.ladder.causes import return_key
from kit.ladder.drafts import Draft
from kit.ladder.model import BytesWaiting, Ended, QueueChanged, Said, StateChanged
from kit.ladder.order import Constraint, Rank
from kit.ladder.states import changes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kit.evidence.model import Socket, SocketTable
    from kit.ladder.drafts import Scene
    from kit.ladder.order import Key
    from kit.packets.model import Endpoint

    Row = tuple[str, Endpoint, Endpoint]  # host, local, remote

# In these the kernel counts the peer's FIN as one more byte that waits (measured; net/ipv4/tcp_diag.c).
_FIN_COUNTS = frozenset({"CLOSE-WAIT", "LAST-ACK", "CLOSING", "TIME-WAIT"})


def drafts(scene: Scene) -> Iterator[Draft]:
    yield from _listening(scene)
    yield from _states(scene)
    yield from _queues(scene)
    yield from _outputs(scene)
    yield from _ends(scene)


def _tables(scene: Scene) -> list[SocketTable]:
    taken = [table for snapshot in scene.evidence.snapshots.values() for table in snapshot.tables.values()]
    return sorted([*scene.evidence.tables, *taken], key=lambda table: (table.time_ns, table.host))


def _listening(scene: Scene) -> Iterator[Draft]:
    for call in scene.evidence.calls:
        if call.kind != "listen" or call.error or call.return_ns is None or call.local is None:
            continue
        event = StateChanged(
            time_ns=call.return_ns,
            at_ns=call.return_ns,
            lane=scene.lane(call.program),
            local=call.local,
            remote=None,
            state="LISTEN",
            program=call.program,
            confirmed=any(_listens(table, scene.lane(call.program), call.local) for table in _tables(scene)),
        )
        key = ("listen", call.number)
        yield Draft(key, event, {}, (Constraint(return_key(call), key, Rank.NATURE),))


def _listens(table: SocketTable, host: str, local: Endpoint) -> bool:
    return table.host == host and any(
        socket.state == "LISTEN" and socket.local == local for socket in table.sockets
    )


def _states(scene: Scene) -> Iterator[Draft]:
    seen = _seen_states(scene)
    for talk in scene.wire.talks:
        for end in dict.fromkeys((talk.client, talk.server)):
            found = list(changes(talk, end, scene.evidence.calls))
            until = [change.time_ns for change in found[1:]] + [scene.evidence.ended_ns]
            for change, end_ns in zip(found, until, strict=False):
                lane, remote = talk.host_of(end), talk.peer(end)
                event = StateChanged(
                    time_ns=change.time_ns,
                    at_ns=change.time_ns,
                    lane=lane,
                    local=end,
                    remote=remote,
                    state=change.state,
                    dialogue=scene.number(talk),
                    program=scene.sockets.program(talk, end),
                    confirmed=any(
                        change.time_ns <= time_ns <= end_ns and state == change.state
                        for time_ns, state in seen.get((lane, end, remote), ())
                    ),
                )
                key = ("state", *change.cause, str(end), change.state)
                yield Draft(key, event, {}, (Constraint(change.cause, key, Rank.NATURE),))


def _seen_states(scene: Scene) -> dict[Row, list[tuple[int, str]]]:
    seen: dict[Row, list[tuple[int, str]]] = defaultdict(list)
    for table in _tables(scene):
        for socket in table.sockets:
            seen[table.host, socket.local, socket.remote].append((table.time_ns, socket.state))
    return seen


def _queues(scene: Scene) -> Iterator[Draft]:
    """Give each change of an accept queue, and of the bytes that wait in a connection."""
    last: dict[Row, tuple[int, int]] = {}
    dialogues = {
        (talk.host_of(end), end, talk.peer(end)): scene.number(talk)
        for talk in scene.wire.talks
        for end in (talk.client, talk.server)
    }
    for table in _tables(scene):
        for socket in table.sockets:
            if (
                socket.protocol != "tcp"
            ):  # for UDP it is kernel memory (FACTS of `ss`: not bytes of a message)
                continue
            row = table.host, socket.local, socket.remote
            size = _waiting(socket)
            before = last.get(row, (0, -1 if socket.state == "LISTEN" else 0))
            last[row] = (size, socket.send_queue if socket.state == "LISTEN" else 0)
            if last[row] != before:
                key: Key = ("table", table.host, table.time_ns, str(socket.local), str(socket.remote))
                yield Draft(key, _queue(table, socket, size, dialogues.get(row)))


def _waiting(socket: Socket) -> int:
    return socket.recv_queue - (socket.recv_queue > 0 and socket.state in _FIN_COUNTS)


def _queue(
    table: SocketTable, socket: Socket, size: int, dialogue: int | None
) -> QueueChanged | BytesWaiting:
    time_ns = table.time_ns
    if socket.state == "LISTEN":
        return QueueChanged(
            time_ns=time_ns,
            at_ns=time_ns,
            lane=table.host,
            port=socket.local.port,
            length=size,
            backlog=socket.send_queue,
        )
    return BytesWaiting(
        time_ns=time_ns,
        at_ns=time_ns,
        lane=table.host,
        local=socket.local,
        remote=socket.remote,
        size=size,
        dialogue=dialogue,
    )


def _outputs(scene: Scene) -> Iterator[Draft]:
    keys: dict[tuple[str, str], Key] = {}
    for number, output in enumerate(scene.evidence.outputs):
        event = Said(
            time_ns=output.time_ns,
            at_ns=output.time_ns,
            program=output.program,
            lane=scene.lane(output.program),
            stream=output.stream,
            data=output.data,
        )
        key: Key = ("said", number)
        before = keys.get((output.program, output.stream))
        yield Draft(key, event, {}, (Constraint(before, key, Rank.NATURE),) if before else ())
        keys[output.program, output.stream] = key


def _ends(scene: Scene) -> Iterator[Draft]:
    """Give the ends of programs; nothing returns in a program, and nothing is entered, after its end."""
    for number, end in enumerate(scene.evidence.exits):
        event = Ended(
            time_ns=end.time_ns,
            at_ns=end.time_ns,
            program=end.program,
            lane=scene.lane(end.program),
            code=end.code,
            signal=end.signal,
            killed_by_kit=end.killed_by_kit,
        )
        key: Key = ("ended", number)
        calls = [call for call in scene.evidence.calls_of(end.program) if call.enter_ns <= end.time_ns]
        returned = [call for call in calls if call.return_ns is not None and call.return_ns <= end.time_ns]
        yield Draft(
            key, event, {}, tuple(Constraint(return_key(call), key, Rank.THREAD) for call in returned[-1:])
        )
