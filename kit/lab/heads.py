"""What a helper may say: each event with its fields, and what each of them must be. Pure.

The tap and the runner are kit's own, beside programs that nobody trusts. What one says is held to this table
before anything is made of it: a message of another shape is the helper's trouble, told as such.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from kit.errors import BackendError
from kit.exercise.plan import LIMIT_WORDS, LINK_ACTS

if TYPE_CHECKING:
    from collections.abc import Mapping

Fits: TypeAlias = Callable[[Any], bool]


def known(source: tuple[str, str], head: Mapping[str, Any]) -> dict[str, Any]:
    """Give the event with those of its fields that the table has. Raises BackendError where it is no such event."""
    kind, name = source
    event = head.get("event")
    fields = EVENTS[kind].get(event) if isinstance(event, str) else None
    if fields is None:
        raise BackendError(
            f"the helper of {kind} {name} said {_shown(event)}, which is no event of a {kind}'s"
        )
    told: dict[str, Any] = {"event": event}
    for field, fits in fields.items():
        key = field.removesuffix("?")
        if key in head and fits(head[key]):
            told[key] = head[key]
        elif key in head or key == field:
            found = _shown(head.get(key))
            raise BackendError(f"the helper of {kind} {name} said {event!r} with {found} as its {key!r}")
    return told


def _shown(value: object) -> str:
    return ascii(value)[:80]


def _text(value: Any) -> bool:
    """Whether it is text that can be written down: JSON has escapes for halves of characters, UTF-8 has none."""
    return isinstance(value, str) and not any("\ud800" <= character <= "\udfff" for character in value)


def _whole(value: Any) -> bool:
    return type(value) is int  # True is an int, too


def _count(value: Any) -> bool:
    return _whole(value) and value >= 0


def _truth(value: Any) -> bool:
    return isinstance(value, bool)


def _one_of(*words: str) -> Fits:
    return lambda value: value in words


def _or_none(fits: Fits) -> Fits:
    return lambda value: value is None or fits(value)


def _amounts(value: Any) -> bool:
    return isinstance(value, dict) and all(
        _text(name) and type(amount) in (int, float) and math.isfinite(amount)
        for name, amount in value.items()
    )


def _texts(value: Any) -> bool:
    return isinstance(value, dict) and all(_text(one) for pair in value.items() for one in pair)


def _table(value: Any) -> bool:
    return isinstance(value, list) and all(map(_row, value))


def _row(row: Any) -> bool:
    """Whether it is a row of `kit.tap.sockets`."""
    return (
        isinstance(row, list)
        and len(row) == len(_ROW)
        and all(fits(value) for fits, value in zip(_ROW, row, strict=True))
    )


def _files(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(row, list) and len(row) == 2 and _text(row[0]) and _count(row[1]) for row in value
    )


_ROW: tuple[Fits, ...] = (_one_of("tcp", "udp"), _text, _count, _text, _count, _text, _count, _count)

# kind of helper -> event -> field -> what it must be; a field with `?` may be absent. See kit.tap.host and .program.
EVENTS: Mapping[str, Mapping[str, Mapping[str, Fits]]] = {
    "host": {
        "here": {},
        "packets": {},
        "ready": {"capturing": _text, "unheld?": _text, "mac?": _text, "sysctl?": _texts},
        "sockets": {"time_ns": _count, "rows": _table, "id?": _count, "under_way?": _count},
        "done": {"id": _count},
        "captured": {"packets": _count, "dropped": _or_none(_count), "truncated": _truth, "id?": _count},
        "limit": {"limit": _one_of(*LIMIT_WORDS)},
        "link": {
            "to": _text,
            "what": _one_of(*LINK_ACTS),
            "packet": _count,
            "rule": _count,
            "time_ns": _count,
        },
        "netem": {
            "to": _text,
            "asked?": _text,
            "took?": _text,
            "seeded?": _truth,
            "refused?": _text,
            "put_in?": _count,
            "came_out?": _count,
        },
        "fault": {"text": _text},
    },
    "program": {
        "here": {},
        "ready": {"traced": _truth, "why?": _text},
        "started": {"time_ns": _count},
        "output": {"stream": _one_of("stdout", "stderr"), "time_ns": _count},
        "trace": {"time_ns": _count},
        "cell": {"what": _one_of("began", "ended"), "number": _count, "time_ns": _count},
        "limit": {"limit": _one_of(*LIMIT_WORDS)},
        "used": {"used": _amounts},
        "exited": {"time_ns": _count, "code?": _or_none(_whole), "signal?": _or_none(_text), "why?": _text},
        "collected": {"files": _files},
        "refused": {"what": _text, "text": _text},
    },
    "kit": {"woken": {}},
}
