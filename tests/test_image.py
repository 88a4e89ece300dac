"""The host image: its recipe and tag, building, and the file that takes it to a room without a network."""

from __future__ import annotations

import io
import json
import tarfile
from contextlib import nullcontext
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from kit import image
from kit.backends._docker_engine import connect_here
from kit.errors import KitError, MachineError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kit.backends._docker_engine import Engine

RECIPE = 'ARG BASE=debian:12\nFROM ${BASE}\nARG PACKAGES="strace tcpdump"\n'


def test_a_recipe_names_its_base_and_packages() -> None:
    recipe = image.read_recipe(RECIPE)
    assert (recipe.base, recipe.packages) == ("debian:12", ("strace", "tcpdump"))


def test_the_projects_recipe_is_pinned_and_has_what_helpers_need() -> None:
    recipe = image.recipe()
    assert recipe.base == "debian:12.11-slim"
    assert set(recipe.packages) == {"iproute2", "python3", "strace", "tcpdump"}


def test_a_changed_recipe_is_another_image() -> None:
    first, second = image.read_recipe(RECIPE), image.read_recipe(RECIPE + "# more\n")
    assert first.tag != second.tag
    assert first.tag == image.read_recipe(RECIPE).tag
    assert first.tag.startswith("wirekit-host:")


def test_a_kit_without_its_checkout_says_how_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image.recipe.cache_clear()
    monkeypatch.setattr(image, "RECIPE", tmp_path / "Dockerfile")
    with pytest.raises(UsageError, match="recipe is missing") as raised:
        image.recipe()
    assert "pip install -e" in (raised.value.remedy or "")


def archive(path: Path, tags: list[str]) -> Path:
    data = json.dumps([{"Config": "c.json", "RepoTags": tags, "Layers": []}]).encode()
    with tarfile.open(path, "w") as file:
        entry = tarfile.TarInfo("manifest.json")
        entry.size = len(data)
        file.addfile(entry, io.BytesIO(data))
    return path


def test_a_file_with_another_image_is_refused_before_the_engine_sees_it(tmp_path: Path) -> None:
    path = archive(tmp_path / "image.tar", ["wirekit-host:000000000000"])
    with pytest.raises(UsageError, match=r"holds wirekit-host:000000000000, and this kit needs") as raised:
        image.load(path, print)
    assert str(path) in raised.value.message


@pytest.mark.parametrize(
    ("content", "fault"), [(None, "no such file"), (b"", "not an image"), (b"hello", "not an image")]
)
def test_what_is_no_image_file_is_said_with_its_place(
    tmp_path: Path, content: bytes | None, fault: str
) -> None:
    path = tmp_path / "image.tar"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError, match=fault) as raised:
        image.load(path, print)
    assert str(path) in raised.value.message
    assert "kit image save" in (raised.value.remedy or "")


def test_an_archive_of_something_else_is_no_image(tmp_path: Path) -> None:
    path = tmp_path / "image.tar"
    with tarfile.open(path, "w"):
        pass
    with pytest.raises(UsageError, match="not an image archive"):
        image.load(path, print)


class Tags:
    """An engine that has these tags, and nothing else."""

    endpoint = "here"
    errors = staticmethod(lambda _doing: nullcontext())

    def __init__(self, *tags: str) -> None:
        self.client = SimpleNamespace(images=lambda _name: [{"RepoTags": [tag]} for tag in tags])


def test_the_smallest_image_that_has_the_languages_is_taken() -> None:
    plain = image.recipe().tag
    has_c, has_more = image.tag_of(["c"]), image.tag_of(["shell", "javascript", "c"])
    assert has_more == f"{plain}-c-javascript-shell"
    engine: Any = Tags(has_more, has_c, plain, "wirekit-host:000000000000-c-go", "wirekit-host:latest")
    asked: list[tuple[str, ...]] = [(), ("c",), ("shell",), ("c", "javascript"), ("go",)]
    assert [image.find(engine, each) for each in asked] == [plain, has_c, has_more, has_more, None]
    assert image.find(cast("Any", Tags(has_c))) == has_c
    assert image.all_languages(engine) == {"c", "javascript", "shell"}


def test_a_language_that_no_image_has_is_told_with_the_command_that_keeps_what_there_is() -> None:
    engine: Any = Tags(image.tag_of(["shell"]))
    trouble = image.missing(engine, {"c"})
    assert trouble.message == "here: no host image has c"
    assert trouble.remedy == "kit image build --with c,shell"


def test_a_language_brings_its_packages() -> None:
    assert image.packages_for(["c", "shell"]) == (
        *image.recipe().packages,
        *("gcc", "make", "libc6-dev", "bash", "socat"),
    )


@pytest.fixture
def engine() -> Iterator[Engine]:
    with connect_here() as engine:
        yield engine


@pytest.fixture
def own_recipe(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Build another recipe on the host image that is there; the list's lines go into its Dockerfile."""
    base = image.find(engine)
    lines = [f"ARG BASE={base}", "FROM ${BASE}", 'ARG PACKAGES="python3 strace tcpdump"', "LABEL wirekit=1"]
    monkeypatch.setattr(image, "recipe", lambda: image.read_recipe("\n".join(lines) + "\n"))
    yield lines
    tag = image.recipe().tag
    if engine.client.images(tag, quiet=True):
        engine.client.remove_image(tag)


@pytest.mark.docker
def test_a_missing_image_is_built_once_and_names_the_versions_of_its_packages(
    engine: Engine, own_recipe: list[str]
) -> None:
    own_recipe.append("# once")
    assert image.labels(engine) is None
    said: list[str] = []
    image.ensure(said.append)
    labels = image.labels(engine)
    assert labels is not None
    packages = labels[image.PACKAGES_LABEL].split()
    assert [package.split("=")[0] for package in packages] == ["python3", "strace", "tcpdump"]
    assert all(package.split("=")[1] for package in packages)
    assert said[-1].startswith(f"built {image.recipe().tag}")
    said.clear()
    image.ensure(said.append)
    assert said == []


@pytest.mark.docker
def test_a_build_that_fails_shows_its_last_words_and_leaves_no_image(
    engine: Engine, own_recipe: list[str]
) -> None:
    own_recipe.append("RUN echo the mirror is away; exit 100")
    with pytest.raises(MachineError, match="cannot build the host image") as raised:
        image.build(lambda _: None)
    assert "returned a non-zero code: 100" in raised.value.message
    assert "the mirror is away" in raised.value.message
    assert raised.value.remedy
    assert image.labels(engine) is None


@pytest.mark.docker
def test_without_a_registry_the_base_is_made_of_packages_and_imported(
    engine: Engine, own_recipe: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, ...]] = []

    def make(packages: tuple[str, ...], file: io.BytesIO) -> None:
        asked.append(packages)
        with tarfile.open(fileobj=file, mode="w") as tar:
            tar.addfile(tarfile.TarInfo("empty"))

    monkeypatch.setattr(image, "make_base", make)
    # A registry that no name leads to: RFC 2606 keeps `.invalid` for that.
    own_recipe[0] = "ARG BASE=registry.invalid/debian:12"
    own_recipe.append("RUN what cannot run in an empty image")
    said: list[str] = []
    with pytest.raises(KitError, match="cannot build the host image"):
        image.build(said.append)
    assert asked == [("python3", "strace", "tcpdump")]
    assert any("no registry" in line for line in said)
    for row in engine.client.images(all=True, filters={"label": "wirekit.image=base", "dangling": True}):
        if row["Size"] == 0:  # the empty one that this test imported
            engine.client.remove_image(row["Id"], force=True)


@pytest.mark.docker
def test_a_saved_image_is_whole_and_can_be_loaded(tmp_path: Path) -> None:
    path = tmp_path / "image.tar"
    said: list[str] = []
    image.save(path, said.append)
    assert [file.name for file in tmp_path.iterdir()] == ["image.tar"]
    image.load(path, said.append)
    with connect_here() as engine:
        assert said[-1] == f"loaded {image.find(engine)}"


@pytest.mark.docker
def test_a_save_that_fails_half_way_leaves_neither_file_nor_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def some_then_full(_engine: Engine, _tag: str) -> Iterator[bytes]:
        yield b"some"
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(image, "_image_archive", some_then_full)
    with pytest.raises(MachineError, match="No space left on device") as raised:
        image.save(tmp_path / "image.tar", print)
    assert str(tmp_path / "image.tar") in raised.value.message
    assert list(tmp_path.iterdir()) == []


@pytest.mark.docker
def test_a_save_to_nowhere_is_a_fault_of_use(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be written"):
        image.save(tmp_path / "missing" / "image.tar", print)


@pytest.mark.docker
def test_a_save_without_an_image_names_the_command(own_recipe: list[str], tmp_path: Path) -> None:
    own_recipe.append("# never built")
    with pytest.raises(MachineError, match="is missing") as raised:
        image.save(tmp_path / "image.tar", print)
    assert raised.value.remedy == "kit image build"
