r"""Claims about kit/evidence/strace.py. The lines are strace 6.1's own, of programs on 127.0.0.1."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kit.evidence.strace import Tracer, number_calls
from kit.packets.model import Endpoint

if TYPE_CHECKING:
    from kit.evidence.model import Call

HOME, CLIENT = Endpoint("127.0.0.1", 28001), Endpoint("127.0.0.1", 46280)
EXEC = '9694  1795344695.100000000 execve("/usr/bin/python3", ["python3", "server.py"], 0x7ffd84864840 /* 39 vars */) = 0 <0.000730293>\n'
CONNECTION = "4<TCP:[127.0.0.1:28001->127.0.0.1:46280]>"
IN = '{sa_family=AF_INET, sin_port=htons(%d), sin_addr=inet_addr("127.0.0.1")}'
ACCEPT = (
    f"9694  1795344695.817539708 accept4(3<TCP:[127.0.0.1:28001]>, {IN % 46280}, [16], SOCK_CLOEXEC) = "
    f"{CONNECTION} <0.000403747>\n"
)


def calls(text: str, wrapper_execs: int = 0) -> tuple[Call, ...]:
    tracer = Tracer("server", wrapper_execs)
    tracer.feed(text.encode("latin-1"))
    assert tracer.unparsed == 0
    return tracer.calls()


def one(line: str) -> Call:
    (call,) = calls(EXEC + f"9694  1795344695.500000000 {line}\n")
    return call


def test_an_accept_is_the_connection_that_it_returned() -> None:
    (call,) = calls(EXEC + ACCEPT)
    assert (call.name, call.kind, call.program, call.pid, call.number) == (
        "accept4",
        "accept",
        "server",
        9694,
        0,
    )
    assert (call.descriptor, call.result, call.error) == (3, 4, None)
    assert (call.protocol, call.local, call.remote, call.peer) == ("tcp", HOME, CLIENT, CLIENT)
    assert call.enter_ns == 1_795_344_695_817_539_708
    assert call.return_ns == call.enter_ns + 403_747


@pytest.mark.parametrize(
    ("line", "data", "is_complete"),
    [
        (f'recvfrom({CONNECTION}, "hello", 1024, 0, NULL, NULL) = 5 <0.000012859>', b"hello", True),
        (f'recvfrom({CONNECTION}, "", 5, 0, NULL, NULL) = 0 <0.000010335>', b"", True),
        (f'recvfrom({CONNECTION}, "xxx"..., 2000, 0, NULL, NULL) = 1500 <0.000012568>', b"xxx", False),
        (
            rf'sendto({CONNECTION}, "\344\275\240\n\"x\\\0\0017", 10, 0, NULL, 0) = 10 <0.1>',
            b'\xe4\xbd\xa0\n"x\\\x00\x017',
            True,
        ),
        (f'sendto({CONNECTION}, "abcdef", 6, MSG_DONTWAIT, NULL, 0) = 4 <0.1>', b"abcd", True),
        (f'write({CONNECTION}, "w", 1) = 1 <0.000011697>', b"w", True),
        (f'read({CONNECTION}, "a) = 7 <0.1>", 99) = 12 <0.000011697>', b"a) = 7 <0.1>", True),
        (
            (
                f'recvmsg({CONNECTION}, {{msg_name=0x7ffdbb9e3d80, msg_namelen=16 => 0, msg_iov=[{{iov_base="second", '
                "iov_len=100}], msg_iovlen=1, msg_controllen=0, msg_flags=0}, 0) = 6 <0.000074982>"
            ),
            b"second",
            True,
        ),
        (
            (
                f'sendmsg({CONNECTION}, {{msg_name=NULL, msg_namelen=0, msg_iov=[{{iov_base="ab", iov_len=2}}, '
                '{iov_base="cd", iov_len=2}], msg_iovlen=2, msg_controllen=0, msg_flags=0}, 0) = 4 <0.000027992>'
            ),
            b"abcd",
            True,
        ),
        (f'writev({CONNECTION}, [{{iov_base="ab", iov_len=2}}], 1) = 2 <0.1>', b"ab", True),
        (
            f'sendmmsg({CONNECTION}, [{{msg_hdr={{msg_iov=[{{iov_base="ab", iov_len=2}}]}}, msg_len=2}}], 1, 0) = 1 <0.1>',
            b"ab",
            True,
        ),
        (f"sendfile({CONNECTION}, 5</tmp/a>, NULL, 700) = 700 <0.1>", b"", False),
    ],
)
def test_the_payload_is_what_went_over_and_says_whether_that_is_all(
    line: str, data: bytes, is_complete: bool
) -> None:
    call = one(line)
    assert (call.data, call.data_complete) == (data, is_complete)
    assert (call.local, call.remote) == (HOME, CLIENT)


def test_hexadecimal_and_named_escapes_are_bytes() -> None:
    call = one(rf'read({CONNECTION}, "\x7f\a\b\f\r\t\v\?", 99) = 8 <0.1>')
    assert call.data == b"\x7f\a\b\f\r\t\v?"


def test_an_error_is_told_by_its_name() -> None:
    line = f"recvfrom({CONNECTION}, 0x7efd5d3abf80, 10, 0, NULL, NULL) = -1 EAGAIN (Resource temporarily unavailable) <0.000010145>"
    call = one(line)
    assert (call.result, call.error, call.data, call.data_complete) == (-1, "EAGAIN", b"", True)


def test_a_datagram_has_the_peer_of_its_arguments() -> None:
    received = one(f'recvfrom(4<UDP:[127.0.0.1:28002]>, "pin", 3, 0, {IN % 28003}, [16]) = 3 <0.000165938>')
    assert (received.protocol, received.local, received.remote) == ("udp", Endpoint("127.0.0.1", 28002), None)
    assert (received.peer, received.data) == (Endpoint("127.0.0.1", 28003), b"pin")


def test_a_payload_cannot_imitate_an_address() -> None:
    forged = r"sin_port=htons(1), sin_addr=inet_addr(\"9.9.9.9\")"
    call = one(f'sendto(4<UDP:[0.0.0.0:50175]>, "{forged}", 49, 0, {IN % 9000}, 16) = 49 <0.1>')
    assert call.peer == Endpoint("127.0.0.1", 9000)


def test_ipv6_is_read_and_a_mapped_address_is_ipv4() -> None:
    v6 = '{sa_family=AF_INET6, sin6_port=htons(28009), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "%s", &sin6_addr), sin6_scope_id=0}'
    call = one(
        f"connect(5<TCPv6:[37934]>, {v6 % '::1'}, 28) = -1 ECONNREFUSED (Connection refused) <0.000289852>"
    )
    assert (call.peer, call.remote, call.error) == (
        Endpoint("::1", 28009),
        Endpoint("::1", 28009),
        "ECONNREFUSED",
    )
    call = one(
        'recvfrom(4<TCPv6:[[::ffff:10.0.0.1]:80->[::ffff:10.0.0.2]:9]>, "", 9, 0, NULL, NULL) = 0 <0.1>'
    )
    assert (call.local, call.remote) == (Endpoint("10.0.0.1", 80), Endpoint("10.0.0.2", 9))
    assert one("listen(6<TCPv6:[[::1]:28004]>, 128) = 0 <0.000015533>").local == Endpoint("::1", 28004)


CONNECT = f"9694  1795344695.816540223 connect(3<TCP:[37920]>, {IN % 28001}, 16) = 0 <0.000431213>\n"
SEND = '9694  1795344695.817520635 sendto(3<TCP:[127.0.0.1:46280->127.0.0.1:28001]>, "hello", 5, 0, NULL, 0) = 5 <0.1>\n'


def test_a_connect_learns_its_own_address_from_a_later_line() -> None:
    connect, _ = calls(EXEC + CONNECT + SEND)
    assert (connect.local, connect.remote) == (CLIENT, HOME)


def test_a_connect_that_nothing_follows_knows_only_its_peer() -> None:
    (connect,) = calls(EXEC + CONNECT)
    assert (connect.local, connect.remote, connect.peer) == (None, HOME, HOME)


@pytest.mark.parametrize(
    "between",
    [
        "9694  1795344695.817000000 close(3<TCP:[37920]>) = 0 <0.1>\n",
        "9694  1795344695.817000000 socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3<TCP:[9]> <0.1>\n",
        f"9694  1795344695.817000000 bind(3<TCP:[9]>, {IN % 46280}, 16) = 0 <0.1>\n",
    ],
)
def test_another_socket_of_the_same_number_lends_no_address(between: str) -> None:
    assert calls(EXEC + CONNECT + between + SEND)[0].local is None


def test_the_first_datagram_learns_the_port_that_it_was_given() -> None:
    first = f'9694  1795344695.1 sendto(4<UDP:[37921]>, "a", 1, 0, {IN % 9000}, 16) = 1 <0.1>\n'
    second = first.replace("37921", "0.0.0.0:50175").replace(".1 ", ".2 ")
    assert calls(EXEC + first + second)[0].local == Endpoint("0.0.0.0", 50175)


def test_a_bind_is_told_by_its_arguments() -> None:
    assert one(f"bind(3<TCP:[36806]>, {IN % 28001}, 16) = 0 <0.000232487>").local == HOME


def test_a_socket_is_told_by_its_result() -> None:
    call = one("socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_IP) = 3<TCP:[36806]> <0.000026490>")
    assert (call.descriptor, call.result, call.protocol, call.local) == (3, 3, "tcp", None)


@pytest.mark.parametrize(
    "line",
    [
        'read(3</etc/hosts>, "127.0.0.1", 4096) = 9 <0.1>',
        'write(1<pipe:[77]>, "TCP:[1.1.1.1:1]", 15) = 15 <0.1>',
        "close(3<anon_inode:[eventpoll]>) = 0 <0.000013861>",
        "pselect6(0, NULL, NULL, NULL, {tv_sec=5, tv_nsec=0}, NULL) = 0 (Timeout) <5.0>",
        "poll([{fd=0</dev/null>, events=POLLIN}], 1, 50) = 1 ([{fd=0, revents=POLLIN}]) <0.1>",
        "socket(AF_UNIX, SOCK_STREAM, 0) = 3<UNIX-STREAM:[1]> <0.1>",
        "socket(AF_INET, SOCK_STREAM, 0) = -1 EPERM (Operation not permitted) <0.1>",
    ],
)
def test_what_is_on_no_socket_is_not_kept(line: str) -> None:
    assert calls(EXEC + f"9694  1795344695.5 {line}\n") == ()


def test_waits_that_name_a_socket_are_kept_and_every_wait_of_epoll() -> None:
    poll = one(
        "poll([{fd=3<TCP:[127.0.0.1:28001]>, events=POLLIN}], 1, 5000) = 1 ([{fd=3, revents=POLLIN}]) <0.308172305>"
    )
    assert (poll.kind, poll.descriptor, poll.result, poll.local) == ("poll", 3, 1, HOME)
    select = one(
        f"pselect6(5, [{CONNECTION}], NULL, NULL, {{tv_sec=5, tv_nsec=0}}, NULL) = 1 (in [4], left {{tv_sec=4}}) <0.1>"
    )
    assert (select.kind, select.descriptor, select.remote) == ("select", 4, CLIENT)
    epoll = one("epoll_wait(5<anon_inode:[eventpoll]>, [], 1023, 50) = 0 <0.050227529>")
    assert (epoll.kind, epoll.descriptor, epoll.protocol, epoll.local) == ("epoll_wait", 5, None, None)


# Live: a call without its end is a program inside it


def test_an_entry_without_its_end_is_blocked() -> None:
    tracer = Tracer("server")
    tracer.feed(EXEC.encode() + b"9694  1795344695.817539708 accept4(3<TCP:[127.0.0.1:28001]>, ")
    assert tracer.blocked() == {9694: "accept"}
    (call,) = tracer.calls()
    assert (call.kind, call.local, call.return_ns, call.result) == ("accept", HOME, None, None)
    (done,) = tracer.feed(ACCEPT.partition("]>, ")[2].encode())
    assert (done.result, tracer.blocked()) == (4, {})


def test_a_partial_line_that_does_not_name_its_socket_yet_is_nothing() -> None:
    tracer = Tracer("server")
    tracer.feed(EXEC.encode() + b"9694  1795344695.817539708 accept4(3<TCP:[127.0.")
    assert (tracer.blocked(), tracer.calls()) == ({}, ())


def test_an_interrupted_line_goes_on_where_it_is_resumed() -> None:
    other = f'9695  1795344695.85 sendto({CONNECTION}, "x", 1, 0, NULL, 0) = 1 <0.000001>\n'
    entry = "9694  1795344695.817539708 accept4(3<TCP:[127.0.0.1:28001]>,  <unfinished ...>\n"
    rest = f"9694  1795344695.852367697 <... accept4 resumed>{IN % 46280}, [16], SOCK_CLOEXEC) = {CONNECTION} <0.003752647>\n"
    tracer = Tracer("server")
    tracer.feed((EXEC + entry + other).encode())
    assert tracer.blocked() == {9694: "accept"}
    tracer.feed(rest.encode())
    accept, send = tracer.calls()
    assert (accept.remote, accept.return_ns) == (CLIENT, 1_795_344_695_817_539_708 + 3_752_647)
    assert (send.pid, tracer.blocked()) == (9695, {})


def test_a_resumed_receive_has_its_payload() -> None:
    entry = f"9694  1795345992.716814467 recvfrom({CONNECTION},  <unfinished ...>\n"
    rest = (
        '9694  1795345992.716859564 <... recvfrom resumed>"hello", 1024, 0, NULL, NULL) = 5 <0.000035473>\n'
    )
    (call,) = calls(EXEC + entry + rest)
    assert (call.data, call.data_complete) == (b"hello", True)
    assert call.arguments == f'{CONNECTION}, "hello", 1024, 0, NULL, NULL'


@pytest.mark.parametrize("step", [1, 3, 64])
def test_bytes_may_come_in_any_split(step: int) -> None:
    data = (EXEC + ACCEPT + CONNECT + SEND).encode()
    tracer = Tracer("server")
    for at in range(0, len(data), step):
        tracer.feed(data[at : at + step])
        tracer.blocked()
    assert tracer.calls() == calls(data.decode())
    assert tracer.unparsed == 0


# Signals


INTERRUPTED = (
    "9694  1795344696.000000000 accept4(3<TCP:[127.0.0.1:28001]>, 0x7ffcecb413c0, [16], SOCK_CLOEXEC) = "
    "? ERESTARTSYS (To be restarted if SA_RESTART is set) <0.100742146>\n"
    "9694  1795344696.200000000 --- SIGSTOP {si_signo=SIGSTOP, si_code=SI_USER, si_pid=24693, si_uid=0} ---\n"
    "9694  1795344696.200000001 --- stopped by SIGSTOP ---\n"
)


def test_a_call_that_was_stopped_and_restarted_is_one_call() -> None:
    tracer = Tracer("server")
    tracer.feed((EXEC + INTERRUPTED).encode())
    assert tracer.blocked() == {9694: "accept"}
    tracer.feed(ACCEPT.replace("5.817539708", "6.900000000").encode())
    (call,) = tracer.calls()
    assert (call.enter_ns, call.result) == (1_795_344_696_000_000_000, 4)
    assert call.return_ns == 1_795_344_696_900_000_000 + 403_747


def test_a_poll_that_the_kernel_restarts_is_one_call() -> None:
    (call,) = calls(
        EXEC
        + "9694  1795345446.600000000 poll([{fd=3<TCP:[127.0.0.1:28011]>, events=POLLIN}], 1, 400) = "
        + "? ERESTART_RESTARTBLOCK (Interrupted by signal) <0.100738370>\n"
        + "9694  1795345446.778959285 --- SIGCONT {si_signo=SIGCONT, si_code=SI_USER, si_pid=2, si_uid=0} ---\n"
        + "9694  1795345446.779011963 restart_syscall(<... resuming interrupted poll ...>) = 0 <0.191182577>\n"
    )
    assert (call.name, call.descriptor, call.result) == ("poll", 3, 0)
    assert (call.enter_ns, call.return_ns) == (
        1_795_345_446_600_000_000,
        1_795_345_446_779_011_963 + 191_182_577,
    )


def test_a_restarted_poll_may_itself_be_interrupted_by_another_process() -> None:
    text = (
        EXEC
        + "9694  1795345446.6 poll([{fd=3<TCP:[127.0.0.1:28011]>, events=POLLIN}], 1, 400) = "
        + "? ERESTART_RESTARTBLOCK (Interrupted by signal) <0.1>\n"
        + "9694  1795345446.8 restart_syscall(<... resuming interrupted poll ...> <unfinished ...>\n"
    )
    tracer = Tracer("server")
    tracer.feed(text.encode())
    assert tracer.blocked() == {9694: "poll"}
    (call,) = calls(text + "9694  1795345447.0 <... restart_syscall resumed>) = 1 <0.2>\n")
    assert (call.name, call.result, call.return_ns) == ("poll", 1, 1_795_345_447_000_000_000)


def test_a_call_that_a_handler_ended_returned_eintr() -> None:
    close = "9694  1795344697.0 close(3<TCP:[127.0.0.1:28001]>) = 0 <0.1>\n"
    accept, _ = calls(EXEC + INTERRUPTED + close)
    assert (accept.result, accept.error) == (-1, "EINTR")
    assert accept.return_ns == 1_795_344_696_000_000_000 + 100_742_146


@pytest.mark.parametrize(
    "end",
    [
        INTERRUPTED + "9694  1795344696.3 +++ killed by SIGTERM +++\n",
        "9694  1795344696.0 accept4(3<TCP:[127.0.0.1:28001]>,  <unfinished ...>) = ?\n9694  1795344696.3 +++ killed by SIGKILL +++\n",
        (
            "9694  1795344696.0 accept4(3<TCP:[127.0.0.1:28001]>,  <unfinished ...>\n9694  1795344696.3 <... accept4 resumed>) = ?\n"
            "9694  1795344696.4 +++ exited with 0 +++\n"
        ),
        "9694  1795344696.0 accept4(3<TCP:[127.0.0.1:28001]>, <unfinished ...>\n9694  1795344696.3 +++ killed by SIGKILL +++\n",
    ],
)
def test_a_call_that_a_process_died_in_never_returned(end: str) -> None:
    tracer = Tracer("server")
    tracer.feed((EXEC + end).encode())
    (call,) = tracer.calls()
    assert (call.kind, call.return_ns, call.result, call.error) == ("accept", None, None, None)
    assert (tracer.blocked(), tracer.unparsed) == ({}, 0)


def test_a_send_that_never_returned_may_have_sent_something() -> None:
    (call,) = calls(EXEC + f'9694  1795344696.0 sendto({CONNECTION}, "abc", 3, 0, NULL, 0 <unfinished ...>\n')
    assert (call.data, call.data_complete) == (b"", False)


# Wrappers


WRAPPER = EXEC.replace("9694", "100")
FAILED = EXEC.replace("= 0 <", "= -1 ENOENT (No such file or directory) <")


def test_what_comes_before_the_programs_own_execve_is_the_wrappers() -> None:
    by_wrapper = ACCEPT.replace("9694", "100")
    found = calls(WRAPPER + by_wrapper + FAILED + ACCEPT + EXEC + ACCEPT, wrapper_execs=1)
    assert [call.pid for call in found] == [9694]


def test_the_wrappers_own_process_stays_out_and_children_of_the_program_come_in() -> None:
    late, child = (ACCEPT.replace("9694", pid) for pid in ("100", "9700"))
    found = calls(WRAPPER + EXEC + late + child, wrapper_execs=1)
    assert [call.pid for call in found] == [9700]


def test_an_execve_may_be_resumed_and_later_ones_change_nothing() -> None:
    begun = EXEC.partition(", 0x7ffd")[0] + " <unfinished ...>\n"
    resumed = "9694  1795344695.2 <... execve resumed>, 0x7ffd84864840 /* 39 vars */) = 0 <0.1>\n"
    assert len(calls(begun + resumed + ACCEPT + EXEC + ACCEPT)) == 2


def test_a_trace_may_begin_where_the_programs_execve_is_resumed() -> None:
    resumed = "9694  1795344695.2 <... execve resumed>, 0x7ffd84864840 /* 39 vars */) = 0 <0.1>\n"
    assert len(calls(resumed + ACCEPT)) == 1


def test_nothing_is_blocked_before_the_program_runs() -> None:
    tracer = Tracer("server", wrapper_execs=1)
    tracer.feed((WRAPPER + ACCEPT[:60]).encode())
    assert (tracer.blocked(), tracer.calls()) == ({}, ())


# Odd lines


@pytest.mark.parametrize(
    "line",
    [
        "",
        "strace: Process 1 attached",
        "9694  1795344695.1 ???",
        "9694  1795344695.1 accept4(3<TCP:[127.0.0.1:1]>, 5",
        "9694  1.1 <... x resumed>) = 0",
        f"{'1' * 5000}  1.1 listen(3<TCP:[7]>, 5) = 0",
        f"9694  {'1' * 5000}.1 listen(3<TCP:[7]>, 5) = 0",
        f"9694  1.1 listen(3<TCP:[7]>, 5) = {'1' * 5000}",
    ],
)
def test_a_line_in_no_form_of_straces_is_counted(line: str) -> None:
    tracer = Tracer("server")
    tracer.feed((EXEC + line + "\n" + ACCEPT).encode())
    assert (tracer.unparsed, len(tracer.calls())) == (1, 1)


def test_no_prefix_and_no_byte_raises() -> None:
    text = (EXEC + INTERRUPTED + ACCEPT + CONNECT + SEND).encode()
    for size in range(0, len(text), 3):
        tracer = Tracer("server")
        tracer.feed(text[:size] + b"\xff\n" + text[size:])
        tracer.blocked()
        tracer.calls()


def test_a_payload_that_imitates_a_result_returns_from_no_call() -> None:
    line = f'9694  1795344696.0 sendto({CONNECTION}, ") = 7 <0.1>", 99, 0, NULL, 0 <unfinished ...>\n'
    tracer = Tracer("server")
    tracer.feed((EXEC + line).encode())
    assert tracer.blocked() == {9694: "send"}
    tracer.feed(b"9694  1795344697.0 <... sendto resumed>) = 99 <1.0>\n")
    assert [(call.name, call.result) for call in tracer.calls()] == [("sendto", 99)]
    assert tracer.unparsed == 0


def test_addresses_that_are_none_are_left_out() -> None:
    call = one('recvfrom(4<UDP:[somewhere:port]>, "a", 1, 0, NULL, NULL) = 1 <unavailable>')
    assert (call.local, call.peer, call.return_ns) == (None, None, None)


@pytest.mark.parametrize("inode", ["\u00b2", "1" * 5000])
def test_an_inode_that_is_no_number_is_no_address_either(inode: str) -> None:
    call = one(f"listen(3<TCP:[{inode}]>, 5) = 0 <0.1>")
    assert (call.name, call.local, call.result) == ("listen", None, 0)


def test_a_result_with_a_zero_before_it_is_a_decimal_number() -> None:
    assert one("listen(3<TCP:[7]>, 5) = 010 <0.1>").result == 10


def test_calls_of_all_programs_are_numbered_by_entry() -> None:
    second = calls(EXEC + ACCEPT)
    first = calls(EXEC + ACCEPT.replace("5.817539708", "5.7"))
    assert [(call.number, call.enter_ns) for call in number_calls([second, first])] == [
        (1, first[0].enter_ns),
        (2, second[0].enter_ns),
    ]


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ("setsockopt(3<TCP:[136968]>, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0 <0.1>", "SO_REUSEADDR", "1"),
        (
            "setsockopt(3<TCP:[136968]>, SOL_SOCKET, SO_LINGER, {l_onoff=1, l_linger=0}, 8) = 0 <0.1>",
            "SO_LINGER",
            "l_onoff=1, l_linger=0",
        ),
        (
            'setsockopt(3<TCP:[136968]>, SOL_TCP, TCP_CONGESTION, "cubic", 5) = 0 <0.1>',
            "TCP_CONGESTION",
            "cubic",
        ),
        ("setsockopt(5<TCPv6:[136993]>, SOL_IPV6, IPV6_V6ONLY, [0], 4) = 0 <0.1>", "IPV6_V6ONLY", "0"),
        (
            (
                'setsockopt(4<UDP:[136992]>, SOL_IP, IP_ADD_MEMBERSHIP, {imr_multiaddr=inet_addr("239.1.1.1"), '
                'imr_interface=inet_addr("0.0.0.0")}, 8) = 0 <0.1>'
            ),
            "IP_ADD_MEMBERSHIP",
            'imr_multiaddr=inet_addr("239.1.1.1"), imr_interface=inet_addr("0.0.0.0")',
        ),
        (
            r'setsockopt(4<UDP:[136992]>, SOL_SOCKET, SO_RCVTIMEO_OLD, "\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16) = 0 <0.1>',
            "SO_RCVTIMEO",
            r"\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
        ),
        (
            "getsockopt(6<TCP:[136994]>, SOL_SOCKET, SO_ERROR, [ECONNREFUSED], [4]) = 0 <0.1>",
            "SO_ERROR",
            "ECONNREFUSED",
        ),
        (
            "setsockopt(3<TCP:[9]>, SOL_TCP, 0x7b /* TCP_??? */, [1], 4) = -1 ENOPROTOOPT (x) <0.1>",
            "0x7b",
            "1",
        ),
    ],
)
def test_an_option_has_its_name_and_value(line: str, name: str, value: str) -> None:
    option = one(line).option
    assert option is not None
    assert (option.name, option.value) == (name, value)


def test_a_call_that_is_no_setsockopt_or_is_cut_has_no_option() -> None:
    assert one(f'sendto({CONNECTION}, "SO_REUSEADDR, [1], 4", 20, 0, NULL, 0) = 20 <0.1>').option is None
    assert one("setsockopt(3<TCP:[9]>, SOL_SOCKET, SO_REUSEADDR <unfinished ...>").option is None


@pytest.mark.parametrize(
    ("line", "asked"),
    [
        (f'sendto({CONNECTION}, "hel, 7"..., 90000, 0, NULL, 0) = 30408 <0.1>', 90000),
        (f'recvfrom({CONNECTION}, "hi", 1024, 0, NULL, NULL) = 2 <0.1>', 1024),
        (f'recvfrom({CONNECTION}, "", 1024, 0, NULL, NULL) = 0 <0.1>', 1024),
        (f'write({CONNECTION}, "say \\"x\\", 3", 11) = 11 <0.1>', 11),
        (
            f'writev({CONNECTION}, [{{iov_base="a, iov_len=9", iov_len=12}}, {{iov_base="b"..., iov_len=4000}}], 2) = 12 <0.1>',
            4012,
        ),
        (f"recvfrom({CONNECTION}, 0x7ffe, 1024, 0, NULL, NULL) = -1 EAGAIN (x) <0.1>", None),
        (f"shutdown({CONNECTION}, SHUT_WR) = 0 <0.1>", None),
    ],
)
def test_a_call_says_how_many_bytes_it_was_given_or_had_room_for(line: str, asked: int | None) -> None:
    assert one(line).asked == asked


ENTERED = f"9694  1795344695.500000000 recvfrom({CONNECTION}, "
RETURNED = '"x", 1024, 0, NULL, NULL) = 1 <0.100000000>\n'
NEXT = f"9694  1795344695.%s close({CONNECTION}) = 0 <0.000010000>\n"
BEGAN_NS = 1_795_344_695_500_000_000
MS = 1_000_000


def return_of_pieces(*pieces: tuple[str, int | None]) -> float:
    """Give the milliseconds from the time of the line to the return of its call."""
    tracer = Tracer("server")
    for text, read_ms in ((EXEC, 0), *pieces):
        tracer.feed(text.encode("latin-1"), None if read_ms is None else BEGAN_NS + read_ms * MS)
    assert tracer.unparsed == 0
    call = tracer.calls()[0]
    assert call.return_ns is not None
    return (call.return_ns - BEGAN_NS) / MS


def test_a_duration_counts_from_when_the_entry_was_read_since_strace_may_have_waited_before_it() -> None:
    assert return_of_pieces((ENTERED, 40), (RETURNED, 150)) == 140


def test_a_call_whose_entry_was_read_with_its_return_lasts_as_its_line_says() -> None:
    assert return_of_pieces((ENTERED + RETURNED, 150)) == 100
    assert return_of_pieces((ENTERED, None), (RETURNED, None)) == 100


def test_a_return_is_no_later_than_it_was_read_and_no_earlier_than_its_line_says() -> None:
    assert return_of_pieces((ENTERED, 60), (RETURNED, 150)) == 150
    assert return_of_pieces((ENTERED, 60), (RETURNED, 90)) == 100


def test_a_return_is_before_what_its_process_does_next() -> None:
    assert return_of_pieces((ENTERED, 40), (RETURNED + NEXT % "610000000", 150)) == 110
    assert return_of_pieces((ENTERED, 40), (RETURNED, 150), (NEXT % "610000000", 150)) == 110
    assert return_of_pieces((ENTERED, 40), (RETURNED + NEXT % "700000000", 250)) == 140


def test_what_another_process_does_says_nothing_of_a_return() -> None:
    another = NEXT.replace("9694", "9695") % "610000000"
    assert return_of_pieces((ENTERED, 40), (RETURNED + another, 150)) == 140


def test_a_call_that_is_resumed_ended_when_strace_said_so_at_the_latest() -> None:
    resumed = '9694  1795344695.620000000 <... recvfrom resumed>"x", 1024, 0, NULL, NULL) = 1 <0.100000000>\n'
    assert return_of_pieces((ENTERED, 40), (" <unfinished ...>\n", 50), (resumed, 150)) == 120
