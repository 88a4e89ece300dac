"""How much of its limits a run took: of the exercise's limits, and of the time that each wait may take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kit.evidence import store

if TYPE_CHECKING:
    from pathlib import Path

    from kit.exercise.model import Definition

WAITS = ("wait", "cell")  # the steps that have `within`, or the limit of a step


@dataclass(frozen=True, slots=True)
class Amount:
    """`who`: a program or host, or nobody; `step`: from 1, of a wait."""

    limit: str  # its name in `limits`, or `within`
    used: float
    allowed: float
    who: str = ""
    step: int = 0


@dataclass(frozen=True, slots=True)
class Need:
    """What one run took, which limits it met, what of it was the machine's trouble, and which step's gate it missed, from 1."""

    amounts: tuple[Amount, ...] = ()
    met: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    missed: int = 0


def need_of(folder: Path, definition: Definition) -> Need:
    """Read what a run took. Raises EvidenceError."""
    facts = store.load_facts(folder)
    limits = facts["limits"]
    found = [
        Amount(name, used, limits[name], who)
        for who, amounts in facts.get("used", {}).items()
        for name, used in amounts.items()
        if name in limits
    ]
    found += [
        Amount("capture_bytes", (folder / f"{host}.pcap").stat().st_size, limits["capture_bytes"], host)
        for host in facts["hosts"]
        if (folder / f"{host}.pcap").exists()
    ]
    steps = store.load_steps(folder)
    timed = [
        (step, (step.ended_ns - step.began_ns) / 1e9)
        for step in steps
        if step.ended_ns is not None and step.began_ns is not None
    ]
    for step, seconds in timed:
        written = definition.timeline[step.number - 1]
        if written.action in WAITS and step.outcome == "done":  # one that was missed took all of its time
            within_s = written.within_s if written.within_s is not None else limits["step_s"]
            found.append(Amount("within", seconds, within_s, step=step.number))
    if timed:
        whole_s = (max(step.ended_ns or 0 for step, _ in timed) - facts["began_ns"]) / 1e9
        found.append(Amount("wall_s", whole_s, limits["wall_s"]))
    met = (f"{hit['who']}: {hit['text']}" for hit in facts.get("limits_hit", ()))
    missed = next((step.number for step in steps if step.outcome == "missed"), 0)
    return Need(tuple(found), tuple(met), tuple(facts["faults"]), missed)
