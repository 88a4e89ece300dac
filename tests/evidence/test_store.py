"""What is recorded is read back the same, also when the run or the disk ended too soon."""

from __future__ import annotations

import io
import json
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from kit.errors import EvidenceError, MachineError, UsageError
from kit.evidence import rows, store
from kit.evidence.model import Call, Exit, LimitHit, StepRecord
from kit.packets.model import Endpoint
from kit.tap.capture import FILE_HEADER

if TYPE_CHECKING:
    from pathlib import Path

FACTS: dict[str, Any] = {
    "exercise": {"name": "x", "digest": "0"},
    "hosts": {"server": {"address": "198.18.0.2", "names": ["localhost"]}},
    "programs": {"server": {"host": "server", "submitted": True}},
    "began_ns": 5,
}
CALL = Call(
    1,
    "server",
    7,
    "recvfrom",
    10,
    20,
    4,
    "tcp",
    Endpoint("198.18.0.2", 80),
    Endpoint("198.18.0.3", 9),
    None,
    "4, ...",
    b"\xffab",
    data_complete=False,
    result=3,
)


def test_what_was_recorded_is_read_back(tmp_path: Path) -> None:
    with store.Recorder(tmp_path / "run", FACTS) as recorder:
        recorder.output("server", "stdout", 6, "您好\n".encode())
        recorder.output("server", "stderr", 7, b"\xff\n")
        recorder.step(StepRecord(1, "start: server", "done", 5, 6, "server"))
        recorder.exit(Exit("server", 9, signal="SIGTERM"))
        recorder.sockets("server", 8, [["tcp", "::", 80, "::", 0, "LISTEN", 1, 2]], snapshot="then")
        recorder.calls((CALL,))
        recorder.captured("server", {"packets": 0, "dropped": 0, "truncated": False})
        recorder.facts["ended_ns"] = 11
    seen = store.load(tmp_path / "run")
    assert [line.data for line in seen.outputs] == ["您好\n".encode(), b"\xff\n"]
    assert seen.calls == (CALL,)
    assert seen.exits == (Exit("server", 9, signal="SIGTERM"),)
    assert seen.steps == (StepRecord(1, "start: server", "done", 5, 6, "server"),)
    assert seen.snapshots["then"].tables["server"].sockets[0].recv_queue == 1
    assert (seen.faults, seen.began_ns, seen.ended_ns) == ((), 5, 11)


def test_a_flood_of_lines_is_kept_as_it_came_and_not_line_by_line(tmp_path: Path) -> None:
    with store.Recorder(tmp_path / "run", FACTS) as recorder:
        for _ in range(10):
            recorder.output("server", "stdout", 1, b"\n" * 5000 + b"a")
        recorder.limit(LimitHit("server", "output_bytes", "output_bytes: enough"))
        recorder.used("server", {"output_bytes": 50010})
    seen = store.load(tmp_path / "run")
    assert len(seen.outputs) < store.MAX_LINES + 20
    assert seen.output_of("server") == (b"\n" * 5000 + b"a") * 10
    assert list(map(str, seen.limits_hit)) == ["server: output_bytes: enough"]
    assert seen.used == {"server": {"output_bytes": 50010}}


def test_a_line_has_the_time_of_its_first_byte_and_the_last_one_needs_no_newline(tmp_path: Path) -> None:
    with store.Recorder(tmp_path / "run", FACTS) as recorder:
        recorder.output("server", "stdout", 1, b"on")
        recorder.output("server", "stdout", 2, b"e\ntwo\nth")
        recorder.output("server", "stdout", 3, b"ree")
        recorder.exit(Exit("server", 4, code=0))
        recorder.output("server", "stdout", 5, b"again")
    seen = store.load(tmp_path / "run")
    assert [(line.time_ns, line.data) for line in seen.outputs] == [
        (1, b"one\n"),
        (2, b"two\n"),
        (2, b"three"),
        (5, b"again"),
    ]


def test_a_run_that_was_cut_short_is_read_as_far_as_it_went_and_says_so(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    with store.Recorder(folder, FACTS) as recorder:
        recorder.exit(Exit("server", 9, code=0))
        recorder.trace("server", b'7 1.000000001 execve("/x", ["x"], 0x7f /* 1 var */) = 0 <0.000000001>\n')
        recorder.trace("server", b"7 2.000000001 listen(3<TCP:[0.0.0.0:80]>, 5) = 0 <0.000000001>\n")
    with (folder / "events.jsonl").open("a", encoding="utf-8") as events:
        events.write('{"event": "exi')
    seen = store.load(folder)
    assert seen.faults == ("the run was cut short",)
    assert [end.code for end in seen.exits] == [0]
    assert [call.name for call in seen.calls] == ["listen"]
    assert not seen.captures["server"].whole


def test_what_ends_a_line_for_unicode_alone_ends_no_row(tmp_path: Path) -> None:
    said = "one\u2028still one\x85and \x1c still\n".encode()
    with store.Recorder(tmp_path / "run", FACTS) as recorder:
        recorder.output("server", "stdout", 1, said)
        recorder.calls((replace(CALL, data="\u2029".encode()),))
    seen = store.load(tmp_path / "run")
    assert b"".join(line.data for line in seen.outputs) == said
    assert [call.data for call in seen.calls] == ["\u2029".encode()]


def test_a_death_in_the_middle_of_a_character_cuts_its_line_off_and_no_more(tmp_path: Path) -> None:
    with store.Recorder(tmp_path / "run", FACTS) as recorder:
        recorder.output("server", "stdout", 1, b"whole\n")
    with (tmp_path / "run" / "events.jsonl").open("ab") as events:
        events.write('{"event": "output", "text": "您'.encode()[:-1])
    assert [line.data for line in store.load(tmp_path / "run").outputs] == [b"whole\n"]


def test_a_capture_that_was_only_begun_is_no_capture_and_no_trouble(tmp_path: Path) -> None:
    with store.Recorder(tmp_path / "run", FACTS) as recorder:
        recorder.packets("server", b"")
        recorder.trace("server", b"7 1.0000")
    assert store.load(tmp_path / "run").captures["server"].packets == ()


def test_what_a_disk_takes_in_parts_is_written_whole(tmp_path: Path) -> None:
    class Slow(io.BytesIO):
        def write(self, data: Any) -> int:
            return super().write(data[:3])

    recorder, file = store.Recorder(tmp_path / "run", FACTS), Slow()
    recorder._append({"server.pcap": file}, "server.pcap", b"ten bytes.")
    assert file.getvalue() == b"ten bytes."


@pytest.mark.parametrize(
    ("name", "content", "place"),
    [
        ("run.json", None, "no run.json"),
        ("run.json", "{", "run.json: cannot be read"),
        ("run.json", '{"format": 99}', "run.json: not of format 1"),
        ("events.jsonl", "nonsense\n", "events.jsonl:1: not JSON"),
    ],
)
def test_broken_evidence_is_refused_with_its_place(
    tmp_path: Path, name: str, content: str | None, place: str
) -> None:
    folder = tmp_path / "run"
    with store.Recorder(folder, FACTS):
        pass
    if content is None:
        (folder / name).unlink()
    else:
        (folder / name).write_text(content, encoding="utf-8")
    with pytest.raises(EvidenceError, match=place):
        store.load(folder)


def test_an_old_run_is_never_written_over(tmp_path: Path) -> None:
    with store.Recorder(tmp_path / "run", FACTS):
        pass
    with pytest.raises(UsageError, match="is not empty"), store.Recorder(tmp_path / "run", FACTS):
        pass


def test_a_folder_that_cannot_be_written_is_the_machines_trouble(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(MachineError, match="cannot be written"),
        store.Recorder(tmp_path / "file" / "run", FACTS),
    ):
        pass


@pytest.mark.parametrize("data", [b"", "您好".encode(), b"\xff\x00"])
def test_bytes_survive_as_json(data: bytes) -> None:
    assert rows.bytes_of(json.loads(json.dumps(rows.text_or_base64(data)))) == data


def test_a_limit_that_is_told_twice_was_met_once(tmp_path: Path) -> None:
    hit = LimitHit("server", "memory_bytes", "memory_bytes: enough")
    with store.Recorder(tmp_path / "run", FACTS) as recorder:
        recorder.limit(hit)
        recorder.limit(hit)
    assert store.load(tmp_path / "run").limits_hit == (hit,)


DATAGRAM = bytes.fromhex(
    "0242c6120002 0242c6120003 0800 4500001f000100004011eea3 c6120003 c6120002 9c410035000b 0000 616263"
)


def received(folder: Path, asked: str, frame: bytes) -> bool:
    """Whether the server's kernel took a datagram, where this was asked of netem."""
    client = {"client": {"address": "198.18.0.3", "names": []}}
    with store.Recorder(folder, {**FACTS, "hosts": {**FACTS["hosts"], **client}}) as recorder:
        size = len(frame).to_bytes(4, sys.byteorder)
        recorder.packets("server", FILE_HEADER + bytes(8) + size + size + frame)
        recorder.facts["netem"] = {"client": {"server": {"from_mac": "02:42:c6:12:00:03", "asked": asked}}}
    (packet,) = store.load(folder).captures["server"].packets
    return packet.udp is not None


@pytest.mark.parametrize(
    "at", [22, 26, 29, 33]
)  # time to live, an the source's first byte, its last (the server's own then), the other's last
def test_where_chance_corrupts_a_packet_with_a_wrong_sum_reached_nobody(tmp_path: Path, at: int) -> None:
    damaged = DATAGRAM[:at] + bytes([DATAGRAM[at] ^ 1]) + DATAGRAM[at + 1 :]
    assert received(tmp_path / "right", "corrupt 5% seed 7", DATAGRAM)
    assert not received(tmp_path / "wrong", "corrupt 5% seed 7", damaged)
    assert received(tmp_path / "as it came", "loss 5% seed 7", damaged)
