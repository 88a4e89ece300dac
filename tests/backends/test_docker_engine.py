"""Finding the engine as docker's own command does, and the fault and remedy of all that may go wrong."""

from __future__ import annotations

import errno
import hashlib
import json
import socket
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import docker.errors
import pytest
import requests
import urllib3.connection

from kit.backends._docker_engine import Endpoint, EngineVersion, TlsFiles, connect, find_endpoint, translate
from kit.errors import BackendError

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Endpoint("unix:///run/here.sock", "a test")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Give a folder for DOCKER_CONFIG that has one context, `colima`, as docker's command stores it."""
    folder = tmp_path / "docker"
    identity = hashlib.sha256(b"colima").hexdigest()
    meta = folder / "contexts" / "meta" / identity
    meta.mkdir(parents=True)
    endpoints = {"docker": {"Host": "unix:///home/ann/.colima/docker.sock", "SkipTLSVerify": False}}
    (meta / "meta.json").write_text(json.dumps({"Name": "colima", "Metadata": {}, "Endpoints": endpoints}))
    (folder / "config.json").write_text("{}")
    return folder


def listening_socket(path: Path) -> socket.socket:
    server = socket.socket(socket.AF_UNIX)
    path.parent.mkdir(parents=True, exist_ok=True)
    server.bind(str(path))
    return server


def test_docker_host_comes_before_contexts(config: Path) -> None:
    found = find_endpoint(
        {"DOCKER_CONFIG": str(config), "DOCKER_CONTEXT": "colima", "DOCKER_HOST": "tcp://engine:2375"}
    )
    assert found == Endpoint("tcp://engine:2375", "DOCKER_HOST")


def test_docker_context_names_a_context(config: Path) -> None:
    found = find_endpoint({"DOCKER_CONFIG": str(config), "DOCKER_CONTEXT": "colima"})
    assert found == Endpoint("unix:///home/ann/.colima/docker.sock", "context colima of DOCKER_CONTEXT")


def test_the_current_context_of_the_configuration_is_taken(config: Path) -> None:
    (config / "config.json").write_text('{"currentContext": "colima"}')
    found = find_endpoint({"DOCKER_CONFIG": str(config)})
    assert found.host == "unix:///home/ann/.colima/docker.sock"
    assert found.found_by == f"context colima of {config / 'config.json'}"


def test_the_default_context_by_name_comes_before_the_current_one(config: Path) -> None:
    (config / "config.json").write_text('{"currentContext": "colima"}')
    found = find_endpoint({"DOCKER_CONFIG": str(config), "DOCKER_CONTEXT": "default"})
    assert found == Endpoint("unix:///var/run/docker.sock", "the default socket")


def test_the_home_folder_has_the_configuration_unless_said_otherwise(config: Path) -> None:
    config.rename(config.parent / ".docker")
    found = find_endpoint({"HOME": str(config.parent), "DOCKER_CONTEXT": "colima"})
    assert found.host == "unix:///home/ann/.colima/docker.sock"


def test_a_context_brings_its_tls_files(config: Path) -> None:
    tls = config / "contexts" / "tls" / hashlib.sha256(b"colima").hexdigest() / "docker"
    tls.mkdir(parents=True)
    found = find_endpoint({"DOCKER_CONFIG": str(config), "DOCKER_CONTEXT": "colima"})
    assert found.tls == TlsFiles(tls, verify=True)


def test_tls_of_the_environment_goes_with_docker_host(tmp_path: Path) -> None:
    host = {"DOCKER_HOST": "tcp://engine:2376", "DOCKER_CONFIG": "/etc/ann"}
    assert find_endpoint({**host, "DOCKER_TLS_VERIFY": "1"}).tls == TlsFiles(Path("/etc/ann"), verify=True)
    assert find_endpoint({**host, "DOCKER_CERT_PATH": "/certs"}).tls == TlsFiles(Path("/certs"), verify=False)
    assert find_endpoint({**host, "DOCKER_TLS_VERIFY": ""}).tls is None
    assert (
        TlsFiles(tmp_path).configuration().ca_cert is None
    )  # nothing in the folder: the system's authorities


def test_the_rootless_socket_is_taken_only_where_the_default_one_is_missing(tmp_path: Path) -> None:
    default = tmp_path / "default.sock"
    environment = {"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)}
    with listening_socket(tmp_path / "docker.sock"):
        assert find_endpoint(environment, default) == Endpoint(
            f"unix://{tmp_path}/docker.sock", "the rootless socket"
        )
        with listening_socket(default):
            assert find_endpoint(environment, default) == Endpoint(f"unix://{default}", "the default socket")


@pytest.mark.parametrize(
    ("text", "name", "fault"),
    [
        ("{}", "desktop", "no such context"),
        ("{", None, "cannot be read"),
        ("[]", None, "not a JSON object"),
        ('{"currentContext": "gone"}', None, "no such context"),
    ],
)
def test_a_broken_configuration_is_named_with_its_file(
    config: Path, text: str, name: str | None, fault: str
) -> None:
    (config / "config.json").write_text(text)
    environment = {"DOCKER_CONFIG": str(config)} | ({"DOCKER_CONTEXT": name} if name else {})
    with pytest.raises(BackendError, match=fault) as raised:
        find_endpoint(environment)
    assert str(config) in raised.value.message
    assert raised.value.remedy


def test_a_context_without_an_engine_is_named(config: Path) -> None:
    (meta,) = config.glob("contexts/meta/*/meta.json")
    meta.write_text('{"Name": "colima", "Endpoints": {"kubernetes": {}}}')
    with pytest.raises(BackendError, match="names no engine"):
        find_endpoint({"DOCKER_CONFIG": str(config), "DOCKER_CONTEXT": "colima"})


def aborted(reason: OSError) -> requests.ConnectionError:
    """Wrap as requests and urllib3 do."""
    return requests.ConnectionError(urllib3.exceptions.ProtocolError("Connection aborted.", reason))


def refused_by_engine(status: int, explanation: str) -> docker.errors.APIError:
    response = requests.Response()
    response.status_code = status
    kind = docker.errors.ImageNotFound if status == 404 else docker.errors.APIError
    return kind("text", response=response, explanation=explanation)


@pytest.mark.parametrize(
    ("error", "fault", "remedy"),
    [
        (
            aborted(PermissionError(errno.EACCES, "Permission denied")),
            "permission denied",
            "usermod -aG docker",
        ),
        (aborted(FileNotFoundError(errno.ENOENT, "No such file")), "no engine", "start Docker"),
        (aborted(ConnectionRefusedError(errno.ECONNREFUSED, "refused")), "no engine", "start Docker"),
        (
            urllib3.exceptions.NameResolutionError(
                "engine", urllib3.connection.HTTPConnection("x"), socket.gaierror()
            ),
            "does not resolve",
            "DOCKER_HOST",
        ),
        (requests.exceptions.ConnectTimeout(), "no connection within 5 s", "start Docker"),
        (requests.exceptions.ReadTimeout(), "does not answer", "log"),
        (TimeoutError(), "does not answer", "log"),
        (aborted(ConnectionResetError()), "went away", "log"),
        (BrokenPipeError(), "went away", "log"),
        (aborted(ConnectionAbortedError()), "went away", "log"),
        (requests.exceptions.SSLError("bad certificate"), "TLS handshake failed", "DOCKER_CERT_PATH"),
        (docker.errors.TLSParameterError("no such file"), "TLS files", "DOCKER_CERT_PATH"),
        (docker.errors.InvalidVersion("API versions below 1.24"), "too old", "update Docker"),
        (docker.errors.DockerException("Install paramiko package"), "ssh", "docker[ssh]"),
        (refused_by_engine(404, "No such image: wirekit-host:1"), "host image is missing", "kit image build"),
        (refused_by_engine(500, "write: no space left on device"), "disk is full", "docker system df"),
        (refused_by_engine(500, "something new"), "cannot jump: something new", "kit doctor"),
        (OSError(), "cannot jump: OSError", "kit doctor"),
    ],
)
def test_every_foreign_exception_has_place_fault_and_remedy(
    error: Exception, fault: str, remedy: str
) -> None:
    told = translate(error, HERE, "jump")
    assert "unix:///run/here.sock (a test)" in told.message
    assert fault in told.message
    assert told.remedy is not None
    assert remedy in told.remedy


@pytest.mark.parametrize(
    "error",
    [
        aborted(FileNotFoundError(errno.ENOENT, "No such file")),
        aborted(ConnectionRefusedError(errno.ECONNREFUSED, "refused")),
        requests.exceptions.ConnectTimeout(),
        aborted(ConnectionResetError()),
    ],
)
def test_an_engine_that_answered_before_went_away(error: Exception) -> None:
    told = translate(error, HERE, "jump", answered=True)
    assert told.message == "Docker Engine at unix:///run/here.sock (a test): the engine went away"
    assert "journalctl" in (told.remedy or "")


def test_no_socket_and_a_socket_without_an_engine_are_told_apart_from_nothing(tmp_path: Path) -> None:
    path = tmp_path / "docker.sock"
    with pytest.raises(BackendError, match="no such socket"):
        try_to_connect(Endpoint(f"unix://{path}", "a test"))
    listening_socket(path).close()
    with pytest.raises(BackendError, match="refused"):
        try_to_connect(Endpoint(f"unix://{path}", "a test"))


def try_to_connect(endpoint: Endpoint) -> None:
    with connect(endpoint):
        pass


@pytest.fixture
def pretender(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Endpoint]:
    """Run an engine that gives one answer, the parameter, and closes."""
    path = tmp_path / "docker.sock"
    with listening_socket(path) as server:
        server.listen()

        def answer() -> None:
            for _ in ("kit knocks", "the client asks"):
                connection, _ = server.accept()
                with connection:
                    if connection.recv(4096):
                        connection.sendall(request.param)

        thread = threading.Thread(target=answer)
        thread.start()
        yield Endpoint(f"unix://{path}", "a test")
        thread.join()


def version_answer(version: str) -> bytes:
    body = json.dumps({"Version": "28.5.1", "ApiVersion": version, "KernelVersion": "6.12"}).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


@pytest.mark.parametrize("pretender", [version_answer("1.40")], indirect=True)
def test_an_engine_that_is_too_old_is_refused_with_both_versions(pretender: Endpoint) -> None:
    with pytest.raises(BackendError, match=r"API 1\.40, and kit needs 1\.41"):
        try_to_connect(pretender)


@pytest.mark.parametrize("pretender", [version_answer("1.51")], indirect=True)
def test_a_newer_engine_is_welcome(pretender: Endpoint) -> None:
    with connect(pretender) as engine:
        assert engine.api == (1, 51)
        assert engine.about == EngineVersion("28.5.1", "1.51", "6.12")


@pytest.mark.parametrize("pretender", [b""], indirect=True)
def test_an_engine_that_closes_without_an_answer_went_away(pretender: Endpoint) -> None:
    with pytest.raises(BackendError, match="went away"):
        try_to_connect(pretender)
