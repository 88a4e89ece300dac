"""YAML as text with places; every trouble is a fault with line, column and remedy."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import yaml as pyyaml

from kit.exercise import yaml
from kit.exercise.faults import Faults

LOADERS = [pyyaml.SafeLoader, *([pyyaml.CSafeLoader] if pyyaml.__with_libyaml__ else [])]


@pytest.fixture(params=LOADERS, autouse=True)
def loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Libyaml and PyYAML's own parser word their errors differently; ours are the same for both."""
    monkeypatch.setattr(yaml, "LOADER", request.param)


def compose(data: bytes | str) -> tuple[yaml.Node | None, list[str]]:
    faults = Faults(Path("f"))
    node = yaml.compose(data.encode() if isinstance(data, str) else data, faults)
    return node, [str(fault) for fault in faults]


@pytest.mark.parametrize(
    "text", ["1:30", "no", "1.10", "00:11:22:33:44:55", "0x10", "~", "1e3", "2024-01-01", "010"]
)
def test_no_scalar_has_a_type_of_its_own(text: str) -> None:
    node, faults = compose(f"a: {text}")
    assert faults == []
    assert node is not None
    assert yaml.plain(node) == {"a": text}


def test_every_node_knows_its_place() -> None:
    node, _ = compose("a:\n  - x\n  - {b: y}\n")
    assert isinstance(node, yaml.Mapping)
    items = node.get("a")
    assert isinstance(items, yaml.Sequence)
    assert (items.line, items.column) == (2, 3)
    second = items.items[1]
    assert isinstance(second, yaml.Mapping)
    value = second.get("b")
    assert isinstance(value, yaml.Scalar)
    assert (value.line, value.column) == (3, 9)


def test_an_anchor_is_read_where_it_is_asked_for_again() -> None:
    node, faults = compose("a: &x [1, 2]\nb: *x\n")
    assert faults == []
    assert node is not None
    assert yaml.plain(node) == {"a": ["1", "2"], "b": ["1", "2"]}


def test_a_byte_order_mark_of_utf_8_is_let_pass() -> None:
    node, faults = compose(b"\xef\xbb\xbfa: b\n")
    assert faults == []
    assert node is not None
    assert yaml.plain(node) == {"a": "b"}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("", "f:1:1: the file is empty"),
        ("# only a comment\n", "f:1:1: the file is empty"),
        ("a: 1\na: 2\n", "f:2:1: the key 'a' stands twice here, first at 1:1; remove one"),
        ("a:\n\t- b\n", "f:2:1: a tab cannot indent; use spaces"),
        ("a: b: c\n", "f:1:5: a ':' is not expected here; quote text that has ': ', and check the indentation"),
        ("x: 1\na: 'x\n", "f:2:4: a quote opens here and is never closed"),
        ("a: [1, 2\nb: 3\n", "f:1:4: the list that opens here with '[' is not closed"),
        ("a: {b: 1\nc: 2\n", "f:1:4: the mapping that opens here with '{' is not closed"),
        ("a: @x\n", "f:1:4: a value cannot begin with this character; quote it"),
        ("a: %x\n", "f:1:4: a value cannot begin with this character; quote it"),
        ("a: * b\n", "f:1:5: a value that begins with '*' or '&' needs quotes"),
        ("a: *b\n", "f:1:4: '*b' stands for nothing before it; a value that begins with '*' needs quotes"),
        ("a: &x [*x]\n", "f:1:8: '*x' stands for nothing before it; a value that begins with '*' needs quotes"),
        ('a: "\\q"\n', "f:1:4: YAML does not know this backslash sequence; use single quotes"),
        ("a:\n  b: 1\n c: 2\n", "f:3:2: this line fits no list and no mapping above it; check the indentation"),
        ("- a\nb: c\n", "f:2:1: this line fits no list and no mapping above it; check the indentation"),
        ("a: b\n---\nc: d\n", "f:2:1: a second document begins here; keep one, without '---'"),
        ("a: 1\n...\nb\n", "f:3:1: nothing may follow the end of the document; check the indentation"),
        ("a: !x!y z\n", "f:1:4: a value that begins with '!' needs quotes"),
        ("a: !!int 3\n", "f:1:4: the tag 'tag:yaml.org,2002:int' is not needed: the exercise's model gives types; remove it"),
        ("a: !!python/object:os.system x\n", "f:1:4: the tag 'tag:yaml.org,2002:python/object:os.syst…' is not needed: the exercise's model gives types; remove it"),
        ("? [a, b]\n: c\n", "f:1:3: expected a word as key, found a list; quote text that has [ or {"),
        ("<<: {a: b}\n", "f:1:1: '<<' (merge) is not read; write the keys out"),
        ("%YAML 3.0\n---\na\n", "f:1:1: this is not YAML; check quotes, colons and indentation here"),
        (b"a: b\nc: \xff\n", "f:2:4: byte 0xff is not UTF-8; save the file as UTF-8"),
        ("a: b".encode("utf-16"), "f:1:1: the file is UTF-16; save it as UTF-8"),
        (b"a: b\nc: d\x00e\n", "f:2:5: the control character '\\x00' cannot stand in YAML; remove it"),
        ("[" * 60, "f:1:41: nested deeper than 40 levels"),
        (b"#" * (yaml.MAX_FILE_BYTES + 1), "f:1:1: the file has 262145 bytes; at most 262144 are read"),
    ],
)  # fmt: skip
def test_a_broken_file_is_told_with_its_place(data: bytes | str, expected: str) -> None:
    _, faults = compose(data)
    assert faults == [expected]


def test_all_faults_that_let_reading_go_on_are_told_at_once() -> None:
    _, faults = compose("a: 1\na: 2\nb: !x 3\nb: 4\n")
    assert [fault.split(": ")[0] for fault in faults] == ["f:2:1", "f:3:4", "f:4:1"]


TOO_MANY = "more than 20000 values, counted through aliases, and 100 characters of a text as one"


def test_a_file_that_doubles_itself_through_aliases_is_refused_at_once() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 40)]
    began = time.process_time()
    node, faults = compose("\n".join(lines))
    assert node is None
    assert faults == [f"f:5:15: {TOO_MANY}"]
    assert time.process_time() - began < 0.5


def test_a_long_text_costs_its_length_at_every_alias() -> None:
    node, faults = compose(f"- &a '{'x' * 100_000}'\n" + "- *a\n" * 100)
    assert node is None
    assert faults == [f"f:20:3: {TOO_MANY}"]


def test_a_mapping_of_very_many_keys_is_refused() -> None:
    assert compose("".join(f"k{number}: 1\n" for number in range(1000)))[1] == []
    assert compose("".join(f"k{number}: 1\n" for number in range(1001)))[1] == [
        "f:1001:1: more than 1000 keys in one mapping"
    ]
