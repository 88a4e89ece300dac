"""kit pcap: a stored run for other people's tools."""

from pathlib import Path
from typing import Annotated

import typer

from kit.cli import choices, screen


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
            raise choices.unknown("host", name, known, f"the hosts are: {', '.join(known)}")
    path = out or run_dir / "run.pcapng"
    write_whole(path, pcapng.export(run_dir, wanted))
    if len(wanted or known) > 1:
        screen.note(
            "kit: a packet is there once for each host that saw it, which Wireshark's TCP analysis takes for "
            "retransmissions; for that, write one host with --host"
        )
    screen.result(f"{path}\n")
