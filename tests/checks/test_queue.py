from __future__ import annotations

from kit.packets.model import Endpoint
from kit.verdict import Outcome
from tests.checks.scene import ANY, LOCAL, ask, call, evidence, listen, missed, places, snapshot, texts

ASKED = {"host": "server", "at": "then", "port": 8001, "length": 2}


def test_two_connections_in_the_queue_pass_and_cite_the_listen_socket() -> None:
    answer = ask("queue", evidence(snapshots=snapshot(listen(queue=2))), **ASKED)
    assert answer.outcome is Outcome.PASS
    assert answer.expected == "2 connections in the accept queue of port 8001 on server"
    assert answer.observed == "2 connections in the queue"
    assert places(answer) == ["server at 0.050 s"]
    assert list(texts(answer)) == ["LISTEN 0.0.0.0:8001, Recv-Q 2, Send-Q 5"]


def test_a_shorter_queue_fails() -> None:
    answer = ask("queue", evidence(snapshots=snapshot(listen(queue=1))), **ASKED)
    assert (answer.outcome, answer.observed) == (Outcome.FAIL, "1 connection in the queue")


def test_queues_of_sockets_that_share_a_port_are_added() -> None:
    seen = evidence(snapshots=snapshot(listen(queue=1), listen(queue=1)))
    assert ask("queue", seen, **ASKED).outcome is Outcome.PASS


def test_another_backlog_fails() -> None:
    answer = ask("queue", evidence(snapshots=snapshot(listen(queue=2, backlog=1))), **ASKED, backlog=5)
    assert (answer.outcome, answer.observed) == (Outcome.FAIL, "2 connections in the queue, backlog 1")


def test_the_backlog_that_was_asked_passes() -> None:
    seen = evidence(snapshots=snapshot(listen(queue=2)))
    assert ask("queue", seen, **ASKED, backlog=5).outcome is Outcome.PASS


def test_a_server_bound_to_loopback_is_told_so() -> None:
    answer = ask("queue", evidence(snapshots=snapshot(listen(LOCAL["s"]))), **ASKED)
    assert answer.outcome is Outcome.FAIL
    assert answer.observed == (
        "no connection in the queue; it listens on 127.0.0.1:8001 only, which no other host can reach"
    )


def test_no_listen_socket_on_the_port_names_the_one_that_is_there() -> None:
    answer = ask("queue", evidence(snapshots=snapshot(listen(Endpoint("0.0.0.0", 9000)))), **ASKED)
    assert answer.outcome is Outcome.FAIL
    assert (
        answer.observed == "no LISTEN socket on port 8001 of server; server listens on 0.0.0.0:9000 instead"
    )
    assert len(answer.cites) == 1


def test_a_server_that_never_listened_is_told_so_where_calls_were_traced() -> None:
    answer = ask("queue", evidence(snapshots=snapshot()), **ASKED)
    assert answer.observed == "no LISTEN socket on port 8001 of server; nothing listened on server"
    untraced = ask("queue", evidence(snapshots=snapshot(), calls_traced=False), **ASKED)
    assert untraced.observed == "no LISTEN socket on port 8001 of server"


def test_a_server_that_listened_before_and_closed_is_not_told_that_nothing_listened() -> None:
    seen = evidence(snapshots=snapshot(), calls=[[call("server", "listen", 1, 2, local=ANY)]])
    assert ask("queue", seen, **ASKED).observed == "no LISTEN socket on port 8001 of server"


def test_a_snapshot_that_was_never_reached_skips() -> None:
    answer = ask("queue", evidence(steps=missed()), **ASKED)
    assert (answer.outcome, answer.observed) == (Outcome.SKIPPED, "the run ended before snapshot then")


def test_a_snapshot_without_the_hosts_table_is_inconclusive() -> None:
    answer = ask("queue", evidence(snapshots=snapshot(host="client1")), **ASKED)
    assert answer.outcome is Outcome.INCONCLUSIVE
    assert ask("queue", evidence(), **ASKED).outcome is Outcome.INCONCLUSIVE
