"""Languages that a program may be written in: how it is built, started, and what a machine needs for that. Pure.

A file's name tells its language. An exercise whose script is `server.py` takes `server.c` in its place where its
`languages:` has `c`. Names are what exercises and `kit image build --with` say.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

FILE, PROGRAM = "{file}", "{program}"  # in a command: the source, and its name without the suffix


@dataclass(frozen=True, slots=True)
class Language:
    """`build` is the command that makes `{program}`, or only finds what is wrong in a source that needs no making.

    `beside` says what else of a submission is taken, by suffix or whole name; `with_beside`: the build names what
    has the language's own suffix. `smallest` is a source that every machine which has the language can build.
    """

    name: str
    suffix: str
    start: tuple[str, ...]
    build: tuple[str, ...] = ()
    makes: bool = False
    beside: tuple[str, ...] = ()
    with_beside: bool = False
    smallest: bytes = b""
    patience: float = (
        1  # how often as long as Python it takes to come up: its gates wait so many times as long
    )
    tools: tuple[tuple[str, str], ...] = ()  # a command that it needs, and Debian's package that has it
    packages: tuple[str, ...] = ()  # further ones

    def command(self, file: str, args: Iterable[str]) -> tuple[str, ...]:
        return (*_filled(self.start, file), *args)

    def typed(self, file: str) -> tuple[str, ...]:
        """Give the words with which a person starts it."""
        return tuple(word for word in _filled(self.start, file) if word not in _BY_LINES)

    def build_command(self, file: str, beside: Iterable[str]) -> tuple[str, ...]:
        further = [name for name in beside if name.endswith(self.suffix)] if self.with_beside else ()
        return (*_filled(self.build, file), *further)

    def takes(self, name: str) -> bool:
        """Whether a file beside those that were asked for belongs to a program in this language."""
        path = PurePosixPath(name)
        return path.suffix in self.beside or path.name in self.beside

    @property
    def all_packages(self) -> tuple[str, ...]:
        return (*(package for _, package in self.tools), *self.packages)


def _filled(command: tuple[str, ...], file: str) -> list[str]:
    program = str(PurePosixPath(file).with_suffix(""))
    return [word.replace(FILE, file).replace(PROGRAM, program) for word in command]


# A line of output belongs to its moment: C's library would keep it until a buffer is full, as stdout is a pipe here.
_BY_LINES = ("stdbuf", "-oL", "-u")

PYTHON = Language("python", ".py", ("python3", "-u", FILE), beside=(".py",))

C = Language(
    "c",
    ".c",
    ("stdbuf", "-oL", f"./{PROGRAM}"),
    # make knows how to compile one file; a Makefile of the student's own says more, and may set these two itself
    build=("env", "CC=gcc", "CFLAGS=-g -O1 -Wall -Wextra", "make", "--silent", PROGRAM),
    makes=True,
    beside=(".c", ".h", "Makefile", "makefile", "GNUmakefile"),
    smallest=b'#include <stdio.h>\n#include <sys/socket.h>\nint main(void) { puts(""); return 0; }\n',
    tools=(("gcc", "gcc"), ("make", "make")),
    packages=("libc6-dev",),
)

GO = Language(
    "go",
    ".go",
    (f"./{PROGRAM}",),
    build=(
        *(
            "env",
            "GOCACHE=/tmp/go",
            "GOPATH=/tmp/gopath",
            "GOPROXY=off",
            "GOTOOLCHAIN=local",
            "CGO_ENABLED=0",
        ),
        *("GOMAXPROCS=2", "go", "build", "-o", PROGRAM, FILE),
    ),
    makes=True,
    beside=(".go",),
    with_beside=True,
    smallest=b'package main\n\nimport "net"\n\nfunc main() { _ = net.IPv4zero }\n',
    tools=(("go", "golang-go"),),
)

JAVASCRIPT = Language(
    "javascript",
    ".js",
    ("node", FILE),
    build=("node", "--check", FILE),
    beside=(".js", ".mjs", ".cjs", "package.json"),
    smallest=b"\n",
    patience=3,
    tools=(("node", "nodejs"),),
)

SHELL = Language(
    "shell",
    ".sh",
    ("bash", FILE),
    build=("bash", "-n", FILE),
    beside=(".sh",),
    smallest=b"\n",
    patience=2,  # each command is a process
    tools=(("bash", "bash"), ("socat", "socat")),  # a shell alone can connect, and cannot listen
)

ALL: dict[str, Language] = {language.name: language for language in (PYTHON, C, GO, JAVASCRIPT, SHELL)}
FURTHER = tuple(
    name for name in ALL if name != PYTHON.name
)  # those that an exercise must name, and an image have
_BY_SUFFIX = {language.suffix: language for language in ALL.values()}


def language_of(file: str) -> Language:
    """Tell the language by the file's name; Python where it tells none."""
    return _BY_SUFFIX.get(PurePosixPath(file).suffix, PYTHON)


def ways(file: str, languages: Iterable[str]) -> tuple[str, ...]:
    """Give the names under which a script may be handed in: as the exercise calls it, then in other languages."""
    own = PurePosixPath(file)
    return tuple(dict.fromkeys([file, *(str(own.with_suffix(ALL[name].suffix)) for name in languages)]))


def written_as(file: str, languages: Iterable[str], there: Container[str]) -> str:
    """Give the name under which a script was handed in; its own where it was not."""
    return next((name for name in ways(file, languages) if name in there), file)
