"""The backend `docker`: hosts are containers on an internal network of their own, programs containers joined to them.

Nothing but the engine's API is used, so a remote engine, Docker Desktop or Colima serve as well as a local one:
no bind mount, no file of this machine, no command.
"""

from __future__ import annotations

from contextlib import contextmanager, nullcontext, suppress
from typing import TYPE_CHECKING, Any

from kit import image
from kit.backends import _docker_owner as owners
from kit.backends._docker_engine import Engine, connect_here
from kit.backends._docker_lab import DockerLab, remove_all, why_not
from kit.backends.base import AS_A_WHOLE, TRY_NETEM, Backend, Promise, Requirement, netem
from kit.errors import BackendError, KitError
from kit.exercise.languages import ALL, FURTHER

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from contextlib import AbstractContextManager
    from queue import SimpleQueue

    from kit.backends.base import Arrived, Lab
    from kit.exercise.plan import Plan

UNKNOWN = "unknown"


class DockerBackend:
    name = "docker"

    def requirements(self) -> list[Requirement]:
        try:
            with connect_here() as engine:
                detail = f"{engine.about.engine}, {engine.endpoint}"
                rows = [Requirement("Docker Engine", present=True, detail=detail), _image_requirement(engine)]
                return rows + _language_requirements(engine)
        except KitError as error:
            return [
                Requirement("Docker Engine", present=False, detail=error.message, remedy=error.remedy or "")
            ]

    def promises(self) -> list[Promise]:
        with connect_here() as engine, engine.errors("ask what it can limit"):
            about = engine.client.info()
        return promises_of(about)

    def options(self) -> list[Requirement]:
        try:
            with connect_here() as engine:
                tag = image.find(engine, frozenset())
                if tag is None:
                    raise image.missing(engine)
                return [netem(why_not(engine, tag, TRY_NETEM))]
        except KitError as error:
            return [netem(error.message)]

    def versions(self) -> dict[str, str]:
        with connect_here() as engine:
            about, labels = engine.about, _labels_of_image(engine)
        packages = dict(pair.partition("=")[::2] for pair in labels.get(image.PACKAGES_LABEL, "").split())
        return {
            "engine": about.engine,
            "kernel": about.kernel,
            "image": image.recipe().tag,
            **{
                name.removesuffix("3"): packages.get(name, UNKNOWN)
                for name in ("python3", "strace", "tcpdump")
            },
        }

    @contextmanager
    def up(self, plan: Plan, inbox: SimpleQueue[Arrived]) -> Iterator[Lab]:
        with connect_here() as engine:
            languages = plan.languages.intersection(FURTHER)
            tag = image.find(engine, languages)
            if tag is None:
                raise image.missing(engine, languages)
            with suppress(
                BackendError
            ):  # what dead runs left is no trouble of this one; `kit clean` tells it
                _clean(engine)
            lab = DockerLab(engine, tag, plan, inbox)
            try:
                lab.bring_up()
                yield lab
            finally:
                lab.take_down()

    def keep(self) -> AbstractContextManager[None]:
        return nullcontext()

    def warm(self) -> None:
        """Nothing: what takes time is the engine's, and needs the plan."""

    def clean(self) -> list[str]:
        with connect_here() as engine:
            removed, troubles = _clean(engine)
        if troubles:
            reasons = [trouble.message for trouble in troubles]
            raise BackendError(
                "; ".join([*reasons, *(f"removed: {thing}" for thing in removed)]), remedy=troubles[0].remedy
            )
        return removed


def _labels_of_image(engine: Engine) -> dict[str, str]:
    """Give the labels of the host image; raise, with the command that makes it, where it is missing."""
    labels = image.labels(engine)
    if labels is None:
        raise image.missing(engine)
    return labels


def _image_requirement(engine: Engine) -> Requirement:
    try:
        packages = _labels_of_image(engine).get(image.PACKAGES_LABEL, UNKNOWN)
    except KitError as error:
        return Requirement("host image", present=False, detail=error.message, remedy=error.remedy or "")
    return Requirement("host image", present=True, detail=f"{image.recipe().tag}, {packages}")


def _language_requirements(engine: Engine) -> list[Requirement]:
    """Tell which languages an image has; what is written in another one cannot run."""
    there = image.all_languages(engine)
    rows = []
    for name in FURTHER:
        detail = ", ".join(ALL[name].all_packages)
        remedy = f"kit image build --with {','.join(sorted(there.union([name])))}"
        rows.append(
            Requirement(
                name,
                present=name in there,
                detail=detail if name in there else f"no image has it ({detail})",
                remedy=remedy,
                needed=False,
            )
        )
    return rows


# field of the Engine API's `GET /info` -> what depends on it
_LIMITS = {
    "MemoryLimit": AS_A_WHOLE,
    "SwapLimit": "no swap beyond the memory",
    "PidsLimit": "processes of a program together",
}


def promises_of(info: Mapping[str, Any]) -> list[Promise]:
    """Read what an engine says of itself."""
    seccomp = [word for word in info.get("SecurityOptions") or () if "seccomp" in word]
    filtered = bool(seccomp) and not any("unconfined" in word for word in seccomp)
    lack = "" if filtered else "the engine runs containers without a seccomp profile"
    found = [Promise("filtered system calls", lack, "let dockerd use its default seccomp profile")]
    for field, name in _LIMITS.items():
        lack = "" if info.get(field) else f"the engine's kernel cannot limit it ({field})"
        found.append(Promise(name, lack, "docker info tells what the kernel lacks"))
    return found


def _clean(engine: Engine) -> tuple[list[str], list[BackendError]]:
    """Remove dead runs; name them, and the trouble with those that do not go, which keeps no other from going.

    A container is asked for, too: its making may have been under way when its network went.
    """
    with engine.errors("look for what dead runs left"):
        networks = engine.client.networks(filters={"label": owners.OWNER_LABEL})
        containers = engine.client.containers(all=True, filters={"label": owners.OWNER_LABEL})
    owned = [row["Labels"] for row in (*networks, *containers)]
    removed: list[str] = []
    troubles: list[BackendError] = []
    for run in dict.fromkeys(labels[owners.RUN_LABEL] for labels in owned if _is_dead(labels)):
        try:
            # What a run that ended just now had removed itself is not there any more, and is not told.
            removed += remove_all(engine, run, within_s=0)
        except BackendError as error:
            troubles.append(error)
    return removed, troubles


def _is_dead(labels: dict[str, str]) -> bool:
    owner = owners.parse(labels.get(owners.OWNER_LABEL, ""))
    return owner is not None and owners.RUN_LABEL in labels and owners.is_dead_sibling(owner)


def backend() -> Backend:
    return DockerBackend()
