"""The command line: the only place that prints, and that knows exit codes.

    catalogue.py   list, show
    running.py     run, regrade; profile.py: where a run's time goes
    grading.py     grade; classroom.py: a whole class; progress.py: how far it is
    results.py     results
    ladder.py      ladder
    learning.py    learn
    live.py        the ladder of a run, while it goes
    claims.py      claims
    exporting.py   pcap, export gradescope|compose
    authoring.py   new, handout, schema
    linting.py     lint
    machine.py     doctor, clean, image build|save|load
    working.py     worker: jobs of another kit
    commands.py    all of them, and where each is
    choices.py     what a typed name means: exercise, backend, format, language
    screen.py      where words go: results to stdout, progress and notes to stderr

Exit codes: 0 pass; 1 fail; 2 usage, or a broken exercise; 3 inconclusive, or the machine's fault.
A signal that ends kit gives 128 + its number, as in shells. A command's module is imported when the command is
typed (commands.py), and what it needs inside it, so that `kit --help` answers at once.
"""

import gc
import os
import signal
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from kit import __version__, interrupts
from kit.cli import screen
from kit.cli.commands import COMMANDS, Commands
from kit.errors import KitError, MachineError
from kit.interrupts import Stopped


@contextmanager
def _stoppable() -> Iterator[None]:
    """Turn the first signal that asks kit to end into `Stopped`, and let nothing disturb the clean-up then.

    With `nohup` a terminal that goes does not end it: a class takes longer than a teacher stays.
    """
    stays = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    listener = interrupts.Listener(set(interrupts.ASKING) - ({signal.SIGHUP} if stays else set()))
    try:
        yield
    finally:
        if not listener.heard:  # else kit ends, and nothing disturbs that to its last line
            listener.end()


def _tell_stop(stop: Stopped) -> None:
    """Say what is left: the evidence, and what the clean-up could not remove."""
    trouble = stop.__context__
    while trouble is not None and not isinstance(trouble, KitError):
        trouble = trouble.__context__
    done = (
        "what was running is cleaned up"
        if trouble is None
        else "what was running could not all be cleaned up"
    )
    screen.note("; ".join([f"kit: stopped by {stop.signal.name}", done, *getattr(stop, "__notes__", ())]))
    if trouble is not None:
        screen.trouble(trouble)


class _Kit(TyperGroup):
    """Turns what ends a command into words and an exit code. A fault of kit's own never looks like a fail."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = Commands()

    def format_commands(self, _ctx: Any, formatter: Any) -> None:
        """Name them without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, place.help) for name, place in COMMANDS.items() if place.help])

    def invoke(self, ctx: Any) -> Any:
        try:
            with _stoppable():
                return super().invoke(ctx)
        except KitError as error:
            screen.trouble(error)
            raise typer.Exit(error.exit_code) from None
        except Stopped as stop:
            _tell_stop(stop)
            raise typer.Exit(128 + stop.signal) from None
        except BrokenPipeError:
            raise typer.Exit(_reader_is_gone()) from None
        except Exception as error:  # Python's own exit code, 1, would read as "the student failed"
            if type(error).__module__.startswith(("typer", "click")) or _is_of_echo(error):
                raise  # usage errors and exits: typer words them
            traceback.print_exc()
            screen.note("kit: this is a fault of kit itself, and no verdict; please report the lines above")
            raise typer.Exit(3) from None


app = typer.Typer(
    cls=_Kit,
    name="kit",
    help="Run small socket programs on several real hosts, watch the real packets, get a verdict that explains itself.",
    epilog="Begin with `kit doctor`, `kit list` and `kit run listen-accept`.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        screen.result(f"kit {__version__}\n")
        raise typer.Exit


@app.callback()
def _root(
    _show_version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the command of this process's arguments; end the process."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # a terminal may not be UTF-8
    try:
        _call()
    except SystemExit as end:
        try:
            sys.stdout.flush()
        except BrokenPipeError:
            end.code = _reader_is_gone()
        except OSError:  # a full disk, which was told
            _write_nowhere()
        gc.freeze()  # the interpreter would search all that was imported for rings of garbage: 130 ms
        raise


def _call() -> None:
    try:
        app(prog_name="kit")
    except BrokenPipeError:
        sys.exit(_reader_is_gone())
    except KitError as error:  # of an option that is not a command: the version
        screen.trouble(error)
        sys.exit(error.exit_code)
    except OSError as error:  # typer's own words, a help
        screen.trouble(screen.unwritten(error))
        sys.exit(MachineError.exit_code)


def _is_of_echo(error: Exception) -> bool:
    """Whether typer's own words could not be written."""
    return isinstance(error, OSError) and traceback.extract_tb(error.__traceback__)[-1].name == "echo"


def _reader_is_gone() -> int:
    """Give what SIGPIPE would have given."""
    _write_nowhere()
    return 128 + signal.SIGPIPE


def _write_nowhere() -> None:
    """Keep Python from writing at exit what could not be written before."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
