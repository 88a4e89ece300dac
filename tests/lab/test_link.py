"""What the taps are told of a link: by host and direction, with the addresses of this run."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from kit.backends.fake import FakeBackend
from kit.evidence import store
from kit.evidence.model import LinkAct
from kit.exercise.plan import LinkRule, Netem
from kit.lab import timeline
from kit.lab.link import holding, orders
from kit.lab.run import run, run_facts
from tests.lab import scene

if TYPE_CHECKING:
    from pathlib import Path

    from kit.evidence.model import Evidence
    from kit.exercise.plan import Plan

MACS = {"server": "02:42:c6:12:00:02", "client": "02:42:c6:12:00:03"}
TO_SERVER = (
    LinkRule(1, "client", "server", "drop", "segment", first=3, last=3),
    LinkRule(2, "client", "server", "rate", last=None, bytes_per_s=1000),
)
BACK = LinkRule(3, "server", "client", "hold", first=2, last=None, until="later")
HOST = ("host", "client")


def with_link(*rules: LinkRule) -> Plan:
    return replace(scene.plan([]), link=rules)


def test_rules_go_to_the_host_that_sends_by_direction() -> None:
    told = orders(with_link(*TO_SERVER, BACK), MACS)
    rest = {"filter": None, "ms": 0, "until": ""}
    assert told["client"] == [
        {
            "to": "server",
            "address": "198.18.0.2",
            "mac": MACS["server"],
            "bytes_per_s": 1000,
            "netem": None,
            "rules": [[1, {"do": "drop", "counts": "segment", "first": 3, "last": 3, **rest}]],
        }
    ]
    held = {**rest, "do": "hold", "counts": "packet", "first": 2, "last": None, "until": "later"}
    assert told["server"][0]["rules"] == [[3, held]]
    assert orders(with_link(), MACS) == {}


def test_a_filters_hosts_have_their_addresses_in_this_run() -> None:
    tree = (
        "all",
        (
            ("some", "ip.src", "==", "client"),
            ("not", ("any", (("has", "udp"), ("among", "ip.dst", (("server", "server"),))))),
            ("every", "tcp.port", "!=", 80),
        ),
    )
    told = orders(with_link(replace(TO_SERVER[0], filter=tree)), MACS)
    assert told["client"][0]["rules"][0][1]["filter"] == [
        "all",
        [
            ["some", "ip.src", "==", "198.18.0.3"],
            ["not", ["any", [["has", "udp"], ["among", "ip.dst", [["198.18.0.2", "198.18.0.2"]]]]]],
            ["every", "tcp.port", "!=", 80],
        ],
    ]


def test_a_release_is_for_the_hosts_that_hold_until_then() -> None:
    assert holding(with_link(*TO_SERVER, BACK, BACK), "later") == ["server"]
    assert holding(with_link(*TO_SERVER), "later") == []


def played(folder: Path, plan: Plan, backend: FakeBackend) -> Evidence:
    with store.Recorder(folder, run_facts(plan, backend)) as recorder:
        run(plan, backend, recorder, lambda _text: None)
    return store.load(folder)


def test_what_the_link_did_is_evidence_and_a_release_is_told_to_its_taps(tmp_path: Path) -> None:
    plan = replace(scene.plan([scene.step(1, "release", until="later")]), link=(*TO_SERVER, BACK))
    act = {"event": "link", "to": "server", "what": "dropped", "packet": 4, "rule": 1, "time_ns": 17}
    backend = FakeBackend({(*HOST, "link"): [({"event": "done"}, b""), (act, b"")]})
    seen = played(tmp_path / "run", plan, backend)
    assert seen.link_acts == (LinkAct("client", "server", "dropped", 4, 1, 17),)
    assert [step.outcome for step in seen.steps] == ["done"]
    told = [(source, head) for source, head, _ in backend.labs[0].told if head["do"] in ("link", "release")]
    assert [(source[1], head["do"]) for source, head in told] == [
        ("client", "link"),
        ("server", "link"),
        ("server", "release"),
    ]
    assert told[-1][1]["until"] == "later"


def test_a_plan_without_rules_tells_no_tap_of_a_link(tmp_path: Path) -> None:
    backend = FakeBackend()
    seen = played(tmp_path / "run", scene.plan([]), backend)
    assert seen.link_acts == ()
    assert not any(head["do"] == "link" for _, head, _ in backend.labs[0].told)


@pytest.mark.parametrize("do", ["link", "release"])
def test_a_tap_that_does_not_answer_is_trouble_of_the_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, do: str
) -> None:
    monkeypatch.setattr(timeline, "HELPER_LIMIT_S", 0.2)
    plan = replace(scene.plan([scene.step(1, "release", until="later")]), link=(BACK,))
    seen = played(tmp_path / "run", plan, FakeBackend({("host", "server", do): []}))
    assert len(seen.faults) == 1


def test_a_run_waits_for_what_the_link_delays(tmp_path: Path) -> None:
    table = {"event": "sockets", "time_ns": 3, "rows": []}
    plan = replace(scene.plan([]), link=(replace(TO_SERVER[0], do="delay", ms=200),))
    late = [({**table, "under_way": 1}, b"")]
    backend = FakeBackend({(*HOST, "snapshot"): late})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kit.lab.run.SETTLE_LIMIT_S", 0.2)
        played(tmp_path / "run", plan, backend)
    asked = [head for source, head, _ in backend.labs[0].told if head["do"] == "snapshot" and source == HOST]
    assert len(asked) > 3  # it asked again and again, until it gave up


CHANCES = LinkRule(
    2, "client", "server", "netem", last=None, netem=Netem(7, loss="5%", delay_ms=10, corrupt="1%")
)
ASKED = {"event": "netem", "to": "server", "asked": "delay 10ms loss 5% corrupt 1% seed 7"}
DONE: tuple[dict[str, Any], bytes] = ({"event": "done"}, b"")


def test_chances_go_with_the_rules_of_their_direction() -> None:
    (direction,) = orders(with_link(TO_SERVER[0], CHANCES), MACS)["client"]
    assert [number for number, _ in direction["rules"]] == [1]
    rest = {"jitter_ms": 0, "duplicate": "", "reorder": ""}
    assert direction["netem"] == {"seed": 7, "loss": "5%", "delay_ms": 10, "corrupt": "1%", **rest}


def test_what_was_asked_of_netem_what_the_kernel_took_and_what_came_out_is_in_run_json(
    tmp_path: Path,
) -> None:
    took = {
        **ASKED,
        "took": "qdisc netem 8001: root limit 20000 delay 10ms loss 5% corrupt 1%",
        "seeded": False,
    }
    counts = {"event": "netem", "to": "server", "put_in": 9, "came_out": 8}
    captured = {"event": "captured", "packets": 0, "dropped": 0, "truncated": False}
    script = {
        (*HOST, "link"): [(took, b""), DONE],
        (*HOST, "finish"): [(counts, b""), (captured, b"")],
    }
    seen = played(tmp_path / "run", with_link(CHANCES), FakeBackend(script))
    assert seen.faults == ()
    told = store.load_facts(tmp_path / "run")["netem"]
    assert told == {
        "client": {
            "server": {
                "from_mac": "",
                **{name: took[name] for name in ("asked", "took", "seeded")},
                "put_in": 9,
                "came_out": 8,
            }
        }
    }


def test_a_kernel_without_netem_ends_the_run_before_it_begins_with_place_fault_and_remedy(
    tmp_path: Path,
) -> None:
    refused = {**ASKED, "took": "", "seeded": False, "refused": "Error: Specified qdisc kind is unknown."}
    backend = FakeBackend({(*HOST, "link"): [(refused, b""), DONE]})
    plan = replace(scene.plan([scene.step(1, "snapshot", name="both")]), link=(CHANCES,))
    seen = played(tmp_path / "run", plan, backend)
    told = (
        "link: rule 2, from client to server, asks for netem, which the hosts' kernel does not do: Error: Specified qdisc "
        "kind is unknown; load its module (sudo modprobe sch_netem) or run where `kit doctor` finds netem"
    )
    assert seen.faults == (told,)
    assert seen.steps == ()
    assert store.load_facts(tmp_path / "run")["netem"]["client"]["server"]["refused"]
