"""How often did a program make a call, and with which end: an error, a result, an option, on a port?

A call is named as elsewhere (`send` is every way to send), or as the kernel has it (`sendto`). It counts from its
entry; with `error`, `returns` or `short`, from its return. Errors are those of errno(3): a call that succeeded has none.
"""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from kit.checks._params import Number, Range, amount
from kit.checks._peers import socket_calls
from kit.checks._premise import trace_cut, unstarted, untraced
from kit.checks._program import diagnose
from kit.checks._words import SHOWN_CALLS, call_cite
from kit.evidence.model import CALL_KINDS
from kit.exercise.model import Port
from kit.exercise.references import ProgramRef, Strict
from kit.verdict import fail, inconclusive, passed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kit.evidence.model import Call, Evidence
    from kit.verdict import Answer

# What strace records of sockets (kit.tap.trace): families of calls, and the kernel's names that they stand for
CallName = Literal[
    "accept",
    "bind",
    "close",
    "connect",
    "epoll_wait",
    "getpeername",
    "getsockname",
    "getsockopt",
    "listen",
    "poll",
    "recv",
    "select",
    "send",
    "setsockopt",
    "shutdown",
    "socket",
    "accept4",
    "epoll_pwait",
    "ppoll",
    "pselect6",
    "read",
    "readv",
    "recvfrom",
    "recvmmsg",
    "recvmsg",
    "sendfile",
    "sendmmsg",
    "sendmsg",
    "sendto",
    "write",
    "writev",
]
_MOVE_BYTES = ("send", "recv")
_HAVE_OPTIONS = ("setsockopt", "getsockopt")
_OF_ONE_NUMBER = {"EWOULDBLOCK": "EAGAIN", "ENOTSUP": "EOPNOTSUPP", "EDEADLOCK": "EDEADLK"}  # errno(3)


def _known(name: str) -> str:
    if not name.startswith("E") or not hasattr(errno, name):
        raise ValueError(f"{name!r} is no error of errno(3), such as EPIPE, ECONNREFUSED or EAGAIN")
    return _OF_ONE_NUMBER.get(name, name)


class Params(Strict):
    """`count`, or `min`, `max` or both, say how many; at least one unless they do."""

    program: ProgramRef
    call: CallName
    error: Annotated[str, AfterValidator(_known)] | None = None
    returns: Number | Range | None = None
    short: bool = False  # it moved a part of what it was given to send, or had room to receive
    option: (
        Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$", description="an option such as SO_REUSEADDR")]
        | None
    ) = None
    value: str | None = (
        None  # of the option, as strace shows it: 1, or some of its fields: l_onoff=1, l_linger=0
    )
    port: Port | None = None
    count: Number | None = None
    min: Number | None = None
    max: Number | None = None

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        _ = self.range
        if self.error is not None and self.returns is not None:
            raise ValueError("give `error` or `returns`, not both: a call that fails returns nothing else")
        if self.short and (self.error is not None or CALL_KINDS.get(self.call, self.call) not in _MOVE_BYTES):
            raise ValueError("`short` goes with a call that sends or receives, and without `error`")
        if self.option is not None and self.call not in _HAVE_OPTIONS:
            raise ValueError(f"`option` goes with {' or '.join(_HAVE_OPTIONS)}, not with {self.call}")
        if self.value is not None and self.option is None:
            raise ValueError("`value` goes with `option`")
        return self

    @property
    def range(self) -> Range:
        if (self.count, self.min, self.max) == (None, None, None):
            return Range(min=1)
        return amount("count", self.count, self.min, self.max)

    @property
    def words(self) -> str:
        """Say what is meant, behind `call`: ` of SO_REUSEADDR = 1 on port 8001`."""
        option = f" of {self.option}" if self.option else ""
        value = f" = {self.value}" if self.value is not None else ""
        error = f" that ends with {self.error}" if self.error else ""
        result = f" that returns {_result_words(self.returns)}" if self.returns is not None else ""
        result += " that moves a part of its bytes" if self.short else ""
        return option + value + error + result + (f" on port {self.port}" if self.port else "")


def _result_words(returns: int | Range) -> str:
    if isinstance(returns, int):
        return str(returns)
    if returns.max is None:
        return f"at least {returns.min}"
    return f"{returns.min} to {returns.max}"


def check(evidence: Evidence, params: Params) -> Answer:
    expected = f"{params.program} makes {params.range.words(f'{params.call} call')}{params.words}"
    if (premise := untraced(evidence, expected)) is not None:
        return premise
    if (skipped := unstarted(evidence, params.program, expected)) is not None:
        return skipped
    calls = socket_calls(evidence, params.program, params.call)
    ports = _ports(evidence.calls_of(params.program)) if params.port is not None else {}
    found = [
        call for call in calls if _fits(call, params) and params.port in (None, *ports.get(call.number, ()))
    ]
    return _judged(evidence, params, calls, found, expected)


def _fits(call: Call, params: Params) -> bool:
    if params.error is not None and call.error != params.error:
        return False
    if params.short and not _is_short(call):
        return False
    if params.returns is not None and not _returned(call, params.returns):
        return False
    if params.option is None:
        return True
    option = call.option
    return option is not None and option.name == params.option and option.has(params.value or "")


def _is_short(call: Call) -> bool:
    return call.error is None and 0 < (call.result or 0) < (call.asked or 0)


def _returned(call: Call, returns: int | Range) -> bool:
    if call.error is not None or call.return_ns is None or call.result is None:
        return False
    if isinstance(returns, int):
        return call.result == returns
    return returns.min <= call.result and (returns.max is None or call.result <= returns.max)


def _ports(calls: Sequence[Call]) -> dict[int, set[int]]:
    """Give each call's ports, by its number: those of its ends, or those that its socket has got later.

    An option is often set before `bind` or `connect`, when a socket has no port yet.
    """
    later: dict[int, set[int]] = {}  # descriptor -> ports
    ports = {}
    for call in reversed(calls):
        own = {end.port for end in (call.local, call.remote, call.peer) if end is not None and end.port}
        descriptor = -1 if call.descriptor is None else call.descriptor
        ports[call.number] = own or later.get(descriptor, set())
        if call.kind == "close":  # before it, the descriptor was another socket's
            later.pop(descriptor, None)
        if own and call.kind != "accept":  # whose ends are the accepted connection's
            later[descriptor] = own
        if call.kind == "socket":
            later.pop(descriptor, None)
    return ports


def _judged(
    evidence: Evidence, params: Params, calls: Sequence[Call], found: list[Call], expected: str
) -> Answer:
    allowed = params.range
    too_many = allowed.max is not None and len(found) > allowed.max
    too_few = len(found) < allowed.min
    shown = [call_cite(call) for call in (found or calls)[:SHOWN_CALLS]]
    observed = f"{len(found) or 'none'} of its {len(calls)} {params.call} calls"
    if not calls:
        observed = f"it made no {params.call} call"
    if (
        not too_many
        and (too_few or allowed.max is not None)
        and (lack := trace_cut(evidence, params.program))
    ):
        seen = f"{lack}, so what is missing in it may have been made; seen: {observed}"
        return inconclusive(expected=expected, observed=seen, cites=shown)
    if too_few:
        story, cites = diagnose(evidence, params.program)
        return fail(expected=expected, observed=f"{observed}; {story}", cites=[*shown, *cites])
    return (fail if too_many else passed)(expected=expected, observed=observed, cites=shown)
