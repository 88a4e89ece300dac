"""Evidence as lines of JSON and back: the form of events.jsonl and calls.jsonl. Pure.

Bytes are text where they are UTF-8, so that a person can read the file; else base64.
"""

from __future__ import annotations

import base64
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from kit.evidence.model import Call, Exit, LimitHit, LinkAct, Output, Socket, SocketTable, StepRecord
from kit.packets.model import Endpoint

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def _row(value: Any) -> dict[str, Any]:
    """Give a dataclass's fields as they are: `asdict` copies what is in them, and takes ten times as long."""
    return {field.name: getattr(value, field.name) for field in fields(value)}


def text_or_base64(data: bytes) -> dict[str, str]:
    try:
        return {"text": data.decode()}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(data).decode()}


def bytes_of(row: Mapping[str, Any]) -> bytes:
    if "base64" in row:
        return base64.b64decode(row["base64"])
    text: str = row["text"]
    return text.encode()


def limit_row(hit: LimitHit) -> dict[str, str]:
    return _row(hit)


def limit_of(row: Mapping[str, str]) -> LimitHit:
    return LimitHit(row["who"], row["limit"], row["text"])


def link_row(act: LinkAct) -> dict[str, Any]:
    return {"event": "link", **_row(act)}


def link_of(row: Mapping[str, Any]) -> LinkAct:
    return LinkAct(**{key: value for key, value in row.items() if key != "event"})


def sockets(rows: Sequence[Sequence[Any]]) -> tuple[Socket, ...]:
    """Read the rows of a tap's socket table (see kit.tap.sockets)."""
    return tuple(
        Socket(protocol, Endpoint(local, local_port), Endpoint(remote, remote_port), *rest)
        for protocol, local, local_port, remote, remote_port, *rest in rows
    )


def table_of(row: Mapping[str, Any]) -> SocketTable:
    """Read `host`, `time_ns` and `rows`."""
    return SocketTable(row["host"], row["time_ns"], sockets(row["rows"]))


def output_row(line: Output) -> dict[str, Any]:
    return {
        "event": "output",
        "program": line.program,
        "stream": line.stream,
        "time_ns": line.time_ns,
        **text_or_base64(line.data),
    }


def output_of(row: Mapping[str, Any]) -> Output:
    return Output(row["program"], row["stream"], row["time_ns"], bytes_of(row))


def exit_row(end: Exit) -> dict[str, Any]:
    return {"event": "exit", **_row(end)}


def exit_of(row: Mapping[str, Any]) -> Exit:
    return Exit(row["program"], row["time_ns"], row.get("code"), row.get("signal"), row["killed_by_kit"])


def step_row(step: StepRecord) -> dict[str, Any]:
    return {"event": "step", **_row(step)}


def step_of(row: Mapping[str, Any]) -> StepRecord:
    return StepRecord(**{key: value for key, value in row.items() if key != "event"})


def call_row(call: Call) -> dict[str, Any]:
    row = _row(call)
    row["data"] = text_or_base64(call.data) if call.data else None
    if not call.awaits:
        del row["awaits"]
    for end in ("local", "remote", "peer"):
        value = getattr(call, end)
        row[end] = None if value is None else [value.address, value.port]
    return row


def call_of(row: Mapping[str, Any]) -> Call:
    ends = {end: Endpoint(*row[end]) if row[end] else None for end in ("local", "remote", "peer")}
    data = bytes_of(row["data"]) if row["data"] else b""
    return Call(**{**row, **ends, "data": data, "awaits": tuple(row.get("awaits", ()))})
