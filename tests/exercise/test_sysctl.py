"""`sysctl:` becomes part of the plan; a name that is no host's or a setting that kit refuses is told at its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kit.errors import ExerciseError
from kit.exercise.loader import load
from kit.exercise.planner import make_plan
from tests.exercise.vocabulary import GOOD

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kit.exercise.plan import Plan

    Write = Callable[[str | bytes], Path]

LINE = GOOD.count("\n") + 1


def planned(write: Write, text: str) -> Plan:
    return make_plan(load(write(GOOD + text)), None, None)


def test_settings_are_the_plans_by_host_with_parameters_filled_in(write: Write) -> None:
    plan = planned(
        write,
        'sysctl: {server: {net.core.somaxconn: 4, net.ipv4.ip_local_port_range: "${port} 30000"}, client1: {}}\n',
    )
    assert plan.sysctl == {
        "server": {"net.core.somaxconn": "4", "net.ipv4.ip_local_port_range": "8001 30000"}
    }


def test_a_setting_gives_the_plan_another_digest(write: Write) -> None:
    digests = [
        planned(write, text).digest
        for text in (
            "sysctl: {}\n",
            "sysctl: {server: {net.core.somaxconn: 4}}\n",
            "sysctl: {server: {net.core.somaxconn: 5}}\n",
            "sysctl: {client1: {net.core.somaxconn: 4}}\n",
        )
    ]
    assert len(set(digests)) == 4
    assert planned(write, "sysctl: {server: {}}\n").sysctl == {}


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ("{sever: {net.core.somaxconn: 4}}", "10: unknown host 'sever'; did you mean 'server'?"),
        *(
            (f"{{server: {{{name}: 1}}}}", (f"19: expected a setting below net., such as net.core.somaxconn or "
             f"net.ipv4.tcp_syn_retries as key, found '{name}'"))
            for name in (
                "kernel.shmmax",
                "net.ipv4.conf.eth0.rp_filter",
                "net.ipv6.conf.all.disable_ipv6",
                "net.ipv4/tcp_syn_retries",
                "net.ipv4...tcp_syn_retries",
            )
        ),
        (
            '{server: {net.core.somaxconn: "4\\n5"}}',
            "39: expected a value such as 4 or 32768 60999, found '4\\n5'",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_told_at_its_place(write: Write, said: str, fault: str) -> None:
    with pytest.raises(ExerciseError) as raised:
        load(write(f"{GOOD}sysctl: {said}\n"))
    assert [str(one).partition(".yaml:")[2] for one in raised.value.faults] == [f"{LINE}:{fault}"]
