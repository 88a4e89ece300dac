"""Small plans and tables for tests of the lab."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kit.exercise.plan import HostPlan, Limits, Plan, ProgramPlan, StepPlan

if TYPE_CHECKING:
    from collections.abc import Sequence

LISTENER = ["tcp", "0.0.0.0", 8001, "0.0.0.0", 0, "LISTEN", 0, 5]
QUEUED_TWO = ["tcp", "0.0.0.0", 8001, "0.0.0.0", 0, "LISTEN", 2, 5]
CONNECTED = ["tcp", "198.18.0.2", 8001, "198.18.0.3", 40000, "ESTABLISHED", 7, 0]
CLOSING = ["tcp", "198.18.0.2", 8001, "198.18.0.3", 40000, "LAST-ACK", 0, 0]


def step(number: int, action: str, within_s: float = 5.0, **arguments: Any) -> StepPlan:
    return StepPlan(number, action, arguments, f"{action} {arguments}", within_s)


def plan(steps: Sequence[StepPlan], *, wall_s: float = 30.0, cells: int = 0) -> Plan:
    """Give a server and a client on two hosts."""
    programs = {
        name: ProgramPlan(name, name, ("python3", f"{name}.py"), {}, f"{name}.py", cells)
        for name in ("server", "client")
    }
    hosts = {"server": HostPlan("server", 2), "client": HostPlan("client", 3)}
    return Plan("scene", "0", "reference", None, {}, hosts, programs, tuple(steps), Limits(wall_s=wall_s))


def sockets(*rows: list[Any], time_ns: int = 3) -> tuple[dict[str, Any], bytes]:
    return {"event": "sockets", "time_ns": time_ns, "rows": list(rows)}, b""
