"""How much of its limits a stored run took."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from kit.errors import EvidenceError
from kit.evidence import store
from kit.exercise import catalogue, loader
from kit.exercise.model import Step
from kit.exercise.references import Strict
from kit.lint.need import need_of

STORED = Path(__file__).parent.parent / "evidence" / "stored" / "tcp-vs-udp"
STEPS = tuple(Step(action=step.text.split(":")[0], value=Strict()) for step in store.load_steps(STORED))
DEFINITION = loader.load(catalogue.find("tcp-vs-udp")).definition.model_copy(update={"timeline": STEPS})


def test_a_stored_run_tells_what_it_took_of_each_limit() -> None:
    amounts = {(one.limit, one.who, one.step): one for one in need_of(STORED, DEFINITION).amounts}
    packets = amounts["capture_bytes", "receiver", 0]
    assert packets.used == (STORED / "receiver.pcap").stat().st_size
    assert packets.allowed == json.loads((STORED / "run.json").read_text())["limits"]["capture_bytes"]
    waits = {step for limit, _, step in amounts if limit == "within"}
    assert waits == {number for number, step in enumerate(STEPS, 1) if step.action in ("wait", "cell")}
    whole = amounts["wall_s", "", 0]
    assert (
        sum(one.used for one in amounts.values() if one.limit == "within") <= whole.used < whole.allowed == 30
    )


def test_what_programs_used_and_met_and_the_machines_faults_are_told(tmp_path: Path) -> None:
    run = shutil.copytree(STORED, tmp_path / "run")
    facts = json.loads((run / "run.json").read_text())
    facts["used"] = {"sender": {"memory_bytes": 5_000_000, "cpu_s": 0.2, "unknown": 1}}
    facts["limits"]["cpu_s"] = 10
    facts["limits_hit"] = [{"who": "sender", "limit": "processes", "text": "processes: at most 64"}]
    facts["faults"] = ["the engine was lost"]
    (run / "run.json").write_text(json.dumps(facts))
    need = need_of(run, DEFINITION)
    assert [
        (one.limit, one.used) for one in need.amounts if one.who == "sender" and one.limit != "capture_bytes"
    ] == [
        ("memory_bytes", 5_000_000),
        ("cpu_s", 0.2),
    ]
    assert (need.met, need.faults) == (("sender: processes: at most 64",), ("the engine was lost",))


def test_a_gate_that_was_missed_is_named_and_took_no_part_of_its_time(tmp_path: Path) -> None:
    run = shutil.copytree(STORED, tmp_path / "run")
    lines = (run / "events.jsonl").read_text().splitlines()
    changed = [
        line.replace('"done"', '"missed"') if '"number":2' in line.replace(" ", "") else line
        for line in lines
    ]
    assert changed != lines
    (run / "events.jsonl").write_text("\n".join(changed) + "\n")
    need = need_of(run, DEFINITION)
    assert need.missed == 2
    assert 2 not in {one.step for one in need.amounts}
    assert need_of(STORED, DEFINITION).missed == 0


def test_a_wait_that_says_its_own_time_is_held_to_that() -> None:
    step = DEFINITION.timeline[1].model_copy(update={"within_s": 9.0})
    timeline = (DEFINITION.timeline[0], step, *DEFINITION.timeline[2:])
    need = need_of(STORED, DEFINITION.model_copy(update={"timeline": timeline}))
    assert {one.step: one.allowed for one in need.amounts if one.limit == "within"}[2] == 9.0


def test_what_is_no_run_has_no_need(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError):
        need_of(tmp_path, DEFINITION)
