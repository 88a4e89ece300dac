"""kit learn: an exercise from its statement to the next exercise, with as many hints as are asked for."""

import sys
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kit import renderers, state
from kit.cli import choices, lease, screen
from kit.cli.running import EXIT_CODES, BackendName, Lang, Name, default_directory
from kit.errors import KitError, UsageError
from kit.exercise.languages import ALL, PYTHON, ways
from kit.learning import course, hints, progress
from kit.renderers import in_language, inert, inert_line, word

if TYPE_CHECKING:
    from collections.abc import Callable

    from kit.exercise.loader import Exercise
    from kit.learning.hints import Help
    from kit.verdict import Verdict

KEYS = ("run", "hint", "ladder", "statement", "quit")  # each is typed by its first letter


@lease.held()
def learn(
    name: Name,
    folder: Annotated[
        Path | None, typer.Option("--in", metavar="DIR", help="Where your files are; without it, ./NAME.")
    ] = None,
    hint: Annotated[
        bool, typer.Option("--hint", help="Give one more hint about the last run, and end.")
    ] = False,
    backend: BackendName = "auto",
    language: Annotated[
        str,
        typer.Option(metavar="|".join(ALL), help="What you write in, where the exercise takes it."),
    ] = PYTHON.name,
    lang: Lang = None,
) -> None:
    """Work on an exercise: its statement, your files, a run, what went wrong, hint after hint, what comes next."""
    exercise = choices.exercise(name)
    place = folder or Path(exercise.name)
    if place.resolve() == exercise.folder.resolve():
        raise UsageError(
            f"{inert_line(str(place))} is the exercise itself",
            remedy="name another folder for your files: --in DIR",
        )
    taken = (PYTHON.name, *exercise.definition.languages)
    if language not in taken:
        raise choices.unknown("language", language, taken, f"{exercise.name} takes: {', '.join(taken)}")
    lesson = _Lesson(name, exercise, place, backend, choices.language(lang), language)
    if hint:
        lesson.hint()
        return
    new = lesson.begin()
    if sys.stdin.isatty() and sys.stdout.isatty():
        raise typer.Exit(lesson.talk())
    raise typer.Exit(0 if new else lesson.run())


@dataclass
class _Lesson:
    """One learner at one exercise. `name` is how they call it, `place` where their files are."""

    name: str
    exercise: "Exercise"
    place: Path
    backend: str
    lang: str
    language: str = PYTHON.name

    @cached_property
    def record(self) -> Path:
        return state.place(progress.FILE)

    def begin(self) -> bool:
        """Copy the starter and the given programs, and show the statement; give whether there was nothing yet."""
        definition = self.exercise.definition
        named = [way for file in definition.submit for way in ways(file, definition.languages)]
        if any((self.place / name).exists() for name in named):
            return False
        copied = _copied(self.exercise, self.language, self.place)
        suffix = ALL[self.language].suffix
        files = [(self.place / file).with_suffix(suffix) for file in definition.submit]
        self.statement()
        given = ", ".join(inert_line(str(file)) for file in copied if file not in files)
        yours = ", ".join(inert_line(str(file)) for file in files)
        screen.result("\n" + word(self.lang, "yours to write", files=yours) + "\n")
        if given:
            screen.result(word(self.lang, "given to you", files=given) + "\n")
        screen.result(word(self.lang, "learn again", command=self._command()) + "\n")
        return True

    def statement(self) -> None:
        from rich.markdown import Markdown

        from kit.exercise import catalogue

        with screen.page(self.lang) as page:
            page.print(Markdown(inert(catalogue.statement(self.exercise, self.lang))))

    def run(self) -> int:
        """Run what is there, show calls and packets and what went wrong first; give the exit code."""
        from kit.cli.live import picture
        from kit.exercise.intake import read_submission
        from kit.judge import judge

        submission = read_submission(self.place, self.exercise)
        chosen = choices.backend(self.backend)
        directory = default_directory(self.exercise.name)
        with screen.progress() as tell:
            verdict = judge(self.exercise, submission, None, chosen, directory, tell)
        screen.result(picture(directory, screen.options(self.lang)))
        self._tell(verdict)
        return EXIT_CODES[verdict.outcome]

    def _tell(self, verdict: "Verdict") -> None:
        """Show how each check came out; of the first that failed, what was seen and the hints given so far."""
        renderer = renderers.load("text")
        for piece in renderer.render([replace(verdict, feedback="verdict")], screen.options(self.lang)):
            screen.result(piece)
        known = progress.load(self.record)
        help_ = _help(verdict, self.lang)
        if help_ is None:
            if EXIT_CODES[verdict.outcome] == 0:
                known = known.solves(self.exercise.name)
                progress.save(self.record, known)
                self._tell_next(known)
            return
        known = known.failed(self.exercise.name, help_.check, str(verdict.run_dir or ""))
        progress.save(self.record, known)
        self._explain(help_, known.asked[self.exercise.name].hints)

    def _explain(self, help_: "Help", count: int) -> None:
        rows = [*help_.unasked, *(("evidence", place) for place in help_.places), *help_.given(count)]
        with screen.page(self.lang) as page:
            page.print("\n" + inert_line(help_.check), style="bold")
            page.print(screen.labelled((word(self.lang, key), text) for key, text in rows))
            left = len(help_.hints) - count
            if left > 0:
                said = word(self.lang, "hints left", count=left, command=self._command("--hint"))
                page.print(said, style="dim")

    def hint(self) -> None:
        """Give one more hint about the last run."""
        from kit.judge import regrade

        known = progress.load(self.record)
        asked = known.asked.get(self.exercise.name)
        if asked is None:
            raise UsageError(
                f"there is no failed run of {self.exercise.name} to give a hint about",
                remedy=f"run it first: {self._command()}",
            )
        run_dir = Path(asked.run_dir)
        help_ = _help(regrade(run_dir, choices.own_checks(run_dir)), self.lang)
        if help_ is None:
            screen.result(word(self.lang, "no more hints") + "\n")
            return
        count = min(asked.hints + 1, len(help_.hints))
        progress.save(self.record, known.hinted(self.exercise.name, count))
        self._explain(help_, count)
        if count == asked.hints:
            screen.result(word(self.lang, "no more hints") + "\n")

    def ladder(self) -> None:
        """Show calls and packets of the last failed run once more."""
        from kit.cli.live import picture

        asked = progress.load(self.record).asked.get(self.exercise.name)
        if asked is None:
            screen.result(word(self.lang, "nothing was run") + "\n")
        else:
            screen.result(picture(Path(asked.run_dir), screen.options(self.lang)))

    def talk(self) -> int:
        """Ask what to do until the learner has enough; give the exit code of the last run."""
        code = 0
        doing: dict[str, Callable[[], object]] = {
            "hint": self.hint,
            "ladder": self.ladder,
            "statement": self.statement,
        }
        while (asked := self._asked()) != "quit":
            try:
                if asked == "run":
                    code = self.run()
                else:
                    doing[asked]()
            except KitError as error:
                screen.trouble(error)
        return code

    def _asked(self) -> str:
        """Give one of KEYS, as its first letter or the whole; return runs."""
        while True:
            answer = screen.ask(word(self.lang, "what next"))
            if answer is None:
                return "quit"
            said = answer.strip().lower() or KEYS[0]
            for key in KEYS:
                if key.startswith(said):
                    return key

    def _tell_next(self, known: progress.Progress) -> None:
        """Say what to take up now."""
        there, _code = choices.all_exercises()
        definitions = {one.name: one.definition for one in there}
        if self.exercise.name not in definitions:
            return
        name = course.following(definitions, self.exercise.name, known.solved)
        if name is None:
            screen.result("\n" + word(self.lang, "all solved") + "\n")
            return
        title = inert_line(in_language(definitions[name].title, self.lang) or "")
        said = word(self.lang, "next exercise", title=title, command=f"kit learn {name}")
        screen.result(f"\n{said}\n")

    def _command(self, *more: str) -> str:
        place = [] if self.place == Path(self.exercise.name) else ["--in", inert_line(str(self.place))]
        return " ".join(["kit learn", inert_line(self.name), *place, *more])


def _copied(exercise: "Exercise", language: str, place: Path) -> list[Path]:
    """Copy the starter and the programs that are given; what lies there already stays. Gives all of them."""
    from kit.exercise.catalogue import starters
    from kit.exercise.handout import provided
    from kit.exercise.loader import files_below
    from kit.whole import cannot_write, write_whole

    there = starters(exercise)
    files = provided(exercise) | (files_below(there[language]) if language in there else {})
    if not files:
        raise UsageError(
            f"{exercise.name} has no starter in {language}",
            remedy=f"write {', '.join(exercise.definition.submit)} from its statement",
        )
    for name, content in files.items():
        path = place / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise cannot_write(path, error) from error
        if not path.exists():
            write_whole(path, content)
    return [place / name for name in sorted(files)]


def _help(verdict: "Verdict", lang: str) -> "Help | None":
    from kit.renderers import told

    seen = told(verdict, replace(screen.options(lang), audience="student"))
    return hints.help_with(seen.rows, verdict.began_ns)
