"""Part `peers`: the same job by each peer, by turns, and what each got right."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bench import head, running, tables
from bench.figures import Spread, ratio, spread
from bench.peers import PEERS, Peer, environment, judged, why_not
from bench.tables import Target, number, table, targets, yes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bench.job import Done
    from bench.running import Ran

    Tell = Callable[[str], None]

TARGETS = (("kit run, netns", "Mininet", 0.5), ("kit run, docker", "docker-compose", 0.5))
LIMITS = {"kit run, netns": "limit: namespaces", "kit run, docker": "limit: engine"}


@dataclass
class Record:
    """All runs of a peer that counted. `why` tells why there are none, or not all."""

    peer: Peer
    ran: list[Ran] = field(default_factory=list)
    done: list[Done] = field(default_factory=list)
    why: str = ""

    @property
    def took(self) -> Spread | None:
        return spread([each.took_s for each in self.ran]) if self.ran else None

    @property
    def middle(self) -> float | None:
        return self.took.middle if self.took else None

    @property
    def busy(self) -> float | None:
        return spread([each.busy_s for each in self.ran]).middle if self.ran else None


def race(names: Sequence[str], runs: int, tell: Tell) -> dict[str, Record]:
    """Run all once uncounted, so that each finds its files in memory, then by turns as often as asked."""
    records = {name: Record(PEERS[name], why=why_not(PEERS[name]) or "") for name in names}
    for turn in range(runs + 1):
        for record in records.values():
            if not record.why:
                tell(f"{record.peer.name}: run {turn} of {runs}")
                _once(record, counted=turn > 0)
    return records


def _once(record: Record, *, counted: bool) -> None:
    peer = record.peer
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        out = Path(name)
        out.chmod(0o755)  # programs in containers are other users
        with peer.around():
            ran = running.run(peer.command(out), environment())
        if ran.code:
            record.why = f"exit code {ran.code}: {' '.join(ran.said.split())}"
        elif counted:
            record.ran.append(ran)
            record.done.append(judged(peer, out))


def part(records: Mapping[str, Record], where: str) -> str:
    """Give the part of the page."""
    ours = {name: records[name].middle for name in LIMITS}
    columns = ("what", "median s", "least-most s", "CPU s", "÷ kit netns", "÷ kit docker")
    facts = ("accept order", "first SYNs, of 3 hosts", "two queued", "all removed", "version")
    rows = [_row(record, list(ours.values())) for record in records.values()]
    wanted = [
        Target(f"{mine} ÷ {other}", bound, ratio(records[mine].middle, records[other].middle), " ×")
        for mine, other, bound in TARGETS
    ]
    beyond = [
        f"- {mine}: {number(ratio(records[mine].middle, records[limit].middle))} × {limit}\n"
        for mine, limit in LIMITS.items()
    ]
    return (
        "## The same job\n\n"
        "`listen-accept`: a server takes two clients in the order in which they came; three hosts, packets captured at "
        "each, everything removed. Timed from the cold start of the command to its end, by turns. CPU is what all "
        "processors of the machine did meanwhile. Kit also traces the calls, holds the server until both clients are "
        "queued, judges eleven points and stores the evidence; the others let the first client end before the second "
        "starts, which is less. *First SYNs*: of how many hosts the capture has each handshake whole. *Two queued*: both "
        "connections stood before the server answered one. Each value is of the worst run.\n\n"
        f"{where}\n{table((*columns, *facts), rows)}\n{targets(wanted)}\n"
        "What is the least that the same hosts and programs cost (`bench/peers/namespaces.sh` does the job, "
        "`bench/peers/engine.py` only starts and removes six containers):\n\n" + "".join(beyond)
    )


def _row(record: Record, ours: Sequence[float | None]) -> list[str]:
    peer, took = record.peer, record.took
    if took is None:
        return [peer.name, f"cannot run: {record.why}", *["-"] * 9]
    why = f" ({len(record.ran)} runs, then {record.why})" if record.why else ""
    does = peer.does_job
    return [
        peer.name + why,
        number(took.middle),
        f"{number(took.least)}-{number(took.most)}",
        number(record.busy),
        *[number(ratio(took.middle, one)) for one in ours],
        yes(all(each.ordered for each in record.done) if does else None),
        str(min(each.opened for each in record.done)) if does else "-",
        tables.plain(all(each.queued for each in record.done) if does else None),
        _removed(record),
        peer.version(),
    ]


def _removed(record: Record) -> str:
    left = {name for ran in record.ran for name in ran.left}
    return f"**no**: {'; '.join(sorted(left))[:80]}" if left else "yes"


def measure(runs: int, tell: Tell) -> tuple[str, dict[str, Record]]:
    where = head.circumstances(f"{runs} runs each.")
    records = race(list(PEERS), runs, tell)
    return part(records, where), records
