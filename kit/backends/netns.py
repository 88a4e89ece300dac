"""Hosts as network namespaces on a bridge in one private namespace, programs as bubblewrap sandboxes.

    hub        `ip -batch` in a namespace of its own: holds the bridge, makes the links
    nursery    our Python, booted once; taps and runners are its forks
    tap        in a network namespace of its own, one a host; linked to the hub's bridge
    runner     in its host's network namespace, one a program, outside the sandbox

All namespaces are anonymous: they live as long as a process is in them. Every one of these processes ends
when its stream does, and the streams are held by kit alone. As an ordinary user all of it is inside one
user namespace, the hub's.
"""

from __future__ import annotations

import atexit
import ipaddress
import os
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Any

from kit import interrupts
from kit.backends import _netns_leftovers as leftovers
from kit.backends import _netns_links as links
from kit.backends import _netns_machine as machine
from kit.backends import _netns_sandbox as sandbox
from kit.backends._netns_ground import Ground, make_folder, write_for_all
from kit.backends._pipe_helper import Nursery, PipeHelper
from kit.backends.payload import (
    FOLDERS,
    folder_options,
    host_configuration,
    program_configuration,
)
from kit.errors import BackendError
from kit.exercise.plan import DEFAULT_SUBNET, smallest_subnet

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from queue import SimpleQueue

    from kit.backends.base import Arrived, Backend, Promise, Requirement
    from kit.exercise.plan import Plan


class NetnsBackend:
    name = "netns"

    def __init__(self) -> None:
        self._warm = ExitStack()  # holds the ground that no run has taken yet
        self._ground: Ground | None = None
        self._keeper: ExitStack | None = None  # holds a ground from run to run

    def requirements(self) -> list[Requirement]:
        return machine.requirements()

    def promises(self) -> list[Promise]:
        return machine.promises()

    def options(self) -> list[Requirement]:
        return machine.options()

    def versions(self) -> dict[str, str]:
        return machine.versions()

    def warm(self) -> None:
        """Boot the nursery while kit itself still loads: it is the same for every plan, and runs no program."""
        if self._ground is None:
            atexit.register(self._warm.close)  # where no run follows
            with interrupts.held(lambda: None), _disk_refuses():  # a signal in the middle would leave a half
                self._ground = Ground(self._warm)

    @contextmanager
    def up(self, plan: Plan, inbox: SimpleQueue[Arrived]) -> Iterator[NetnsLab]:
        machine.hold_to_languages(plan.languages)
        # Every run has its namespaces to itself, so all may use the same addresses
        size = ipaddress.IPv4Network((DEFAULT_SUBNET.network_address, smallest_subnet(len(plan.hosts))))
        with suppress(BackendError):  # what dead runs left is no trouble of this one; `kit clean` tells it
            leftovers.remove_found()
        with ExitStack() as stack:
            with _disk_refuses():
                lab = NetnsLab(plan.on(size), inbox, self._take_ground(stack), stack)
                lab.begin()
            yield lab

    @contextmanager
    def keep(self) -> Iterator[None]:
        with ExitStack() as keeper:
            self._keeper = keeper
            try:
                yield
            finally:
                self._keeper = self._ground = None

    def _take_ground(self, stack: ExitStack) -> Ground:
        ground, self._ground = self._ground, None
        home = stack if self._keeper is None else self._keeper
        if ground is None:
            ground = Ground(home)
        else:
            home.push(self._warm.pop_all())
        if self._keeper is not None:
            stack.callback(self._take_back, ground)
        return ground

    def _take_back(self, ground: Ground) -> None:
        """Keep it for the next run, which makes another where this one cannot be cleared."""
        try:
            ground.renew()
        except (BackendError, OSError):
            ground.kill()
        else:
            self._ground = ground

    def clean(self) -> list[str]:
        return leftovers.remove_dead()


def backend() -> Backend:
    return NetnsBackend()


@contextmanager
def _disk_refuses() -> Iterator[None]:
    """Translate what a full disk or a read-only folder says where the lab's own files are made."""
    try:
        yield
    except OSError as error:
        raise BackendError(
            f"netns: cannot make the lab's files: {error.filename or 'in TMPDIR'}: {error.strerror}",
            remedy="make room there, or name another folder: TMPDIR=FOLDER kit ...",
        ) from error


class NetnsLab:
    """See `kit.backends.base.Lab`. What is made is undone by `stack`, whatever happens."""

    def __init__(self, plan: Plan, inbox: SimpleQueue[Arrived], ground: Ground, stack: ExitStack) -> None:
        self.plan = plan
        self._inbox = inbox
        self._machine = machine.machine()
        self._ground = ground
        self._folder = ground.folder
        self._rights = ground.rights
        self._helpers: dict[tuple[str, str], PipeHelper] = {}
        stack.callback(self._end)

    # Up

    def begin(self) -> None:
        """Start everything and configure it. What can go on at once does."""
        hub, nursery = self._ground.wait_here()
        for host in self.plan.hosts:
            self._bear(nursery, ("host", host), {"entry": "host"})
        for host in self.plan.hosts:
            self._helpers["host", host].wait_here()
        hub.do(links.links(self._link_end(host) for host in self.plan.hosts))
        for host in self.plan.hosts:
            address = f"{self.plan.address_of(host)}/{self.plan.subnet.prefixlen}"
            self.send(("host", host), host_configuration(self.plan, host, address=address))
        for name in self.plan.programs:
            self._start_runner(nursery, name)

    def _bear(self, nursery: Nursery, source: tuple[str, str], order: dict[str, Any]) -> PipeHelper:
        words = self._folder / "words" / "-".join(source)
        helper = self._helpers[source] = PipeHelper(source, nursery, order, self._inbox, words)
        return helper

    def _start_runner(self, nursery: Nursery, name: str) -> None:
        host = self.plan.programs[name].host
        folders = self._make_folders(name)
        order = {
            "entry": "program",
            "network_of": self._helpers["host", host].pid,
            "folders": [[str(at), folder_options(self.plan.limits, path)] for path, at in folders.items()],
            "first_uid": sandbox.FIRST_UID if self._rights.changes_uid else None,
        }
        runner = self._bear(nursery, ("program", name), order)
        uid = sandbox.uid_of(self._rights, runner.pid)
        wrapper = sandbox.wrapper(
            self._rights,
            self._ground.tools,
            self._machine,
            host=host,
            uid=uid,
            folders={path: str(at) for path, at in folders.items()},
            etc=self._write_etc(name, uid),
            limits=self.plan.limits,
            filtered=self._ground.filter is not None,
        )
        head, body = program_configuration(
            self.plan,
            name,
            directory=str(folders["/work"]),
            environment=machine.environment(),
            wrapper=list(wrapper.words),
            wrapper_execs=wrapper.execs,
            wrapper_depth=sandbox.DEPTH,
            filter=self._ground.filter,
            user=[uid, uid] if self._rights.changes_uid else None,
            folders=[str(folder) for folder in folders.values()],
            **self._ground.groups.add(runner.pid, self.plan.limits),
        )
        runner.send(head, body)

    def _make_folders(self, program: str) -> dict[str, Path]:
        """Make the places for the file systems that the program may write: path in the sandbox -> path here."""
        home = self._folder / "work" / program
        make_folder(home, 0o711)
        folders = {path: home / path.replace("/", "-").lstrip("-") for path in FOLDERS}
        for folder in folders.values():
            folder.mkdir()
        return folders

    def _write_etc(self, program: str, uid: int) -> str:
        """Make what the program sees as /etc; give its folder."""
        folder = self._folder / "etc" / program
        for made in (folder, folder / sandbox.ALTERNATIVES):
            make_folder(made, 0o755)
        for path in self._ground.etc:
            os.link(path, folder / path.name)
        for name, text in sandbox.etc_files(uid, self.plan.hosts_file).items():
            write_for_all(folder / name, text.encode())
        return str(folder)

    def _link_end(self, host: str) -> links.LinkEnd:
        pid = self._helpers["host", host].pid
        return links.LinkEnd(self.plan.hosts[host].number, self.plan.address_of(host), pid)

    # The lab's demands

    def send(self, source: tuple[str, str], head: dict[str, Any], body: bytes = b"") -> None:
        self._helpers[source].send(head, body)

    def freeze(self, program: str) -> None:
        with _kernel_refuses(f"{program}: cannot freeze it"):
            self._ground.freezer.freeze(self._helpers["program", program].pid)

    def thaw(self, program: str) -> None:
        with _kernel_refuses(f"{program}: cannot thaw it"):
            self._ground.freezer.thaw(self._helpers["program", program].pid)

    def ran_out_of_memory(self, program: str) -> bool:  # noqa: ARG002  # a runner is outside what its program may use
        return False

    # Down

    def _end(self) -> None:
        """Kill all; then what is in the streams still reaches the inbox."""
        self._ground.clear()
        for helper in self._helpers.values():
            helper.join()


@contextmanager
def _kernel_refuses(what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise BackendError(f"{what}: {error}", remedy="see `kit doctor --backend netns`") from error
