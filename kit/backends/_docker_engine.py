"""Find the engine as docker's own command finds it, connect, and translate every foreign exception.

The order is that of docker's command: DOCKER_HOST, DOCKER_CONTEXT, the current context of config.json (that is
how Docker Desktop and Colima are found), the default socket; then, where that is missing, the rootless one.
"""

from __future__ import annotations

import hashlib
import json
import os
import socket
import stat
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import docker.errors
import requests
import urllib3
from docker.api import APIClient
from docker.tls import TLSConfig

from kit.errors import BackendError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from contextlib import AbstractContextManager

DEFAULT_SOCKET = Path("/var/run/docker.sock")
OLDEST_API = (1, 41)  # Engine 20.10
ISOLATED_GATEWAY_API = (1, 48)  # Engine 28.0: a bridge may have no address of its own
ANSWER_WITHIN_S = 5  # an engine that is there says its version at once
WORK_WITHIN_S = 60  # a busy engine may take long over one container
GOODBYE_WITHIN_S = 15  # one that does not even say that it is there by then is asked for nothing more
FOREIGN = (docker.errors.DockerException, requests.RequestException, urllib3.exceptions.HTTPError, OSError)


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """`verify` False: the context says not to verify the engine's certificate."""

    folder: Path
    verify: bool = True

    def configuration(self) -> TLSConfig:
        cert, key, authority = (self.folder / name for name in ("cert.pem", "key.pem", "ca.pem"))
        own = (str(cert), str(key)) if cert.exists() and key.exists() else None
        return TLSConfig(
            client_cert=own, ca_cert=str(authority) if authority.exists() else None, verify=self.verify
        )


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where an engine is. `host` is a URL (unix, tcp, ssh), `found_by` what named it."""

    host: str
    found_by: str
    tls: TlsFiles | None = None

    def __str__(self) -> str:
        """Name the place in a message."""
        return f"Docker Engine at {self.host} ({self.found_by})"


def find_endpoint(environment: Mapping[str, str], default_socket: Path = DEFAULT_SOCKET) -> Endpoint:
    """Decide from the environment and docker's configuration; raise BackendError if these are broken."""
    folder = Path(environment.get("DOCKER_CONFIG") or Path(environment.get("HOME", "/")) / ".docker")
    if host := environment.get("DOCKER_HOST"):
        return Endpoint(host, "DOCKER_HOST", _tls_of_environment(environment, folder))
    for name, found_by in (
        (environment.get("DOCKER_CONTEXT"), "DOCKER_CONTEXT"),
        (_current_context(folder / "config.json"), str(folder / "config.json")),
    ):
        if name == "default":
            break
        if name:
            return _of_context(folder / "contexts", name, f"context {name} of {found_by}")
    rootless = Path(environment.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}") / "docker.sock"
    if not _is_socket(default_socket) and _is_socket(rootless):
        return Endpoint(f"unix://{rootless}", "the rootless socket")
    return Endpoint(f"unix://{default_socket}", "the default socket")


def _is_socket(path: Path) -> bool:
    try:
        return stat.S_ISSOCK(path.stat().st_mode)
    except OSError:
        return False


def _tls_of_environment(environment: Mapping[str, str], folder: Path) -> TlsFiles | None:
    certificates = environment.get("DOCKER_CERT_PATH")
    verify = bool(environment.get("DOCKER_TLS_VERIFY"))
    if not certificates and not verify:
        return None
    return TlsFiles(Path(certificates) if certificates else folder, verify=verify)


def _current_context(config: Path) -> str:
    if not config.exists():
        return ""
    return str(_json(config).get("currentContext", ""))


def _of_context(contexts: Path, name: str, found_by: str) -> Endpoint:
    """Read a context as docker's command stores it: folders are named by the SHA-256 of the name."""
    identity = hashlib.sha256(name.encode()).hexdigest()
    meta = contexts / "meta" / identity / "meta.json"
    if not meta.exists():
        raise BackendError(
            f"docker's {found_by}: there is no such context in {contexts}",
            remedy="choose one of `docker context ls` with `docker context use`, or set DOCKER_HOST",
        )
    endpoint = _json(meta).get("Endpoints", {}).get("docker", {})
    if not endpoint.get("Host"):
        raise BackendError(f"{meta}: context {name} names no engine", remedy=f"docker context inspect {name}")
    certificates = contexts / "tls" / identity / "docker"
    tls = TlsFiles(certificates, verify=not endpoint.get("SkipTLSVerify")) if certificates.is_dir() else None
    return Endpoint(endpoint["Host"], found_by, tls)


def _json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise BackendError(
            f"{path}: cannot be read: {error}", remedy="mend the file, or set DOCKER_HOST"
        ) from error
    if not isinstance(value, dict):
        raise BackendError(f"{path}: not a JSON object", remedy="mend the file, or set DOCKER_HOST")
    return value


@dataclass(frozen=True, slots=True)
class EngineVersion:
    """What an engine says of itself (Engine API, `GET /version`)."""

    engine: str
    api: str
    kernel: str


@dataclass(frozen=True, slots=True)
class Engine:
    """A connection to an engine that answers and is new enough."""

    client: APIClient
    endpoint: Endpoint
    about: EngineVersion

    @property
    def api(self) -> tuple[int, ...]:
        return _numbers(self.about.api)

    @contextmanager
    def errors(self, doing: str) -> Iterator[None]:
        """Turn what the engine's client raises into a BackendError. `doing` completes "cannot ..."."""
        with engine_errors(self.endpoint, doing, answered=True):
            yield

    def knock(self) -> None:
        """Raise BackendError where the engine does not answer soon: after a long wait, before many more."""
        with self.errors("answer"), _patience(self.client, GOODBYE_WITHIN_S):
            self.client.ping()

    def told(self, container: str, event: str) -> bool:
        """Whether the engine has told of such an event of a container; of many it remembers the last 256."""
        # Until now by the engine's own clock, as one that is behind ours would wait for what is to come; and to the
        # fraction, as a program at its memory's end makes 256 in half a second.
        now = datetime.fromisoformat(self.client.info()["SystemTime"])
        until_s: Any = f"{now.timestamp():.6f}"  # the client's types know whole seconds alone
        filters = {"type": "container", "container": container, "event": event}
        with (
            _patience(self.client, GOODBYE_WITHIN_S),
            closing(self.client.events(since=1, until=until_s, filters=filters)) as events,
        ):
            return next(events, None) is not None


@contextmanager
def _patience(client: APIClient, seconds: int) -> Iterator[None]:
    before, client.timeout = client.timeout, seconds
    try:
        yield
    finally:
        client.timeout = before


@contextmanager
def connect(endpoint: Endpoint) -> Iterator[Engine]:
    """Connect, and close all connections at the end. Raises BackendError, with its remedy."""
    with engine_errors(endpoint, "connect"):
        _knock(endpoint.host)
        about = _about(endpoint)
        client = _client(endpoint, about.api)
    try:
        if _numbers(about.api) < OLDEST_API:
            raise _too_old(endpoint, about.api)
        yield Engine(client, endpoint, about)
    finally:
        client.close()


def connect_here() -> AbstractContextManager[Engine]:
    """Connect to the engine that this process's environment means."""
    return connect(find_endpoint(os.environ))


@cache
def _about(endpoint: Endpoint) -> EngineVersion:
    """Ask once a process: the engine starts programs of its own to answer, and a run connects several times."""
    client = _client(endpoint, ".".join(map(str, OLDEST_API)))  # the question itself is of no version
    try:
        said = client.version(api_version=False)
        return EngineVersion(said["Version"], said["ApiVersion"], said["KernelVersion"])
    finally:
        client.close()


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def _knock(host: str) -> None:
    """Raise what connecting to a unix socket raises: the engine's client would leave its socket open then."""
    scheme, _, path = host.partition("://")
    if scheme == "unix":
        with socket.socket(socket.AF_UNIX) as knocking:
            knocking.settimeout(ANSWER_WITHIN_S)
            knocking.connect(path)


def _client(endpoint: Endpoint, version: str) -> APIClient:
    client = APIClient(
        base_url=endpoint.host,
        tls=endpoint.tls.configuration() if endpoint.tls else False,
        version=version,
        timeout=ANSWER_WITHIN_S,
        use_ssh_client=True,  # docker's command uses ssh, too: its configuration and agent hold here
    )
    client.timeout = WORK_WITHIN_S
    return client


@contextmanager
def engine_errors(endpoint: Endpoint, doing: str, *, answered: bool = False) -> Iterator[None]:
    try:
        yield
    except FOREIGN as error:
        raise translate(error, endpoint, doing, answered=answered) from error


def translate(
    error: BaseException, endpoint: Endpoint, doing: str, *, answered: bool = False
) -> BackendError:
    """Give the fault and the remedy for anything that the engine's client may raise.

    Of an engine that has `answered` before, "no engine" is not the truth: which of several requests at once is
    cut, and which one is refused after that, is a matter of microseconds.
    """
    causes = list(_causes(error))
    for kind, fault, remedy in _BY_KIND:
        if any(isinstance(cause, kind) for cause in causes):
            if answered and remedy == _START:
                return BackendError(f"{endpoint}: {_WENT_AWAY}", remedy=_VANISHED)
            return BackendError(f"{endpoint}: {fault}", remedy=remedy)
    if isinstance(error, docker.errors.InvalidVersion):
        return _too_old(endpoint, str(error))
    text = _explanation(error)
    for part, fault, remedy in _BY_TEXT:
        if part in text.lower():
            return BackendError(f"{endpoint}: cannot {doing}: {fault.format(text=text)}", remedy=remedy)
    return BackendError(f"{endpoint}: cannot {doing}: {text}", remedy="kit doctor")


def _too_old(endpoint: Endpoint, version: str) -> BackendError:
    oldest = ".".join(map(str, OLDEST_API))
    return BackendError(
        f"{endpoint}: too old: it speaks API {version}, and kit needs {oldest} (Engine 20.10)",
        remedy="update Docker Engine, or use --backend netns",
    )


_START = (
    "start Docker (sudo systemctl start docker, or Docker Desktop), set DOCKER_HOST, or use --backend netns"
)
_WENT_AWAY = "the engine went away"
_VANISHED = "look at the engine's log (journalctl -u docker), then run again"

# The first row that fits one of the causes holds: they are in the order of certainty.
_BY_KIND: tuple[tuple[type[BaseException], str, str], ...] = (
    (PermissionError, "permission denied on its socket", "sudo usermod -aG docker $USER, then log in again"),
    (
        requests.exceptions.SSLError,
        "the TLS handshake failed",
        "check DOCKER_CERT_PATH and DOCKER_TLS_VERIFY",
    ),
    (
        docker.errors.TLSParameterError,
        "its TLS files are not usable",
        "check DOCKER_CERT_PATH and DOCKER_TLS_VERIFY",
    ),
    (FileNotFoundError, "no engine: there is no such socket", _START),
    (ConnectionRefusedError, "no engine: the connection was refused", _START),
    (urllib3.exceptions.NameResolutionError, "no engine: the name does not resolve", _START),
    (requests.exceptions.ConnectTimeout, f"no engine: no connection within {ANSWER_WITHIN_S} s", _START),
    (requests.exceptions.ReadTimeout, "the engine does not answer", _VANISHED),
    (TimeoutError, "the engine does not answer", _VANISHED),
    (ConnectionError, _WENT_AWAY, _VANISHED),  # reset, broken pipe, closed without an answer
)
_BY_TEXT = (
    ("no such image", "the host image is missing ({text})", "kit image build"),
    (
        "no space left on device",
        "the engine's disk is full ({text})",
        "docker system df, then docker system prune",
    ),
    (
        "active endpoints",
        "the engine holds on to it ({text})",
        "if `kit clean` says so again, restart the engine when nothing runs on it; no run is disturbed by it",
    ),
    ("paramiko", "an ssh engine needs one more package ({text})", "pip install 'docker[ssh]'"),
)


def _causes(error: BaseException | None, depth: int = 8) -> Iterator[BaseException]:
    """Walk what an exception wraps: requests and urllib3 keep the reason in `args`, `reason`, or as the cause."""
    if error is None or depth == 0:
        return
    yield error
    inner = [*error.args, getattr(error, "reason", None), error.__cause__, error.__context__]
    for value in inner:
        if isinstance(value, BaseException):
            yield from _causes(value, depth - 1)


def _explanation(error: BaseException) -> str:
    if isinstance(error, docker.errors.APIError) and error.explanation:
        return str(error.explanation)
    return str(error) or type(error).__name__
