"""One run on the engine: made as much at once as the order allows, and gone when it ends.

What goes away at the end is what has the run's label, not what some list remembers: a container whose
making was cut short is found, too.
"""

from __future__ import annotations

import re
import secrets
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

import docker.errors

from kit.backends import _docker_owner, payload
from kit.backends import _docker_shapes as shapes
from kit.backends._docker_keep import Answers, Kept, Watched, may_stay
from kit.backends._docker_stream import Attachment, HelperStream
from kit.errors import BackendError, UnstoppableError
from kit.exercise.plan import smallest_subnet

if TYPE_CHECKING:
    import ipaddress
    from collections.abc import Iterable, Iterator

    from kit.backends._docker_engine import Engine
    from kit.backends._docker_keep import Shape, Source
    from kit.backends.base import Arrived
    from kit.exercise.plan import Plan

SUBNET_TRIES = 64  # with half of the pool taken, all of them miss once in 10^19 runs
REMOVED_WITHIN_S = 30
RESET_WITHIN_S = 5.0  # helpers need some milliseconds; what is slower is taken down and made anew
UNSTOPPABLE = "unable to freeze"  # says the engine's runtime of a container at the end of its memory, say
FREEZE_WITHIN_S = 2.0
LETS_GO_WITHIN_S = 5.0  # some engines (20.10 under load) lose count of a network's links, and never let go
LINK_LOOK_S = 0.05
HELD = "active endpoints"
NOT_FOUND, CONFLICT = 404, 409
_NO_LONGER = re.compile("is not (running|paused)")  # between a runner's end and its removal


class DockerLab:
    """The lab of one run; see `kit.backends.base.Lab`."""

    def __init__(
        self, engine: Engine, tag: str, plan: Plan, inbox: SimpleQueue[Arrived], kept: Kept | None = None
    ) -> None:
        """`kept`: what is there already of a lab of this plan's shape; it is this lab's from now on."""
        self.plan = plan
        self._engine = engine
        self._inbox = Watched(inbox, plan)
        self._streams: dict[Source, HelperStream] = {}
        self._identities: dict[
            Source, str
        ] = {}  # of containers made here: a name may have been another's before
        self._frozen: set[str] = set()
        self._finished: set[str] = set()  # hosts whose part in the run has ended as it should
        self._kept = kept
        if kept is None:
            identity = secrets.token_hex(4)
            labels = _docker_owner.labels(identity, _docker_owner.this_process())
            self.run = shapes.Run(identity, tag, labels)
        else:
            self.run = kept.run
            self._streams = dict(kept.streams)
            self._identities = dict(kept.identities)

    def send(self, source: Source, head: dict[str, Any], body: bytes = b"") -> None:
        if head["do"] == "finish":
            self._finished.add(source[1])
        self._streams[source].send(head, body)

    def freeze(self, program: str) -> None:
        """The engine gives its processes some milliseconds to stop; on a busy machine they need a turn first."""
        gives_up = time.monotonic() + FREEZE_WITHIN_S
        with self._engine.errors(f"freeze {program}"), _suppress_gone():
            while True:
                try:
                    self._engine.client.pause(self.run.container("program", program))
                    self._frozen.add(program)
                except docker.errors.APIError as error:
                    if UNSTOPPABLE not in (error.explanation or ""):
                        raise
                    if time.monotonic() > gives_up:
                        raise UnstoppableError(
                            f"{program}: {error.explanation}", remedy="kit doctor"
                        ) from error
                else:
                    return

    def thaw(self, program: str) -> None:
        with self._engine.errors(f"thaw {program}"), _suppress_gone():
            self._engine.client.unpause(self.run.container("program", program))
            self._frozen.discard(program)

    def ran_out_of_memory(self, program: str) -> bool:
        """Ask the engine: a runner shares its container's memory, and may get no page to say it itself."""
        with self._engine.errors(f"ask for the memory of {program}"):
            return self._engine.told(self._identities["program", program], "oom")

    def bring_up(self) -> None:
        """A runner can be made before the tap that it joins, but starts after it; a tap needs the network."""
        self._dismiss(source for source in tuple(self._streams) if not may_stay(self.plan, source))
        there = set(self._streams)
        programs = {name: one for name, one in self.plan.programs.items() if ("program", name) not in there}
        hosts = [host for host in self.plan.hosts if ("host", host) not in there]
        with ThreadPoolExecutor(max_workers=len(self.plan.hosts) + 2 * len(self.plan.programs)) as pool:
            made = {name: pool.submit(self._make_runner, name) for name in programs}
            self.plan = self.plan.on(self._make_network() if self._kept is None else self._kept.subnet)
            taps = {host: pool.submit(self._run_tap, host) for host in hosts}
            for source in there:
                self._take_on(source)
            runners = [
                pool.submit(self._start_runner, name, made[name], taps.get(program.host))
                for name, program in programs.items()
            ]
            for future in (*taps.values(), *runners):
                future.result()

    def _take_on(self, source: Source) -> None:
        """Have what has served another run serve this one."""
        stream = self._streams[source]
        stream.hand_to(self._inbox)
        kind, name = source
        if kind == "host":
            stream.send({**self._host_head(name), "again": True})
        else:  # what its cgroup has counted as the most was another run's
            head, body = self._program_message(name)
            stream.send({**head, "peak": []}, body)

    def leave(self, shape: Shape) -> Kept | None:
        """Remove what no other run may see, and have the rest forget this one; where that is not certain, remove all."""
        stays = {source for source in self._streams if self._stays(source)}
        if self._inbox.spoiled or not self._finished.issuperset(self.plan.hosts) or not stays:
            self.take_down()
            return None
        try:
            self._dismiss(source for source in tuple(self._streams) if source not in stays)
            inbox = self._have_forgotten(stays)
        except BackendError:
            self.take_down()
            return None
        return Kept(self._engine, shape, self.run, self.plan.subnet, self._streams, self._identities, inbox)

    def _stays(self, source: Source) -> bool:
        kind, name = source
        return may_stay(self.plan, source) and not (kind == "program" and name in self._frozen)

    def _have_forgotten(self, stays: set[Source]) -> SimpleQueue[Arrived]:
        """Reset programs first, as their ends are sockets', too; then hosts. Raises BackendError where something is left."""
        inbox: SimpleQueue[Arrived] = SimpleQueue()
        gives_up = time.monotonic() + RESET_WITHIN_S
        answers = Answers(inbox, lambda: gives_up - time.monotonic())
        for source in stays:
            self._streams[source].hand_to(inbox)
        for kind in ("program", "host"):
            asked = {source for source in stays if source[0] == kind}
            for source in asked:
                self._streams[source].send({"do": "reset", "id": 0})
            answers.await_(asked)
        return inbox

    def _dismiss(self, sources: Iterable[Source]) -> None:
        """Remove these containers, a host's after those that have joined it."""
        gone = list(sources)
        with self._engine.errors("remove what a run made"):
            for kind in ("program", "host"):
                names = [self._identities[source] for source in gone if source[0] == kind]
                if names:
                    with ThreadPoolExecutor(max_workers=len(names)) as pool:
                        list(pool.map(lambda name: _remove(self._engine, name), names))
        for source in gone:
            self._streams.pop(source).end()
            del self._identities[source]

    def take_down(self) -> None:
        """Remove all; where the engine is in no state to, what it runs ends with the streams, and the rest is named."""
        try:
            self._engine.knock()
            remove_all(self._engine, self.run.identity)
        except BackendError as error:
            raise BackendError(
                f"{error.message}; left there: network {self.run.network}, perhaps with containers",
                remedy=f"{error.remedy}; `kit clean`, or the next run, removes what is left",
            ) from error
        finally:
            for stream in self._streams.values():
                stream.end()

    def _make_network(self) -> ipaddress.IPv4Network:
        """Take a subnet that nobody on this engine has: the engine itself says when one is taken."""
        for _ in range(SUBNET_TRIES):
            subnet = shapes.random_subnet(smallest_subnet(len(self.plan.hosts)))
            try:
                with self._engine.errors("make a network"):
                    self._engine.client.create_network(**shapes.network(self.run, subnet, self._engine.api))
            except BackendError as error:
                if "overlap" not in error.message.lower():
                    raise
            else:
                return subnet
        raise BackendError(
            f"{self._engine.endpoint}: no free subnet of {shapes.POOL} in {SUBNET_TRIES} tries",
            remedy="kit clean",
        )

    def _run_tap(self, host: str) -> None:
        self._make("host", host, shapes.tap(self.run, self.plan, host), self._host_head(host))
        refused = None
        try:
            self._start("host", host)
        except BackendError as error:
            if (refused := shapes.refused_setting(error.message)) is None:
                raise
        if refused is not None:  # outside, so that the engine's own words are no further reason of the run's
            raise BackendError(f"host {host}: {refused}", remedy=shapes.SETTING_REMEDY)

    def _host_head(self, host: str) -> dict[str, Any]:
        return payload.host_configuration(self.plan, host, hosts_file=self.plan.hosts_file, relay=True)

    def _program_message(self, name: str) -> tuple[dict[str, Any], bytes]:
        wrapper = payload.limit_words(shapes.PRLIMIT, self.plan.limits)
        own = {
            "directory": shapes.WORK,
            "wrapper": wrapper,
            "wrapper_execs": 1,
            **shapes.COUNTED,
            **shapes.STUDENT,
        }
        return payload.program_configuration(self.plan, name, **own)

    def _make_runner(self, name: str) -> None:
        shape = shapes.runner(self.run, self.plan.limits, self.plan.programs[name].host)
        self._make("program", name, shape, *self._program_message(name))

    def _start_runner(self, name: str, made: Future[None], tap: Future[None] | None) -> None:
        made.result()
        if tap is not None:
            tap.result()
        self._start("program", name)

    def _make(
        self, kind: str, name: str, shape: dict[str, Any], head: dict[str, Any], body: bytes = b""
    ) -> None:
        """Make a container, attached, with its first messages already under way: only then may it start."""
        container = self.run.container(kind, name)
        with self._engine.errors(f"make {kind} {name}"):
            made = self._engine.client.create_container_from_config(shape, container)
            self._identities[kind, name] = made["Id"]
            attachment = Attachment(self._engine, container)
        stream = HelperStream((kind, name), attachment, self._inbox)
        self._streams[kind, name] = stream
        stream.boot(payload.boot_bytes(), head, body)

    def _start(self, kind: str, name: str) -> None:
        with self._engine.errors(f"start {kind} {name}"):
            self._engine.client.start(self.run.container(kind, name))


def take_down_kept(kept: Kept) -> None:
    """Remove all of a lab between two runs. Raises BackendError."""
    try:
        kept.engine.knock()
        remove_all(kept.engine, kept.run.identity)
    finally:
        for stream in kept.streams.values():
            stream.end()


def why_not(engine: Engine, tag: str, command: tuple[str, ...]) -> str:
    """Try a command as a host's tap could; give what it says against it, "" for nothing. Raises BackendError."""
    identity = secrets.token_hex(4)
    run = shapes.Run(identity, tag, _docker_owner.labels(identity, _docker_owner.this_process()))
    client, name = engine.client, run.container("host", "trial")
    try:
        with engine.errors("try what its kernel has"):
            client.create_container_from_config(shapes.trial(run, command), name)
            client.start(name)
            code = client.wait(name)["StatusCode"]
            said = client.logs(name, stdout=False).decode(errors="replace").strip()
    finally:
        remove_all(engine, identity)
    return (said or f"{command[0]} ended with {code}") if code else ""


@contextmanager
def _suppress_gone() -> Iterator[None]:
    """A runner that is gone is no error of a freeze: its stream's end tells, and its program is gone, too."""
    try:
        yield
    except docker.errors.NotFound:
        return
    except docker.errors.APIError as error:
        if not _NO_LONGER.search(error.explanation or ""):
            raise


def remove_all(engine: Engine, run: str, *, within_s: float = LETS_GO_WITHIN_S) -> list[str]:
    """Remove a run's containers at once, then its network; name what it was when all is gone.

    `within_s`: how long to wait for an engine that has not let go of the network's links.
    """
    chosen = {"label": f"{_docker_owner.RUN_LABEL}={run}"}
    removed = []
    with engine.errors("remove what a run made"):
        containers = engine.client.containers(all=True, filters=chosen)
        if containers:
            with ThreadPoolExecutor(max_workers=len(containers)) as pool:
                list(pool.map(lambda row: _remove(engine, row["Id"]), containers))
        networks = engine.client.networks(filters=chosen)
        for row in networks:
            with suppress(docker.errors.NotFound):  # another kit that cleans up was there first
                _remove_network(engine, row["Id"], within_s)
                removed.append(f"docker network {row['Name']} and its containers")
    return removed if networks else [f"docker container {row['Names'][0].lstrip('/')}" for row in containers]


def _remove_network(engine: Engine, network: str, within_s: float) -> None:
    """Remove it as soon as the engine has done with its containers: of one that is gone, the link may still be there."""
    deadline = time.monotonic() + within_s
    while True:
        try:
            engine.client.remove_network(network)
        except docker.errors.APIError as error:
            if HELD not in (error.explanation or "") or time.monotonic() > deadline:
                raise
        else:
            return
        for container in engine.client.inspect_network(network)["Containers"] or ():
            _remove(engine, container)  # also one that was started only now
        time.sleep(LINK_LOOK_S)  # the engine tells nobody when it has let go of a link


def _remove(engine: Engine, container: str) -> None:
    """Kill and remove, without a grace period; a removal by the engine itself (AutoRemove) is waited for."""
    try:
        engine.client.remove_container(container, v=True, force=True)
    except docker.errors.APIError as error:
        if error.status_code == NOT_FOUND:
            return
        if error.status_code != CONFLICT:
            raise
        try:
            engine.client.wait(container, timeout=REMOVED_WITHIN_S, condition="removed")
        except docker.errors.NotFound:
            return
