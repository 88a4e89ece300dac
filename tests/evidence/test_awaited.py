"""For what an event loop waits. The lines are strace 6.1's own, of Python's selectors, node 20 and Go 1.19."""

from __future__ import annotations

import pytest

from kit.evidence.strace import Tracer

EXEC = '7  1.1 execve("/usr/bin/node", ["node"], 0x7ffd84864840 /* 39 vars */) = 0 <0.000730293>\n'
LISTENER = "3<TCP:[198.18.0.2:8001]>"
CONNECTION = "5<TCP:[198.18.0.2:8001->198.18.0.3:48746]>"
LISTEN = f"listen({LISTENER}, 5) = 0 <0.1>"
ACCEPT = f"accept4({LISTENER}, NULL, NULL, SOCK_CLOEXEC|SOCK_NONBLOCK) = {CONNECTION} <0.1>"
SET = "4<anon_inode:[eventpoll]>"
WAIT = f"epoll_pwait({SET}, "


def add(socket: str, events: str, how: str = "ADD", result: str = "= 0") -> str:
    return f"epoll_ctl({SET}, EPOLL_CTL_{how}, {socket}, {{events={events}, data={{u32=3, u64=3}}}}) {result} <0.1>"


def awaited(*lines: str, inside: str) -> set[str]:
    tracer = Tracer("server")
    text = EXEC + "".join(f"7  2.{number} {line}\n" for number, line in enumerate(lines)) + f"7  3.1 {inside}"
    tracer.feed(text.encode())
    assert tracer.unparsed == 0
    return set(tracer.awaited())


@pytest.mark.parametrize(
    ("inside", "awaits"),
    [
        (f"accept4({LISTENER}, ", {"accept"}),
        (f"pselect6(4, [{LISTENER}], NULL, NULL, NULL, NULL", {"select"}),
        (f"poll([{{fd={LISTENER}, events=POLLIN}}], 1, 500", {"poll"}),
        (WAIT, {"epoll_wait"}),
    ],
)
def test_a_call_is_itself_and_who_polls_does_not_sit_in_the_call_after_it(
    inside: str, awaits: set[str]
) -> None:
    assert awaited(LISTEN, ACCEPT, inside=inside) == awaits


def test_an_epoll_set_is_known_by_what_was_put_into_it() -> None:
    watched = [LISTEN, add(LISTENER, "EPOLLIN")]
    assert awaited(*watched, inside=WAIT) == {"epoll_wait", "accept"}
    both = [*watched, ACCEPT, add(CONNECTION, "EPOLLIN|EPOLLRDHUP")]
    assert awaited(*both, inside=WAIT) == {"epoll_wait", "accept", "recv"}
    assert awaited(*both, add(CONNECTION, "EPOLLOUT", "MOD"), inside=WAIT) == {"epoll_wait", "accept", "send"}
    gone = f"epoll_ctl({SET}, EPOLL_CTL_DEL, {LISTENER}, 0x7fffe54441a4) = 0 <0.1>"
    assert awaited(*both, gone, inside=WAIT) == {"epoll_wait", "recv"}
    assert awaited(*both, f"close({CONNECTION}) = 0 <0.1>", inside=WAIT) == {"epoll_wait", "accept"}
    again = add(CONNECTION, "EPOLLOUT", result="= -1 EEXIST (File exists)")
    assert awaited(*both, again, inside=WAIT) == {"epoll_wait", "accept", "recv"}


def test_an_edge_triggered_set_is_known_by_what_found_nothing() -> None:
    edge = "EPOLLIN|EPOLLOUT|EPOLLRDHUP|EPOLLET"
    busy = [LISTEN, add(LISTENER, edge), ACCEPT, add(CONNECTION, edge)]
    nothing = "= -1 EAGAIN (Resource temporarily unavailable) <0.1>"
    assert awaited(*busy, inside=WAIT) == {"epoll_wait"}
    reads = f"read({CONNECTION}, 0xc000014000, 1024) {nothing}"
    assert awaited(*busy, reads, inside=WAIT) == {"epoll_wait", "recv"}
    assert awaited(*busy, reads, f'read({CONNECTION}, "hi", 1024) = 2 <0.1>', inside=WAIT) == {"epoll_wait"}
    accepts = f"accept4({LISTENER}, 0xc0000a, [112], SOCK_CLOEXEC|SOCK_NONBLOCK) {nothing}"
    assert awaited(*busy, accepts, inside=WAIT) == {"epoll_wait", "accept"}


def test_a_connect_that_goes_on_is_awaited_until_it_is_asked_how_it_ended() -> None:
    socket = "5<TCP:[4993556]>"
    to = '{sa_family=AF_INET, sin_port=htons(8001), sin_addr=inet_addr("198.18.0.2")}'
    begun = [
        f"connect({socket}, {to}, 16) = -1 EINPROGRESS (Operation now in progress) <0.1>",
        add(CONNECTION, "EPOLLOUT"),
    ]
    assert awaited(*begun, inside=WAIT) == {"epoll_wait", "connect"}
    done = [
        f"getsockopt({CONNECTION}, SOL_SOCKET, SO_ERROR, [0], [4]) = 0 <0.1>",
        add(CONNECTION, "EPOLLIN", "MOD"),
    ]
    assert awaited(*begun, *done, inside=WAIT) == {"epoll_wait", "recv"}


def test_what_it_waited_for_stays_with_the_call() -> None:
    tracer = Tracer("server")
    wait = f"{WAIT}[{{events=EPOLLIN, data={{u32=3, u64=3}}}}], 1024, -1, NULL, 8) = 1 <0.1>"
    lines = [LISTEN, add(LISTENER, "EPOLLIN"), wait, ACCEPT]
    tracer.feed((EXEC + "".join(f"7  2.{number} {line}\n" for number, line in enumerate(lines))).encode())
    assert [(call.name, call.awaits) for call in tracer.calls()] == [
        ("listen", ()),
        ("epoll_pwait", ("accept",)),
        ("accept4", ()),
    ]
