"""Gates: has what a `wait` step waits for come about? Pure questions about what is known of the lab.

A gate never touches a student's port: a probe that connects would eat an accept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from kit.evidence.model import Socket
    from kit.lab.state import LabState

    Question = Callable[[LabState, Mapping[str, Any]], "Seen"]


class Seen(NamedTuple):
    """`observed` says what there was instead, for a gate that stays shut: made only then where it takes reading."""

    open: bool
    said: str | Callable[[], str]

    @property
    def observed(self) -> str:
        return self.said if isinstance(self.said, str) else self.said()


def look(state: LabState, arguments: Mapping[str, Any]) -> Seen:
    """Answer a wait step's question about the lab as it is now."""
    return _QUESTIONS[condition_of(arguments)](state, arguments)


def condition_of(arguments: Mapping[str, Any]) -> str:
    return next(key for key in arguments if key in _QUESTIONS)


def subjects(arguments: Mapping[str, Any]) -> tuple[str, ...]:
    """Give the programs (or hosts) that the gate is about."""
    named = arguments[condition_of(arguments)]
    return (named,) if isinstance(named, str) else tuple(named)


def hopeless(state: LabState, arguments: Mapping[str, Any]) -> str | None:
    """Say why the gate can never open, or None while it may: the program that it is about has ended."""
    if condition_of(arguments) == "packets":  # which a host's kernel sends, and others send to it
        return None
    if condition_of(arguments) == "exited":
        waiting = [name for name in subjects(arguments) if state.programs[name].starts == 0]
        return f"{waiting[0]} was never started" if waiting else None
    for name in subjects(arguments):
        program = state.programs.get(name)
        if program is not None and program.exited:
            return f"{name} has ended"
    return None


def idle(state: LabState, arguments: Mapping[str, Any]) -> bool:
    """Whether no program is left that could bring it about."""
    return state.ended if condition_of(arguments) == "packets" else state.idle


def captures_asked(arguments: Mapping[str, Any]) -> tuple[str, ...]:
    """Give the hosts whose captures the gate asks about."""
    return subjects(arguments) if condition_of(arguments) == "packets" else ()


def hosts_to_watch(state: LabState, arguments: Mapping[str, Any]) -> set[str]:
    """Give the hosts whose socket tables the gate asks about."""
    if condition_of(arguments) not in _ABOUT_SOCKETS:
        return set()
    return {state.host_of(name) for name in subjects(arguments)}


def asks_listeners(arguments: Mapping[str, Any]) -> bool:
    """Whether only sockets that listen open the gate."""
    return condition_of(arguments) in _ABOUT_LISTENERS


def _sockets(state: LabState, arguments: Mapping[str, Any]) -> tuple[Socket, ...]:
    table = state.table_of(subjects(arguments)[0])
    protocol = arguments.get("protocol", "tcp")
    return tuple(one for one in table.sockets if one.protocol == protocol) if table is not None else ()


def _on_port(sockets: Iterable[Socket], port: int) -> list[Socket]:
    return [one for one in sockets if one.local.port == port]


def _listeners(state: LabState, arguments: Mapping[str, Any]) -> list[Socket]:
    return [one for one in _sockets(state, arguments) if one.state in ("LISTEN", "UNCONN")]


def _listening(state: LabState, arguments: Mapping[str, Any]) -> Seen:
    listeners = _listeners(state, arguments)
    found = _on_port(listeners, arguments["port"])
    others = ", ".join(sorted({str(one.local.port) for one in listeners}))
    observed = f"it listens on port {others}" if others else "nothing listens"
    return Seen(bool(found), observed if found else observed + _other_protocol(state, arguments))


def _queued(state: LabState, arguments: Mapping[str, Any]) -> Seen:
    listeners = _on_port(_listeners(state, arguments), arguments["port"])
    if not listeners:
        return Seen(open=False, said=f"nothing listens on port {arguments['port']}")
    count = sum(one.recv_queue for one in listeners)
    return Seen(count >= arguments["count"], f"{count} in the accept queue")


def _received(state: LabState, arguments: Mapping[str, Any]) -> Seen:
    found = _connections(state, arguments)
    size = sum(one.recv_queue for one in found)
    observed = f"{size} bytes waiting in {len(found)} sockets"
    return Seen(
        size >= arguments["bytes"], observed if found else observed + _other_protocol(state, arguments)
    )


def _other_protocol(state: LabState, arguments: Mapping[str, Any]) -> str:
    """Say where the port is open, but not in the protocol that the gate asks for: tcp, where it names none."""
    other = "tcp" if arguments.get("protocol", "tcp") == "udp" else "udp"
    there = _on_port(_listeners(state, {**arguments, "protocol": other}), arguments["port"])
    if not there:
        return ""
    return f"; a {other.upper()} socket has port {arguments['port']}, and the gate would ask for it with `protocol: {other}`"


def _drained(state: LabState, arguments: Mapping[str, Any]) -> Seen:
    found = _connections(state, arguments)
    size = sum(one.recv_queue for one in found)
    known = state.table_of(subjects(arguments)[0]) is not None  # an empty table says something, none does not
    return Seen(known and size == 0, f"{size} bytes waiting in {len(found)} sockets")


def _connections(state: LabState, arguments: Mapping[str, Any]) -> list[Socket]:
    """Give the sockets with the port, on either end, that are no listeners."""
    port = arguments["port"]
    sockets = (one for one in _sockets(state, arguments) if one.state != "LISTEN")
    return [one for one in sockets if port in (one.local.port, one.remote.port)]


def _state(state: LabState, arguments: Mapping[str, Any]) -> Seen:
    port = arguments["port"]
    found = [one.state for one in _sockets(state, arguments) if port in (one.local.port, one.remote.port)]
    seen = ", ".join(sorted(found)) or "no socket"
    return Seen(found.count(arguments["is"]) >= arguments["count"], f"{seen} on port {port}")


def _blocked(state: LabState, arguments: Mapping[str, Any]) -> Seen:
    program = state.programs[arguments["blocked"]]
    inside = program.blocked_in
    if not program.traced:
        return Seen(open=False, said="calls are not traced: no strace")
    return Seen(
        arguments["call"] in program.awaits, f"inside {', '.join(sorted(inside))}" if inside else "in no call"
    )


def _output(state: LabState, arguments: Mapping[str, Any]) -> Seen:
    said = bytes(state.programs[arguments["output"]].output[arguments["stream"]])
    last = said.rstrip().rpartition(b"\n")[2].decode(errors="replace")[-80:]
    observed = f"its last line was {last!r}" if said else "it wrote nothing"
    return Seen(arguments["contains"].encode() in said, observed)


def _exited(state: LabState, arguments: Mapping[str, Any]) -> Seen:
    # Asked at every message of a run: one that goes on is answer enough, of a hundred others, too
    running = (name for name in subjects(arguments) if not state.programs[name].exited)

    def where() -> str:
        left = [name for name in subjects(arguments) if not state.programs[name].exited]
        inside = {name: ", ".join(sorted(state.programs[name].blocked_in)) for name in left}
        return "; ".join(f"{name} is inside {calls or 'its own code'}" for name, calls in inside.items())

    return Seen(next(running, None) is None, where)


def _packets(state: LabState, arguments: Mapping[str, Any]) -> Seen:
    count = state.hosts[arguments["packets"]].packets.count(arguments["filter"])
    return Seen(count >= arguments["count"], f"{count} such packets were captured at {arguments['packets']}")


_QUESTIONS: dict[str, Question] = {
    "listening": _listening,
    "queued": _queued,
    "received": _received,
    "drained": _drained,
    "state": _state,
    "blocked": _blocked,
    "output": _output,
    "exited": _exited,
    "packets": _packets,
}
_ABOUT_LISTENERS = frozenset({"listening", "queued"})
_ABOUT_SOCKETS = _ABOUT_LISTENERS | {"received", "drained", "state"}
