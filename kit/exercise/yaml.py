"""YAML as text with places: every scalar is a `str`, every node knows its line and column.

YAML 1.1 guesses types: `1:30` becomes 90, `no` false, `1.10` 1.1, a MAC address a number. Here nothing is
guessed: the model that a node is read into says the type. Nodes are built from parser events, one at a
time, so that depth and number are bounded while they grow; an alias costs what it stands for, its text
too, so a file that doubles itself through aliases is refused at the alias that goes too far.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import yaml
from yaml import events

from kit.exercise.faults import shortened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kit.exercise.faults import Faults

MAX_FILE_BYTES = 1 << 18
MAX_NODES = 20_000  # through aliases; an exercise has a few hundred
NODE_CHARACTERS = 100  # of text that cost as much as a node
MAX_KEYS = 1000  # of one mapping: they are looked for one after the other
MAX_DEPTH = 40

# libyaml's parser is ten times faster; PyYAML's own stands in where it was built without libyaml.
LOADER: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Scalar:
    text: str
    line: int
    column: int
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Sequence:
    items: tuple[Node, ...]
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Mapping:
    entries: tuple[tuple[Scalar, Node], ...]
    line: int
    column: int

    def get(self, key: str) -> Node | None:
        return next((value for name, value in self.entries if name.text == key), None)

    def key(self, key: str) -> Scalar | None:
        """Give the key itself, for its place."""
        return next((name for name, _ in self.entries if name.text == key), None)

    def names(self) -> list[str]:
        return [name.text for name, _ in self.entries]


Node: TypeAlias = Scalar | Sequence | Mapping


def plain(node: Node) -> Any:
    """Give text, lists and dictionaries alone."""
    match node:
        case Scalar():
            return node.text
        case Sequence():
            return [plain(item) for item in node.items]
        case Mapping():
            return {name.text: plain(value) for name, value in node.entries}


def found(node: Node) -> str:
    """Say what stands there, to end a message."""
    match node:
        case Scalar(text="", quoted=False):
            return "nothing"
        case Scalar():
            return shortened(node.text)
        case Sequence():
            return "a list" if node.items else "an empty list"
        case Mapping():
            return "a mapping" if node.entries else "an empty mapping"


@dataclass(frozen=True, slots=True)
class Mark:
    line: int = 1
    column: int = 1


def compose(data: bytes, faults: Faults) -> Node | None:
    """Read one document. What is wrong goes to `faults`; None where nothing could be read."""
    text = _decode(data, faults)
    if text is None:
        return None
    try:
        return _Composer(text, faults).document()
    except _StopError as stop:
        faults.add(stop.mark, str(stop))
    except yaml.YAMLError as error:
        faults.add(*_syntax_fault(error, text))
    return None


# What the YAML specification (1.2.2, section 5.1) does not let stand in a file.
_UNPRINTABLE = re.compile(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _decode(data: bytes, faults: Faults) -> str | None:
    if len(data) > MAX_FILE_BYTES:
        faults.add(Mark(), f"the file has {len(data)} bytes; at most {MAX_FILE_BYTES} are read")
        return None
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        faults.add(Mark(), "the file is UTF-16; save it as UTF-8")
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig")
        faults.add(_mark_at(before), f"byte 0x{data[error.start]:02x} is not UTF-8; save the file as UTF-8")
        return None
    if wrong := _UNPRINTABLE.search(text):
        mark = _mark_at(text[: wrong.start()])
        faults.add(mark, f"the control character {wrong[0]!r} cannot stand in YAML; remove it")
        return None
    return text


def _mark_at(before: str) -> Mark:
    lines = re.split(r"\r\n|\r|\n", before)
    return Mark(len(lines), len(lines[-1]) + 1)


class _StopError(Exception):
    """Nothing more can be read."""

    def __init__(self, mark: Mark, text: str) -> None:
        super().__init__(text)
        self.mark = mark


class _Composer:
    """Turns events into nodes. A node comes with its cost: the nodes and the text in it, through aliases."""

    def __init__(self, text: str, faults: Faults) -> None:
        self._events: Iterator[Any] = yaml.parse(text, Loader=LOADER)
        self._faults = faults
        self._anchors: dict[str, tuple[Node, int]] = {}

    def document(self) -> Node | None:
        next(self._events)  # the start of the stream
        if isinstance(next(self._events), events.StreamEndEvent):
            self._faults.add(Mark(), "the file is empty")
            return None
        node, _ = self._node(next(self._events), 1)
        next(self._events)  # the end of the document
        after = next(self._events)
        if not isinstance(after, events.StreamEndEvent):
            self._faults.add(_mark(after), "a second document begins here; keep one, without '---'")
        return node

    def _node(self, event: Any, depth: int) -> tuple[Node, int]:
        mark = _mark(event)
        if isinstance(event, events.AliasEvent):
            if event.anchor not in self._anchors:
                raise _StopError(
                    mark,
                    f"'*{event.anchor}' stands for nothing before it; a value that begins with '*' needs quotes",
                )
            return self._anchors[event.anchor]
        if depth > MAX_DEPTH:
            raise _StopError(mark, f"nested deeper than {MAX_DEPTH} levels")
        if event.tag is not None:
            self._faults.add(
                mark,
                f"the tag {shortened(event.tag)} is not needed: the exercise's model gives types; remove it",
            )
        match event:
            case events.ScalarEvent():
                scalar = Scalar(event.value, mark.line, mark.column, bool(event.style))
                made: tuple[Node, int] = scalar, 1 + len(event.value) // NODE_CHARACTERS
            case events.SequenceStartEvent():
                made = self._sequence(mark, depth)
            case _:
                made = self._mapping(mark, depth)
        if event.anchor is not None:
            self._anchors[event.anchor] = made
        return made

    def _sequence(self, mark: Mark, depth: int) -> tuple[Sequence, int]:
        items, cost = [], 1
        while not isinstance(event := next(self._events), events.SequenceEndEvent):
            item, its_cost = self._node(event, depth + 1)
            items.append(item)
            cost = _bounded(cost + its_cost, event)
        return Sequence(tuple(items), mark.line, mark.column), cost

    def _mapping(self, mark: Mark, depth: int) -> tuple[Mapping, int]:
        entries: dict[str, tuple[Scalar, Node]] = {}
        cost = 1
        while not isinstance(event := next(self._events), events.MappingEndEvent):
            key, key_cost = self._node(event, depth + 1)
            value, its_cost = self._node(next(self._events), depth + 1)
            cost = _bounded(cost + key_cost + its_cost, event)
            if len(entries) >= MAX_KEYS:
                raise _StopError(_mark(event), f"more than {MAX_KEYS} keys in one mapping")
            if not isinstance(key, Scalar):
                self._faults.add(
                    _mark(event), f"expected a word as key, found {found(key)}; quote text that has [ or {{"
                )
            elif key.text == "<<" and not key.quoted:
                self._faults.add(key, "'<<' (merge) is not read; write the keys out")
            elif key.text in entries:
                first = entries[key.text][0]
                self._faults.add(
                    key,
                    f"the key {key.text!r} stands twice here, first at {first.line}:{first.column}; remove one",
                )
            else:
                entries[key.text] = key, value
        return Mapping(tuple(entries.values()), mark.line, mark.column), cost


def _bounded(cost: int, event: Any) -> int:
    if cost > MAX_NODES:
        raise _StopError(
            _mark(event),
            f"more than {MAX_NODES} values, counted through aliases, and {NODE_CHARACTERS} characters of a text as one",
        )
    return cost


def _mark(event: Any) -> Mark:
    return Mark(event.start_mark.line + 1, event.start_mark.column + 1)


# What libyaml and PyYAML say, and what we say. The first that is found in their text holds.
_SYNTAX = (
    (
        r"mapping values are not allowed",
        "a ':' is not expected here; quote text that has ': ', and check the indentation",
    ),
    (r"sequence entries are not allowed", "a '- ' is not expected here; check the indentation"),
    (r"unexpected end of stream", "a quote opens here and is never closed"),
    (r"unknown escape char", "YAML does not know this backslash sequence; use single quotes"),
    (r"expected ',' or '\]'", "the list that opens here with '[' is not closed"),
    (r"expected ',' or '\}'", "the mapping that opens here with '{' is not closed"),
    (r"cannot start any token", "a value cannot begin with this character; quote it"),
    (r"alphabetic or numeric character", "a value that begins with '*' or '&' needs quotes"),
    (r"tag", "a value that begins with '!' needs quotes"),
    (r"document start", "nothing may follow the end of the document; check the indentation"),
    (
        r"expected key|block end|'-' indicator",
        "this line fits no list and no mapping above it; check the indentation",
    ),
)
_NOT_YAML = "this is not YAML; check quotes, colons and indentation here"
_WHERE_IT_OPENS = re.compile(r"end of stream|expected ',' or|escape char")


def _syntax_fault(error: yaml.YAMLError, text: str) -> tuple[Mark, str]:
    if not isinstance(error, yaml.MarkedYAMLError):
        return Mark(), _NOT_YAML
    problem = error.problem or ""
    opens = error.context_mark if _WHERE_IT_OPENS.search(problem) else None
    where = opens or error.problem_mark
    mark = Mark(where.line + 1, where.column + 1) if where else Mark()
    lines = text.splitlines() or [""]
    line = lines[min(mark.line, len(lines)) - 1]
    indent = line[: len(line) - len(line.lstrip())]
    if "\t" in indent:
        return Mark(mark.line, indent.index("\t") + 1), "a tab cannot indent; use spaces"
    return mark, next((ours for theirs, ours in _SYNTAX if re.search(theirs, problem)), _NOT_YAML)
