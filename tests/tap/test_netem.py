"""Chances on a link: the commands as values, and netem itself where this kernel has it."""

from __future__ import annotations

import os
import subprocess
import time
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from kit.backends.base import TRY_NETEM
from kit.tap import netem
from tests.tap.helper import Helper
from tests.tap.test_forwarder import OWN, PEER, FarEnd, captured, ready, tell_link

if TYPE_CHECKING:
    from pathlib import Path

NOTHING: dict[str, Any] = {"delay_ms": 0, "jitter_ms": 0, "seed": 7, **dict.fromkeys(netem.CHANCES, "")}
in_a_namespace = [
    pytest.mark.netns,
    pytest.mark.skipif(os.geteuid() != 0, reason="a namespace without a backend is made by root only"),
]
# In netem's place a queue that every kernel has, and that loses nothing: shows the way through the pair of veth
QUEUES = """\
#!/bin/sh
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
case "$*" in *seed*) echo 'What is "seed"?' >&2; exit 1;; *add*netem*) exec tc qdisc add dev "$4" root pfifo limit 100;; esac
exec tc "$@"
"""


@cache
def has_netem() -> bool:
    return subprocess.run(["unshare", "--net", *TRY_NETEM], capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"loss": "5%"}, "loss 5% seed 7"),
        ({"delay_ms": 10}, "delay 10ms seed 7"),
        ({"delay_ms": 0.25, "jitter_ms": 0.05}, "delay 0.25ms 0.05ms seed 7"),
        (
            {"loss": "5%", "delay_ms": 10, "jitter_ms": 2, "duplicate": "1%", "reorder": "25%", "corrupt": "0.1%"},
            "delay 10ms 2ms loss 5% duplicate 1% reorder 25% corrupt 0.1% seed 7",
        ),
    ],
)  # fmt: skip
def test_what_an_author_wrote_in_the_words_of_tc(said: dict[str, Any], words: str) -> None:
    assert " ".join(netem.asked({**NOTHING, **said})) == words
    assert " ".join(netem.asked({**NOTHING, **said}, seeded=False)) == words.removesuffix(" seed 7")


def test_the_commands_that_put_it_between_the_rules_and_the_wire() -> None:
    near, far = netem.ends(0)
    assert (near, far) == ("kit-netem0", "kit-netem0-out")
    assert netem.pair(near, far, 1500) == [
        "link add kit-netem0 mtu 1500 type veth peer name kit-netem0-out mtu 1500",
        "link set kit-netem0 up",
        "link set kit-netem0-out up",
    ]
    command = " ".join(netem.command(near, ["loss", "5%"]))
    assert command == "tc qdisc add dev kit-netem0 root netem limit 20000 loss 5%"
    assert all(len(name) < 16 for name in netem.ends(99))  # IFNAMSIZ of linux/if.h


class TestInANamespace:
    pytestmark = in_a_namespace

    def told(self, tap: Helper, **said: Any) -> dict[str, Any]:
        ready(tap)
        tell_link(tap, netem={**NOTHING, **said})
        return self.of(tap)[0]

    def of(self, tap: Helper) -> list[dict[str, Any]]:
        return [message.head for message in tap.seen if message.head["event"] == "netem"]

    def settle(self, tap: Helper) -> None:
        """Have the tap look at what has left, and at what has come out."""
        for number in (7, 8):
            tap.tell({"do": "snapshot", "id": number})
            tap.until("sockets")

    def test_what_goes_through_it_is_captured_once_as_it_left_and_comes_out_for_the_peer(
        self, tmp_path: Path
    ) -> None:
        (tmp_path / "tc").write_text(QUEUES, encoding="utf-8")
        (tmp_path / "tc").chmod(0o755)
        with Helper(
            "host", ["unshare", "--net"], {"PATH": f"{tmp_path}:/usr/sbin:/usr/bin:/sbin:/bin"}
        ) as tap:
            about = self.told(tap, delay_ms=200)
            assert (about["asked"], about["seeded"], "refused" in about) == (
                "delay 200ms seed 7",
                False,
                False,
            )
            with FarEnd(tap) as far:
                far.send("abc")
                assert far.hears(3) == "abc"
                tap.tell({"do": "snapshot", "id": 3})
                assert tap.until("sockets").head["under_way"] in (
                    0,
                    3,
                )  # the longest delay may have passed here
            left = captured(tap)
            assert self.of(tap)[-1] == {"event": "netem", "to": "server", "put_in": 3, "came_out": 3}
        assert [frame[42:43] for frame in left] == [b"a", b"b", b"c"]
        assert {frame[:12] for frame in left} == {PEER + OWN}

    def test_all_is_lost_and_the_sender_has_what_it_sent_or_the_kernel_says_that_it_has_no_netem(
        self,
    ) -> None:
        with Helper("host", ["unshare", "--net"]) as tap:
            about = self.told(tap, loss="100%")
            if not has_netem():
                assert (about["took"], about["seeded"]) == ("", False)
                assert about["refused"]
                return
            assert " loss 100%" in about["took"]
            with FarEnd(tap) as far:
                far.send("abc")
                self.settle(tap)
                left = captured(tap)
            assert [frame[42:43] for frame in left] == [b"a", b"b", b"c"]
            assert self.of(tap)[-1] == {"event": "netem", "to": "server", "put_in": 3, "came_out": 0}

    def test_a_delay_is_waited_for_and_told_as_under_way(self) -> None:
        with Helper("host", ["unshare", "--net"]) as tap:
            about = self.told(tap, delay_ms=500)
            assert ("refused" in about) != has_netem()
            if "refused" in about:
                return
            with FarEnd(tap) as far:
                began = time.monotonic()
                far.send("a")
                tap.tell({"do": "snapshot", "id": 3})
                assert tap.until("sockets").head["under_way"] == 1
                assert far.hears(1) == "a"
                assert time.monotonic() - began >= 0.5

    def test_twice_and_corrupt_each_once_in_the_senders_capture(self) -> None:
        with Helper("host", ["unshare", "--net"]) as tap:
            about = self.told(tap, duplicate="100%", corrupt="100%")
            assert ("refused" in about) != has_netem()
            if "refused" in about:
                return
            with FarEnd(tap) as far:
                far.send("a" * 50)
                self.settle(tap)
                left = captured(tap)
            assert [frame[42:43] for frame in left] == [b"a"] * 50
            assert self.of(tap)[-1] == {"event": "netem", "to": "server", "put_in": 50, "came_out": 100}
