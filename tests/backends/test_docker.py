"""What is Docker's alone: remote engines, an engine that vanishes, subnets that are taken, what is not ours."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import docker.errors
import pytest
import requests
from docker.api import APIClient

from kit import image
from kit.backends import _docker_lab, _docker_owner
from kit.backends import _docker_shapes as shapes
from kit.backends._docker_engine import Engine, connect_here
from kit.backends._docker_lab import remove_all
from kit.backends.docker import DockerBackend
from kit.errors import BackendError, UnstoppableError
from tests.backends.contract import SERVER, WITHIN_S, Heard, cleaned, plan, running, start
from tests.backends.proxy import Proxy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from ipaddress import IPv4Network

pytestmark = [pytest.mark.docker, pytest.mark.leftovers("docker")]
ROOT = Path(__file__).parents[2]


@pytest.fixture
def engine() -> Iterator[Engine]:
    with connect_here() as engine:
        yield engine


@pytest.fixture
def proxy(engine: Engine) -> Iterator[Proxy]:
    scheme, _, path = engine.endpoint.host.partition("://")
    if scheme != "unix":
        pytest.skip(f"the engine is remote already: {engine.endpoint}")
    with Proxy(path) as proxy:
        yield proxy


REMOTE = """\
mount -t tmpfs files {folder} && mount -t tmpfs hidden {sockets} && tar -x -C {folder} && cd {folder} &&
exec {python} -c '
from kit.backends.docker import backend
from tests.backends.contract import CLIENT, SERVER, plan, running, start
with running(backend(), plan({{"server": SERVER, "client": CLIENT}})) as (lab, heard):
    start(lab, "server")
    heard.prints("server", "listening")
    lab.freeze("server")
    start(lab, "client")
    heard.prints("client", "sent")
    lab.thaw("server")
    heard.prints("client", "HELLO")
    print(__import__("kit").__file__)
'
"""


def test_an_engine_over_tcp_that_sees_no_file_of_ours_runs_the_lab(proxy: Proxy, tmp_path: Path) -> None:
    folder = tmp_path / "private"
    folder.mkdir()
    files = subprocess.run(
        ["tar", "-c", "kit", "tests", "compose"], cwd=ROOT, stdout=subprocess.PIPE, check=True
    ).stdout
    # A mount namespace of the client's own: what it has on these tmpfs, the engine cannot see.
    private = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]
    script = REMOTE.format(folder=folder, sockets="/run", python=sys.executable)
    environment = {**os.environ, "DOCKER_HOST": proxy.url, "PYTHONPATH": str(folder)}
    ran = subprocess.run(
        [*private, "sh", "-c", script], input=files, env=environment, capture_output=True, check=False
    )
    assert ran.returncode == 0, ran.stderr.decode()
    assert ran.stdout.decode().strip() == f"{folder}/kit/__init__.py"
    assert list(folder.iterdir()) == []  # it was all on the client's tmpfs
    assert proxy.connections > 5


def test_an_engine_that_vanishes_ends_every_stream_and_the_run_with_its_name(
    proxy: Proxy, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", proxy.url)
    runs: list[str] = []
    heard = Heard()

    def lose() -> None:
        with DockerBackend().up(plan({"server": SERVER}), heard.inbox) as lab:
            assert isinstance(lab, _docker_lab.DockerLab)
            runs.append(lab.run.identity)
            heard.one(("program", "server"), "ready")
            proxy.cut()
            heard.end(("program", "server"))
            heard.end(("host", "server"))
            start(lab, "server")  # no error: the stream's end has told
            lab.freeze("server")

    try:
        with pytest.raises(BackendError, match=f"{proxy.url}.*DOCKER_HOST") as raised:
            lose()
        assert raised.value.remedy
    finally:
        for run in runs:
            remove_all(engine, run)


def test_without_the_image_nothing_is_made_and_the_command_is_named(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = replace(image.recipe(), text="FROM nothing")
    monkeypatch.setattr(image, "recipe", lambda: recipe)
    backend = DockerBackend()
    with (
        pytest.raises(BackendError, match="is missing") as raised,
        running(backend, plan({"server": SERVER})),
    ):
        pass
    assert raised.value.remedy == "kit image build"
    lacking = [need for need in backend.requirements() if need.needed and not need.present]
    assert [(need.name, need.remedy) for need in lacking] == [("host image", "kit image build")]
    me = str(_docker_owner.this_process())
    assert engine.client.networks(filters={"label": f"{_docker_owner.OWNER_LABEL}={me}"}) == []


@pytest.fixture
def taken(engine: Engine) -> Iterator[IPv4Network]:
    """Give a subnet that another network has."""
    subnet = shapes.random_subnet(28)
    run = shapes.Run("taken", "", {"wirekit": "1"})
    made = engine.client.create_network(**shapes.network(run, subnet, engine.api))
    yield subnet
    engine.client.remove_network(made["Id"])


def test_a_subnet_that_is_taken_is_passed_over(taken: IPv4Network, monkeypatch: pytest.MonkeyPatch) -> None:
    free = shapes.random_subnet(28)
    drawn = iter([taken, taken, free])
    monkeypatch.setattr(shapes, "random_subnet", lambda _prefix: next(drawn))
    with running(DockerBackend(), plan({"server": SERVER})) as (lab, _):
        assert lab.plan.subnet == free


def test_no_free_subnet_is_the_machines_trouble(taken: IPv4Network, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shapes, "random_subnet", lambda _prefix: taken)
    monkeypatch.setattr(_docker_lab, "SUBNET_TRIES", 3)
    with (
        pytest.raises(BackendError, match=r"no free subnet of 198\.18\.0\.0/15 in 3 tries"),
        running(DockerBackend(), plan({"server": SERVER})),
    ):
        pass


def test_clean_leaves_alone_what_another_machines_kit_made(engine: Engine) -> None:
    owner = replace(_docker_owner.this_process(), machine="another", started="1")
    run = shapes.Run("foreign", "", _docker_owner.labels("foreign", owner))
    made = engine.client.create_network(**shapes.network(run, shapes.random_subnet(28), engine.api))
    try:
        assert cleaned(DockerBackend()) == []
        assert engine.client.networks(ids=[made["Id"]])
    finally:
        engine.client.remove_network(made["Id"])


def test_clean_finds_a_dead_kits_container_that_has_no_network(engine: Engine) -> None:
    """An engine goes on making what a kit that died had asked for, and may be done after its network went."""
    owner = replace(_docker_owner.this_process(), started="1")
    labels = _docker_owner.labels("lonely", owner)
    made = engine.client.create_container(image.find(engine), ["true"], name="wirekit-lonely", labels=labels)
    try:
        assert "docker container wirekit-lonely" in cleaned(DockerBackend())
        assert engine.client.containers(all=True, filters={"id": made["Id"]}) == []
    finally:
        remove_all(engine, "lonely")


def test_a_network_is_removed_as_soon_as_the_engine_lets_go_of_its_links(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    really, asked = APIClient.remove_network, []

    def slow(client: APIClient, network: str) -> None:
        asked.append(network)
        if len(asked) < 3:
            response = requests.Response()
            response.status_code = 403
            raise docker.errors.APIError("", response, f"network {network} has active endpoints")
        really(client, network)

    run = shapes.Run("links", "", _docker_owner.labels("links", _docker_owner.this_process()))
    engine.client.create_network(**shapes.network(run, shapes.random_subnet(28), engine.api))
    monkeypatch.setattr(APIClient, "remove_network", slow)
    assert remove_all(engine, "links") == ["docker network wirekit-links and its containers"]
    assert len(asked) == 3


def test_a_dead_kits_network_that_does_not_go_keeps_no_other_from_going(engine: Engine) -> None:
    """Somebody else's container is on it, so that no kit on this machine can remove it: others look for it, too."""
    owner = replace(_docker_owner.this_process(), started="1")
    made = {
        name: engine.client.create_network(
            **shapes.network(
                shapes.Run(name, "", _docker_owner.labels(name, owner)), shapes.random_subnet(28), engine.api
            )
        )["Id"]
        for name in ("held", "free")
    }
    on_it = engine.client.create_host_config(network_mode="wirekit-held", init=True)
    foreign = engine.client.create_container(image.find(engine), ["sleep", "600"], host_config=on_it)
    try:
        engine.client.start(foreign)
        with pytest.raises(BackendError, match="the engine holds on to it"):
            DockerBackend().clean()
        assert engine.client.networks(ids=[made["free"]]) == []
        assert len(engine.client.networks(ids=[made["held"]])) == 1
    finally:
        engine.client.remove_container(foreign, force=True)
        remove_all(engine, "held")


def test_trouble_with_what_dead_runs_left_is_no_trouble_of_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_engine: Engine) -> list[str]:
        raise BackendError("a network of a dead run does not go")

    monkeypatch.setattr("kit.backends.docker._clean", refuse)
    with running(DockerBackend(), plan({"server": SERVER})) as (lab, heard):
        start(lab, "server")
        heard.prints("server", "listening")


def test_clean_tells_only_what_was_still_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run may end, and its kit with it, between two questions to the engine."""
    owner = replace(_docker_owner.this_process(), started="1")
    gone = {"Id": "gone", "Name": "wirekit-gone", "Labels": _docker_owner.labels("gone", owner)}
    monkeypatch.setattr(APIClient, "networks", lambda _self, **_asked: [gone])
    monkeypatch.setattr(APIClient, "containers", lambda _self, **_asked: [])
    assert DockerBackend().clean() == []


def unfreezable(_client: APIClient, container: str) -> None:
    response = requests.Response()
    response.status_code = 500
    raise docker.errors.APIError(
        "", response, f"Cannot pause container {container}: unable to freeze: unknown"
    )


def test_processes_that_are_late_to_stop_on_a_busy_machine_are_frozen_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    really, asked = APIClient.pause, []

    def late(client: APIClient, container: str) -> None:
        asked.append(container)
        if len(asked) < 3:
            unfreezable(client, container)
        really(client, container)

    with running(DockerBackend(), plan({"server": SERVER})) as (lab, heard):
        start(lab, "server")
        heard.prints("server", "listening")
        monkeypatch.setattr(APIClient, "pause", late)
        lab.freeze("server")
        lab.thaw("server")  # which an engine refuses for what is not paused
    assert len(asked) == 3


def test_a_program_that_cannot_be_frozen_at_all_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_docker_lab, "FREEZE_WITHIN_S", 0.1)
    monkeypatch.setattr(APIClient, "pause", unfreezable)
    with (
        running(DockerBackend(), plan({"server": SERVER})) as (lab, _heard),
        pytest.raises(UnstoppableError, match=r"server: Cannot pause container .*: unable to freeze"),
    ):
        lab.freeze("server")


def test_the_engine_knows_which_program_met_the_end_of_its_memory() -> None:
    hungry = b"""\
import os, time
for _ in range(8):
    if os.fork() == 0:
        piece = b"x" * 60_000_000
        time.sleep(60)
time.sleep(60)
"""
    with running(DockerBackend(), plan({"hungry": hungry, "server": SERVER})) as (lab, heard):
        start(lab, "hungry", "server")
        heard.prints("server", "listening")
        deadline = time.monotonic() + WITHIN_S
        while not lab.ran_out_of_memory("hungry"):
            assert time.monotonic() < deadline
        assert not lab.ran_out_of_memory("server")


def test_a_program_is_the_student_and_can_write_only_its_own_folders() -> None:
    curious = b"""\
import os
print(os.getuid(), os.getgid(), os.getgroups(), os.getcwd(), os.uname().nodename)
for path in ("/work/new", "/tmp/new", "/new", "/etc/new", "/run/kit/new", "/home/student/new", "/etc/hosts"):
    try:
        open(path, "a").close()
        print("wrote", path)
    except OSError:
        pass
"""
    with running(DockerBackend(), plan({"curious": curious})) as (lab, heard):
        start(lab, "curious")
        heard.one(("program", "curious"), "exited")
    assert heard.output("curious").splitlines() == [
        "1000 1000 [1000] /work curious",
        "wrote /work/new",
        "wrote /tmp/new",
    ]


def test_the_bridges_address_and_the_engines_own_are_silent_from_inside() -> None:
    knock = b"""\
import socket
own = socket.inet_aton(socket.gethostbyname(socket.gethostname()))
gateway = socket.inet_ntoa(own[:3] + bytes([(own[3] & 0xF0) + 1]))
for name, address in (("bridge", gateway), ("docker0", "172.17.0.1")):
    try:
        socket.create_connection((address, 22), timeout=20)
        print(name, "connected")
    except ConnectionRefusedError:
        print(name, "answered")  # somebody is there, only not on this port
    except OSError as error:
        print(name, error.strerror)
"""
    with running(DockerBackend(), plan({"knock": knock})) as (lab, heard):
        start(lab, "knock")
        heard.one(("program", "knock"), "exited")
    assert heard.output("knock") == "bridge No route to host\ndocker0 Network is unreachable\n"
