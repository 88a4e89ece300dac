"""kit ladder: calls and packets of a stored run on one time line, in the terminal."""

from __future__ import annotations

from pathlib import Path  # typer reads the annotations
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from kit.cli import choices, screen
from kit.errors import UsageError

if TYPE_CHECKING:
    from kit.ladder.model import Ladder
    from kit.ladder.words import Payload

Folder = Annotated[Path, typer.Argument(metavar="RUN_DIR", help="What `kit run` or `kit grade` left behind.")]
Lang = Annotated[str | None, typer.Option(metavar="en|zh", help="The language; without it, the locale's.")]


def ladder(
    run_dir: Folder,
    conversation: Annotated[
        int | None, typer.Option(metavar="N", help="Only this conversation; the last lines number them.")
    ] = None,
    host: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only what this host did, sent and received.")
    ] = None,
    from_: Annotated[
        float | None, typer.Option("--from", metavar="S", help="From so many seconds after the beginning.")
    ] = None,
    to: Annotated[
        float | None, typer.Option("--to", metavar="S", help="Until so many seconds after the beginning.")
    ] = None,
    payload: Annotated[str, typer.Option(metavar="none|text|hex", help="How bytes are shown.")] = "text",
    lang: Lang = None,
) -> None:
    """Show calls, packets and states of a run on one time line."""
    from kit.evidence import store
    from kit.ladder.build import build
    from kit.renderers._ladder import View, render

    options = screen.options(choices.language(lang))
    how = _payload(payload)
    built = build(store.load(run_dir))
    _known(built, conversation, host)
    view = View(
        conversation=conversation,
        host=host,
        from_ns=_clock(built, from_),
        to_ns=_clock(built, to),
        payload=how,
    )
    screen.result(render(built, options, view))


def _payload(asked: str) -> Payload:
    from kit.ladder.words import Payload

    for known in get_args(Payload):
        if asked == known:
            return asked  # type: ignore[return-value]  # one of the literals
    raise choices.unknown("payload", asked, get_args(Payload), "bytes are shown as none, text or hex")


def _known(built: Ladder, conversation: int | None, host: str | None) -> None:
    hosts = [lane.host for lane in built.lanes]
    if host is not None and host not in hosts:
        raise choices.unknown("host", host, hosts, f"the hosts of this run are: {', '.join(hosts)}")
    if conversation is not None and conversation not in {one.number for one in built.dialogues}:
        count = len(built.dialogues)
        raise UsageError(
            f"there is no conversation {conversation} in this run",
            remedy=f"give a number from 1 to {count}" if count else "nothing was on the wire",
        )


def _clock(built: Ladder, seconds: float | None) -> int | None:
    return None if seconds is None else built.began_ns + round(seconds * 1e9)
