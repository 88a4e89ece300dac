"""The compose file that people run by hand: built and run as its first lines say, without a registry."""

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

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Compose = Callable[..., subprocess.CompletedProcess[str]]

FOLDER = Path(__file__).parents[2] / "compose"
FILE = FOLDER / "listen-accept.yaml"
PROJECT = f"wirekit-test-{os.getpid()}"


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(FILE.read_text())["services"]
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
        base = image.find(engine) or ""
    words = [*command(), "--project-name", PROJECT, "--file", str(FILE)]
    environment = {**os.environ, "BASE": base, "DOCKER_BUILDKIT": "0"}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*words, *arguments], env=environment, text=True, capture_output=True, check=False
        )

    yield run
    down = run("down", "--volumes", "--remove-orphans")
    assert down.returncode == 0, down.stderr
    chosen = {"label": f"com.docker.compose.project={PROJECT}"}
    with connect_here() as engine:
        assert engine.client.containers(all=True, filters=chosen) == []
        assert engine.client.networks(filters=chosen) == []


@pytest.mark.docker
def test_by_hand_two_clients_are_served_in_order_and_the_capture_has_the_first_syn(compose: Compose) -> None:
    built = compose("build")
    assert built.returncode == 0, built.stdout + built.stderr
    ran = compose("run", "--rm", "-T", "packets")
    assert ran.returncode == 0, ran.stderr
    flags = re.findall(r"Flags \[([^]]+)\]", ran.stdout)
    assert flags[:3] == ["S", "S.", "."]
    assert flags.count("S") == 2
    assert flags.count("F.") == 4
    said = compose("logs", "--no-color", "server", "client1", "client2").stdout
    assert re.findall(r"server.*\| (.*)", said) == ["1 client1", "2 client2"]
    assert re.findall(r"client1.*\| (\d)", said) == ["1"]
    assert re.findall(r"client2.*\| (\d)", said) == ["2"]


def test_nothing_of_the_machine_is_shared_and_nothing_published(services: dict[str, Any]) -> None:
    for name, service in services.items():
        assert service.get("network_mode") in (None, "none", "service:capture"), name
        assert not {"ports", "expose", "privileged", "pid", "ipc", "devices"} & service.keys(), name
        for volume in service["volumes"]:
            source = volume.split(":")[0]
            if source != "capture":  # the named volume
                assert source.startswith("../exercises/"), f"{name}: {volume}"
                assert (FOLDER / source).resolve().is_relative_to(FOLDER.parent), f"{name}: {volume}"
                assert (FOLDER / source).is_dir(), f"{name}: {volume}"
                assert volume.endswith(":ro"), f"{name}: {volume}"
    assert yaml.safe_load(FILE.read_text())["networks"] == {"lab": {"internal": True}}


def test_no_health_check_connects(services: dict[str, Any]) -> None:
    checks = [
        " ".join(service["healthcheck"]["test"]) for service in services.values() if "healthcheck" in service
    ]
    assert len(checks) == 2
    assert not any(re.search(r"\bnc\b|curl|wget|connect|/dev/tcp", check) for check in checks)


def test_programs_are_not_root_and_have_no_capability(services: dict[str, Any]) -> None:
    for name, service in services.items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["read_only"] is True, name
        if name != "capture":
            assert not {"user", "cap_add"} & service.keys(), name
    recipe = (FOLDER / "Dockerfile").read_text()
    assert re.findall(r"^USER (.*)$", recipe, flags=re.MULTILINE)[-1] == "student"
