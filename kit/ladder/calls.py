"""Drafts of calls: an entry, and a return where there was one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kit.ladder import words
from kit.ladder.causes import call_key, return_key
from kit.ladder.drafts import Draft
from kit.ladder.model import CallBegan, CallReturned
from kit.ladder.order import Constraint, Rank

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kit.evidence.model import Call
    from kit.ladder.drafts import Scene

# A call that lasts so long waited for something; strace's own work on a call takes some milliseconds.
WAITED_NS = 10_000_000
MAY_WAIT = frozenset({"accept", "connect", "recv", "send", "poll", "select", "epoll_wait"})


def drafts(scene: Scene) -> Iterator[Draft]:
    for call in scene.evidence.calls:
        yield from _call(scene, call)


def _call(scene: Scene, call: Call) -> Iterator[Draft]:
    common: dict[str, Any] = {
        "call": call.number,
        "kind": call.kind,
        "program": call.program,
        "lane": scene.lane(call.program),
        "blocked": waited(call),
        "dialogue": scene.dialogue_of(call),
    }
    began = CallBegan(
        **common,
        time_ns=call.enter_ns,
        at_ns=call.enter_ns,
        label=words.call_label(call, scene.name),
        data=call.data if call.kind == "send" else b"",
    )
    yield Draft(
        call_key(call),
        began,
        {} if call.return_ns is None else {"returned": return_key(call)},
        tuple(_thread(scene, call)),
    )
    if call.return_ns is None:
        return
    returned = CallReturned(
        **common,
        time_ns=call.return_ns,
        at_ns=call.return_ns,
        label=words.result_label(call, scene.name),
        began=0,
        failed=call.error is not None,
        data=call.data if call.kind == "recv" else b"",
    )
    inside = Constraint(call_key(call), return_key(call), Rank.NATURE)
    yield Draft(return_key(call), returned, {"began": call_key(call)}, (inside,))


def waited(call: Call) -> bool:
    """Whether a call lasted so long that it must have waited; shorter waits show in the order (see build)."""
    return call.kind in MAY_WAIT and (call.return_ns is None or call.return_ns - call.enter_ns >= WAITED_NS)


def _thread(scene: Scene, call: Call) -> Iterator[Constraint]:
    after = scene.causes.next.get(call.number)
    if after is not None:
        last = call_key(call) if call.return_ns is None else return_key(call)
        yield Constraint(last, call_key(after), Rank.THREAD)
