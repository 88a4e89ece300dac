"""The lines of a trace, in the manner of packetdrill and tcpdump.

c > s S                             a TCP segment with exactly these flags (`.` is ACK, `-` is none)
s > c S. ack 1                      ... that acknowledges all before this number
c > s P. 1:10(9) ack 1              ... and has these numbers, first:behind(length); 0 is the SYN's
c > s udp (9)                       a datagram; the length of its payload may be left out
server accept()                     a program enters a call,
server accept() = ok                returns from it without an error,
server recv() = 9                   with a number,
client connect() = ECONNREFUSED     with an error
...                                 anything, or nothing
"""

from __future__ import annotations

from dataclasses import astuple, dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

from lark import Token, Transformer, v_args

from kit.checks._grammar import Language, TextError, refuse
from kit.checks._params import LETTERS

if TYPE_CHECKING:
    from kit.evidence.model import Call

GRAMMAR = r"""
start: _GAP -> gap
    | NAME ">" NAME FLAGS [range] ["ack" NUMBER] -> tcp
    | NAME ">" NAME "udp" [size] -> udp
    | NAME NAME "(" ")" ["=" result] -> called
range: NUMBER ":" NUMBER size
?size: "(" NUMBER ")"
?result: OK | NUMBER | ERROR

_GAP.3: "..."
OK: "ok"
NAME: /[a-z][a-z0-9_-]*/
ERROR.2: /E[A-Z][A-Z0-9]+/
FLAGS: /[FSRPUEW]+\.?|\.|-/
NUMBER: /[0-9]+/
"""
WORDS = {
    "_GAP": "`...`",
    "NAME": "a name",
    "MORETHAN": "`>`",
    "FLAGS": "flags such as `S.`",
    "UDP": "`udp`",
    "NUMBER": "a number",
    "COLON": "`:`",
    "LPAR": "`(`",
    "RPAR": "`)`",
    "ACK": "`ack`",
    "EQUAL": "`=`",
    "OK": "`ok`",
    "ERROR": "an error such as ECONNREFUSED",
}


@dataclass(frozen=True, slots=True)
class Gap:
    """Whatever came, if anything."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A TCP segment or UDP datagram. In a line, what is None does not matter."""

    source: str
    target: str
    protocol: Literal["tcp", "udp"]
    flags: str | None = None
    seq: int | None = None
    length: int | None = None
    ack: int | None = None

    def fits(self, seen: Sent | Called) -> bool:
        if not isinstance(seen, Sent):
            return False
        pairs = zip(astuple(self), astuple(seen), strict=True)
        return all(wanted is None or wanted == found for wanted, found in pairs)

    @property
    def words(self) -> str:
        way = f"{self.source} > {self.target}"
        if self.protocol == "udp":
            return f"{way} udp" + ("" if self.length is None else f" ({self.length})")
        numbers = f" {self.seq}:{(self.seq or 0) + (self.length or 0)}({self.length})" if self.length else ""
        return f"{way} {self.flags or '-'}{numbers}" + ("" if self.ack is None else f" ack {self.ack}")


@dataclass(frozen=True, slots=True)
class CallLine:
    """A call that a program enters (`outcome` None) or returns from: with `ok`, a number or an error's name."""

    program: str
    call: str
    outcome: str | None = None

    def fits(self, seen: Sent | Called) -> bool:
        if not isinstance(seen, Called) or (self.outcome is None) != (seen.at == "enter"):
            return False
        call = seen.call
        return (
            self.program == call.program
            and self.call in (call.kind, call.name)
            and self.outcome in (None, _outcome(call), "ok" if call.error is None else None)
        )


@dataclass(frozen=True, slots=True)
class Called:
    """A call as it was seen, at its entry or its return."""

    call: Call
    at: Literal["enter", "return"]

    @property
    def words(self) -> str:
        result = "" if self.at == "enter" else f" = {_outcome(self.call)}"
        return f"{self.call.program} {self.call.kind}(){result}"


def _outcome(call: Call) -> str:
    return call.error or str(call.result)


Line = Gap | Sent | CallLine
Seen = Sent | Called


@v_args(inline=True)
class _Values(Transformer[Token, Line]):
    def gap(self) -> Gap:
        return Gap()

    def tcp(
        self, source: Token, target: Token, flags: Token, numbers: tuple[int, int] | None, ack: Token | None
    ) -> Sent:
        letters = "".join(letter for letter in LETTERS if letter in flags)
        first, length = numbers or (None, None)
        return Sent(str(source), str(target), "tcp", letters, first, length, ack if ack is None else int(ack))

    def udp(self, source: Token, target: Token, length: Token | None) -> Sent:
        size = None if length is None else int(length)
        return Sent(str(source), str(target), "udp", length=size)

    def range(self, first: Token, behind: Token, length: Token) -> tuple[int, int]:
        if int(behind) - int(first) != int(length):
            refuse(first, f"{first}:{behind} are {int(behind) - int(first)} bytes, not {length}")
        return int(first), int(length)

    def called(self, program: Token, call: Token, outcome: Token | None) -> CallLine:
        return CallLine(str(program), str(call), None if outcome is None else str(outcome))


_LANGUAGE = Language(GRAMMAR, _Values(), WORDS)


@cache
def parse(text: str) -> Line:
    """Make a line of a text. Raises TextError with the column."""
    line: Line = _LANGUAGE.parse(text)
    return line


def programs_in(text: str) -> tuple[str, ...]:
    """Give the program that a line names; none for a text that is no line."""
    try:
        line = parse(text)
    except TextError:
        return ()
    return (line.program,) if isinstance(line, CallLine) else ()
