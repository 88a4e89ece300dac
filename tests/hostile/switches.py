"""Defences that a test can take away, to show that a hostile program does its harm without them."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING, Any

from kit.backends import _docker_shapes as shapes
from kit.backends import _netns_machine as machine
from kit.backends import payload

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest


def no_filter(patch: pytest.MonkeyPatch) -> None:
    """Allow every system call."""
    patch.setattr(machine, "call_filter", lambda: None)
    _host_config(patch, SecurityOpt=["no-new-privileges", "seccomp=unconfined"])


def root(patch: pytest.MonkeyPatch) -> None:
    """Let the program be root, with a container's ordinary capabilities."""
    patch.setattr(shapes, "STUDENT", {"user": None, "user_name": None})
    _host_config(patch, CapDrop=[])


def writable_root(patch: pytest.MonkeyPatch) -> None:
    """The same, on a root that can be written."""
    root(patch)
    real = shapes.runner

    def runner(*arguments: Any) -> dict[str, Any]:
        shape = real(*arguments)
        return shape | {"HostConfig": shape["HostConfig"] | {"ReadonlyRootfs": False}}

    patch.setattr(shapes, "runner", runner)


def network(patch: pytest.MonkeyPatch) -> None:
    """Give the bridge its address on the machine, and leave the hosts the route to it, as an ordinary network has."""
    real = shapes.network

    def ordinary(*arguments: Any) -> dict[str, Any]:
        return real(*arguments) | {"options": {}, "internal": False}

    patch.setattr(shapes, "network", ordinary)
    _tap_source(patch, 'lines.append("route del default")', "pass")


def resolver(patch: pytest.MonkeyPatch) -> None:
    """Leave the engine's resolver where hosts reach it."""
    _tap_source(patch, 'lines.append(f"route add unreachable {ENGINES_RESOLVER} table local")', "pass")


def _host_config(patch: pytest.MonkeyPatch, **changed: Any) -> None:
    patch.setattr(shapes, "_HOST_CONFIG", {**shapes._HOST_CONFIG, **changed})


def _tap_source(patch: pytest.MonkeyPatch, line: str, instead: str) -> None:
    """Send hosts another kit/tap/link.py."""
    source = (payload._TAP_FOLDER / "link.py").read_text()
    assert line in source
    real = zipfile.ZipFile.writestr
    changed = source.replace(line, instead)

    def writestr(self: Any, info: Any, data: Any, *more: Any) -> None:
        if info.filename != "kit/tap/link.pyc":  # without it the changed source is compiled
            real(self, info, changed if info.filename == "kit/tap/link.py" else data, *more)

    payload.archive.cache_clear()
    with patch.context() as once:
        once.setattr(zipfile.ZipFile, "writestr", writestr)
        made = payload.archive()
    payload.archive.cache_clear()
    patch.setattr(payload, "archive", lambda: made)


SWITCHES: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "filter": no_filter,
    "network": network,
    "resolver": resolver,
    "root": root,
    "writable_root": writable_root,
}
