"""The rules of `link:` become rules of the plan; what cannot act is told at its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kit.errors import ExerciseError
from kit.exercise.loader import load
from kit.exercise.plan import LinkRule, Netem
from kit.exercise.planner import make_plan
from tests.exercise.vocabulary import GOOD

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kit.exercise.loader import Exercise

    Write = Callable[[str | bytes], Path]

RELEASING = GOOD.replace("  - snapshot: both\n", "  - release: later\n  - snapshot: both\n")
ENDS = "from: client1, to: server"


def planned(write: Write, link: str, text: str = GOOD) -> tuple[LinkRule, ...]:
    return make_plan(load(write(text + link)), None, None).link


def faults_of(write: Write, link: str, text: str = GOOD) -> list[str]:
    with pytest.raises(ExerciseError) as raised:
        load(write(text + link))
    return [str(fault).removeprefix("first/exercise.yaml:") for fault in raised.value.faults]


def test_one_rule_may_stand_alone(write: Write) -> None:
    alone = planned(write, f"link: {{{ENDS}, drop: {{segment: 3}}}}\n")
    assert alone == (LinkRule(1, "client1", "server", "drop", "segment", first=3, last=3),)
    assert alone == planned(write, f"link:\n  - {{{ENDS}, drop: {{segment: 3}}}}\n")


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ("delay: {packet: 2, ms: 200}", LinkRule(1, "client1", "server", "delay", first=2, last=2, ms=200)),
        ("duplicate: {datagram: 1}", LinkRule(1, "client1", "server", "duplicate", "datagram")),
        ("reorder: {packet: 2, count: 3}", LinkRule(1, "client1", "server", "reorder", first=2, last=4)),
        ("corrupt: {packet: 2, count: all}", LinkRule(1, "client1", "server", "corrupt", first=2, last=None)),
        ("rate: {bytes_per_s: 500}", LinkRule(1, "client1", "server", "rate", last=None, bytes_per_s=500)),
        (
            "filter: 'udp or ip.src == client1', drop: {packet: 1}",
            LinkRule(
                1,
                "client1",
                "server",
                "drop",
                filter=("any", (("has", "udp"), ("some", "ip.src", "==", "client1"))),
            ),
        ),
    ],
)
def test_a_rule_of_the_file_is_a_rule_of_the_plan(write: Write, said: str, rule: LinkRule) -> None:
    assert planned(write, f"link: {{{ENDS}, {said}}}\n") == (rule,)


def test_a_hold_and_its_release(write: Write) -> None:
    held = planned(write, f"link: {{{ENDS}, hold: {{packet: 2, until: later}}}}\n", RELEASING)
    assert held == (LinkRule(1, "client1", "server", "hold", first=2, last=None, until="later"),)


def test_a_parameter_can_be_in_a_rule(write: Write) -> None:
    (rule,) = planned(write, f'link: {{{ENDS}, filter: "tcp.dstport == ${{port}}", drop: {{packet: 1}}}}\n')
    assert rule.filter == ("some", "tcp.dstport", "==", 8001)


def test_each_rule_gives_the_plan_another_digest_and_none_leaves_it(write: Write, exercise: Exercise) -> None:
    plain = make_plan(exercise, None, None)
    digests = [
        make_plan(load(write(f"{GOOD}link: {{{ENDS}, drop: {{packet: {number}}}}}\n")), None, None)
        for number in (1, 2)
    ]
    assert len({plain.digest, *(plan.digest for plan in digests)}) == 3


def test_a_plan_without_rules_has_the_digest_that_it_had_before_there_were_any(exercise: Exercise) -> None:
    """And before `sysctl`, `ipv6` and whatever else an exercise may leave out: runs of then are runs of now."""
    digest = make_plan(exercise, None, None).digest
    assert digest == "26b1b4dad95139d7404fbf9b3bbd1dc8a2b4ca9b3a7279067d4b49eb83db6aba"


@pytest.mark.parametrize(
    ("link", "fault"),
    [
        ("{from: clint1, to: server, drop: {packet: 1}}", "25:14: unknown host 'clint1'; did you mean 'client1'?"),
        ("{from: server, to: server, drop: {packet: 1}}", "25:26: 'server' uses no link to reach itself; name another host"),
        ("{from: client1, to: server}", "25:7: say what the link does: one of drop, delay, duplicate, reorder, corrupt, hold, rate, netem"),
        ("{from: client1, to: server, drop: {packet: 1}, reorder: {packet: 2}}", "25:7: say what the link does: one of drop, delay, duplicate, reorder, corrupt, hold, rate, netem"),
        ("{from: client1, to: server, drop: {}}", "25:41: say which one: `packet`, `segment` or `datagram` with its number, one of the three"),
        ("{from: client1, to: server, drop: {packet: 1, segment: 1}}", "25:41: say which one: `packet`, `segment` or `datagram` with its number, one of the three"),
        ("{from: client1, to: server, drop: {packet: 0}}", "25:50: expected a whole number from 1 to 1000000, found '0'"),
        ("{from: client1, to: server, drop: {packet: 1, count: none}}", "25:60: expected a whole number from 1 to 1000000 or all, found 'none'"),
        ("{from: client1, to: server, delay: {packet: 1}}", "25:42: 'ms' is missing; expected a number above 0 and at most 2000"),
        ("{from: client1, to: server, delay: {packet: 1, ms: 9000}}", "25:58: expected a number above 0 and at most 2000, found '9000'"),
        ("{from: client1, to: server, dorp: {packet: 1}}", "25:35: unknown key 'dorp'; did you mean 'drop'?"),
        ("{from: client1, to: server, filter: udp, rate: {bytes_per_s: 500}}", "25:7: `rate` is for all packets of the direction; leave `filter` out"),
        ("{from: client1, to: server, filter: 'tcp and', drop: {packet: 1}}", "25:43: column 8: expected a name or `not` or `(`, found the end"),
        ("{from: client1, to: server, filter: tcp.seq == 1, drop: {packet: 1}}", "25:43: 'tcp.seq' cannot be asked for here: the link sees one IPv4 packet, and nothing of its conversation"),
        ("{from: client1, to: server, filter: not arp, drop: {packet: 1}}", "25:43: 'arp' cannot be asked for here: the link sees one IPv4 packet, and nothing of its conversation"),
        ("{from: client1, to: server, filter: ip.src == clint1, drop: {packet: 1}}", "25:43: unknown host 'clint1'; did you mean 'client1'?"),
        ("{from: client1, to: server, netem: {}}", "25:42: say what netem does: loss, delay_ms, duplicate, reorder, corrupt"),
        ("{from: client1, to: server, netem: {seed: 7}}", "25:42: say what netem does: loss, delay_ms, duplicate, reorder, corrupt"),
        ("{from: client1, to: server, netem: {loss: 5}}", "25:49: expected a percentage from 0% to 100%, such as 5% or 0.1%, found '5'"),
        ("{from: client1, to: server, netem: {loss: 101%}}", "25:49: expected a percentage from 0% to 100%, such as 5% or 0.1%, found '101%'"),
        ("{from: client1, to: server, netem: {delay_ms: 10ms}}", "25:53: expected a number above 0 and at most 2000, found '10ms'"),
        ("{from: client1, to: server, netem: {lose: 5%}}", "25:43: unknown key 'lose'; did you mean 'loss'?"),
        ("{from: client1, to: server, netem: {delay_ms: 5, jitter_ms: 6}}", "25:42: `jitter_ms` is around a delay; say `delay_ms`, at least as long"),
        ("{from: client1, to: server, netem: {delay_ms: 1500, jitter_ms: 600}}", "25:42: `delay_ms` and `jitter_ms` together are at most 2000"),
        ("{from: client1, to: server, netem: {reorder: 25%}}", "25:42: `reorder` lets packets overtake those that are delayed; say `delay_ms`, too"),
        ("{from: client1, to: server, netem: {loss: 5%, seed: 0}}", "25:59: expected a whole number from 1 to 4294967295, found '0'"),
        ("{from: client1, to: server, filter: udp, netem: {loss: 5%}}", "25:7: `netem` is for all packets of the direction; leave `filter` out"),
        ("{from: client1, to: server, hold: {packet: 1, until: later}}", "25:60: no step releases 'later'; add '- release: later', or say 'drop' with 'count: all'"),
    ],
)  # fmt: skip
def test_a_rule_that_cannot_be_is_told_at_its_place(write: Write, link: str, fault: str) -> None:
    assert fault in faults_of(write, f"link: {link}\n")


def test_a_release_without_a_hold_is_told(write: Write) -> None:
    assert faults_of(write, "", RELEASING) == ["17:14: unknown hold 'later'"]
    hold = f"link: {{{ENDS}, hold: {{packet: 1, until: latter}}}}\n"
    assert "17:14: unknown hold 'later'; did you mean 'latter'?" in faults_of(write, hold, RELEASING)


def test_a_second_release_is_told(write: Write) -> None:
    twice = RELEASING.replace("  - snapshot: both\n", "  - release: later\n  - snapshot: both\n")
    hold = f"link: {{{ENDS}, hold: {{packet: 1, until: later}}}}\n"
    assert faults_of(write, hold, twice) == ["18:14: 'later' was released already before this step"]


def test_a_rule_whose_packets_another_takes_is_told(write: Write) -> None:
    rules = [f"{{{ENDS}, drop: {{packet: 1}}}}", f"{{{ENDS}, delay: {{packet: 1, ms: 5}}}}"]
    told = (
        "26:5: rule 1 of the link takes these packets, so this one never acts; choose others, or leave it out"
    )
    assert faults_of(write, "link:\n" + "".join(f"  - {rule}\n" for rule in rules)) == [
        told.replace("26", "27")
    ]
    rules[1] = rules[1].replace("packet", "segment")
    assert len(planned(write, "link:\n" + "".join(f"  - {rule}\n" for rule in rules))) == 2


def test_chances_become_a_rule_with_the_seed_of_the_author(write: Write) -> None:
    said = "loss: 5%, delay_ms: 10, jitter_ms: 2, duplicate: 1%, reorder: 25%, corrupt: 0.1%, seed: 7"
    (rule,) = planned(write, f"link: {{{ENDS}, netem: {{{said}}}}}\n")
    netem = Netem(7, "5%", 10, 2, "1%", "25%", "0.1%")
    assert rule == LinkRule(1, "client1", "server", "netem", last=None, netem=netem)


def test_without_a_seed_chances_have_one_from_the_run_and_each_rule_another(write: Write) -> None:
    rules = [f"  - {{{ends}, netem: {{loss: 5%}}}}\n" for ends in (ENDS, "from: server, to: client1")]
    exercise = load(write(f"{GOOD}link:\n{''.join(rules)}"))
    drawn = [
        [rule.netem.seed for rule in make_plan(exercise, None, seed).link if rule.netem]
        for seed in (None, None, "a", "b")
    ]
    assert drawn[0] == drawn[1]
    assert len({seed for seeds in drawn[1:] for seed in seeds}) == 6


def test_exact_rules_may_stand_before_chances_and_chances_only_once(write: Write) -> None:
    rules = [
        f"{{{ENDS}, drop: {{packet: 1}}}}",
        f"{{{ENDS}, rate: {{bytes_per_s: 500}}}}",
        f"{{{ENDS}, netem: {{loss: 5%}}}}",
    ]
    link = "link:\n" + "".join(f"  - {rule}\n" for rule in rules)
    assert [rule.do for rule in planned(write, link)] == ["drop", "rate", "netem"]
    again = f"  - {{{ENDS}, netem: {{delay_ms: 5}}}}\n"
    assert faults_of(write, link + again) == [
        "29:5: rule 3 of the link takes these packets, so this one never acts; choose others, or leave it out"
    ]


def test_a_plan_with_exact_rules_alone_has_the_digest_that_it_had_before_there_were_chances(
    write: Write,
) -> None:
    plan = make_plan(load(write(f"{GOOD}link: {{{ENDS}, drop: {{segment: 3}}}}\n")), None, None)
    assert plan.digest == "1d7acf4830fff9415956bcef8b31180f51f7a5222d19b0f494f77dc1c73a8b2d"
