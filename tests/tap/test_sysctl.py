"""What a host's kernel is set to, in a network namespace of its own: each setting is the namespace's."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from kit.tap import sysctl
from tests.tap.helper import Helper
from tests.tap.test_host import CONFIGURE

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [
    pytest.mark.netns,
    pytest.mark.skipif(os.geteuid() != 0, reason="a namespace without a backend is made by root only"),
]


@pytest.fixture
def tap() -> Iterator[Helper]:
    with Helper("host", ["unshare", "--net"]) as helper:
        helper.until("here")
        yield helper


def test_what_is_asked_is_set_and_read_back_beside_the_standard_ones(tap: Helper) -> None:
    here = sysctl.read(["net.core.somaxconn"])
    asked = {
        "net.core.somaxconn": "4",
        "net.ipv4.ip_local_port_range": "40000 41000",
        "net.ipv4.tcp_ecn": "0",
    }
    tap.tell({**CONFIGURE, "sysctl": asked})
    told = tap.until("ready").head["sysctl"]
    assert asked.items() <= told.items()
    assert set(sysctl.read(sysctl.STANDARD)) - set(told) <= {"net.core.somaxconn"}
    assert "fault" not in [message.head["event"] for message in tap.seen]
    assert sysctl.read(["net.core.somaxconn"]) == here  # this machine's own is not touched


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        (
            "net.ipv4.tcp_no_such",
            "1",
            "sysctl: net.ipv4.tcp_no_such cannot be 1 here: No such file or directory",
        ),
        ("net.core.rmem_max", "9", "sysctl: net.core.rmem_max cannot be 9 here: Permission denied"),
        (
            "net.ipv4.tcp_syn_retries",
            "900",
            "sysctl: net.ipv4.tcp_syn_retries cannot be 900 here: Invalid argument",
        ),
        ("net.ipv4.tcp_ecn", "0x1", "sysctl: net.ipv4.tcp_ecn is 1 and not 0x1, as it was set"),
    ],
)
def test_what_this_kernel_does_not_take_is_a_fault_and_the_tap_goes_on(
    tap: Helper, name: str, value: str, fault: str
) -> None:
    tap.tell({**CONFIGURE, "sysctl": {name: value}})
    assert tap.until("fault").head["text"] == fault
    tap.until("ready")
