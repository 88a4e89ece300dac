"""The filter language of `count`: a part of Wireshark's display filters, with the same meaning.

    tcp.flags.syn == 1 and tcp.len == 0 and ip.src == server
    udp and not (ip.dst == 198.18.0.2 or udp.length > 8)
    tcp.port in {8001, 9000..9010}

- A field is compared: `==` `!=` `<` `<=` `>` `>=` with a number (`80`, `0x50`), a flag with 0 or 1, an address with
  an address of its version or the name of a host. Of a field with two values (`ip.addr`, `tcp.port`, `udp.port`)
  one has to fit, for `!=` none may be equal. A packet without the field never fits.
- `in {...}` takes values and ranges `low..high`, both ends included.
- A protocol (`arp`, `icmp`, `icmpv6`, `ip`, `ipv6`, `tcp`, `udp`) or a mark of the analyser (`tcp.analysis.retransmission`) stands alone.
- `not` binds closer than `and`, and `and` closer than `or`; parentheses group.

The fields are those of FIELDS in `_filter_fields`. What an ICMP error quotes of another packet is not looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

from lark import Token, Transformer, v_args

from kit.checks._filter_fields import FIELDS, Field, View
from kit.checks._grammar import Language, TextError, did_you_mean, refuse
from kit.tap.fields import COMPARE

if TYPE_CHECKING:
    from collections.abc import Iterable

GRAMMAR = r"""
?start: either
?either: both ("or" both)*
?both: negation ("and" negation)*
?negation: "not" negation -> negated
    | "(" either ")"
    | NAME -> present
    | NAME COMPARE value -> compared
    | NAME "in" "{" member ("," member)* "}" -> among
?member: value | NUMBER _TO NUMBER -> range
?value: NUMBER | ADDRESS | ADDRESS6 | NAME

COMPARE: "==" | "!=" | "<=" | ">=" | "<" | ">"
_TO: ".."
NAME: /[A-Za-z_]([A-Za-z0-9_-]|\.(?!\.))*/
ADDRESS.2: /[0-9]+(\.[0-9]+){3}/
ADDRESS6.3: /[0-9A-Fa-f]{0,4}(:[0-9A-Fa-f]{0,4}){2,7}((?<=:)[0-9]+(\.[0-9]+){3})?/
NUMBER: /0x[0-9A-Fa-f]+|[0-9]+/
"""
WORDS = {
    "NAME": "a name",
    "NUMBER": "a number",
    "ADDRESS": "an address",
    "ADDRESS6": "an IPv6 address",
    "NOT": "`not`",
    "COMPARE": "`==` or another comparison",
    "IN": "`in`",
    "AND": "`and`",
    "OR": "`or`",
    "_TO": "`..`",
    "COMMA": "`,`",
    "LPAR": "`(`",
    "RPAR": "`)`",
    "LBRACE": "`{`",
    "RBRACE": "`}`",
}
Test = Callable[[View], bool]
Tree: TypeAlias = "tuple[Any, ...]"


@dataclass(frozen=True, slots=True)
class Filter:
    """Whether a packet fits, the hosts that the text names, and the same as a value (see kit.tap.fields)."""

    fits: Test
    hosts: tuple[str, ...] = ()
    tree: Tree = ()


@dataclass(frozen=True, slots=True)
class _Range:
    low: Token
    high: Token


@v_args(inline=True)
class _Values(Transformer[Token, Filter]):
    """Makes a filter of each part as soon as the parser has it, so that no text is too deep."""

    def either(self, *parts: Filter) -> Filter:
        return _joined("any", parts, any)

    def both(self, *parts: Filter) -> Filter:
        return _joined("all", parts, all)

    def negated(self, part: Filter) -> Filter:
        return Filter(lambda view: not part.fits(view), part.hosts, ("not", part.tree))

    def present(self, name: Token) -> Filter:
        field = _field(name)
        if not field.alone:
            refuse(name, f"'{name}' alone says nothing; compare it, as in `{name} {field.example}`")
        return Filter(lambda view: bool(field.values(view)), tree=("has", str(name)))

    def compared(self, name: Token, comparison: Token, value: Token) -> Filter:
        field = _comparable(name)
        if comparison not in field.comparisons:
            refuse(comparison, f"'{name}' is compared with {' and '.join(field.comparisons)} only")
        compare, meant = COMPARE[comparison], field.meaning(value)
        every = all if comparison == "!=" else any  # Wireshark 3.6 and later: none of several may be equal
        hosts = (str(value),) if value.type == "NAME" else ()
        return Filter(
            lambda view: (
                bool(field.values(view)) and every(compare(one, meant(view)) for one in field.values(view))
            ),
            hosts,
            ("every" if comparison == "!=" else "some", str(name), str(comparison), field.said(value)),
        )

    def range(self, low: Token, high: Token) -> _Range:
        return _Range(low, high)

    def among(self, name: Token, *members: Token | _Range) -> Filter:
        field = _comparable(name)
        tests = [_member(field, member) for member in members]
        hosts = tuple(str(one) for one in members if isinstance(one, Token) and one.type == "NAME")
        return Filter(
            lambda view: any(test(one, view) for one in field.values(view) for test in tests),
            hosts,
            ("among", str(name), tuple(_bounds(field, member) for member in members)),
        )


def _joined(word: str, parts: Iterable[Filter], join: Callable[[Iterable[bool]], bool]) -> Filter:
    parts = tuple(parts)
    hosts = tuple(host for part in parts for host in part.hosts)
    tree = (word, tuple(part.tree for part in parts))
    return Filter(lambda view: join(part.fits(view) for part in parts), hosts, tree)


def _bounds(field: Field, member: Token | _Range) -> tuple[int | str, int | str]:
    if isinstance(member, Token):
        return field.said(member), field.said(member)
    return field.number(member.low), field.number(member.high)


def _member(field: Field, member: Token | _Range) -> Callable[[Any, View], bool]:
    if isinstance(member, Token):
        meant = field.meaning(member)
        return lambda value, view: bool(value == meant(view))
    low, high = field.number(member.low), field.number(member.high)
    if low > high:
        refuse(member.low, f"a range goes from low to high; did you mean {high}..{low}?")
    return lambda value, _view: bool(low <= value <= high)


def _field(name: Token) -> Field:
    if (field := FIELDS.get(name)) is None:
        refuse(name, f"unknown field '{name}'{did_you_mean(name, FIELDS)}")
    return field


def _comparable(name: Token) -> Field:
    field = _field(name)
    if field.alone:
        refuse(name, f"'{name}' stands alone: it is there or not, and has no value")
    return field


_LANGUAGE = Language(GRAMMAR, _Values(), WORDS)


@cache
def parse(text: str) -> Filter:
    """Make a filter of a text. Raises TextError with the column."""
    parsed: Filter = _LANGUAGE.parse(text)
    return parsed


def fields_in(tree: Tree) -> tuple[str, ...]:
    """Give the fields that a filter asks for, in its order."""
    word, about = tree[0], tree[1]
    if word == "not":
        return fields_in(about)
    if word in ("all", "any"):
        return tuple(field for part in about for field in fields_in(part))
    return (about,)


def hosts_in(text: str) -> tuple[str, ...]:
    """Give the hosts that a filter names; none for a text that is no filter."""
    try:
        return parse(text).hosts
    except TextError:
        return ()
