"""What the taps are told of the exercise's link: to each host that sends, what becomes of its packets. Pure."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kit.exercise.plan import LinkRule, Plan


def orders(plan: Plan, macs: Mapping[str, str]) -> dict[str, list[dict[str, Any]]]:
    """Give for each sending host its directions (see kit.tap.forwarder); `macs` are the hosts' hardware addresses."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for rule in plan.link:
        of_host = found.setdefault(rule.from_host, {})
        direction = of_host.setdefault(rule.to_host, _direction(plan, rule.to_host, macs))
        if rule.bytes_per_s is not None:
            direction["bytes_per_s"] = rule.bytes_per_s
        elif rule.netem is not None:
            direction["netem"] = asdict(rule.netem)
        else:
            direction["rules"].append([rule.number, _told(plan, rule)])
    return {host: list(directions.values()) for host, directions in found.items()}


def holding(plan: Plan, until: str) -> list[str]:
    """Give the hosts whose packets are held until then."""
    return list(dict.fromkeys(rule.from_host for rule in plan.link if rule.until == until))


def refused(plan: Plan, from_host: str, to_host: str, why: str) -> str:
    """Say which rule the kernel of the hosts cannot do, why, and what helps."""
    asks = ((rule.number, rule.netem is not None, rule.from_host, rule.to_host) for rule in plan.link)
    number = next(number for number, *rest in asks if rest == [True, from_host, to_host])
    return (
        f"link: rule {number}, from {from_host} to {to_host}, asks for netem, which the hosts' kernel does not do: "
        f"{why.rstrip('.')}; load its module (sudo modprobe sch_netem) or run where `kit doctor` finds netem"
    )


def _direction(plan: Plan, to_host: str, macs: Mapping[str, str]) -> dict[str, Any]:
    return {
        "to": to_host,
        "address": plan.address_of(to_host),
        "mac": macs[to_host],
        "bytes_per_s": None,
        "rules": [],
        "netem": None,
    }


def _told(plan: Plan, rule: LinkRule) -> dict[str, Any]:
    return {
        "do": rule.do,
        "counts": rule.counts,
        "first": rule.first,
        "last": rule.last,
        "filter": None if rule.filter is None else addressed(plan, rule.filter),
        "ms": rule.ms,
        "until": rule.until,
    }


def addressed(plan: Plan, tree: tuple[Any, ...]) -> list[Any]:
    """Put addresses for the names of hosts, which a tree has where a field's values are."""
    word, about, *rest = tree
    if word in ("all", "any"):
        return [word, [addressed(plan, part) for part in about]]
    if word == "not":
        return [word, addressed(plan, about)]
    if word == "among":
        return [word, about, [[_address(plan, about, bound) for bound in bounds] for bounds in rest[0]]]
    return [word, about, *(_address(plan, about, value) for value in rest)]


def _address(plan: Plan, field: str, value: int | str) -> int | str:
    if not isinstance(value, str) or value not in plan.hosts:
        return value
    return plan.address6_of(value) if field.startswith("ipv6") else plan.address_of(value)
