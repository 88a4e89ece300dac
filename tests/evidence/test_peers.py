r"""Claims about kit/evidence/peers.py. The lines are strace 6.1's own, of programs on 127.0.0.1."""

from __future__ import annotations

from kit.evidence.strace import Tracer
from kit.packets.model import Endpoint

BOUND = Endpoint("0.0.0.0", 19003)
A, B = Endpoint("127.0.0.1", 19001), Endpoint("127.0.0.1", 19002)
TO = '{sa_family=AF_INET, sin_port=htons(%d), sin_addr=inet_addr("127.0.0.1")}, 16'
TO_A, TO_B = TO % A.port, TO % B.port
NOBODY = r'{sa_family=AF_UNSPEC, sa_data="\0\0\0\0\0\0\0\0\0\0\0\0\0\0"}, 16'
ANYWHERE = '{sa_family=AF_INET, sin_port=htons(19003), sin_addr=inet_addr("0.0.0.0")}, 16'
EXEC = 'execve("/usr/bin/python3", ["python3", "client.py"], 0x7ffd84864840 /* 39 vars */) = 0'

SOCKET = "socket(AF_INET, SOCK_DGRAM, IPPROTO_IP) = 5<UDP:[638170]>"
BIND = f"bind(5<UDP:[638170]>, {ANYWHERE}) = 0"
CONNECT_A = f"connect(5<UDP:[0.0.0.0:19003]>, {TO_A}) = 0"
CONNECT_B = f"connect(5<UDP:[0.0.0.0:19003]>, {TO_B}) = 0"
DISCONNECT = f"connect(5<UDP:[0.0.0.0:19003]>, {NOBODY}) = 0"
SEND = 'sendto(5<UDP:[0.0.0.0:19003]>, "mensa", 5, 0, NULL, 0) = 5'
RECEIVE = 'recvfrom(5<UDP:[0.0.0.0:19003]>, "soup", 1024, 0, NULL, NULL) = 4'
CLOSE = "close(5<UDP:[0.0.0.0:19003]>) = 0"
CONNECTED = (SOCKET, BIND, CONNECT_A)

Line = str | tuple[int, str]  # of process 7, or of another


def ends(*lines: Line) -> list[tuple[Endpoint | None, Endpoint | None]]:
    """Give the ends of all calls."""
    tracer = Tracer("client")
    for number, line in enumerate((EXEC, *lines)):
        pid, text = (7, line) if isinstance(line, str) else line
        tracer.feed(f"{pid}  1795344695.{number:09} {text} <0.000000001>\n".encode())
    assert tracer.unparsed == 0
    return [(call.local, call.remote) for call in tracer.calls()]


def last(*lines: Line) -> tuple[Endpoint | None, Endpoint | None]:
    return ends(*lines)[-1]


def test_a_socket_that_was_bound_and_then_connected_sends_to_its_peer_and_receives_from_it() -> None:
    assert ends(*CONNECTED, SEND, RECEIVE) == [(None, None), (BOUND, None), *[(BOUND, A)] * 3]


def test_a_socket_that_was_only_bound_has_no_peer() -> None:
    assert last(SOCKET, BIND, SEND) == (BOUND, None)


def test_a_second_connect_changes_the_peer() -> None:
    assert ends(*CONNECTED, SEND, CONNECT_B, SEND)[-3:] == [(BOUND, A), (BOUND, B), (BOUND, B)]


def test_a_socket_that_was_never_bound_keeps_its_port_when_it_connects_elsewhere() -> None:
    label, own = "5<UDP:[127.0.0.1:37059->127.0.0.1:19001]>", Endpoint("127.0.0.1", 37059)
    send = f'sendto({label}, "y", 1, 0, NULL, 0) = 1'
    begun = (SOCKET, f"connect(5<UDP:[638170]>, {TO_A}) = 0")
    assert ends(*begun, send)[1:] == [(own, A)] * 2
    assert last(*begun, send, f"connect({label}, {TO_B}) = 0", send) == (own, B)
    gone = (*begun, f"connect({label}, {TO_B}) = 0", f"connect({label}, {NOBODY}) = 0")
    assert last(*gone, send) == (None, None)


def test_a_disconnected_socket_keeps_the_port_that_it_was_bound_to_and_has_no_peer() -> None:
    assert last(*CONNECTED, DISCONNECT, SEND) == (BOUND, None)
    assert last(*CONNECTED, DISCONNECT, CONNECT_B, SEND) == (BOUND, B)


def test_a_socket_that_has_no_address_yet_may_be_disconnected() -> None:
    assert last(SOCKET, f"connect(5<UDP:[638170]>, {NOBODY}) = 0") == (None, None)


def test_a_connect_that_failed_changes_nothing_for_those_after_it() -> None:
    failed = CONNECT_B.replace("= 0", "= -1 ENETUNREACH (Network is unreachable)")
    assert ends(*CONNECTED, failed, SEND)[-2:] == [(BOUND, B), (BOUND, A)]


def test_a_connect_to_no_address_in_particular_is_to_the_own_machine() -> None:
    label = "5<UDP:[127.0.0.1:37059->127.0.0.1:19002]>"
    connect = f"connect({label}, {TO_A}) = 0".replace('"127.0.0.1"', '"0.0.0.0"')
    assert last(SOCKET, connect, f'sendto({label}, "y", 1, 0, NULL, 0) = 1')[1] == A


def test_close_forgets_and_a_new_socket_of_the_same_number_begins_anew() -> None:
    assert last(*CONNECTED, CLOSE, SOCKET, BIND, SEND) == (BOUND, None)
    assert last(*CONNECTED, CLOSE, SOCKET, BIND, CONNECT_B, SEND) == (BOUND, B)


def test_a_duplicate_has_the_peer_of_its_socket_and_keeps_it_when_the_first_is_closed() -> None:
    again = SEND.replace("5<", "6<")
    assert last(*CONNECTED, again) == (BOUND, A)
    assert last(*CONNECTED, CLOSE, again) == (BOUND, A)
    assert last(*CONNECTED, again, CONNECT_B, again) == (BOUND, B)


def test_a_child_and_a_thread_have_the_socket_of_their_parent_and_may_connect_it() -> None:
    child = 8
    assert last(*CONNECTED, (child, SEND)) == (BOUND, A)
    assert last(*CONNECTED, CLOSE, (child, SEND)) == (BOUND, A)
    assert last(SOCKET, BIND, (child, CONNECT_B), SEND) == (BOUND, B)
    assert last(*CONNECTED, (child, CONNECT_B), SEND) == (BOUND, B)


def test_children_with_a_socket_each_of_one_number_and_port_have_a_peer_each() -> None:
    one = [(8, line) for line in (SOCKET, BIND, CONNECT_A)]
    two = [(9, line.replace("638170", "638171")) for line in (SOCKET, BIND, CONNECT_B)]
    assert ends(*one, *two, (8, SEND), (9, SEND))[-2:] == [(BOUND, A), (BOUND, B)]
    mixed = [line for pair in zip(one, two, strict=True) for line in pair]
    assert ends(*mixed, (8, SEND), (9, SEND))[-2:] == [(BOUND, A), (BOUND, B)]


def test_a_call_that_has_not_returned_is_told_its_peer() -> None:
    tracer = Tracer("client")
    for number, line in enumerate((EXEC, *CONNECTED)):
        tracer.feed(f"7  1795344695.{number:09} {line} <0.000000001>\n".encode())
    tracer.feed(b"7  1795344696.0 recvfrom(5<UDP:[0.0.0.0:19003]>,  <unfinished ...>\n")
    assert (tracer.calls()[-1].kind, tracer.calls()[-1].remote) == ("recv", A)


def test_a_wait_is_told_the_peer_of_the_socket_that_it_names_first() -> None:
    poll = "poll([{fd=5<UDP:[0.0.0.0:19003]>, events=POLLIN}], 1, 5000) = 1 ([{fd=5, revents=POLLIN}])"
    assert last(*CONNECTED, poll) == (BOUND, A)


def test_ipv6_is_told_as_well() -> None:
    v6 = '{sa_family=AF_INET6, sin6_port=htons(%d), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "%s", &sin6_addr), sin6_scope_id=0}, 28'
    lines = (
        "socket(AF_INET6, SOCK_DGRAM, IPPROTO_IP) = 5<UDPv6:[638172]>",
        f"bind(5<UDPv6:[638172]>, {v6 % (19004, '::')}) = 0",
        f"connect(5<UDPv6:[[::]:19004]>, {v6 % (19009, '::1')}) = 0",
        'sendto(5<UDPv6:[[::]:19004]>, "z", 1, 0, NULL, 0) = 1',
    )
    assert last(*lines) == (Endpoint("::", 19004), Endpoint("::1", 19009))


# TCP. Older kernels say nothing of a socket that is bound alone; newer ones do, and strace then stays with that

TCP = "socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 7<TCP:[638174]>"
TCP_BIND = f"bind(7<TCP:[638174]>, {ANYWHERE}) = 0"


def test_a_tcp_socket_that_was_bound_and_connected_has_its_peer_where_its_word_stays() -> None:
    connect = f"connect(7<TCP:[0.0.0.0:19003]>, {TO_A}) = 0"
    send = 'sendto(7<TCP:[0.0.0.0:19003]>, "t", 1, 0, NULL, 0) = 1'
    assert ends(TCP, TCP_BIND, connect, send)[-2:] == [(BOUND, A)] * 2
    begun = connect.replace("= 0", "= -1 EINPROGRESS (Operation now in progress)")
    assert ends(TCP, TCP_BIND, begun, connect, send)[-3:] == [(BOUND, A)] * 3


def test_a_tcp_socket_that_was_bound_and_connected_has_its_ends_where_its_word_changes() -> None:
    connect = f"connect(7<TCP:[638174]>, {TO_A}) = 0"
    send = 'sendto(7<TCP:[127.0.0.1:19003->127.0.0.1:19001]>, "t", 1, 0, NULL, 0) = 1'
    assert ends(TCP, TCP_BIND, connect, send)[-2:] == [(Endpoint("127.0.0.1", 19003), A)] * 2


def test_a_tcp_socket_that_tries_another_server_gets_another_port() -> None:
    label = "7<TCP:[127.0.0.1:4000->127.0.0.1:19001]>"
    first = f"connect(7<TCP:[638174]>, {TO_A}) = -1 EINPROGRESS (Operation now in progress)"
    looked = f"getsockopt({label}, SOL_SOCKET, SO_ERROR, [ECONNREFUSED], [4]) = 0"
    second = f"connect({label}, {TO_B}) = 0"
    send = f'sendto({label}, "t", 1, 0, NULL, 0) = 1'
    assert ends(TCP, first, looked, second, send)[-2:] == [(None, B)] * 2
