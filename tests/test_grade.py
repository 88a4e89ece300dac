from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from kit.checks import exit as exit_check
from kit.checks import load
from kit.evidence.model import HostFact, LimitHit
from kit.exercise.model import CheckSpec
from kit.grade import (
    Presumed,
    Subject,
    asks_for_reference,
    asks_for_second_run,
    grade,
    is_too_early,
    submission_verdict,
)
from kit.packets.model import Endpoint
from kit.verdict import Cite, Outcome, fail
from tests.checks.scene import (
    HANDSHAKE,
    HOSTS,
    PROGRAMS,
    C,
    S,
    call,
    connected,
    ended,
    evidence,
    missed,
    printed,
)

if TYPE_CHECKING:
    from kit.evidence.model import Evidence

SUBJECT = Subject("listen-accept", "alice", "netns", seed="7", run_dir="runs/1")
PASS, FAIL, INCONCLUSIVE, SKIPPED = Outcome.PASS, Outcome.FAIL, Outcome.INCONCLUSIVE, Outcome.SKIPPED


def spec(
    check: str, name: str | None = None, needs: tuple[str, ...] = (), points: float = 1, **params: Any
) -> CheckSpec:
    made = load(check).Params.model_validate({key.removesuffix("_"): value for key, value in params.items()})
    return CheckSpec(check=check, params=made, name=name or check, needs=needs, points=points)


EXIT = spec("exit", program="server")
SHAKE = spec("handshake", points=2.5, from_="client1", to="server")
OUTPUT_MET = LimitHit("server", "output_bytes", "output_bytes: at most 10 bytes")
GOOD = evidence(HANDSHAKE, exits=(ended("server"),), began_ns=5)
BAD = evidence(HANDSHAKE, exits=(ended("server", 1),))
STUCK = evidence(
    HANDSHAKE, steps=missed(), calls=[[connected("client1", C, 3)], [call("server", "accept4", 5, local=S)]]
)


def outcomes(seen: Evidence, *checks: CheckSpec, **more: Any) -> dict[str, Outcome]:
    return {one.name: one.outcome for one in grade(SUBJECT, checks, seen, **more).findings}


def test_all_checks_pass_and_the_verdict_says_whose_it_is() -> None:
    verdict = grade(SUBJECT, [EXIT, SHAKE], GOOD)
    assert (verdict.outcome, verdict.score, verdict.max_score) == (PASS, 3.5, 3.5)
    assert (verdict.exercise, verdict.submission, verdict.backend) == ("listen-accept", "alice", "netns")
    assert (verdict.seed, verdict.run_dir, verdict.began_ns, verdict.notes) == ("7", "runs/1", 5, ())


def test_no_check_at_all_is_inconclusive() -> None:
    assert grade(SUBJECT, [], GOOD).outcome is INCONCLUSIVE


def test_fail_beats_inconclusive_beats_pass() -> None:
    lossy = evidence(HANDSHAKE, dropped=1, exits=(ended("server", 1),))
    assert outcomes(lossy, EXIT, SHAKE) == {"exit": FAIL, "handshake": INCONCLUSIVE}
    assert grade(SUBJECT, [EXIT, SHAKE], lossy).outcome is FAIL
    lossy = replace(lossy, exits=(ended("server"),))
    assert grade(SUBJECT, [EXIT, SHAKE], lossy).outcome is INCONCLUSIVE


def test_a_failed_check_earns_nothing_and_keeps_the_authors_words() -> None:
    worded = EXIT.model_copy(update={"why": {"en": "because"}, "hint": {"zh": "提示"}, "hidden": True})
    finding = grade(SUBJECT, [worded], BAD).findings[0]
    assert (finding.outcome, finding.points, finding.max_points) == (FAIL, 0, 1)
    assert (finding.why, finding.hint, finding.hidden) == ({"en": "because"}, {"zh": "提示"}, True)


@pytest.mark.parametrize("code", [1, 0])
def test_a_check_is_skipped_unless_all_that_it_needs_passed(code: int) -> None:
    seen = evidence(HANDSHAKE, exits=(ended("server", code),))
    needing = SHAKE.model_copy(update={"needs": ("exit",)})
    assert outcomes(seen, needing, EXIT) == {
        "handshake": PASS if code == 0 else SKIPPED,
        "exit": FAIL if code else PASS,
    }


def test_a_skipped_finding_says_what_it_needs_and_skips_what_needs_it() -> None:
    second = SHAKE.model_copy(update={"needs": ("exit",)})
    third = spec("output", needs=("handshake",), program="server", equals="")
    verdict = grade(SUBJECT, [third, second, EXIT], BAD)
    assert [one.name for one in verdict.findings] == ["output", "handshake", "exit"]
    assert [one.outcome for one in verdict.findings] == [SKIPPED, SKIPPED, FAIL]
    assert verdict.findings[1].answer.observed == "needs exit, which did not pass"
    assert [one.needs for one in verdict.findings] == [("handshake",), ("exit",), ()]


def test_a_check_that_throws_is_inconclusive_and_says_what_it_stumbled_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def stumble(*_: object) -> None:
        raise KeyError("server")

    monkeypatch.setattr(exit_check, "check", stumble)
    verdict = grade(SUBJECT, [EXIT], GOOD)
    assert verdict.outcome is INCONCLUSIVE
    assert (
        "the check itself failed: KeyError: 'server'; please report it" in verdict.findings[0].answer.observed
    )


def test_a_gate_that_the_reference_passed_is_the_submissions_failure_with_a_diagnosis() -> None:
    verdict = grade(SUBJECT, [EXIT, SHAKE], STUCK, reference=GOOD)
    first, *others = verdict.findings
    assert (first.name, first.outcome, first.max_points) == ("timeline", FAIL, 0)
    assert first.answer.expected == "step 2 of the timeline, wait: {exited: server}"
    assert first.answer.observed == (
        "step 2 was missed: server still runs; "
        "server was still running; blocked in accept4 on server:8001, not returned"
    )
    assert [cite.call for cite in first.answer.cites] == [2]
    assert [one.outcome for one in others] == [FAIL, PASS]
    assert verdict.outcome is FAIL
    assert verdict.notes == ("the reference solution passed the step that this submission missed",)


def test_a_step_of_another_program_tells_the_story_of_both() -> None:
    seen = evidence(steps=missed("client1"), calls=[[connected("client1", C, 5)]])
    answer = grade(SUBJECT, [], seen, reference=GOOD).findings[0].answer
    assert "client1 was still running; its last call: connect to server:8001 = 0" in answer.observed
    assert "server was still running; it made no call on a socket" in answer.observed


def test_a_step_of_no_program_tells_the_story_of_the_submitted_ones() -> None:
    answer = grade(SUBJECT, [], evidence(steps=missed(None)), reference=GOOD).findings[0].answer
    assert "server was still running" in answer.observed


@pytest.mark.parametrize(
    ("reference", "reason"),
    [(STUCK, "the reference solution missed a gate here, too"), (None, "the reference solution was not run")],
)
def test_a_gate_is_not_the_submissions_failure_unless_the_reference_passed(
    reference: Evidence | None, reason: str
) -> None:
    verdict = grade(SUBJECT, [EXIT, SHAKE], STUCK, reference=reference)
    assert [one.outcome for one in verdict.findings] == [INCONCLUSIVE, INCONCLUSIVE, PASS]
    assert verdict.outcome is INCONCLUSIVE
    assert reason in verdict.findings[0].answer.observed
    assert reason in verdict.notes[0]


def test_a_gate_missed_by_the_exercises_own_programs_blames_no_submission() -> None:
    own = {name: replace(fact, submitted=False) for name, fact in PROGRAMS.items()}
    verdict = grade(SUBJECT, [EXIT], replace(STUCK, programs=own), reference=GOOD)
    assert [one.outcome for one in verdict.findings] == [INCONCLUSIVE, INCONCLUSIVE]
    assert "no submission is to blame" in verdict.notes[0]


def test_a_gate_missed_before_anything_handed_in_had_started_blames_no_submission() -> None:
    client_alone = {name: replace(fact, submitted=name == "client1") for name, fact in PROGRAMS.items()}
    seen = replace(STUCK, programs=client_alone, started=frozenset({"server"}))
    verdict = grade(SUBJECT, [EXIT], seen, reference=GOOD)
    assert [one.outcome for one in verdict.findings] == [INCONCLUSIVE, INCONCLUSIVE]
    assert "nothing that was handed in had started by then" in verdict.notes[0]
    assert is_too_early(seen)
    assert not asks_for_reference(seen)


def test_a_gate_missed_after_one_of_the_submissions_programs_had_started_is_not_too_early() -> None:
    assert not is_too_early(replace(STUCK, started=frozenset({"server", "client1"})))
    assert not is_too_early(STUCK)  # of a run that does not tell who has started, nothing is said
    assert not is_too_early(replace(GOOD, started=frozenset({"client9"})))


def test_a_check_of_a_step_that_was_never_reached_is_skipped() -> None:
    queue = spec("queue", host="server", at="then", port=8001, length=2)
    assert outcomes(STUCK, queue, reference=GOOD) == {"timeline": FAIL, "queue": SKIPPED}


def test_trouble_of_the_machine_costs_no_mark_and_is_named() -> None:
    seen = replace(BAD, faults=("host server: the tap is gone",))
    verdict = grade(SUBJECT, [EXIT, SHAKE], seen)
    assert [one.outcome for one in verdict.findings] == [INCONCLUSIVE, INCONCLUSIVE, PASS]
    assert verdict.findings[0].name == "timeline"
    assert "the tap is gone" in verdict.findings[1].answer.observed


def test_trouble_of_the_machine_makes_the_run_inconclusive_though_every_check_passed() -> None:
    verdict = grade(SUBJECT, [EXIT, SHAKE], replace(GOOD, faults=("the tap is gone",)))
    assert (verdict.outcome, verdict.score) == (INCONCLUSIVE, 3.5)


def test_trouble_of_the_machine_excuses_a_missed_gate_though_the_reference_passed() -> None:
    verdict = grade(SUBJECT, [EXIT], replace(STUCK, faults=("disk full",)), reference=GOOD)
    assert [one.outcome for one in verdict.findings] == [INCONCLUSIVE, INCONCLUSIVE]


def test_what_was_missing_and_which_limit_was_hit_are_noted() -> None:
    seen = replace(GOOD, calls_traced=False, limits_hit=(OUTPUT_MET,), unheld={"server": "no tc"})
    notes = grade(SUBJECT, [EXIT], seen).notes
    assert notes[0].startswith("calls were not traced: no strace")
    assert notes[1] == "what server sent was not limited: no tc"
    assert notes[2] == f"limit hit: {OUTPUT_MET}"


def test_what_the_exercise_has_set_is_noted_with_the_values_that_the_kernel_had() -> None:
    asked = {"server": {"net.core.somaxconn": "4", "net.ipv4.tcp_new": "1"}}
    seen = replace(
        GOOD, sysctl_set=asked, sysctl={"server": {"net.core.somaxconn": "4", "net.ipv4.tcp_ecn": "2"}}
    )
    notes = grade(SUBJECT, [EXIT], seen).notes
    assert notes == ("set on server: net.core.somaxconn = 4, net.ipv4.tcp_new = unknown",)


def test_an_ipv6_address_is_told_by_the_name_that_means_it_alone() -> None:
    hosts = HOSTS | {"server": HostFact("server", S.address, address6="fd00::2")}
    said = [
        call("client1", "connect", 1, 2, peer=Endpoint(address, 80))
        for address in ("fd00::2", "fd00::21", "198.18.0.2")
    ]
    check = spec("call", program="client1", call="connect")
    (finding,) = grade(SUBJECT, [check], evidence(hosts=hosts, calls=[said])).findings
    assert [cite.text for cite in finding.answer.cites] == [
        "connect to server.ipv6:80 = 0",
        "connect to [fd00::21]:80 = 0",
        "connect to server:80 = 0",
    ]


def test_a_limit_and_a_traceback_are_part_of_the_diagnosis() -> None:
    seen = replace(
        STUCK,
        exits=(ended("server", 1),),
        outputs=printed("server", "OSError: in use\n", stream="stderr"),
        limits_hit=(OUTPUT_MET,),
    )
    observed = grade(SUBJECT, [], seen, reference=GOOD).findings[0].answer.observed
    assert 'server ended with exit code 1: "OSError: in use"' in observed
    assert f"limit hit: {OUTPUT_MET}" in observed


def test_a_submission_that_cannot_be_run_fails_once_and_skips_the_rest() -> None:
    verdict = submission_verdict(SUBJECT, [EXIT, SHAKE], ["server.py: the file is missing; hand it in"])
    assert [(one.name, one.outcome) for one in verdict.findings] == [
        ("submission", FAIL),
        ("exit", SKIPPED),
        ("handshake", SKIPPED),
    ]
    assert (verdict.outcome, verdict.score, verdict.max_score) == (FAIL, 0, 3.5)
    assert verdict.findings[0].answer.observed == "server.py: the file is missing; hand it in"


def test_addresses_are_told_as_names_of_hosts_and_quoted_text_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = fail(
        expected=f"a SYN from {C.address}",
        observed=f'{S} printed "{S.address}"; {C.address}0 is nobody',
        cites=[Cite(f"SYN {C} > {S}")],
    )
    monkeypatch.setattr(exit_check, "check", lambda _evidence, _params: answer)
    said = grade(SUBJECT, [EXIT], GOOD).findings[0].answer
    assert said.expected == "a SYN from client1"
    assert said.observed == f'server:{S.port} printed "{S.address}"; {C.address}0 is nobody'
    assert [cite.text for cite in said.cites] == [f"SYN client1:{C.port} > server:{S.port}"]


CUT = evidence(
    HANDSHAKE,
    exits=(ended("server"),),
    outputs=printed("server", "x\n"),
    limits_hit=(OUTPUT_MET,),
    used={"server": {"output_bytes": 10.0}},
)
ABSENT = spec("output", program="server", absent="bye")  # cannot be told from an output that was cut


def test_who_fills_the_evidence_does_not_escape_by_it() -> None:
    unjudged = grade(SUBJECT, [ABSENT], CUT)
    assert unjudged.outcome is INCONCLUSIVE  # the reference was not run: it may need as much
    verdict = grade(SUBJECT, [ABSENT], CUT, reference=replace(GOOD, used={"server": {"output_bytes": 3.0}}))
    assert verdict.outcome is FAIL
    assert verdict.findings[0].answer.observed.endswith(f"limit hit: {OUTPUT_MET}")
    assert verdict.notes == (f"limit hit: {OUTPUT_MET}; the reference solution uses 3",)


def test_a_limit_that_the_reference_meets_too_is_nobodys_fault() -> None:
    verdict = grade(SUBJECT, [ABSENT], CUT, reference=CUT)
    assert verdict.outcome is INCONCLUSIVE
    assert verdict.notes == (f"limit hit: {OUTPUT_MET}; the reference solution meets it, too",)


def test_a_limit_of_the_exercises_own_program_is_nobodys_fault() -> None:
    own = {name: replace(fact, submitted=False) for name, fact in PROGRAMS.items()}
    assert grade(SUBJECT, [ABSENT], replace(CUT, programs=own), reference=GOOD).outcome is INCONCLUSIVE


def test_the_reference_is_asked_for_where_blame_is_open() -> None:
    assert not asks_for_reference(GOOD)
    assert asks_for_reference(STUCK)
    assert asks_for_reference(CUT)
    assert not asks_for_reference(replace(CUT, faults=("the tap is gone",)))


NO_REFERENCE = "this is a handout: no reference solution was run to compare this with"


def test_in_a_handout_a_gate_that_was_missed_twice_counts_and_says_that_nothing_was_compared() -> None:
    verdict = grade(SUBJECT, [EXIT, SHAKE], STUCK, reference=Presumed.GOOD)
    assert [one.outcome for one in verdict.findings] == [FAIL, FAIL, PASS]
    assert verdict.notes == (NO_REFERENCE,)


def test_in_a_handout_a_limit_that_was_met_counts_as_one_that_the_reference_does_not_meet() -> None:
    verdict = grade(SUBJECT, [ABSENT], CUT, reference=Presumed.GOOD)
    assert verdict.outcome is FAIL
    assert verdict.notes == (f"limit hit: {OUTPUT_MET}", NO_REFERENCE)


def test_in_a_handout_the_machines_trouble_costs_nothing_either() -> None:
    seen = replace(BAD, faults=("the tap is gone",))
    assert grade(SUBJECT, [EXIT], seen, reference=Presumed.GOOD).outcome is INCONCLUSIVE


def test_a_run_as_it_should_be_notes_no_lack_of_a_reference() -> None:
    assert grade(SUBJECT, [EXIT], GOOD, reference=Presumed.GOOD).notes == ()


def test_a_gate_is_tried_again_unless_the_reference_missed_one_or_had_trouble() -> None:
    assert asks_for_second_run(STUCK, GOOD)
    assert asks_for_second_run(STUCK, Presumed.GOOD)
    assert not asks_for_second_run(CUT, Presumed.GOOD)
    assert not asks_for_second_run(STUCK, STUCK)
    assert not asks_for_second_run(STUCK, replace(GOOD, faults=("the tap is gone",)))
