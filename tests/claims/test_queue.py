from __future__ import annotations

from kit.claims.queue import FIRST_PORT, SERVER, SNAPSHOT, Held, held, limit
from kit.packets.model import Endpoint
from tests.checks.scene import evidence, listen, snapshot


def listening(backlog: int, queue: int, taken: int | None = None) -> object:
    place = Endpoint("0.0.0.0", FIRST_PORT + backlog)
    return listen(place, queue=queue, backlog=backlog if taken is None else taken)


def test_a_listening_socket_tells_what_was_asked_what_was_taken_and_who_waits() -> None:
    rows = [listening(9, 9, taken=8), listening(0, 1), listening(5, 6)]
    seen = evidence(snapshots=snapshot(*rows, host=SERVER, name=SNAPSHOT))  # type: ignore[arg-type]
    assert held(seen) == (Held(0, 0, 1), Held(5, 5, 6), Held(9, 8, 9))


def test_a_run_that_did_not_come_so_far_has_no_values() -> None:
    assert held(evidence()) == ()
    assert held(evidence(snapshots=snapshot(host="client1", name=SNAPSHOT))) == ()


def test_the_limit_is_what_the_system_made_of_a_larger_argument() -> None:
    assert limit((Held(7, 7, 8), Held(8, 8, 9), Held(9, 8, 9))) == 8
    assert limit((Held(0, 0, 1), Held(16, 16, 17))) is None
