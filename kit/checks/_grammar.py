"""Small languages inside a text: parsed by a grammar, every fault with its column.

The parser is Lark's LALR(1) one: it never backtracks, so no text takes longer than its length.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any, NoReturn

from lark import Lark, Token, Transformer
from lark.exceptions import UnexpectedToken
from lark.lark import PostLex

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

LONGEST = 1000  # characters of one text: a filter or line is read by a person


class TextError(ValueError):
    """A text is none of its language. `column` counts from 1; one after the last is the text's end."""

    def __init__(self, column: int, fault: str) -> None:
        super().__init__(f"column {column}: {fault}")
        self.column = column


# Added to every grammar. A character that no other terminal takes is a token too, so that each fault is the
# parser's, who knows what may stand there.
_COMMON = r"""
STRAY.-1: /./s
%ignore /\s+/
"""


class _Stray(PostLex):
    """Tells Lark that the terminal is wanted, though no rule has it."""

    always_accept = ("STRAY",)

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        return stream


class Language:
    """A grammar, what makes values of it, and how its words are called in a message."""

    def __init__(self, grammar: str, values: Transformer[Token, Any], words: Mapping[str, str]) -> None:
        """`words`: terminal -> how an author would call it, in the order in which a message says them."""
        self._parser = Lark(
            grammar + _COMMON, parser="lalr", lexer="basic", postlex=_Stray(), transformer=values
        )
        self._words = {**words, "$END": "the end"}

    def parse(self, text: str) -> Any:
        """Give the value of a text. Raises TextError."""
        if len(text) > LONGEST:
            raise TextError(LONGEST + 1, f"too long: {LONGEST} characters are the most")
        try:
            return self._parser.parse(text)
        except UnexpectedToken as error:
            raise self._fault(error, text) from None

    def _fault(self, error: UnexpectedToken, text: str) -> TextError:
        ended = error.token.type == "$END"
        column = len(text) + 1 if ended else (error.token.start_pos or 0) + 1
        expected = [words for name, words in self._words.items() if name in (error.accepts or ())]
        found = "the end" if ended else _shown(text[column - 1 :])
        return TextError(column, f"expected {' or '.join(expected)}, found {found}")


def _shown(rest: str) -> str:
    word = rest.split(maxsplit=1)[0] if rest.strip() else rest
    return repr(word if len(word) <= 20 else f"{word[:20]}…")


def refuse(token: Token, fault: str) -> NoReturn:
    """Say what is wrong with a word that the grammar let through."""
    raise TextError((token.start_pos or 0) + 1, fault)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """End a sentence about an unknown name with the nearest right one, where one is near."""
    near = difflib.get_close_matches(name.lower(), list(known), n=1)
    return f"; did you mean '{near[0]}'?" if near else ""
