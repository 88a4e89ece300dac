"""The filter language: whatever is typed either is a filter or has a fault at a column of it."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as some

from kit.checks._filter import Filter, hosts_in, parse
from kit.checks._filter_fields import FIELDS, View
from kit.checks._grammar import LONGEST, TextError
from tests.packets.build import trace

VIEWS = [
    View(packet, {"server": "198.18.0.2"})
    for packet in trace('c > s S 0\ns > c S. 0 ack 1\nc > s udp "x"\ns > c icmp 3/3')
]
# Words of the language and what looks like them, in any order: far more of these are nearly filters.
OR_NOT = "`==` or another comparison or `in` or `and` or `or` or the end"
PIECES = (
    *FIELDS,
    "server",
    "198.18.0.2",
    "1.2.3.400",
    "fd00::2",
    "::",
    "fd00::g",
    "80",
    "0x50",
    "99999999999",
    "0x",
    "tcp.prt",
    "&&",
    "\n",
    "é",
)
PIECES += (
    "==",
    "!=",
    "<",
    "<=",
    ">",
    ">=",
    "=",
    "and",
    "or",
    "not",
    "in",
    "{",
    "}",
    ",",
    "..",
    "(",
    ")",
    "",
    '"',
)


def filter_or_fault(text: str) -> Filter | TextError:
    try:
        return parse(text)
    except TextError as fault:
        return fault


def faulty(text: str) -> TextError:
    with pytest.raises(TextError) as raised:
        parse(text)
    return raised.value


@given(some.one_of(some.text(max_size=200), some.lists(some.sampled_from(PIECES), max_size=30).map(" ".join)))
@example("not " * 249 + "tcp")
@example("(" * 498 + "tcp" + ")" * 499)
@example("(" * LONGEST)
@example("x" * (LONGEST + 1))
def test_any_text_is_a_filter_or_has_a_fault_at_a_column_of_it(text: str) -> None:
    found = filter_or_fault(text)
    if isinstance(found, TextError):
        assert 1 <= found.column <= len(text) + 1
        assert str(found).startswith(f"column {found.column}: ")
        assert hosts_in(text) == ()
    else:
        assert {found.fits(view) for view in VIEWS} <= {True, False}
        assert hosts_in(text) == found.hosts


NUMBERS = [name for name, field in FIELDS.items() if field.kind == "number" and not name.endswith(".port")]


@given(some.sampled_from(NUMBERS), some.integers(0, 255), some.sampled_from(VIEWS))
def test_a_packet_with_the_field_fits_a_comparison_or_its_opposite(
    name: str, number: int, view: View
) -> None:
    has = bool(FIELDS[name].values(view))
    for one, other in (("==", "!="), ("<", ">="), (">", "<=")):
        fits = [parse(f"{name} {comparison} {number}").fits(view) for comparison in (one, other)]
        assert fits.count(True) == has


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "column 1: expected a name or `not` or `(`, found the end"),
        ("tcp and", "column 8: expected a name or `not` or `(`, found the end"),
        ("tcp or or", "column 8: expected a name or `not` or `(`, found 'or'"),
        ("(tcp", "column 5: expected `)`, found the end"),
        ("tcp)", "column 4: expected the end, found ')'"),
        ("tcp.prt == 1", "column 1: unknown field 'tcp.prt'; did you mean 'tcp.port'?"),
        (
            "tcp.len > 0 and tcp.flag.syn == 1",
            "column 17: unknown field 'tcp.flag.syn'; did you mean 'tcp.flags.syn'?",
        ),
        ("android", "column 1: unknown field 'android'"),
        (
            "tcp.flags.syn",
            "column 1: 'tcp.flags.syn' alone says nothing; compare it, as in `tcp.flags.syn == 1`",
        ),
        ("tcp.len", "column 1: 'tcp.len' alone says nothing; compare it, as in `tcp.len > 0`"),
        ("ip.src", "column 1: 'ip.src' alone says nothing; compare it, as in `ip.src == 198.18.0.2`"),
        ("udp == 1", "column 1: 'udp' stands alone: it is there or not, and has no value"),
        ("udp in {1}", "column 1: 'udp' stands alone: it is there or not, and has no value"),
        ("ip.src < server", "column 8: 'ip.src' is compared with == and != only"),
        ("tcp.flags.syn > 0", "column 15: 'tcp.flags.syn' is compared with == and != only"),
        ("tcp.flags.syn == 2", "column 18: expected 0 or 1, found '2'"),
        ("tcp.port == server", "column 13: expected a number up to 65535, found 'server'"),
        ("tcp.port == 65536", "column 13: expected a number up to 65535, found '65536'"),
        (
            "ip.src == 1.2.3.400",
            "column 11: expected an IPv4 address or the name of a host, found '1.2.3.400'",
        ),
        ("ip.src == fd00::2", "column 11: expected an IPv4 address or the name of a host, found 'fd00::2'"),
        ("ipv6.src == 1.2.3.4", "column 13: expected an IPv6 address or the name of a host, found '1.2.3.4'"),
        ("ipv6.src == 1::2::3", "column 13: expected an IPv6 address or the name of a host, found '1::2::3'"),
        ("ip.src == 1", "column 11: expected an IPv4 address or the name of a host, found '1'"),
        ("ip.src in {1..2}", "column 12: expected an IPv4 address or the name of a host, found '1'"),
        ("tcp.port in {80, 9..5}", "column 18: a range goes from low to high; did you mean 5..9?"),
        ("tcp.port in {1 2}", "column 16: expected `..` or `,` or `}`, found '2}'"),
        ("tcp.port in {1..}", "column 17: expected a number, found '}'"),
        ("tcp #" + "x" * 30, f"column 5: expected {OR_NOT}, found '#{'x' * 19}…'"),
        ("tcp &&", f"column 5: expected {OR_NOT}, found '&&'"),
        ("tcp\nudp", f"column 5: expected {OR_NOT}, found 'udp'"),
    ],
)
def test_a_fault_has_its_column_what_was_expected_and_what_was_found(text: str, fault: str) -> None:
    assert str(faulty(text)) == fault


def test_a_text_that_no_person_would_read_is_refused() -> None:
    assert str(faulty("x" * 1001)) == "column 1001: too long: 1000 characters are the most"
