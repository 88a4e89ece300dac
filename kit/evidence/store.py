"""The run directory: written as the run goes, readable whenever it stopped.

run.json        what was run, where, with what; rewritten whole at each change
events.jsonl    steps, output lines, exits, limits, faults, socket tables, what the link did
calls.jsonl     system calls on sockets
HOST.pcap       packets, nanosecond timestamps
PROGRAM.strace  the calls as strace wrote them
verdict.json    written by whoever judges
"""

from __future__ import annotations

import json
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, Self, TextIO

from pydantic_core import to_json

from kit.errors import EvidenceError, UsageError
from kit.evidence import rows
from kit.evidence.join import with_addresses
from kit.evidence.model import (
    STREAMS,
    Capture,
    Evidence,
    HostFact,
    Output,
    ProgramFact,
    Snapshot,
    SocketTable,
)
from kit.evidence.strace import Tracer, number_calls
from kit.packets import pcap
from kit.packets.checksum import unheard_if_wrong
from kit.packets.decode import decode
from kit.whole import cannot_write, write_whole

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping
    from pathlib import Path
    from types import TracebackType

    from kit.evidence.model import Call, Exit, LimitHit, LinkAct, StepRecord, StreamName
    from kit.packets.model import Frame, Packet

FORMAT = 1
MAX_LINES = 10_000  # of a program's output that have their own time; the rest is kept as it came


class Recorder:
    """Writes one run directory. Every method may raise MachineError: a full disk ends the run."""

    def __init__(self, folder: Path, facts: dict[str, Any]) -> None:
        """`facts` is what run.json says from the start; the recorder adds to it."""
        self.folder = folder
        self.facts = {"format": FORMAT, **facts, "faults": [], "captures": {}, "limits_hit": [], "used": {}}
        self._files = ExitStack()
        self._events: TextIO | None = None
        self._captures: dict[str, BinaryIO] = {}
        self._traces: dict[str, BinaryIO] = {}
        self._lines: Counter[str] = Counter()  # of each program's output
        self._begun_lines: dict[tuple[str, StreamName], tuple[int, bytes]] = {}

    def __enter__(self) -> Self:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if any(self.folder.iterdir()):
                raise UsageError(f"{self.folder}: is not empty", remedy="give --out a new folder")
            self.save_facts()  # first: a folder without run.json is no run directory
            self._events = self._files.enter_context(
                (self.folder / "events.jsonl").open("w", encoding="utf-8")
            )
        except OSError as error:
            raise cannot_write(self.folder, error) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for (program, stream), (time_ns, data) in self._begun_lines.items():
            self._event(rows.output_row(Output(program, stream, time_ns, data)))
        try:
            self._files.close()
        except OSError as problem:  # what was left in a buffer finds no room either
            raise cannot_write(self.folder, problem) from problem
        write_facts(self.folder, self.facts)

    def save_facts(self) -> None:
        """Save what is known by now, for the case that it is the last: on one line, which is ten times as fast."""
        write_whole(self.folder / "run.json", json.dumps(self.facts, ensure_ascii=False) + "\n")

    def _event(self, row: Mapping[str, Any]) -> None:
        if self._events is None:
            raise RuntimeError("the recorder is not open")
        try:
            self._events.write(json.dumps(row, ensure_ascii=False) + "\n")
            self._events.flush()
        except OSError as error:
            raise cannot_write(self.folder / "events.jsonl", error) from error

    def _append(self, files: dict[str, BinaryIO], name: str, data: bytes) -> None:
        try:
            if name not in files:
                files[name] = self._files.enter_context((self.folder / name).open("wb", buffering=0))
            left = memoryview(data)
            while left:  # a disk that gets full takes a part, and says so only when it is asked again
                left = left[files[name].write(left) :]
        except OSError as error:
            raise cannot_write(self.folder / name, error) from error

    def packets(self, host: str, data: bytes) -> None:
        self._append(self._captures, f"{host}.pcap", data)

    def trace(self, program: str, data: bytes) -> None:
        self._append(self._traces, f"{program}.strace", data)

    def captured(self, host: str, head: Mapping[str, Any]) -> None:
        self.facts["captures"][host] = {key: head[key] for key in ("packets", "dropped", "truncated")}

    def output(self, program: str, stream: StreamName, time_ns: int, data: bytes) -> None:
        """Record a piece of output, line by line: a line has the time of its first byte."""
        began_ns, begun = self._begun_lines.pop((program, stream), (time_ns, b""))
        lines = (begun + data).splitlines(keepends=True)
        self._lines[program] += len(lines)
        if (
            self._lines[program] > MAX_LINES
        ):  # a line of nothing but its end would cost a hundred times its size
            lines = [begun + data]
        for line in lines:
            if line.endswith(b"\n"):
                self._event(rows.output_row(Output(program, stream, began_ns, line)))
            else:
                self._begun_lines[program, stream] = (began_ns, line)
            began_ns = time_ns

    def exit(self, end: Exit) -> None:
        for stream in STREAMS:
            if (end.program, stream) in self._begun_lines:
                time_ns, data = self._begun_lines.pop((end.program, stream))
                self._event(rows.output_row(Output(end.program, stream, time_ns, data)))
        self._event(rows.exit_row(end))

    def step(self, step: StepRecord) -> None:
        self._event(rows.step_row(step))

    def sockets(self, host: str, time_ns: int, table: list[Any], snapshot: str | None = None) -> None:
        row = {"event": "sockets", "host": host, "time_ns": time_ns, "rows": table}
        self._event(row if snapshot is None else {**row, "event": "snapshot", "name": snapshot})

    def link(self, act: LinkAct) -> None:
        self._event(rows.link_row(act))

    def note(self, event: str, **fields: Any) -> None:
        self._event({"event": event, **fields})

    def limit(self, hit: LimitHit) -> None:
        row = rows.limit_row(hit)
        if row not in self.facts["limits_hit"]:
            self.facts["limits_hit"].append(row)

    def used(self, program: str, used: Mapping[str, float]) -> None:
        self.facts["used"][program] = dict(used)

    def fault(self, text: str) -> None:
        """Record trouble of the machine: the run can no longer be held against anybody."""
        self.facts["faults"].append(text)

    def calls(self, calls: Iterable[Call]) -> None:
        lines = [json.dumps(rows.call_row(call), ensure_ascii=False) + "\n" for call in calls]
        write_whole(self.folder / "calls.jsonl", "".join(lines))


def write_facts(folder: Path, facts: Mapping[str, Any]) -> None:
    """Write run.json as people read it."""
    write_whole(folder / "run.json", to_json(facts, indent=1) + b"\n")


def load_facts(folder: Path) -> dict[str, Any]:
    """Read run.json. Raises EvidenceError with place and remedy."""
    path = folder / "run.json"
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise EvidenceError(f"{folder}: is no run directory (no run.json)") from error
    except (OSError, ValueError) as error:
        raise EvidenceError(f"{path}: cannot be read: {error}") from error
    if not isinstance(facts, dict) or facts.get("format") != FORMAT:
        raise EvidenceError(f"{path}: not of format {FORMAT}", remedy="run the exercise again with this kit")
    return facts


def load(folder: Path) -> Evidence:
    """Read all that was observed. Raises EvidenceError; a run cut short gives what there is."""
    facts = load_facts(folder)
    events = list(_lines(folder / "events.jsonl"))
    by_kind: dict[str, list[Any]] = {}
    for event in events:
        by_kind.setdefault(event["event"], []).append(event)
    programs = facts["programs"]
    acts = tuple(map(rows.link_of, by_kind.get("link", ())))
    captures = {
        name: _capture(folder, name, facts["captures"].get(name), _corrupting(acts, name, facts))
        for name in facts["hosts"]
    }
    host_of_program = {name: one["host"] for name, one in programs.items()}
    return Evidence(
        exercise=facts["exercise"]["name"],
        hosts={
            name: HostFact(name, one["address"], tuple(one["names"]), one.get("address6", ""))
            for name, one in facts["hosts"].items()
        },
        programs={name: ProgramFact(name, one["host"], one["submitted"]) for name, one in programs.items()},
        captures=captures,
        calls=with_addresses(_calls(folder, facts), host_of_program, captures),
        outputs=tuple(map(rows.output_of, by_kind.get("output", ()))),
        exits=tuple(map(rows.exit_of, by_kind.get("exit", ()))),
        steps=tuple(map(rows.step_of, by_kind.get("step", ()))),
        started=frozenset(event["name"] for event in by_kind.get("started", ())),
        snapshots=_snapshots(by_kind.get("snapshot", ())),
        tables=tuple(map(rows.table_of, by_kind.get("sockets", ()))),
        began_ns=facts["began_ns"],
        ended_ns=facts.get("ended_ns", facts["began_ns"]),
        calls_traced=facts.get("calls_traced", True),
        faults=tuple(facts["faults"]) if "ended_ns" in facts else (*facts["faults"], "the run was cut short"),
        limits_hit=tuple(map(rows.limit_of, facts["limits_hit"])),
        unheld=facts.get("unheld", {}),
        used=facts.get("used", {}),
        link_acts=acts,
        sysctl=facts.get("sysctl", {}),
        sysctl_set=facts.get("sysctl_set", {}),
    )


def load_steps(folder: Path) -> tuple[StepRecord, ...]:
    """Read the timeline alone, as it happened. Raises EvidenceError."""
    events = _lines(folder / "events.jsonl")
    return tuple(rows.step_of(event) for event in events if event["event"] == "step")


def put(folder: Path, files: Mapping[str, bytes]) -> None:
    """Make a run directory of files that another one has. Raises MachineError."""
    try:
        folder.mkdir()
    except OSError as error:
        raise cannot_write(folder, error) from error
    for name, content in sorted(
        files.items(), key=lambda file: file[0] == "run.json"
    ):  # without it, it is none
        write_whole(folder / name, content)


def swap(folder: Path, *, second: str, first: str) -> None:
    """Make the run in folder/second that of the folder itself; what it had goes to folder/first.

    run.json goes last each time: until then the folder tells of the other run, or is none. Raises MachineError.
    """
    try:
        (folder / first).mkdir()
        for origin, target in ((folder, folder / first), (folder / second, folder)):
            for path in sorted((path for path in origin.iterdir() if path.is_file()), key=_is_facts):
                path.rename(target / path.name)
        (folder / second).rmdir()
    except OSError as error:
        raise cannot_write(folder, error) from error


def _is_facts(path: Path) -> bool:
    return path.name == "run.json"


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    """Give the rows of a .jsonl file; a last line that was cut off by a death is left out."""
    try:
        lines = path.read_bytes().split(b"\n")  # and not where else Unicode ends a line: output may hold that
    except FileNotFoundError:
        return
    except OSError as error:
        raise EvidenceError(f"{path}: cannot be read: {error}") from error
    for number, line in enumerate(lines[:-1], 1):
        try:
            yield json.loads(line)
        except ValueError as error:
            raise EvidenceError(f"{path}:{number}: not JSON: {error}") from error


def capture_file(folder: Path, host: str) -> pcap.CaptureFile | None:
    """Read the frames of a host, None where it captured nothing. Raises EvidenceError."""
    path = folder / f"{host}.pcap"
    try:
        return pcap.read(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, pcap.PcapError) as error:
        raise EvidenceError(f"{path}: cannot be read: {error}") from error


@dataclass(frozen=True, slots=True)
class _Corrupting:
    """From whom the link has brought a host corrupted packets: by rule, or by chance, which does not spare the addresses."""

    addresses: Container[str]
    macs: Container[bytes]

    def brought(self, packet: Packet, frame: Frame) -> bool:
        by_rule = packet.source is not None and packet.source.address in self.addresses
        return by_rule or frame.data[6:12] in self.macs


def _corrupting(acts: Iterable[LinkAct], host: str, facts: Mapping[str, Any]) -> _Corrupting:
    hosts = facts["hosts"]
    senders = {act.from_host for act in acts if act.to_host == host and act.what == "corrupted"}
    told = [of_sender[host] for of_sender in facts.get("netem", {}).values() if host in of_sender]
    macs = {one["from_mac"] for one in told if "corrupt" in one.get("asked", "").split()}
    return _Corrupting(
        {hosts[sender]["address"] for sender in senders if sender in hosts},
        {bytes.fromhex(mac.replace(":", "")) for mac in macs},
    )


def _capture(folder: Path, host: str, counted: Mapping[str, Any] | None, corrupting: _Corrupting) -> Capture:
    file = capture_file(folder, host)
    if file is None:
        return Capture(host, (), dropped=None, truncated=True)
    packets = tuple(decode(frame, number) for number, frame in enumerate(file.frames, 1))
    packets = tuple(
        unheard_if_wrong(packet, frame) if corrupting.brought(packet, frame) else packet
        for packet, frame in zip(packets, file.frames, strict=True)
    )
    if counted is None:
        return Capture(host, packets, dropped=None, truncated=True)
    return Capture(host, packets, counted["dropped"], counted["truncated"] or file.truncated)


def _calls(folder: Path, facts: Mapping[str, Any]) -> tuple[Call, ...]:
    if (folder / "calls.jsonl").exists():
        return tuple(map(rows.call_of, _lines(folder / "calls.jsonl")))
    return calls_from_traces(folder, facts)


def calls_from_traces(folder: Path, facts: Mapping[str, Any]) -> tuple[Call, ...]:
    """Parse what strace wrote: for a run that was cut short before its calls were written."""
    found = []
    for program in facts["programs"]:
        path = folder / f"{program}.strace"
        if path.exists():
            tracer = Tracer(program)
            tracer.feed(path.read_bytes())
            found.append(tracer.calls())
    return number_calls(found)


def _snapshots(events: Iterable[Mapping[str, Any]]) -> dict[str, Snapshot]:
    tables: dict[str, dict[str, SocketTable]] = {}
    for event in events:
        tables.setdefault(event["name"], {})[event["host"]] = rows.table_of(event)
    return {name: Snapshot(name, of_hosts) for name, of_hosts in tables.items()}
