"""kit pcap, export: a stored run, or an exercise, for other people's tools."""

from pathlib import Path
from typing import Annotated

import typer

from kit.cli import choices, screen
from kit.errors import UsageError
from kit.renderers import inert_line

export = typer.Typer(
    help="An exercise packed for somebody else's machine.", no_args_is_help=True, rich_markup_mode=None
)


@export.command("gradescope")
def gradescope(
    name: Annotated[
        str,
        typer.Argument(metavar="NAME", help="An exercise (see `kit list`), or a folder that holds one."),
    ],
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Where to write; without it, NAME-gradescope.zip in this folder."),
    ] = None,
    trust: Annotated[
        bool,
        typer.Option(
            "--trust", help="Let it grade also where Gradescope cannot keep all promises of SECURITY.md."
        ),
    ] = False,
) -> None:
    """Write the autograder to upload to Gradescope: exercise, this kit, and the scripts that set up and grade."""
    from kit.exports.gradescope import archive
    from kit.whole import write_whole

    exercise = choices.exercise(name)
    path = out or Path(f"{exercise.name}-gradescope.zip")
    write_whole(path, archive(exercise, trust=trust))
    screen.result(f"{path}\n")


@export.command("compose")
def compose(
    name: Annotated[
        str,
        typer.Argument(metavar="NAME", help="An exercise (see `kit list`), or a folder that holds one."),
    ],
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Where to write; without it, NAME-compose in this folder."),
    ] = None,
) -> None:
    """Write a compose file that runs the reference by hand: a capture on each host, and the timeline step by step."""
    from kit import image
    from kit.exports.compose import files
    from kit.whole import cannot_write, write_whole

    exercise = choices.exercise(name)
    folder = out or Path(f"{exercise.name}-compose")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{inert_line(str(folder))}: is not empty", remedy="give --out a new folder")
    for file, data in files(exercise, image.recipe().text).items():
        try:
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise cannot_write(folder, error) from error
        write_whole(folder / file, data)
    screen.result(f"{folder}\n")


def pcap(
    run_dir: Annotated[
        Path, typer.Argument(metavar="RUN_DIR", help="What `kit run` or `kit grade` left behind.")
    ],
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Where to write; without it, run.pcapng in the run directory."),
    ] = None,
    hosts: Annotated[
        list[str] | None,
        typer.Option("--host", metavar="NAME", help="Only what this host saw (may be given several times)."),
    ] = None,
) -> None:
    """Write a run as one pcapng for Wireshark: an interface a host, steps and calls as packet comments."""
    from kit.evidence import pcapng, store
    from kit.whole import write_whole

    wanted = hosts or []
    known = store.load_facts(run_dir)["hosts"]
    for name in wanted:
        if name not in known:
            raise choices.unknown("host", name, known)
    path = out or run_dir / "run.pcapng"
    write_whole(path, pcapng.export(run_dir, wanted))
    if len(wanted or known) > 1:
        screen.note(
            "kit: a packet is there once for each host that saw it, which Wireshark's TCP analysis takes for "
            "retransmissions; for that, write one host with --host"
        )
    screen.result(f"{path}\n")
