"""The contract of kit/backends/base.py. A backend is one more row of BACKENDS, and passes all of this."""

from __future__ import annotations

import importlib
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from kit.backends import payload
from kit.packets.model import Flags
from tests.backends.contract import (
    CLIENT,
    SERVER,
    Heard,
    capture,
    cleaned,
    own_resources,
    plan,
    running,
    start,
)

if TYPE_CHECKING:
    from kit.backends.base import Backend

BACKENDS = [
    pytest.param(name, marks=[getattr(pytest.mark, name), pytest.mark.leftovers(name)])
    for name in ("docker", "netns")
]


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> Backend:
    made: Backend = importlib.import_module(f"kit.backends.{request.param}").backend()
    return made


def test_two_hosts_talk_by_name_and_every_program_tells_output_and_exit(backend: Backend) -> None:
    with running(backend, plan({"server": SERVER, "client": CLIENT})) as (lab, heard):
        start(lab, "server")
        heard.prints("server", "listening")
        start(lab, "client")
        for name in ("client", "server"):
            exited = heard.one(("program", name), "exited")
            assert exited.head is not None
            assert exited.head["code"] == 0, heard.output(name, "stderr")
        assert heard.output("client") == "sent\nHELLO\n"
        assert heard.output("server") == f"listening\naccepted {lab.plan.address_of('client')}\n"


def test_a_program_of_many_bytes_is_there_whole_before_it_starts(backend: Backend) -> None:
    """A container's stream takes no more than a socket's buffer before it starts."""
    counts = b"print(sum(map(len, open(__file__, 'rb'))))\n#" + b"x" * (1 << 20)
    with running(backend, plan({"counts": counts})) as (lab, heard):
        start(lab, "counts")
        heard.one(("program", "counts"), "exited")
        assert heard.output("counts") == f"{len(counts)}\n"


def test_both_captures_have_the_first_syn_and_the_last_fin(backend: Backend) -> None:
    with running(backend, plan({"server": SERVER, "client": CLIENT})) as (lab, heard):
        start(lab, "server")
        heard.prints("server", "listening")
        start(lab, "client")
        for name in ("client", "server"):
            heard.one(("program", name), "exited")
        for host in ("client", "server"):
            segments = [packet.tcp for packet in capture(lab, heard, host) if packet.tcp is not None]
            assert segments[0].flags == Flags.SYN
            assert sum(Flags.FIN in segment.flags for segment in segments) == 2
            assert segments[-1].flags == Flags.ACK  # of the second FIN


def test_a_frozen_program_is_held_while_its_kernel_goes_on_and_a_thaw_releases_it(backend: Backend) -> None:
    with running(backend, plan({"server": SERVER, "client": CLIENT})) as (lab, heard):
        start(lab, "server")
        heard.prints("server", "listening")
        lab.freeze("server")
        start(lab, "client")
        heard.prints("client", "sent")  # connected and sent: the server's kernel answered
        thawed_ns = time.time_ns()
        lab.thaw("server")
        assert heard.printed_ns("server", "accepted") > thawed_ns
        heard.prints("client", "HELLO")


def test_two_programs_share_one_host(backend: Backend) -> None:
    local = CLIENT.replace(b'"server"', b'"127.0.0.1"')
    with running(backend, plan({"server": SERVER, "client": local}, {"client": "server"})) as (lab, heard):
        start(lab, "server")
        heard.prints("server", "listening")
        start(lab, "client")
        heard.prints("client", "HELLO")
        heard.prints("server", "accepted 127.0.0.1")


def test_two_labs_at_once_do_not_meet(backend: Backend) -> None:
    chosen = plan({"server": SERVER, "client": CLIENT})
    with running(backend, chosen) as (first, heard_first), running(backend, chosen) as (second, heard_second):
        for lab, heard in ((first, heard_first), (second, heard_second)):
            start(lab, "server")
            heard.prints("server", "listening")
        start(second, "client")
        heard_second.prints("server", f"accepted {second.plan.address_of('client')}")
        heard_second.one(("program", "server"), "exited")
        assert "accepted" not in heard_first.output("server")
        start(first, "client")
        heard_first.prints("server", f"accepted {first.plan.address_of('client')}")


def test_a_program_reaches_nothing_but_its_lab(backend: Backend) -> None:
    curious = b"""\
import socket
for address in ("192.0.2.1", "169.254.169.254"):
    try:
        socket.create_connection((address, 80), timeout=20)
    except OSError as error:
        print(address, error.strerror)
"""
    with running(backend, plan({"curious": curious})) as (lab, heard):
        start(lab, "curious")
        heard.one(("program", "curious"), "exited")
        # at once, for want of a route: neither a timeout nor an answer
        unreachable = "Network is unreachable"
        assert heard.output("curious") == f"192.0.2.1 {unreachable}\n169.254.169.254 {unreachable}\n"


def test_a_program_has_no_capability_and_sees_no_process_of_the_kit(backend: Backend) -> None:
    nosy = b"""\
import os, pathlib
fields = dict(line.split(":", 1) for line in pathlib.Path("/proc/self/status").read_text().splitlines())
print("effective", int(fields["CapEff"], 16), "new privileges", 1 - int(fields["NoNewPrivs"]))
for process in filter(str.isdigit, os.listdir("/proc")):
    try:
        os.kill(int(process), 0)
        os.listdir(f"/proc/{process}/fd")
    except OSError:
        continue
    command = pathlib.Path(f"/proc/{process}/cmdline").read_bytes()
    if b"kit.tap" in command or b"strace" in command:
        print("reached", command)
"""
    with running(backend, plan({"nosy": nosy})) as (lab, heard):
        start(lab, "nosy")
        heard.one(("program", "nosy"), "exited")
        assert heard.output("nosy") == "effective 0 new privileges 0\n", heard.output("nosy", "stderr")


def test_a_killed_program_tells_its_signal_and_can_be_started_again(backend: Backend) -> None:
    with running(backend, plan({"server": SERVER})) as (lab, heard):
        start(lab, "server")
        heard.prints("server", "listening")
        lab.send(("program", "server"), {"do": "signal", "name": "KILL"})
        exited = heard.one(("program", "server"), "exited")
        assert exited.head is not None
        assert exited.head["signal"] == "SIGKILL"
        heard.messages.clear()
        start(lab, "server")
        heard.prints("server", "listening")


def test_a_helper_that_breaks_says_why_and_messages_to_it_are_no_error(backend: Backend) -> None:
    with running(backend, plan({"server": SERVER, "client": CLIENT})) as (lab, heard):
        lab.send(("program", "client"), {"do": "nonsense"})
        assert b"nonsense" in heard.end(("program", "client"))
        start(lab, "client")
        lab.send(("host", "client"), {"do": "nonsense"})
        assert b"nonsense" in heard.end(("host", "client"))
        start(lab, "server")
        heard.prints("server", "listening")  # the others go on


def test_a_program_comes_after_kit_where_processors_are_short(backend: Backend) -> None:
    with running(backend, plan({"server": b"import os\nprint('nice', os.nice(0))\n"})) as (lab, heard):
        start(lab, "server")
        heard.prints("server", f"nice {payload.NICE}")


def test_after_the_lab_this_process_has_its_threads_and_descriptors_back(backend: Backend) -> None:
    with running(backend, plan({"server": SERVER, "client": CLIENT})):
        pass  # what a backend keeps for its next run is there by now
    before = own_resources()
    with running(backend, plan({"server": SERVER, "client": CLIENT})) as (lab, heard):
        start(lab, "server")
        heard.prints("server", "listening")
        lab.freeze("server")  # a frozen program goes, too
    assert own_resources() == before
    assert cleaned(backend) == []


def test_every_stream_has_ended_when_the_lab_has(backend: Backend) -> None:
    with running(backend, plan({"server": SERVER, "client": CLIENT})) as (lab, heard):
        start(lab, "server")
    ended: list[tuple[str, str]] = []
    while not heard.inbox.empty():
        arrived = heard.inbox.get_nowait()
        ended += [arrived.source] if arrived.head is None else []
    kinds = [(kind, name) for kind in ("host", "program") for name in ("client", "server")]
    assert sorted(ended) == kinds


def test_an_exception_in_the_run_passes_unchanged_and_the_lab_goes_all_the_same(backend: Backend) -> None:
    def fail() -> None:
        with running(backend, plan({"server": SERVER})):
            raise ConnectionResetError("of the lab's own")

    with pytest.raises(ConnectionResetError, match=r"of the lab's own"):
        fail()
    assert cleaned(backend) == []


KIT = """\
import importlib, sys
from tests.backends.contract import SERVER, plan, running, start
backend = importlib.import_module(sys.argv[1]).backend()
with running(backend, plan({"server": SERVER, "client": SERVER})) as (lab, heard):
    start(lab, "server", "client")
    heard.prints("server", "listening")
    lab.freeze("server")
    print("up", flush=True)
    sys.stdin.read()
"""


def test_a_kit_that_was_killed_leaves_nothing_that_clean_does_not_find(backend: Backend) -> None:
    module = f"kit.backends.{backend.name}"
    with subprocess.Popen(
        [sys.executable, "-c", KIT, module], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as kit:
        assert kit.stdout is not None
        assert kit.stdout.readline() == "up\n"
        alive = Heard()
        with backend.up(plan({"server": SERVER}), alive.inbox):
            assert cleaned(backend) == []  # both kits live: nothing of theirs is touched
            kit.send_signal(signal.SIGKILL)
            kit.wait()
            cleaned(backend)
            alive.one(("host", "server"), "ready")
    assert cleaned(backend) == []


def test_a_plan_whose_command_is_missing_is_told_by_the_program_not_by_the_backend(backend: Backend) -> None:
    with running(backend, plan({"lost": ("no-such-command",)})) as (lab, heard):
        start(lab, "lost")
        exited = heard.one(("program", "lost"), "exited")
        assert exited.head is not None
        assert exited.head["code"] != 0


def test_requirements_are_met_and_versions_name_what_shapes_evidence(backend: Backend) -> None:
    assert all(need.present and need.name and need.detail for need in backend.requirements() if need.needed)
    versions = backend.versions()
    assert {"kernel", "python", "strace", "tcpdump"} <= set(versions)
    assert all(versions.values())


def test_freezing_what_is_gone_is_no_error_its_stream_has_told(backend: Backend) -> None:
    with running(backend, plan({"server": SERVER})) as (lab, heard):
        lab.send(("program", "server"), {"do": "nonsense"})
        heard.end(("program", "server"))
        lab.freeze("server")
        lab.thaw("server")
