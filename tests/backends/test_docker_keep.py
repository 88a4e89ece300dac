"""What of a lab Docker keeps for the next run, what never, and what becomes of a lab that is not certainly clean."""

from __future__ import annotations

import os
import signal
import subprocess
from dataclasses import replace
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

import pytest

from kit.backends._docker_keep import Answers, Watched, may_stay, shape_of
from kit.backends._docker_lab import DockerLab
from kit.backends.base import Arrived
from kit.backends.docker import DockerBackend
from kit.classroom.job import exercise_files, job_of
from kit.cli.classroom import WORKER
from kit.errors import BackendError
from kit.exercise import catalogue, loader
from kit.exercise.intake import read_submission
from kit.exercise.packing import packed
from kit.exercise.plan import HostPlan, Limits, StepPlan
from kit.judge import judge
from kit.tap.wire import Decoder, encode
from tests.backends.contract import Heard, capture, plan, running
from tests.backends.test_contract_keep import ASKS, CARELESS, HOSTILE, SERVES, handed_in, play
from tests.remains import gone, life_of, remains

if TYPE_CHECKING:
    from pathlib import Path

    from kit.exercise.plan import Plan
    from kit.verdict import Verdict

docker = [pytest.mark.docker, pytest.mark.leftovers("docker")]
USUAL = handed_in(b"import socket\n" + SERVES, b"import socket\n" + ASKS)


# What two plans share, and what they do not


def test_only_hosts_without_a_submitted_program_stay() -> None:
    staying = {
        source
        for source in (("host", "server"), ("host", "client"), ("program", "server"), ("program", "client"))
        if may_stay(USUAL, source)
    }
    assert staying == {("host", "client"), ("program", "client")}


def test_a_program_of_the_exercise_on_the_same_host_as_a_submitted_one_goes_too() -> None:
    both = plan({"server": b"", "client": b""}, {"server": "one", "client": "one"})
    shared = replace(
        both, programs={**both.programs, "server": replace(both.programs["server"], submitted=True)}
    )
    assert not may_stay(shared, ("program", "client"))
    assert shape_of(shared, "image") is None


STEP = StepPlan(1, "unplug", {"host": "client"}, "unplug: client", 5.0)


@pytest.mark.parametrize(
    "change",
    [
        {"ipv6": True},
        {"sysctl": {"client": {"net.core.somaxconn": "4"}}},
        {"steps": (STEP,)},
        {"steps": (replace(STEP, action="release"),)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_a_reset_does_not_undo_is_for_one_run(change: dict[str, Any]) -> None:
    assert shape_of(replace(USUAL, **change), "image") is None


@pytest.mark.parametrize(
    "change",
    [
        {"limits": Limits(processes=3)},
        {"hosts": {**USUAL.hosts, "third": HostPlan("third", 9)}},
        {"programs": {"client": USUAL.programs["client"]}},
    ],
    ids=lambda change: next(iter(change)),
)
def test_another_layout_or_limit_is_another_shape(change: dict[str, Any]) -> None:
    assert shape_of(replace(USUAL, **change), "image") != shape_of(USUAL, "image")
    assert shape_of(USUAL, "image") != shape_of(USUAL, "image-c")


def test_other_files_arguments_and_words_are_the_same_shape() -> None:
    other = replace(handed_in(b"another", b"yet another"), seed="x", submission="ann")
    assert shape_of(other, "image") == shape_of(USUAL, "image")


CLIENT, SERVER = ("host", "client"), ("host", "server")


@pytest.mark.parametrize(
    "head", [{"event": "fault", "text": "ip"}, {"event": "limit"}, {"event": "link"}, None]
)
def test_trouble_of_what_would_stay_spoils_it_and_that_of_what_goes_does_not(
    head: dict[str, Any] | None,
) -> None:
    inbox: SimpleQueue[Arrived] = SimpleQueue()
    watched = Watched(inbox, USUAL)
    watched.put(Arrived(SERVER, head))
    assert not watched.spoiled
    watched.put(Arrived(CLIENT, head))
    assert watched.spoiled
    assert inbox.qsize() == 2


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        ({"event": "reset", "left": "2 sockets"}, "2 sockets"),
        ({"event": "reset"}, "None"),
        ({"event": "limit", "limit": "memory_bytes"}, "limit"),
        (None, "ended"),
        ({"event": "packets"}, "no answer"),
    ],
)
def test_only_a_clean_answer_is_one(head: dict[str, Any] | None, reason: str) -> None:
    inbox: SimpleQueue[Arrived] = SimpleQueue()
    inbox.put(Arrived(CLIENT, head))
    with pytest.raises(BackendError, match=reason):
        Answers(inbox, lambda: 0.0).await_({CLIENT})


# On an engine


def one_run(backend: DockerBackend, chosen: Plan, *, finishes: bool = True) -> str:
    """Play a plan; give the name of the lab that it had."""
    with running(backend, chosen) as (lab, heard):
        assert isinstance(lab, DockerLab)
        play(lab, heard, "HELLO")
        for host in lab.plan.hosts if finishes else ():
            capture(lab, heard, host)
        return lab.run.identity


class TestOnAnEngine:
    pytestmark = docker

    def test_a_run_that_ended_as_it_should_leaves_its_lab_to_the_next(self) -> None:
        backend = DockerBackend()
        with backend.keep():
            assert one_run(backend, USUAL) == one_run(backend, USUAL)

    def test_so_does_one_of_a_hostile_submission_to_which_the_exercises_own_program_was_careless(
        self,
    ) -> None:
        """Otherwise the contract's test of what it leaves would ask nothing of a reset."""
        backend = DockerBackend()
        with backend.keep():
            with running(backend, handed_in(HOSTILE, CARELESS)) as (lab, heard):
                assert isinstance(lab, DockerLab)
                play(lab, heard, "left\n")
                heard.prints("server", "left\n")
                for host in lab.plan.hosts:
                    capture(lab, heard, host)
            assert one_run(backend, USUAL) == lab.run.identity

    def test_without_keep_each_run_has_its_own(self) -> None:
        backend = DockerBackend()
        assert one_run(backend, USUAL) != one_run(backend, USUAL)

    @pytest.mark.parametrize(
        "leaves",
        [
            b"import ctypes; ctypes.CDLL(None).shmget(1, 4096, 0o1666)\n",
            b"import ctypes; ctypes.CDLL(None).semget(1, 1, 0o1666)\n",
            b"import os; os.makedirs('/tmp/a/b'); os.chmod('/tmp/a', 0)\n",
        ],
        ids=["shared memory", "semaphore", "a folder that cannot be emptied"],
    )
    def test_a_lab_that_cannot_be_shown_to_be_clean_is_thrown_away(self, leaves: bytes) -> None:
        backend = DockerBackend()
        with backend.keep():
            dirty = one_run(
                backend, handed_in(b"import socket\n" + SERVES, leaves + b"import socket\n" + ASKS)
            )
            assert one_run(backend, USUAL) != dirty

    def test_a_lab_whose_run_did_not_come_to_its_end_is_thrown_away(self) -> None:
        backend = DockerBackend()
        with backend.keep():
            cut = one_run(backend, USUAL, finishes=False)
            assert one_run(backend, USUAL) != cut

    def test_a_lab_that_lost_a_helper_between_two_runs_is_thrown_away(self) -> None:
        backend = DockerBackend()
        with backend.keep():
            lost = one_run(backend, USUAL)
            kept = backend._keeper._kept if backend._keeper else None
            assert kept is not None
            kept.engine.client.kill(kept.run.container("host", "client"))
            Heard(kept.inbox).end(("host", "client"))
            kept.inbox.put(Arrived(("host", "client"), None))  # as it was before we looked
            assert one_run(backend, USUAL) != lost

    def test_an_error_inside_the_run_throws_it_away(self) -> None:
        backend = DockerBackend()
        with backend.keep():
            seen = []

            def fails() -> None:
                with running(backend, USUAL) as (lab, heard):
                    assert isinstance(lab, DockerLab)
                    seen.append(lab.run.identity)
                    for host in lab.plan.hosts:
                        capture(lab, heard, host)
                    raise KeyboardInterrupt

            with pytest.raises(KeyboardInterrupt):
                fails()
            assert one_run(backend, USUAL) != seen[0]

    def test_a_frozen_program_of_the_exercise_is_made_anew_beside_the_host_that_stays(self) -> None:
        backend = DockerBackend()
        with backend.keep():
            with running(backend, USUAL) as (lab, heard):
                play(lab, heard, "HELLO")
                lab.freeze("client")
                for host in lab.plan.hosts:
                    capture(lab, heard, host)
            kept = backend._keeper._kept if backend._keeper else None
            assert kept is None or ("program", "client") not in kept.streams
            one_run(backend, USUAL)

    def test_a_reference_run_between_two_submissions_shares_the_lab_and_keeps_them_apart(self) -> None:
        """Its server is the exercise's own then; a submission's never runs where it ran."""
        backend = DockerBackend()
        own = plan({"server": b"import socket\n" + SERVES, "client": b"import socket\n" + ASKS})
        with backend.keep():
            labs = [one_run(backend, chosen) for chosen in (USUAL, own, USUAL)]
        assert len(set(labs)) == 1

    def test_verdicts_on_one_kept_lab_are_those_of_labs_made_for_each(self, tmp_path: Path) -> None:
        exercise = loader.load(catalogue.find("listen-accept"))
        labels = ("", "newest-first", "ignores-backlog", "sends-text", "exits-with-an-error")
        folders = [exercise.folder / (f"wrong/{label}" if label else "reference") for label in labels]

        def judged(backend: DockerBackend, number: int, name: str) -> list[tuple[Any, ...]]:
            submission = read_submission(folders[number % len(folders)], exercise)
            verdict: Verdict = judge(
                exercise, submission, f"seed {number % 5}", backend, tmp_path / name, lambda _: None
            )
            found = [(one.check, one.outcome, one.points) for one in verdict.findings]
            return [(verdict.outcome, verdict.score), *found]

        cold = [judged(DockerBackend(), number, f"cold{number}") for number in range(len(labels))]
        assert len({str(one) for one in cold}) > 1
        backend = DockerBackend()
        with backend.keep():
            for number in range(20):
                assert judged(backend, number, f"kept{number}") == cold[number % len(labels)], number

    @pytest.mark.parametrize(
        "end", [signal.SIGKILL, signal.SIGTERM, None], ids=["killed", "stopped", "no more jobs"]
    )
    def test_a_worker_that_keeps_a_lab_leaves_nothing_however_it_ends(
        self, tmp_path: Path, end: signal.Signals | None
    ) -> None:
        exercise = loader.load(catalogue.find("basic-usage"))
        job = job_of(exercise, packed(exercise_files(exercise)), None, None, "docker")
        command = subprocess.Popen(
            WORKER,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | {"TMPDIR": str(tmp_path)},
            start_new_session=True,
        )
        with command as worker:
            assert worker.stdin is not None
            assert worker.stdout is not None
            worker.stdin.write(encode({"event": "job"}, job.model_dump_json().encode()))
            worker.stdin.flush()
            decoder, heads = Decoder(), []
            while "answer" not in heads:
                heads += [
                    message.head["event"]
                    for message in decoder.feed(os.read(worker.stdout.fileno(), 1 << 16))
                ]
            life = life_of(worker.pid, tmp_path)
            assert any("container" in what for what in remains(life, docker=True)), "a lab is kept"
            if end is not None:
                worker.send_signal(end)
            worker.stdin.close()
            worker.wait(60)
        assert gone(life, 30.0, docker=True)[0] == set()
