"""What a run on namespaces stands on, whatever its plan, and what of it the next run may have: the nursery alone."""

from __future__ import annotations

import os
import signal
import socket
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from kit.backends import _netns_leftovers as leftovers
from kit.backends import _netns_links as links
from kit.backends import _netns_machine as machine
from kit.backends import _netns_sandbox as sandbox
from kit.backends._netns_cgroups import Groups
from kit.backends._netns_freezer import choose
from kit.backends._netns_processes import kill_below
from kit.backends._pipe_helper import Nursery, spawn
from kit.backends.payload import BOOT_FROM_FOLDER, source_folder
from kit.errors import BackendError

if TYPE_CHECKING:
    from contextlib import ExitStack

HUB_LIMIT_S = 20.0
RUNS_FOLDERS = ("etc", "work", "tmp")  # in the ground's folder; those of one run


class Hub:
    """The namespace that holds the bridge. It is `ip -batch` itself: its input is the lease, and takes the links."""

    TOOL = ("ip", "-oneline", "-batch", "-")

    def __init__(self, command: tuple[str, ...], words: Path, environment: dict[str, str]) -> None:
        """`command` is TOOL in a namespace of its own."""
        self._words = words
        self._stream, theirs = socket.socketpair()
        self._stream.settimeout(HUB_LIMIT_S)
        with theirs:
            try:
                self.process = spawn(command, theirs, words, environment)
            except BackendError:
                self._stream.close()
                raise

    def do(self, batch: str) -> None:
        """Run lines of `ip`. Raises BackendError with its words where one fails: then the hub ends."""
        try:
            self._stream.sendall((batch + links.ACKNOWLEDGE).encode())
            answer = b""
            while not answer.endswith(b"\n"):
                data = self._stream.recv(4096)
                if not data:
                    raise self._failed(self._words.read_text(errors="replace").strip())
                answer += data
        except OSError as error:
            raise self._failed(self._words.read_text(errors="replace").strip() or str(error)) from error

    def end(self) -> None:
        self.process.kill()
        self._stream.close()
        self.process.wait()

    def _failed(self, words: str) -> BackendError:
        return BackendError(
            f"netns: cannot make the private network: {words}", remedy=machine.namespaces_remedy()
        )


class Ground:
    """What a run stands on, whatever its plan: its folder, its freezer, the hub and the nursery."""

    def __init__(self, stack: ExitStack) -> None:
        """Begin all; what is made is undone by `stack`. The nursery still boots when this returns."""
        self.tools = machine.tools()
        self.rights = machine.rights()
        self._hub: Hub | None = None
        self._nursery: Nursery | None = None
        self._is_here = False  # the nursery has booted
        self.folder = leftovers.make_folder()
        stack.callback(leftovers.remove_folder, self.folder)
        self._words = self.folder / "words"
        self._words.mkdir()
        environment = self._prepare_folder()
        self.etc = self._write_common_etc()
        self.filter = self._write_filter()
        self._begin_groups()
        stack.callback(self._close_groups)
        stack.callback(self.kill)
        self._hub = Hub(sandbox.hub(self.rights, Hub.TOOL), self._words / "hub", environment)
        self._hub.do(links.bridge())
        boot = (machine.helper_python(), "-I", "-S", "-c", BOOT_FROM_FOLDER, str(source_folder()), "nursery")
        command = sandbox.in_user_of(self.rights, self._hub.process.pid, boot)
        self._nursery = Nursery(command, self._words / "nursery", environment)

    def wait_here(self) -> tuple[Hub, Nursery]:
        """Wait until helpers can be born; give who links hosts, and who bears them."""
        hub, nursery = self._both()
        if not self._is_here:
            nursery.wait_here()
            self._is_here = True
        return hub, nursery

    def _both(self) -> tuple[Hub, Nursery]:
        if self._hub is None or self._nursery is None:
            raise RuntimeError("this ground was left already")
        return self._hub, self._nursery

    def clear(self) -> None:
        """Kill all that a run had here, and wait until it is gone."""
        if self._nursery is not None:
            kill_below(self._nursery.process.pid)

    def renew(self) -> None:
        """After `clear`: make it as it was before the run. The nursery has run nothing; all else is made anew."""
        hub, nursery = self._both()
        os.kill(nursery.process.pid, signal.SIGCONT)
        nursery.reap()
        self._close_groups()
        hub.end()
        for name in RUNS_FOLDERS:
            leftovers.remove_folder(self.folder / name)
        environment = self._prepare_folder()
        self._begin_groups()
        command = sandbox.in_user_of(self.rights, nursery.process.pid, sandbox.hub(sandbox.ROOT, Hub.TOOL))
        self._hub = Hub(command, self._words / "hub", environment)
        self._hub.do(links.bridge())

    def kill(self) -> None:
        """Kill all at once and wait until it is gone. A second time, nothing."""
        nursery, hub = self._nursery, self._hub
        try:
            self.clear()
        finally:  # also where one of them does not end
            self._nursery = self._hub = None
            if nursery is not None:
                nursery.process.kill()
                nursery.join()
            if hub is not None:
                hub.end()

    def _begin_groups(self) -> None:
        self.freezer = choose(self.folder.name)
        self.groups = Groups(self.folder.name)

    def _close_groups(self) -> None:
        self.groups.close()
        self.freezer.close()

    def _write_filter(self) -> str | None:
        """Write the filter of system calls, once: sandboxes read it whenever they come up."""
        forbidden = machine.call_filter()
        if forbidden is None:
            return None
        path = self.folder / "filter"
        path.write_bytes(forbidden)
        return str(path)

    def _write_common_etc(self) -> list[Path]:
        """Make the files of /etc that all programs see."""
        folder = self.folder / "common"
        folder.mkdir()
        for name, text in sandbox.ETC_OF_ALL.items():
            write_for_all(folder / name, text.encode())
        for name in sandbox.ETC_OF_MACHINE:
            with suppress(FileNotFoundError):
                write_for_all(folder / name, Path("/etc", name).read_bytes())
        return list(folder.iterdir())

    def _prepare_folder(self) -> dict[str, str]:
        """Make what the helpers need in the run's folder; give their environment."""
        for name in RUNS_FOLDERS:
            make_folder(self.folder / name, 0o711)
        marks = {leftovers.VARIABLE: str(leftovers.this_kit())}
        # their temporary files go when the folder goes, also those of a helper that was killed
        return {"PATH": machine.PATH, "LANG": "C.UTF-8", "TMPDIR": str(self.folder / "tmp"), **marks}


def make_folder(path: Path, mode: int) -> None:
    """Make it with this mode, whatever the umask: programs are other users."""
    path.mkdir()
    path.chmod(mode)


def write_for_all(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    path.chmod(0o644)
