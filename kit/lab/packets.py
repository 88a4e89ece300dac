"""How many packets of a host fit what a gate asks for, read from its capture while that still grows.

The tap sends what it has captured as it comes, for the evidence. So nothing is asked of a host that could disturb it, and
what was captured before anybody waits counts as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kit.errors import BackendError
from kit.lab.link import addressed
from kit.packets.pcap import PcapError, Reader
from kit.tap import fields

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kit.exercise.plan import Plan

EVERYTHING = ""  # the text of the filter that a gate without one has


class PacketCounts:
    """`trees` are the filters by their texts, with addresses in them (see kit.tap.fields); None: everything fits."""

    def __init__(self, trees: Mapping[str, list[Any] | None]) -> None:
        self._trees = trees
        self._counts = dict.fromkeys(trees, 0)
        self._reader = Reader()
        self._unread = bytearray()  # read when somebody asks

    def take(self, data: bytes) -> None:
        """Note the next bytes of the capture, in any split."""
        if self._trees:
            self._unread += data

    def count(self, text: str | None) -> int:
        """Give how many packets fit so far. Raises BackendError where the bytes are no capture."""
        try:
            frames = self._reader.feed(bytes(self._unread))
        except PcapError as error:
            raise BackendError(f"a tap sent what is no capture: {error}") from error
        self._unread.clear()
        for frame in frames:
            found = fields.fields(frame.data)
            for name, tree in self._trees.items():
                self._counts[name] += tree is None or fields.fits(tree, found)
        return self._counts[text or EVERYTHING]


def asked_of(plan: Plan, host: str) -> PacketCounts:
    """Give the counts for all gates of a plan that ask for packets of the host."""
    return PacketCounts(dict(_trees(plan, host)))


def _trees(plan: Plan, host: str) -> Iterator[tuple[str, list[Any] | None]]:
    for step in plan.steps:
        if step.action == "wait" and step.arguments.get("packets") == host:
            tree = step.arguments["tree"]
            yield step.arguments["filter"] or EVERYTHING, None if tree is None else addressed(plan, tree)
