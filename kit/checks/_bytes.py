"""What calls sent and received, as far as the trace showed it, compared with what it should be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit.checks._peers import succeeded
from kit.checks._words import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kit.evidence.model import Call, Evidence

_COUNT_MESSAGES = ("sendmmsg", "recvmmsg")


def took(call: Call) -> bool:
    """Whether a receive took something off its socket; one that only peeked did not (recv(2))."""
    return "MSG_PEEK" not in call.arguments


def size(call: Call) -> int:
    """Give the bytes that a call moved; sendmmsg and recvmmsg return a number of messages instead."""
    return len(call.data) if call.name in _COUNT_MESSAGES else call.result or 0


def received_data(evidence: Evidence, program: str) -> list[Call]:
    return [call for call in succeeded(evidence, program, "recv") if size(call) > 0 and took(call)]


def sent_data(evidence: Evidence, program: str) -> list[Call]:
    return [call for call in succeeded(evidence, program, "send") if size(call) > 0]


def moved(call: Call) -> bytes:
    """Give what the call moved, as far as it was shown: a short send is given more than it takes (send(2))."""
    return call.data[: size(call)]


def fits(call: Call, wanted: bytes) -> bool | None:
    """Whether the call moved exactly these bytes. None: the trace shows too little to say.

    Where the trace cut the data, its beginning and the number of bytes decide.
    """
    shown = moved(call)
    if size(call) != len(wanted) or not wanted.startswith(shown):
        return False
    return True if call.data_complete or shown else None


def all_fit(calls: Sequence[Call], wanted: Sequence[bytes]) -> bool | None:
    """Whether each call moved its part. None: none contradicts, but not all could be seen."""
    if len(calls) != len(wanted):
        return False
    return weakest(fits(call, part) for call, part in zip(calls, wanted, strict=True))


def joined_fit(calls: Sequence[Call], whole: bytes) -> bool | None:
    """Whether the calls together moved these bytes, wherever they were cut."""
    parts, start = [], 0
    for call in calls:
        parts.append(whole[start : start + size(call)])
        start += size(call)
    return all_fit(calls, parts) if start == len(whole) else False


def weakest(answers: Iterable[bool | None]) -> bool | None:
    """Join answers: one no is a no, else one unknown is unknown."""
    seen = set(answers)
    if False in seen:
        return False
    return None if None in seen else True


def total(calls: Sequence[Call]) -> int:
    """Give the number of bytes that the calls moved."""
    return sum(map(size, calls))


def data_words(call: Call) -> str:
    """Show what the call moved."""
    return quoted(moved(call)) + ("" if call.data_complete else f" ({size(call)} bytes)")
