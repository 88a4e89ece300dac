"""Part `growth`: the same exercise with 2 to 128 clients, a host each: time, and memory while all are connected."""

from __future__ import annotations

import secrets
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bench import crowd, head, memory, picture, running
from bench.figures import Power, power, spread
from bench.peers import PEERS, why_not
from bench.tables import Target, number, table, targets
from kit.errors import KitError
from kit.report.png import png

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bench.memory import Held

COUNTS = (2, 4, 8, 16, 32, 64, 128)
FIT_FROM = 8  # below it, what every run costs weighs more than its hosts
EXPONENT, MEMORY_MB = 1.1, 15.0
STYLES = {"netns": "bare", "docker": "udp"}
PICTURE = "growth"
MB = 1e6


@dataclass
class Grown:
    """What was measured of a backend, by number of clients."""

    took_s: dict[int, list[float]] = field(default_factory=dict)
    held: dict[int, Held] = field(default_factory=dict)
    why: str = ""  # no more was measured

    @property
    def seconds(self) -> dict[int, float]:
        return {clients: spread(values).middle for clients, values in self.took_s.items() if values}

    @property
    def power(self) -> Power | None:
        return power(self.seconds, FIT_FROM)


def measure(runs: int, counts: Sequence[int], folder: Path, tell: Callable[[str], None]) -> str:
    """Run each count a third as often as asked, and once more for the memory; draw; give the part."""
    rounds = max(1, runs // 3)
    where = head.circumstances(f"{rounds} runs each, by turns.")
    grown = {backend: Grown(why=why_not(PEERS[f"kit run, {backend}"]) or "") for backend in STYLES}
    for turn in range(1, rounds + 1):
        for clients in counts:
            for backend, one in grown.items():
                tell(f"growth, {backend}, {clients} clients: {turn} of {rounds}")
                _timed(backend, clients, one)
    for clients in counts:
        for backend, one in grown.items():
            tell(f"memory, {backend}, {clients} clients")
            _weighed(backend, clients, one)
    said = draw(grown, folder)
    return part(grown, where) + said


def _timed(backend: str, clients: int, grown: Grown) -> None:
    if grown.why:
        return
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        exercise = written(Path(name), clients, "crowd", hold=False)
        ran = running.run(_command(exercise, backend, Path(name)))
    if ran.code:
        grown.why = f"{clients} clients: exit code {ran.code}: {' '.join(ran.said.split())}"
    else:
        grown.took_s.setdefault(clients, []).append(ran.took_s)


def _weighed(backend: str, clients: int, grown: Grown) -> None:
    if grown.why:
        return
    token = f"crowd-{secrets.token_hex(8)}"
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        exercise = written(Path(name), clients, token, hold=True)
        with running.watched(_command(exercise, backend, Path(name))) as (process, _):
            held = memory.sample(process.pid, token, clients, lambda: process.poll() is None)
            process.communicate(timeout=running.LIMIT_S)
    if held is not None:
        grown.held[clients] = held


def written(folder: Path, clients: int, token: str, *, hold: bool) -> Path:
    exercise = folder / "crowd"
    for name, text in crowd.files(clients, token, hold=hold).items():
        (exercise / name).parent.mkdir(parents=True, exist_ok=True)
        (exercise / name).write_text(text, encoding="utf-8")
    return exercise


def _command(exercise: Path, backend: str, folder: Path) -> tuple[str, ...]:
    # JSON: the ladder that the text ends with is a picture of all packets, and no part of a run
    options = ("--backend", backend, "--out", str(folder / "run"), "--format", "json")
    return (*running.KIT, "run", str(exercise), *options)


def draw(grown: dict[str, Grown], folder: Path) -> str:
    """Write the picture as SVG and PNG; give what is said of it in the page."""
    curves = [
        picture.Curve(backend, one.seconds, one.power, FIT_FROM, STYLES[backend])
        for backend, one in grown.items()
        if one.seconds
    ]
    if not curves:
        return ""
    drawing = picture.plot(curves)
    (folder / f"{PICTURE}.svg").write_text(drawing, encoding="utf-8")
    try:
        (folder / f"{PICTURE}.png").write_bytes(png(drawing))
    except KitError as error:  # no font
        return f"\n![seconds over clients]({PICTURE}.svg) (no PNG: {error})\n"
    return f"\n![seconds over clients]({PICTURE}.png)\n"


def part(grown: dict[str, Grown], where: str) -> str:
    counts = sorted({clients for one in grown.values() for clients in one.seconds})
    columns = (
        "clients",
        *(f"{backend} {what}" for backend in grown for what in ("s", "ms a host", "MB a host")),
    )
    rows = [
        [str(clients), *(cell for one in grown.values() for cell in _cells(one, clients))]
        for clients in counts
    ]
    wanted = [
        Target(
            f"{backend}: exponent of time from {FIT_FROM} clients",
            EXPONENT,
            one.power.exponent if one.power else None,
        )
        for backend, one in grown.items()
    ]
    held = grown["netns"].held
    most = max(held, default=0)
    wanted.append(
        Target(
            f"netns: memory a host, {most} clients",
            MEMORY_MB,
            a_host(held[most], most) if held else None,
            " MB",
        )
    )
    missing = "".join(
        f"- {backend}: no more was measured: {one.why}\n" for backend, one in grown.items() if one.why
    )
    return (
        "## Growth\n\nOne server and so many clients, each on a host of its own, captured and traced, all started in one "
        "step: the time of `kit run` as a whole. Memory: the proportional share (PSS) of kit, its taps, runners, "
        "captures and tracers (and Docker's shims, not its daemon) while all clients are connected, without the "
        "students' programs, over all hosts.\n\n"
        f"{where}{missing}\n{table(columns, rows)}\n{targets(wanted)}\n{_kinds(grown)}"
    )


def a_host(held: Held, clients: int) -> float:
    """Megabytes; the server has a host, too."""
    return held.total / MB / (clients + 1)


def _cells(one: Grown, clients: int) -> tuple[str, str, str]:
    second = one.seconds.get(clients)
    held = one.held.get(clients)
    return (
        number(second),
        "-" if second is None else number(1000 * second / (clients + 1)),
        "-" if held is None else number(a_host(held, clients)),
    )


def _kinds(grown: dict[str, Grown]) -> str:
    """Say what the memory is of, with the most clients."""
    said = ""
    for backend, one in grown.items():
        if one.held:
            clients = max(one.held)
            kinds = sorted(one.held[clients].by_kind.items(), key=lambda each: -each[1])
            listed = ", ".join(f"{kind} {number(size / MB)}" for kind, size in kinds)
            said += f"- {backend}, {clients} clients, MB by command: {listed}\n"
    return said
