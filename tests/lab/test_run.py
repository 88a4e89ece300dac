"""Runs against scripted helpers: what is recorded, when a gate is missed, whose trouble ends a run."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from kit.backends.fake import FakeBackend
from kit.errors import BackendError
from kit.evidence import store
from kit.lab.run import run, run_facts
from tests.lab import scene

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from queue import SimpleQueue

    from kit.backends.base import Arrived
    from kit.backends.fake import FakeLab
    from kit.evidence.model import Evidence
    from kit.exercise.plan import Plan, StepPlan

SERVER, CLIENT, HOST = ("program", "server"), ("program", "client"), ("host", "server")
STARTED: tuple[dict[str, Any], bytes] = ({"event": "started", "time_ns": 10}, b"")
ENDED: tuple[dict[str, Any], bytes] = ({"event": "exited", "time_ns": 20, "code": 0}, b"")


def said(text: bytes, time_ns: int = 15) -> tuple[dict[str, Any], bytes]:
    return {"event": "output", "stream": "stdout", "time_ns": time_ns}, text


def evidence(folder: Path, steps: list[StepPlan], script: Any, **limits: Any) -> tuple[Evidence, FakeBackend]:
    plan = scene.plan(steps, **limits)
    backend = FakeBackend(script)
    with store.Recorder(folder, run_facts(plan, backend)) as recorder:
        run(plan, backend, recorder, lambda _text: None)
    return store.load(folder), backend


def test_steps_done_in_order_are_recorded_and_the_run_is_clean(tmp_path: Path) -> None:
    steps = [
        scene.step(1, "start", programs=["server"]),
        scene.step(2, "wait", output="server", contains="up", stream="stdout"),
        scene.step(3, "freeze", programs=["server"]),
        scene.step(4, "snapshot", name="frozen"),
        scene.step(5, "thaw", programs=["server"]),
        scene.step(6, "wait", exited=["server"]),
    ]
    script = {(*SERVER, "start"): [STARTED, said(b"u", 11), said(b"p\nmo", 12), said(b"re", 13), ENDED]}
    seen, backend = evidence(tmp_path / "run", steps, script)
    assert [step.outcome for step in seen.steps] == ["done"] * 2 + ["missed"] + ["unreached"] * 3
    assert seen.steps[2].reason == "server has ended"
    assert [(line.time_ns, line.data) for line in seen.outputs] == [(11, b"up\n"), (12, b"more")]
    assert (seen.faults, seen.calls_traced) == ((), True)
    assert backend.labs[0].frozen == []


def test_a_gate_opens_when_the_socket_table_says_so(tmp_path: Path) -> None:
    steps = [
        scene.step(1, "start", programs=["server"]),
        scene.step(2, "wait", listening="server", port=8001, protocol="tcp"),
        scene.step(3, "snapshot", name="listening"),
    ]
    script = {
        (*HOST, "watch"): [scene.sockets(), scene.sockets(scene.LISTENER, time_ns=4)],
        (*HOST, "snapshot"): [scene.sockets(scene.LISTENER, time_ns=5)],
    }
    seen, backend = evidence(tmp_path / "run", steps, script)
    assert [step.outcome for step in seen.steps] == ["done"] * 3
    assert seen.snapshots["listening"].tables["server"].sockets[0].state == "LISTEN"
    asked = [
        head["on"] for source, head, _ in backend.labs[0].told if head["do"] == "watch" and source == HOST
    ]
    assert asked == [True, False]


def test_a_gate_about_an_ended_program_is_missed_at_once(tmp_path: Path) -> None:
    steps = [
        scene.step(1, "start", programs=["server"]),
        scene.step(2, "wait", within_s=60, output="server", contains="never", stream="stdout"),
    ]
    seen, _ = evidence(tmp_path / "run", steps, {(*SERVER, "start"): [STARTED, said(b"other\n"), ENDED]})
    assert seen.missed_step is not None
    assert seen.missed_step.reason == "server has ended; its last line was 'other'"
    assert seen.missed_step.program == "server"


def test_a_gate_that_nobody_can_open_any_more_is_missed_at_once(tmp_path: Path) -> None:
    steps = [
        scene.step(1, "start", programs=["server"]),
        scene.step(2, "freeze", programs=["server"]),
        scene.step(3, "start", programs=["client"]),
        scene.step(4, "wait", within_s=60, queued="server", port=8001, count=1),
    ]
    script = {(*CLIENT, "start"): [STARTED, ENDED], (*HOST, "watch"): [scene.sockets(scene.LISTENER)]}
    seen, _ = evidence(tmp_path / "run", steps, script)
    assert seen.missed_step is not None
    assert seen.missed_step.reason.startswith("no program is left running that could bring it about")


def test_a_gate_is_not_given_up_while_a_packet_may_be_under_way(tmp_path: Path) -> None:
    steps = [
        scene.step(1, "start", programs=["client"]),
        scene.step(2, "wait", within_s=0.2, received="server", port=8001, bytes=1, protocol="tcp"),
    ]
    script = {
        (*CLIENT, "start"): [STARTED, ENDED],
        ("host", "client", "snapshot"): [scene.sockets(scene.CLOSING)],
    }
    seen, _ = evidence(tmp_path / "run", steps, script)
    assert seen.missed_step is not None
    assert seen.missed_step.reason.startswith("not within 0.2 s")


def test_a_gate_that_stays_shut_is_missed_at_its_limit_and_says_what_was_seen(tmp_path: Path) -> None:
    steps = [
        scene.step(1, "start", programs=["server"]),
        scene.step(2, "wait", within_s=0.05, exited=["server"]),
    ]
    seen, _ = evidence(tmp_path / "run", steps, {})
    assert seen.missed_step is not None
    assert seen.missed_step.reason == "not within 0.05 s: server is inside its own code"


def test_what_still_runs_at_the_end_is_ended_by_kit_and_marked_so(tmp_path: Path) -> None:
    seen, _ = evidence(tmp_path / "run", [scene.step(1, "start", programs=["server"])], {})
    end = seen.exit_of("server")
    assert end is not None
    assert (end.signal, end.killed_by_kit) == ("SIGKILL", True)


def test_cells_run_one_after_the_other_and_a_blocked_cell_holds_the_next_back(tmp_path: Path) -> None:
    steps = [
        scene.step(1, "start", programs=["server"]),
        scene.step(2, "cell", programs=["server"]),
        scene.step(3, "cell", within_s=0.05, programs=["server"]),
    ]
    began = ({"event": "cell", "what": "began", "number": 1, "time_ns": 11}, b"")
    seen, _ = evidence(tmp_path / "run", steps, {(*SERVER, "cell"): [began]}, cells=2)
    assert [step.outcome for step in seen.steps] == ["done", "done", "missed"]
    assert seen.steps[2].reason == "cell 1 of server has not ended: it is inside its own code"


def test_a_cell_of_an_ended_program_is_missed(tmp_path: Path) -> None:
    steps = [scene.step(1, "start", programs=["server"]), scene.step(2, "cell", programs=["server"])]
    seen, _ = evidence(tmp_path / "run", steps, {(*SERVER, "start"): [STARTED, ENDED]}, cells=1)
    assert seen.steps[1].reason == "server has ended before its cell 1"


def test_a_helper_that_says_no_event_of_its_kind_is_a_fault_of_the_machine(tmp_path: Path) -> None:
    steps = [scene.step(1, "start", programs=["server"])]
    seen, _ = evidence(tmp_path / "run", steps, {(*SERVER, "start"): [({"event": "started"}, b"")]})
    assert seen.faults == ("the helper of program server said 'started' with None as its 'time_ns'",)


def test_a_helper_that_ends_is_a_fault_of_the_machine_and_keeps_the_evidence(tmp_path: Path) -> None:
    steps = [scene.step(1, "start", programs=["server"]), scene.step(2, "wait", exited=["server"])]
    backend = FakeBackend({(*SERVER, "start"): [STARTED, said(b"first\n")]})
    plan = scene.plan(steps)
    with store.Recorder(tmp_path / "run", run_facts(plan, backend)) as recorder:
        run(
            plan,
            backend,
            recorder,
            lambda text: backend.labs[0].play(SERVER, None, b"MemoryError\n") if "exited" in text else None,
        )
    seen = store.load(tmp_path / "run")
    assert seen.faults == ("the runner of program server ended in the middle of the run: MemoryError",)
    assert [line.data for line in seen.outputs] == [b"first\n"]


class Lost(FakeBackend):
    """An engine that is lost when the lab goes, or (`begins` False) has come up in part."""

    def __init__(self, *, begins: bool) -> None:
        super().__init__({(*SERVER, "start"): [STARTED, ENDED]})
        self._begins = begins

    @contextmanager
    def up(self, plan: Plan, inbox: SimpleQueue[Arrived]) -> Iterator[FakeLab]:
        with super().up(plan, inbox) as lab:
            try:
                if not self._begins:
                    raise BackendError("no room", remedy="make room")
                yield lab
            finally:
                raise BackendError("the engine went away", remedy="kit clean")


def test_trouble_in_taking_the_hosts_down_is_told_and_takes_nothing_from_the_evidence(tmp_path: Path) -> None:
    plan, backend = scene.plan([scene.step(1, "start", programs=["server"])]), Lost(begins=True)
    with store.Recorder(tmp_path / "run", run_facts(plan, backend)) as recorder:
        run(plan, backend, recorder, lambda _text: None)
    seen = store.load(tmp_path / "run")
    assert seen.faults == ()
    assert store.load_facts(tmp_path / "run")["left_behind"] == ["the engine went away"]
    assert [step.outcome for step in seen.steps] == ["done"]


def test_a_backend_that_cannot_begin_is_told_with_all_its_reasons_and_they_are_kept(tmp_path: Path) -> None:
    plan, backend = scene.plan([]), Lost(begins=False)
    with (
        store.Recorder(tmp_path / "run", run_facts(plan, backend)) as recorder,
        pytest.raises(BackendError, match=r"^no room; then the engine went away$") as raised,
    ):
        run(plan, backend, recorder, lambda _text: None)
    assert raised.value.remedy == "kit clean"
    assert store.load(tmp_path / "run").faults == ("no room", "the engine went away", "the run was cut short")


@pytest.mark.parametrize("action", ["unplug", "plug"])
def test_the_plug_of_a_host_is_moved_by_its_tap(tmp_path: Path, action: str) -> None:
    seen, backend = evidence(tmp_path / "run", [scene.step(1, action, host="server")], {})
    assert [step.outcome for step in seen.steps] == ["done"]
    assert (HOST, action) in [(source, head["do"]) for source, head, _ in backend.labs[0].told]


def test_stdin_and_signals_reach_the_runner(tmp_path: Path) -> None:
    steps = [
        scene.step(1, "start", programs=["server"]),
        scene.step(2, "stdin", program="server", text="hello\n", close=True),
        scene.step(3, "signal", program="server", name="TERM"),
    ]
    _, backend = evidence(tmp_path / "run", steps, {})
    told = [(head, body) for source, head, body in backend.labs[0].told if source == SERVER]
    assert ({"do": "stdin", "close": True}, b"hello\n") in told
    assert ({"do": "signal", "name": "TERM"}, b"") in told


@pytest.mark.parametrize(
    ("answers", "out_of_memory", "hits"),
    [
        ([], {"server", "client"}, ["server: memory_bytes"]),  # the client was not started
        ([], {"client"}, []),
        ([{"event": "limit", "limit": "memory_bytes"}], {"server"}, ["server: memory_bytes"]),
    ],
)
def test_the_end_of_the_memory_is_known_from_outside_where_a_runner_is_silent(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    answers: list[dict[str, Any]],
    out_of_memory: set[str],
    hits: list[str],
) -> None:
    monkeypatch.setattr("kit.lab.run.LIMITS_WITHIN_S", 0.01)
    plan = scene.plan([scene.step(1, "start", programs=["server"])])
    backend = FakeBackend({(*SERVER, "limits"): [(answer, b"") for answer in answers]})
    backend.out_of_memory = out_of_memory
    with store.Recorder(tmp_path / "run", run_facts(plan, backend)) as recorder:
        run(plan, backend, recorder, lambda _text: None)
    seen = store.load(tmp_path / "run")
    assert [f"{hit.who}: {hit.limit}" for hit in seen.limits_hit] == hits


def collected(tmp_path: Path, script: Any) -> dict[str, Any]:
    plan = scene.plan([scene.step(1, "start", programs=["server"]), scene.step(2, "wait", exited=["server"])])
    backend = FakeBackend(script)
    with store.Recorder(tmp_path / "run", run_facts(plan, backend)) as recorder:
        return run(plan, backend, recorder, lambda _text: None, collect={"server": ["one", "two"]})


def test_what_a_program_made_is_given_once_it_has_ended(tmp_path: Path) -> None:
    files = ({"event": "collected", "files": [["one", 2], ["two", 1]]}, b"abc")
    script = {(*SERVER, "start"): [STARTED, ENDED], (*SERVER, "collect"): [files]}
    assert collected(tmp_path, script) == {"server": {"one": b"ab", "two": b"c"}}


def test_nothing_is_asked_of_a_program_that_did_not_end(tmp_path: Path) -> None:
    assert collected(tmp_path, {(*SERVER, "start"): [STARTED]}) == {"server": {}}
