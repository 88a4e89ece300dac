"""What compilers say, as they said it: the places of errors, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kit.compilers import cites, errors_in, why_not
from kit.evidence.model import Evidence, Exit, HostFact, LimitHit, Output, ProgramFact
from kit.exercise.plan import Build, Limits

GCC = """\
In file included from server.c:1:
wire.h:1:1: error: unknown type name 'strukt'
    1 | strukt wire;
      | ^~~~~~
server.c: In function 'main':
server.c:4:3: error: expected ',' or ';' before 'return'
server.c:3:7: warning: unused variable 'x' [-Wunused-variable]
server.c:9:1: note: declared here
/usr/include/stdio.h:7:1: error: not yours
make: *** [<builtin>: server] Error 1
"""
LD = """\
/usr/bin/ld: /tmp/cc2NNhFh.o: in function `main':
/work/server.c:1: undefined reference to `f'
collect2: error: ld returned 1 exit status
"""
ZERO = "In file included from server.c:1:\n/dev/zero:1: fatal error: cannot read\n"
GO = '# command-line-arguments\n./server.go:5:2: "os" imported and not used\n./server.go:9:3: undefined: x\n'
NODE = """\
/work/server.js:3
const = 4;
      ^

SyntaxError: Unexpected token '='
    at wrapSafe (node:internal/modules/cjs/loader:1464:18)
"""
BASH = "server.sh: line 3: syntax error near unexpected token `fi'\nserver.sh: line 3: `fi'\n"


@pytest.mark.parametrize(
    ("said", "errors"),
    [
        (
            GCC,
            [
                "wire.h:1:1: error: unknown type name 'strukt'",
                "server.c:4:3: error: expected ',' or ';' before 'return'",
            ],
        ),
        (LD, ["server.c:1: undefined reference to `f'"]),
        (ZERO, []),
        (GO, ['server.go:5:2: "os" imported and not used', "server.go:9:3: undefined: x"]),
        (NODE, ["server.js:3: SyntaxError: Unexpected token '='"]),
        (BASH, ["server.sh:3: syntax error near unexpected token `fi'", "server.sh:3: `fi'"]),
        ("", []),
    ],
)
def test_errors_are_told_with_their_places_in_the_students_files(said: str, errors: list[str]) -> None:
    names = ["server.c", "wire.h", "server.go", "server.js", "server.sh"]
    assert errors_in(said, names) == errors


BUILD = Build("c", "server.c", ("make",), {"server.c": b""}, ("server",), Limits(wall_s=60))
FAILED = Exit("c", 5, code=2)
HIT = LimitHit("c", "memory_bytes", "memory_bytes: at most 1 bytes of memory")


def evidence(said: str = "", end: Exit | None = FAILED, hits: tuple[LimitHit, ...] = ()) -> Evidence:
    lines = said.encode().splitlines(keepends=True)
    return Evidence(
        exercise="e",
        hosts={"build": HostFact("build", "198.18.0.2")},
        programs={"c": ProgramFact("c", "build", submitted=True)},
        captures={},
        outputs=tuple(Output("c", "stderr", 10 + number, line) for number, line in enumerate(lines)),
        exits=() if end is None else (end,),
        limits_hit=hits,
        began_ns=7,
    )


def test_a_build_that_made_its_file_did_not_fail_whatever_it_said_or_met() -> None:
    assert why_not(BUILD, evidence(GCC, Exit("c", 5, code=0), (HIT,)), ["server"]) is None


@pytest.mark.parametrize(
    ("seen", "why"),
    [
        (
            evidence("\n".join(f"server.c:{line}:1: error: no" for line in range(1, 6))),
            "server.c:1:1: error: no; server.c:2:1: error: no; server.c:3:1: error: no; and 2 more",
        ),
        (evidence("cc1: out of memory\nmake: ***\n"), "server.c cannot be built: cc1: out of memory"),
        (evidence(), "server.c cannot be built: it ended with exit code 2"),
        (
            evidence(end=Exit("c", 5, signal="SIGKILL")),
            "server.c cannot be built: it ended with signal SIGKILL",
        ),
        (
            evidence(end=Exit("c", 5, code=0)),
            "server.c cannot be built: the build made no file 'server'; mend the Makefile",
        ),
        (evidence(hits=(HIT,)), f"server.c cannot be built: limit hit: {HIT.text}"),
        (
            evidence(end=Exit("c", 5, signal="SIGKILL", killed_by_kit=True)),
            "server.c cannot be built: it was not done within 60 s",
        ),
        (evidence(end=None), "server.c cannot be built: it was not done within 60 s"),
        (evidence("\x1b[31mserver.c\x00\n"), "server.c cannot be built: \\x1b[31mserver.c\\x00"),
    ],
)
def test_why_a_build_failed_is_a_sentence(seen: Evidence, why: str) -> None:
    assert why_not(BUILD, seen, []) == why


def test_what_a_compiler_said_is_cited_with_one_place_and_without_its_own_insides() -> None:
    found = cites(replace(evidence(NODE)), "build/server.js")
    assert [cite.text for cite in found] == [
        "/work/server.js:3",
        "const = 4;",
        "      ^",
        "SyntaxError: Unexpected token '='",
    ]
    assert found[0].place(0) == "at 0.000 s in build/server.js"
    assert {cite.place(0) for cite in found[1:]} == {""}
