"""kit claims: the document's sentences, what is true of them, and the numbers measured here."""

from __future__ import annotations

import json
import time
from pathlib import Path  # noqa: TC003  # typer reads the types when it runs
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kit import state
from kit.cli import choices, lease, screen
from kit.cli.running import BackendName, Lang, default_directory
from kit.errors import UsageError
from kit.renderers import in_language, inert, inert_line, word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.text import Text

    from kit.claims.model import Claims
    from kit.claims.queue import Held
    from kit.claims.record import Record
    from kit.claims.settled import Settled, Shown

STYLES = {"right": "green", "partly": "yellow", "wrong": "red", "answered": "cyan"}


@lease.held()
def claims(
    run: Annotated[
        bool, typer.Option("--run", help="Run every exercise that shows something, and measure anew.")
    ] = False,
    svg: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the plot of the queue, as SVG.")
    ] = None,
    png: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the plot of the queue, as PNG.")
    ] = None,
    backend: BackendName = "auto",
    format_: Annotated[
        str, typer.Option("--format", metavar="text|json", help="How it is written.")
    ] = "text",
    lang: Lang = None,
) -> None:
    """Say what a note on TCP claims, what is true of it, which exercise shows that, and what was measured here."""
    from kit.claims import model, record
    from kit.claims.settled import settled
    from kit.exercise import catalogue

    language = choices.language(lang)
    formats = {"text": _text, "json": _json}
    if format_ not in formats:
        raise choices.unknown("format", format_, formats)
    places = [folder / "claims" for folder in catalogue.folders()]
    folder = next((place for place in places if (place / model.FILE).is_file()), places[0])
    said = model.load(folder / model.FILE)
    if run:
        record.save(state.place(record.FILE), _measured(said, folder, backend))
    known = record.load(state.place(record.FILE))
    if svg is not None or png is not None:
        _draw(known, svg, png, language)
        return
    found = settled(said, known)
    formats[format_](found, known, language)
    raise typer.Exit(3 if run and not all(each.holds for each in found) else 0)


def _measured(said: Claims, folder: Path, backend: str) -> Record:
    """Run all that shows something, one after the other."""
    from kit.claims.queue import held
    from kit.claims.record import Measured, Record
    from kit.evidence import store
    from kit.exercise import loader
    from kit.judge import judge

    chosen = choices.backend(backend)
    exercises = {name: choices.exercise(name) for name in said.exercises}
    exercises |= {name: loader.load(folder / name) for name in said.measures}
    measured: dict[str, Measured] = {}
    values: tuple[Held, ...] = ()
    for number, (name, exercise) in enumerate(exercises.items(), 1):
        directory = default_directory(name)
        with screen.long_work(f"{number} of {len(exercises)}: {name}") as tell:
            verdict = judge(exercise, None, None, chosen, directory, tell)
        measured[name] = Measured(verdict, f"Linux {store.load_facts(directory)['versions']['kernel']}")
        if name in said.measures:
            values = held(store.load(directory))
    return Record(measured, values)


def _draw(known: Record, svg: Path | None, png: Path | None, lang: str) -> None:
    from kit.claims.plot import plot
    from kit.report.png import png as pixels
    from kit.whole import write_whole

    if not known.queue:
        raise UsageError(
            "there is nothing to plot: the queue was not measured here", remedy="kit claims --run"
        )
    drawing = plot(known.queue, lang)
    if svg is not None:
        write_whole(svg, drawing)
        screen.result(f"{svg}\n")
    if png is not None:
        write_whole(png, pixels(drawing))
        screen.result(f"{png}\n")


def _text(found: tuple[Settled, ...], known: Record, lang: str) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2, 1, 0))
    table.add_column(justify="right")
    table.add_column(no_wrap=True)
    table.add_column(ratio=1, overflow="fold")
    for number, each in enumerate(found, 1):
        claim = each.claim
        about = Text(inert(in_language(claim.claim, lang) or ""), style="bold")
        for line in (claim.quote, in_language(claim.says, lang) or ""):
            about.append(
                f"\n{inert(line)}" if line else "",
                style="not bold dim" if line == claim.quote else "not bold",
            )
        for proof in _lines(each, lang):
            about.append("\n").append(proof)
        if claim.measure and known.queue:
            about.append("\n").append("\n".join(_bars(known)), style="not bold")
        verdict = Text(word(lang, f"claim {claim.verdict}"), style=STYLES[claim.verdict])
        table.add_row(str(number), verdict, about)
    with screen.page(lang) as page:
        page.print(table)
        page.print(_circumstances(known, lang), style="dim")


def _lines(each: Settled, lang: str) -> Iterator[Text]:
    """Give a line a check: its mark, exercise and name, and what was observed here."""
    from rich.text import Text

    for shown in each.shown:
        if shown.measured is None:
            yield Text(f"· {shown.proof.exercise}: {', '.join(shown.proof.checks)}", style="not bold dim")
            continue
        for name in shown.missing:
            said = word(lang, "lacks check", exercise=shown.proof.exercise, check=name)
            yield Text(f"? {said}", style="not bold yellow")
        for finding in shown.findings:
            passed = finding.outcome == "pass"
            said = f"{'✓' if passed else '✗'} {shown.proof.exercise}: {finding.name}: {inert_line(finding.answer.observed)}"
            if not passed:
                said += f" ({word(lang, 'not confirmed')})"
            yield Text(said, style="not bold green" if passed else "not bold red")


def _bars(known: Record) -> Iterator[str]:
    from kit.claims.plot import CAP
    from kit.claims.queue import limit

    cut = limit(known.queue)
    for each in known.queue:
        note = f"  {CAP} = {each.taken}" if cut is not None and each.backlog == cut + 1 else ""
        yield f"listen({each.backlog}){' ' * (2 - len(str(each.backlog)))} {'▮' * each.queued} {each.queued}{note}"


def _circumstances(known: Record, lang: str) -> str:
    if not known.exercises:
        return word(lang, "not measured")
    one = next(iter(known.exercises.values()))
    date = time.strftime("%Y-%m-%d %H:%M", time.localtime(one.verdict.began_ns // 10**9))
    return word(lang, "measured on", backend=one.verdict.backend, kernel=inert_line(one.kernel), date=date)


def _json(found: tuple[Settled, ...], known: Record, lang: str) -> None:
    for number, each in enumerate(found, 1):
        claim = each.claim
        value: dict[str, Any] = {
            "number": number,
            "claim": in_language(claim.claim, lang),
            "quote": claim.quote,
            "verdict": claim.verdict,
            "says": in_language(claim.says, lang),
            "measured": each.measured,
            "holds": each.holds if each.measured else None,
            "shown_by": [_proof_row(shown) for shown in each.shown],
        }
        if claim.measure:
            value["queue"] = [
                {"backlog": one.backlog, "taken": one.taken, "queued": one.queued} for one in known.queue
            ]
        screen.result(json.dumps(value, ensure_ascii=False) + "\n")


def _proof_row(shown: Shown) -> dict[str, Any]:
    row: dict[str, Any] = {"exercise": shown.proof.exercise, "checks": list(shown.proof.checks)}
    if shown.measured is None:
        return row
    verdict = shown.measured.verdict
    findings = {one.name: {"outcome": one.outcome, "observed": one.answer.observed} for one in shown.findings}
    return row | {
        "findings": findings,
        "backend": verdict.backend,
        "kernel": shown.measured.kernel,
        "began_ns": verdict.began_ns,
        "run_dir": verdict.run_dir,
    }
