"""Parameters: the author's defaults, a draw from a seed, and `${name}` in any text of the exercise.

A draw is a function of the seed alone, the same on every Python: it takes its numbers from SHA-512.
"""

from __future__ import annotations

import hashlib
import re
import string
from typing import TYPE_CHECKING

from kit.errors import UsageError
from kit.exercise.faults import did_you_mean
from kit.exercise.yaml import Mapping, Node, Scalar, Sequence

if TYPE_CHECKING:
    from collections import abc

    from kit.exercise.faults import Faults
    from kit.exercise.model import Definition, Param

LETTERS = string.ascii_lowercase
LETTERS_AND_DIGITS = string.ascii_lowercase + string.digits
TRIES = 10_000
MAX_FILLED_CHARACTERS = 1 << 22  # of all texts with the parameters' values in them
_DOLLAR = re.compile(r"\$(?:(\$)|\{([^}]*)(\}?))")


def defaults(definition: Definition) -> dict[str, str]:
    return {name: param.default for name, param in definition.params.items()}


def draw(definition: Definition, seed: str) -> dict[str, str]:
    """Draw each parameter that says how; no two of an exercise are equal. Same seed, same values."""
    fixed = {name: param.default for name, param in definition.params.items() if not _is_drawn(param)}
    taken = set(fixed.values())
    drawn = {}
    for name, param in sorted(definition.params.items()):
        if _is_drawn(param):
            drawn[name] = _fresh(param, f"{seed}\0{name}", taken)
            taken.add(drawn[name])
    return {name: drawn.get(name, param.default) for name, param in definition.params.items()}


def extremes(params: abc.Mapping[str, Param]) -> tuple[dict[str, str], dict[str, str]]:
    """Give the lowest and the highest values that can be drawn: what holds for both holds for a draw."""
    low, high = {}, {}
    for name, param in params.items():
        low[name] = high[name] = param.default
        if param.pick is not None:
            low[name], high[name] = (str(int(bound)) for bound in param.pick.split("-"))
        if param.token is not None:
            low[name], high[name] = "a" * param.token, "z" * param.token
    return low, high


def too_narrow(params: abc.Mapping[str, Param]) -> list[str]:
    """Name the parameters whose range may not hold a value of its own for each parameter."""
    return [name for name, param in params.items() if _is_drawn(param) and _choices(param) < len(params)]


def _is_drawn(param: Param) -> bool:
    return param.pick is not None or param.token is not None


def _choices(param: Param) -> int:
    if param.pick is not None:
        low, high = map(int, param.pick.split("-"))
        return high - low + 1
    return len(LETTERS) * int(len(LETTERS_AND_DIGITS) ** ((param.token or 1) - 1))


def _fresh(param: Param, seed: str, taken: set[str]) -> str:
    for attempt in range(TRIES):
        digest = hashlib.sha512(f"{seed}\0{attempt}".encode("utf-8", "surrogatepass")).digest()
        value = _value(param, int.from_bytes(digest, "big"))  # 512 bits: 64 letters need 331
        if value not in taken:
            return value
    raise UsageError("no free value is left for a parameter", remedy="widen its `pick` or `token`")


def _value(param: Param, number: int) -> str:
    """Read a large number as a value: its remainder by the number of choices has no bias that matters."""
    if param.pick is not None:
        low = int(param.pick.split("-")[0])
        return str(low + number % _choices(param))
    letters = []
    for alphabet in [LETTERS, *[LETTERS_AND_DIGITS] * ((param.token or 1) - 1)]:
        number, index = divmod(number, len(alphabet))
        letters.append(alphabet[index])
    return "".join(letters)


def fill(node: Node, values: abc.Mapping[str, str], faults: Faults) -> Node:
    """Put values for `${name}` in every text below the node; `$$` is a dollar sign. Keys stay as they are."""
    match node:
        case Scalar():
            text = _filled(node, values, faults)
            return Scalar(text, node.line, node.column, node.quoted)
        case Sequence():
            return Sequence(tuple(fill(item, values, faults) for item in node.items), node.line, node.column)
        case Mapping():
            entries = tuple((key, fill(value, values, faults)) for key, value in node.entries)
            return Mapping(entries, node.line, node.column)


def filled_characters(node: Node, values: abc.Mapping[str, str]) -> int:
    """Give how many characters `fill` would make."""
    match node:
        case Scalar(text):
            there = sum(len(values.get(found[2] or "", "")) for found in _DOLLAR.finditer(text))
            return len(text) + there
        case Sequence(items):
            return sum(filled_characters(item, values) for item in items)
        case Mapping(entries):
            return sum(filled_characters(value, values) for _, value in entries)


def _filled(node: Scalar, values: abc.Mapping[str, str], faults: Faults) -> str:
    def replace(found: re.Match[str]) -> str:
        dollar, name, closed = found.groups()
        if dollar:
            return "$"
        if not closed:
            faults.add(node, "'${' without '}'; write '$${' for the two characters themselves")
        elif name not in values:
            faults.add(node, f"unknown parameter {name!r}{did_you_mean(name, values)}")
        return values.get(name, found[0])

    return _DOLLAR.sub(replace, node.text)
