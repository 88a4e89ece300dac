"""The compose files that people run by hand: what `kit export compose` writes, built and run as their first lines say."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from kit import image
from kit.backends._docker_engine import connect_here
from kit.errors import UsageError
from kit.exercise.loader import load
from kit.exports.compose import files
from tests.exercises.catalogue import EXERCISES, NAMES
from tests.exercises.linted import handed_out

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Compose = Callable[..., subprocess.CompletedProcess[str]]

FOLDER = Path(__file__).parents[2] / "compose"
OF_THE_DOCUMENT = ("basic-usage", "listen-accept", "send-recv", "tcp-vs-udp")
PROJECT = f"wirekit-test-{os.getpid()}"

each_of_the_document = pytest.mark.parametrize("name", OF_THE_DOCUMENT)


def services(name: str) -> dict[str, Any]:
    text = files(load(EXERCISES / name), image.recipe().text)["compose.yaml"].decode()
    found: dict[str, Any] = yaml.safe_load(text)["services"]
    return found


def command() -> list[str]:
    """Find compose: docker's plugin, else the older program."""
    asked = subprocess.run(["docker", "compose", "version"], capture_output=True, check=False)
    if asked.returncode == 0:
        return ["docker", "compose"]
    if shutil.which("docker-compose"):
        return ["docker-compose"]
    pytest.skip("neither `docker compose` nor docker-compose: sudo apt-get install docker-compose")


@pytest.fixture
def compose() -> Iterator[Compose]:
    image.ensure(print)
    with connect_here() as engine:
        base = image.find(engine)  # with further languages, where the plain one was never built
    assert base is not None
    words = [*command(), "--project-name", PROJECT]
    environment = {**os.environ, "BASE": base, "DOCKER_BUILDKIT": "0"}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*words, *arguments],
            cwd=FOLDER / "listen-accept",
            env=environment,
            text=True,
            capture_output=True,
            check=False,
        )

    yield run
    down = run("down", "--volumes", "--remove-orphans")
    assert down.returncode == 0, down.stderr
    chosen = {"label": f"com.docker.compose.project={PROJECT}"}
    with connect_here() as engine:
        assert engine.client.containers(all=True, filters=chosen) == []
        assert engine.client.networks(filters=chosen) == []


@each_of_the_document
def test_what_lies_here_is_what_the_command_writes(name: str) -> None:
    there = {
        str(path.relative_to(FOLDER / name)): path.read_bytes()
        for path in (FOLDER / name).rglob("*")
        if path.is_file()
    }
    assert there == files(load(EXERCISES / name), image.recipe().text)


@pytest.mark.docker
def test_by_hand_two_clients_queue_up_before_a_stopped_server_which_serves_them_in_order(
    compose: Compose,
) -> None:
    built = compose("build")
    assert built.returncode == 0, built.stdout + built.stderr
    ran = compose("run", "--rm", "-T", "packets")
    assert ran.returncode == 0, ran.stderr
    flags = re.findall(r"Flags \[([^]]+)\]", ran.stdout.partition("/capture/server.pcap")[2])
    assert flags[:5] == ["S", "S.", ".", "P.", "."], "the first SYN is in the capture"
    assert flags[5:8] == ["S", "S.", "."], "and nothing of the server's own comes before both are queued"
    assert (flags.count("S"), flags.count("F.")) == (2, 4)
    said = compose("logs", "--no-color").stdout
    assert re.findall(r"step-\d+-snapshot-server.*\| (LISTEN 2 5 0.0.0.0:8001)", said)
    assert re.findall(r"^server_1 .*\| (.*)|^server-1 .*\| (.*)", said, re.MULTILINE) in (
        [("1 client1", ""), ("2 client2", "")],
        [("", "1 client1"), ("", "2 client2")],  # as docker's plugin names it
    )
    assert re.findall(r"^client1[_-]1 .*\| (\d)", said, re.MULTILINE) == ["1"]
    assert re.findall(r"^client2[_-]1 .*\| (\d)", said, re.MULTILINE) == ["2"]


@pytest.mark.parametrize("name", NAMES)
def test_nothing_of_the_machine_is_shared_and_nothing_published(name: str) -> None:
    written = files(load(EXERCISES / name), image.recipe().text)
    for service, said in services(name).items():
        assert re.fullmatch(r"none|service:capture-[\w-]+", said.get("network_mode", "none")), service
        assert re.fullmatch(r"|service:[\w-]+", said.get("pid", "")), service
        assert not {"ports", "expose", "privileged", "ipc", "devices"} & said.keys(), service
        for volume in said["volumes"]:
            source, _, options = volume.partition(":")
            if source != "capture":  # the named volume
                assert source.startswith("./"), f"{service}: {volume}"
                assert any(file.startswith(source.removeprefix("./")) for file in written), (
                    f"{service}: {volume}"
                )
                assert options.endswith(":ro"), f"{service}: {volume}"
    assert yaml.safe_load(written["compose.yaml"].decode())["networks"] == {"lab": {"internal": True}}


@pytest.mark.parametrize("name", NAMES)
def test_every_service_waits_for_services_that_there_are_and_the_last_one_for_all(name: str) -> None:
    found = services(name)
    after = {service: set(said.get("depends_on", {})) for service, said in found.items()}
    asked, more = set(), {"packets"}
    while more:
        assert more <= found.keys()
        asked |= more
        more = {each for service in more for each in after[service]} - asked
    assert asked == found.keys(), "what is in no chain would not run"


@each_of_the_document
def test_no_health_check_connects(name: str) -> None:
    checks = [
        " ".join(said["healthcheck"]["test"]) for said in services(name).values() if "healthcheck" in said
    ]
    assert checks
    assert not any(re.search(r"\bnc\b|curl|wget|connect|/dev/tcp", check) for check in checks)
    assert "import socket" not in (FOLDER / name / "step.py").read_text()


@each_of_the_document
def test_programs_are_not_root_and_have_no_capability(name: str) -> None:
    for service, said in services(name).items():
        assert said["cap_drop"] == ["ALL"], service
        assert said["read_only"] is True, service
        if not service.startswith("capture-"):
            assert not {"user", "cap_add"} & said.keys(), service
    recipe = (FOLDER / "Dockerfile").read_text()
    assert re.findall(r"^USER (.*)$", recipe, flags=re.MULTILINE)[-1] == "student"


def test_what_compose_cannot_do_is_said_in_the_first_lines() -> None:
    head = (FOLDER / "tcp-vs-udp" / "compose.yaml").read_text().partition("\n\n")[0]
    assert "#     step 10, unplug: receiver" in head
    assert "#     sender.py runs cell by cell: here sender runs all of it at once" in head
    assert "cannot do" not in (FOLDER / "listen-accept" / "compose.yaml").read_text()


def test_a_handout_has_nothing_to_run(tmp_path: Path) -> None:
    given = handed_out(EXERCISES / "listen-accept", tmp_path)
    with pytest.raises(UsageError, match="is a handout"):
        files(given, image.recipe().text)


def test_a_gate_that_no_service_can_watch_waits_until_its_host_is_still() -> None:
    found = services("closed-port")
    waits = found["step-04-wait"]
    assert waits["command"] == ["python3", "/step.py", "still"]
    assert waits["network_mode"] == "service:capture-client"
    assert waits["depends_on"] == {"unconnected": {"condition": "service_started"}}
    assert found["probe-closed"]["depends_on"] == {
        "step-04-wait": {"condition": "service_completed_successfully"}
    }
    text = files(load(EXERCISES / "closed-port"), image.recipe().text)["compose.yaml"].decode()
    instead = "here until nothing has come to client or left it for a second"
    assert f"#     step 4, wait: blocked unconnected, call recv: {instead}\n" in text


@each_of_the_document
def test_a_capture_has_all_that_kits_own_has(name: str) -> None:
    captures = [said["command"] for service, said in services(name).items() if service.startswith("capture-")]
    assert {command[-1] for command in captures} == {"not ip6 and not (igmp and src host 0.0.0.0)"}


def test_an_exercise_with_ipv6_says_that_here_there_is_none() -> None:
    text = files(load(EXERCISES / "dual-stack"), image.recipe().text)["compose.yaml"].decode()
    assert "#     IPv6: every name has an IPv4 address alone\n" in text
