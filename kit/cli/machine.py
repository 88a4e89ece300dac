"""kit doctor, clean, image: what the machine has, what dead runs left on it, and the image of the hosts."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from kit.backends.base import Promise, Requirement
from kit.cli import choices, screen
from kit.errors import KitError, UsageError
from kit.exercise.languages import FURTHER

image = typer.Typer(
    help="The image that Docker's hosts are made of.", no_args_is_help=True, rich_markup_mode=None
)


def doctor(
    format_: Annotated[
        str, typer.Option("--format", metavar="text|json", help="How it is written.")
    ] = "text",
) -> None:
    """Tell what this machine has, what is missing, and the command that mends it."""
    if format_ not in _DOCTOR_FORMATS:
        raise choices.unknown("format", format_, _DOCTOR_FORMATS)
    found = {name: choices.named_backend(name).requirements() for name in choices.AUTO}
    able = [name for name, requirements in found.items() if not choices.lacking(requirements)]
    for name in able:
        found[name] = [*found[name], *choices.named_backend(name).options()]
    promised = {name: _promises(name) for name in able}
    screen.result(_DOCTOR_FORMATS[format_](found, promised))
    raise typer.Exit(0 if able else 3)


def _promises(name: str) -> list[Promise]:
    try:
        return choices.named_backend(name).promises()
    except KitError as error:
        return [Promise("what it keeps from whom", error.message, error.remedy or "")]


def _doctor_text(found: dict[str, list[Requirement]], promised: dict[str, list[Promise]]) -> str:
    able = list(promised)
    lines = []
    for name, requirements in found.items():
        lines.append(f"{name}: {'can run' if name in able else 'cannot run'}")
        for requirement in requirements:
            mark = "✓" if requirement.present else "✗" if choices.lacking([requirement]) else "–"
            lines.append(f"  {mark} {requirement.name}: {requirement.detail}")
            if not requirement.present and requirement.remedy:
                lines += [f"      {line}" for line in requirement.remedy.splitlines()]
        lines += _promises_text(promised[name]) if name in promised else []
        lines.append("")
    choice = (
        f"--backend auto takes {able[0]}" if able else "no backend can run: mend the lines marked ✗ of one"
    )
    return "\n".join([*lines, choice, ""])


def _promises_text(promises: list[Promise]) -> list[str]:
    if not (broken := choices.broken(promises)):
        return ["  ✓ programs that nobody trusts: every promise of SECURITY.md is kept"]
    lines = ["  – programs that nobody trusts: `kit grade` asks for --trust here"]
    for promise in broken:
        lines += [f"      not kept: {promise.name}: {promise.lack}", f"      {promise.remedy}"]
    return lines


def _doctor_json(found: dict[str, list[Requirement]], promised: dict[str, list[Promise]]) -> str:
    able = list(promised)
    backends = {
        name: {
            "can_run": name in able,
            "requirements": [asdict(requirement) for requirement in requirements],
            "promises": [asdict(promise) for promise in promised.get(name, ())],
        }
        for name, requirements in found.items()
    }
    return json.dumps({"auto": able[0] if able else None, "backends": backends}) + "\n"


_DOCTOR_FORMATS: dict[str, Any] = {"text": _doctor_text, "json": _doctor_json}


def clean() -> None:
    """Remove what dead runs of kit left on this machine, and only that."""
    removed: list[str] = []
    code = 0
    for name in choices.AUTO:
        backend = choices.named_backend(name)
        try:
            removed += [f"{name}: {thing}" for thing in backend.clean()]
        except KitError as error:
            if missing := choices.lacking(backend.requirements()):
                screen.note(
                    f"kit: {name} is not here, so it was not cleaned: {missing[0].name}: {missing[0].detail}"
                )
                continue
            screen.trouble(error)
            code = error.exit_code
    screen.result("".join(f"removed {thing}\n" for thing in removed) or "nothing to remove\n")
    raise typer.Exit(code)


With = Annotated[
    str | None,
    typer.Option(
        "--with",
        metavar="|".join(FURTHER),
        help="Languages that it has beside Python, with commas between them.",
    ),
]


def _languages(asked: str | None) -> list[str]:
    names = [name.strip() for name in (asked or "").split(",") if name.strip()]
    for name in names:
        if name not in FURTHER:
            raise choices.unknown("language", name, FURTHER)
    return names


@image.command("build")
def build(with_: With = None) -> None:
    """Build the image, unless the engine has it."""
    from kit import image as hosts

    languages = _languages(with_)
    with screen.long_work("building the host image") as report:
        hosts.ensure(report, languages)
    screen.result("the host image is ready\n")


@image.command("save")
def save(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="The archive to write.")], with_: With = None
) -> None:
    """Write the image to a file, for machines without a network."""
    from kit import image as hosts

    if path.is_dir():
        raise UsageError(f"{path}: is a folder", remedy=f"name a file: kit image save {path / 'wirekit.tar'}")
    languages = _languages(with_)
    with screen.long_work("saving the host image") as report:
        hosts.save(path, report, languages)
    screen.result(f"saved to {path}\n")


@image.command("load")
def load(path: Annotated[Path, typer.Argument(metavar="FILE", help="What `kit image save` wrote.")]) -> None:
    """Read the image from a file."""
    from kit import image as hosts

    if not path.is_file():
        raise UsageError(
            f"{path}: no such file", remedy="make it where there is a network: kit image save FILE"
        )
    with screen.long_work("loading the host image") as report:
        hosts.load(path, report)
    screen.result(f"loaded from {path}\n")
