"""The host image: build it with a registry or without one, save it to a file, load it from one.

The image's recipe is compose/Dockerfile, and its tag is that file's digest, so a changed recipe is another image
and an old one is never taken for it. The code of kit is not in the image: kit sends it when a run starts.

An image may have languages beside Python; its tag then goes on with their names, and it serves runs without them, too.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import secrets
import tarfile
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import docker.errors
import requests

from kit._debian_base import make_base
from kit.backends import _docker_owner
from kit.backends._docker_engine import Engine, connect, connect_here
from kit.errors import BackendError, MachineError, UsageError
from kit.exercise.languages import ALL
from kit.whole import whole_file

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    Report = Callable[[str], None]

RECIPE = Path(__file__).parent.parent / "compose" / "Dockerfile"
REPOSITORY = "wirekit-host"
PACKAGES_LABEL = (
    "wirekit.packages"  # "strace=6.1-0.1 ...": a run tells the versions without starting anything
)
REGISTRY_WITHIN_S = 8  # one that is there answers in one; looking for one that is not may take minutes
CHUNK_BYTES = 1 << 20
LAST_LINES = 8  # of a build that failed
STEP = re.compile(r"Step (\d+)/(\d+) : (\w+)")


@dataclass(frozen=True, slots=True)
class Recipe:
    """`base` and `packages` are the defaults of the Dockerfile's two arguments."""

    text: str
    base: str
    packages: tuple[str, ...]

    @property
    def tag(self) -> str:
        return f"{REPOSITORY}:{hashlib.sha256(self.text.encode()).hexdigest()[:12]}"


def read_recipe(text: str) -> Recipe:
    arguments = dict(re.findall(r'^ARG (\w+)="?([^"\n]+)"?$', text, flags=re.MULTILINE))
    return Recipe(text, arguments["BASE"], tuple(arguments["PACKAGES"].split()))


@cache
def recipe() -> Recipe:
    try:
        return read_recipe(RECIPE.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise UsageError(
            f"{RECIPE}: the image's recipe is missing",
            remedy="install kit from a checkout: pip install -e CHECKOUT",
        ) from error


def tag_of(languages: Iterable[str]) -> str:
    """Give the tag of the image that has just these languages beside Python."""
    return "-".join((recipe().tag, *sorted(languages)))


def languages_of(tag: str) -> frozenset[str] | None:
    """Give the languages that a tag tells of, beside Python; None for one of another recipe."""
    own, *further = tag.removeprefix(f"{REPOSITORY}:").split("-")
    return frozenset(further) if f"{REPOSITORY}:{own}" == recipe().tag else None


def find(engine: Engine, languages: Collection[str] = ()) -> str | None:
    """Give the tag of the smallest image of this recipe that has these languages; None: the engine has none."""
    with engine.errors("look for the host image"):
        images = engine.client.images(REPOSITORY)
    tags = [tag for image in images for tag in image["RepoTags"] or ()]
    has = {tag: there for tag in tags if (there := languages_of(tag)) is not None}
    able = [tag for tag, there in has.items() if there.issuperset(languages)]
    return min(able, key=lambda tag: (len(has[tag]), tag), default=None)


def all_languages(engine: Engine) -> frozenset[str]:
    """Give the languages beside Python that some image of this recipe has."""
    with engine.errors("look for the host image"):
        images = engine.client.images(REPOSITORY)
    there = [languages_of(tag) for image in images for tag in image["RepoTags"] or ()]
    return frozenset().union(*filter(None, there))


def labels(engine: Engine, languages: Collection[str] = ()) -> dict[str, str] | None:
    """Give the labels of the image that has these languages; None: the engine has none of this recipe."""
    tag = find(engine, languages)
    if tag is None:
        return None
    with engine.errors("look for the host image"):
        found = engine.client.inspect_image(tag)
    return dict(found["Config"]["Labels"] or {})


def missing(engine: Engine, languages: Collection[str] = ()) -> BackendError:
    """Say what is missing: the image at all, or one with these languages."""
    if not languages:
        return BackendError(
            f"{engine.endpoint}: the host image {recipe().tag} is missing", remedy="kit image build"
        )
    names = ", ".join(sorted(languages))
    wanted = sorted(all_languages(engine).union(languages))
    return BackendError(
        f"{engine.endpoint}: no host image has {names}", remedy=f"kit image build --with {','.join(wanted)}"
    )


def ensure(report: Report, languages: Collection[str] = ()) -> None:
    """Build an image with these languages if the engine has none of this recipe."""
    with connect_here() as engine:
        if find(engine, languages) is None:
            _build(engine, report, languages)


def build(report: Report, languages: Collection[str] = ()) -> None:
    """Build the image, with what the engine has cached of it."""
    with connect_here() as engine:
        _build(engine, report, languages)


def save(path: Path, report: Report, languages: Collection[str] = ()) -> None:
    """Write the image that has these languages to a file, whole or not at all."""
    if not path.parent.is_dir():
        raise UsageError(f"{path}: cannot be written: there is no such folder", remedy="choose another place")
    with connect_here() as engine:
        tag = find(engine, languages)
        if tag is None:
            raise missing(engine, languages)
        report(f"saving {tag} to {path}")
        with whole_file(path) as file:
            for chunk in _image_archive(engine, tag):
                file.write(chunk)
    report(f"saved {path}: {_megabytes(path.stat().st_size)}")


def load(path: Path, report: Report) -> None:
    """Load the image from a file that `save` wrote; a file with another image is refused."""
    tags = _tags_in(path)
    own = next((tag for tag in tags if languages_of(tag) is not None), None)
    if own is None:
        raise UsageError(
            f"{path}: holds {', '.join(tags) or 'no image'}, and this kit needs {recipe().tag}",
            remedy="save it again with this version of kit: `kit image save FILE`",
        )
    report(f"loading {path}: {_megabytes(path.stat().st_size)}")
    with connect_here() as engine:
        with engine.errors(f"load {path}"), path.open("rb") as file:
            lines = list(engine.client.load_image(_chunks(file)))
        for line in lines:
            _refuse(line, f"load {path}")
        if labels(engine) is None:
            raise missing(engine)
    report(f"loaded {own}")


def _image_archive(engine: Engine, tag: str) -> Iterator[bytes]:
    with engine.errors("save the host image"):  # and not what happens to the file meanwhile
        yield from engine.client.get_image(tag, CHUNK_BYTES)


def packages_for(languages: Iterable[str]) -> tuple[str, ...]:
    """Give the packages of an image with these languages."""
    further = [package for name in sorted(languages) for package in ALL[name].all_packages]
    return tuple(dict.fromkeys((*recipe().packages, *further)))


def _build(engine: Engine, report: Report, languages: Collection[str]) -> None:
    base, tag, packages = recipe().base, tag_of(languages), packages_for(languages)
    if _is_local(engine, base) or _registry_has(engine, base, report):
        report(f"building {tag} on {base}")
    else:
        base = _import_base(engine, packages, report)
    identity = _run_recipe(engine, base, packages, report)
    # The versions are known only now. The same build again, all of it cached, adds them as a label.
    versions = {PACKAGES_LABEL: _installed(engine, identity, packages)}
    _run_recipe(engine, base, packages, lambda _: None, tag=tag, labels=versions)
    with engine.errors("look at the host image"):
        size = engine.client.inspect_image(tag)["Size"]
    report(f"built {tag}: {_megabytes(size)}")


def _is_local(engine: Engine, image: str) -> bool:
    with engine.errors(f"look for {image}"):
        return bool(engine.client.images(image, quiet=True))


def _registry_has(engine: Engine, image: str, report: Report) -> bool:
    """Ask as the engine would pull, with its mirrors and its proxy, but not for longer than a registry takes."""
    report(f"asking the registry for {image}")
    with connect(engine.endpoint) as asking:
        asking.client.timeout = REGISTRY_WITHIN_S
        try:
            asking.client.inspect_distribution(image)
        except (docker.errors.APIError, requests.RequestException):
            return False
    return True


def _import_base(engine: Engine, packages: tuple[str, ...], report: Report) -> str:
    """Make the base of Debian's packages and import it; give its ID."""
    report("no registry: making the base of Debian's packages with mmdebstrap, about half a minute")
    with tempfile.TemporaryFile() as archive:
        make_base(packages, archive)
        report(f"importing the base: {_megabytes(archive.tell())}")
        archive.seek(0)
        with engine.errors("import the base image"):
            answer = engine.client.import_image_from_stream(
                _chunks(archive), changes=["LABEL wirekit.image=base"]
            )
    *_, last = (json.loads(line) for line in answer.splitlines())
    _refuse(last, "import the base image")
    return str(last["status"])


def _run_recipe(
    engine: Engine,
    base: str,
    packages: tuple[str, ...],
    report: Report,
    *,
    tag: str | None = None,
    labels: dict[str, str] | None = None,
) -> str:
    """Build the Dockerfile on this base; give the image's ID."""
    arguments = {"BASE": base, "PACKAGES": " ".join(packages)}
    said: list[str] = []
    identity, failure = "", dict[str, Any]()
    with engine.errors("build the host image"):
        lines = engine.client.build(
            fileobj=_context(recipe().text), custom_context=True, decode=True, rm=True, forcerm=True,
            tag=tag, buildargs=arguments, labels=labels,
        )  # fmt: skip
        for line in lines:  # to the end, also after an error: a stream half read keeps its connection
            failure = line if "error" in line else failure
            identity = line.get("aux", {}).get("ID", identity)
            text = line.get("stream", "").strip()
            if text:
                said.append(text)
            if step := STEP.match(text):
                report("step {} of {}: {}".format(*step.groups()))
    _refuse(failure, "build the host image", said[-LAST_LINES:])
    return identity


def _context(dockerfile: str) -> IO[bytes]:
    """A build context of one file: nothing else is sent to the engine."""
    context = io.BytesIO()
    with tarfile.open(fileobj=context, mode="w") as archive:
        data = dockerfile.encode()
        entry = tarfile.TarInfo("Dockerfile")
        entry.size = len(data)
        archive.addfile(entry, io.BytesIO(data))
    context.seek(0)
    return context


def _installed(engine: Engine, image: str, packages: tuple[str, ...]) -> str:
    """Give the versions of the recipe's packages in an image: name=version, separated by spaces."""
    command = ["dpkg-query", "--show", "--showformat=${Package}=${Version} ", *packages]
    with engine.errors("read the versions in the host image"):
        client = engine.client
        owned = _docker_owner.labels(secrets.token_hex(4), _docker_owner.this_process())
        container = client.create_container(image, command, labels=owned, network_disabled=True)["Id"]
        try:
            client.start(container)
            client.wait(container)
            said: bytes = client.logs(container, stdout=True, stderr=False)
        finally:
            client.remove_container(container, force=True)
    return said.decode().strip()


def _refuse(line: dict[str, Any], doing: str, said: Iterable[str] = ()) -> None:
    """Raise if a line of the engine's progress is an error."""
    if "error" in line:
        raise MachineError(
            f"cannot {doing}: " + "\n".join((line["error"], *said)),
            remedy="mend what the engine says, or take the image from another machine: `kit image save` and `load`",
        )


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    return iter(lambda: file.read(CHUNK_BYTES), b"")


def _tags_in(path: Path) -> list[str]:
    """Read the tags of an image archive from its manifest (Docker image specification 1.2)."""
    try:
        with tarfile.open(path) as archive:
            manifest = archive.extractfile("manifest.json")
            images = json.load(manifest) if manifest else []
            return [tag for image in images for tag in image["RepoTags"] or ()]
    except FileNotFoundError as error:
        raise UsageError(
            f"{path}: there is no such file", remedy="make it with `kit image save FILE`"
        ) from error
    except (tarfile.TarError, OSError, KeyError, TypeError, ValueError) as error:
        raise UsageError(
            f"{path}: not an image archive ({error})", remedy="make it with `kit image save FILE`"
        ) from error


def _megabytes(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:.0f} MB"
