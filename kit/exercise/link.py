"""The rules of `link:`: what must hold between them and the rest of an exercise, and what a plan makes of them."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from kit.checks import _filter
from kit.checks._grammar import TextError
from kit.exercise import typed
from kit.exercise.plan import LinkRule, Netem
from kit.exercise.references import Reference
from kit.exercise.yaml import Mapping, Scalar
from kit.tap import fields

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from kit.exercise.faults import Faults
    from kit.exercise.link_spec import Chances, LinkSpec


def plan_rules(link: tuple[LinkSpec, ...], seed: str | None) -> tuple[LinkRule, ...]:
    """Make the rules of a plan; `seed` is the run's, for chances that have none of their own."""
    return tuple(_planned(number, rule, seed) for number, rule in enumerate(link, 1))


def _planned(number: int, rule: LinkSpec, seed: str | None) -> LinkRule:
    do, ends = rule.do, (rule.from_, rule.to)
    if rule.rate is not None:
        return LinkRule(number, *ends, do, last=None, bytes_per_s=rule.rate.bytes_per_s)
    if rule.netem is not None:
        return LinkRule(
            number, *ends, do, last=None, netem=_netem(rule.netem, f"{seed or ''}\0netem {number}")
        )
    chosen = getattr(rule, do)
    tree = None if rule.filter is None else tree_of(rule.filter)
    further = {name: getattr(chosen, name) for name in ("ms", "until") if hasattr(chosen, name)}
    return LinkRule(number, *ends, do, chosen.counts, chosen.first, chosen.last, tree, **further)


def _netem(chances: Chances, origin: str) -> Netem:
    said = {name: value for name, value in chances.model_dump().items() if value is not None}
    digest = hashlib.sha256(origin.encode("utf-8", "surrogatepass")).digest()
    drawn = 1 + int.from_bytes(digest, "big") % ((1 << 32) - 1)
    return Netem(**{"seed": drawn, **said})


def tree_of(text: str) -> tuple[Any, ...]:
    """Give a filter as the value that a tap and a gate understand (kit.tap.fields). Raises TextError."""
    return _filter.parse(text).tree


def check_link(rules: Sequence[Mapping], hosts: list[str], faults: Faults) -> None:
    """Tell what no field of a rule alone can tell, each fault at its place."""
    taken: dict[tuple[str | None, ...], int] = {}
    for number, rule in enumerate(rules, 1):
        ends = [_text(rule, "from"), _text(rule, "to")]
        if ends[0] is not None and ends[0] == ends[1]:
            faults.add(rule.get("to") or rule, f"{ends[0]!r} uses no link to reach itself; name another host")
        check_filter(rule, hosts, faults, "the link sees one IPv4 packet", fields.KNOWN)
        if (first := taken.setdefault(_meant(rule), number)) != number:
            faults.add(
                rule,
                f"rule {first} of the link takes these packets, so this one never acts; choose others, or leave it out",
            )


def check_gate(gate: Mapping, hosts: list[str], faults: Faults) -> None:
    check_filter(gate, hosts, faults, "a gate sees each packet alone", fields.KNOWN_OF_ANY)


def check_filter(
    rule: Mapping, hosts: list[str], faults: Faults, who_sees: str, known: Container[str]
) -> None:
    """Tell what is wrong with a filter for single packets; `who_sees` begins the sentence about what it cannot ask."""
    scalar = rule.get("filter")
    if not isinstance(scalar, Scalar):
        return
    try:
        parsed = _filter.parse(scalar.text)
    except TextError as error:
        faults.add_once(scalar, str(error))
        return
    for name in _filter.fields_in(parsed.tree):
        if name not in known:
            why = f"{who_sees}, and nothing of its conversation"
            faults.add_once(scalar, f"'{name}' cannot be asked for here: {why}")
    named = [(Reference("host"), Scalar(name, scalar.line, scalar.column)) for name in parsed.hosts]
    typed.look_up(named, {"host": hosts} if hosts else {}, faults)


def _meant(rule: Mapping) -> tuple[str | None, ...]:
    """Give which packets a rule takes; of rules with a range only the first of them is compared."""
    key, chosen = next(
        ((key, value) for key, value in rule.entries if isinstance(value, Mapping)), (None, None)
    )
    if key is None or chosen is None:
        return (str(rule.line), str(rule.column))
    selection = (_text(chosen, name) for name in ("packet", "segment", "datagram"))
    kind = key.text if key.text in ("rate", "netem") else "one"
    return (_text(rule, "from"), _text(rule, "to"), _text(rule, "filter"), kind, *selection)


def _text(node: Mapping, key: str) -> str | None:
    found = node.get(key)
    return found.text if isinstance(found, Scalar) else None
