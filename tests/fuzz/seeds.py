"""What fuzzing starts from: the repository's own exercises, submissions, traces, captures and messages."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import random
import struct
import tarfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kit.evidence.pcapng import export
from kit.exercise import catalogue
from kit.packets import pcap
from kit.tap.wire import encode
from tests.exercise.packing import tar_header, tar_of, zip_of
from tests.fuzz.targets import FOLDER, SUBMIT
from tests.lab.scene import CONNECTED, LISTENER
from tests.packets import frames
from tests.random_tcp import capture as random_capture

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

TESTS = Path(__file__).parents[1]
STORED = TESTS / "evidence/stored/tcp-vs-udp"


def exercises() -> Iterator[bytes]:
    for pattern in ("*.yaml", "wrong/*/wrong.yaml"):
        for name in catalogue.names():
            yield from (path.read_bytes() for path in sorted(catalogue.find(name).glob(pattern)))
    for path in sorted(TESTS.glob("*/**/*.yaml")):
        yield path.read_bytes()
    plain = (catalogue.find("listen-accept") / "exercise.yaml").read_text(encoding="utf-8")
    assert "\nchecks:\n" in plain
    for checks in _LANGUAGES:
        yield plain.replace("\nchecks:\n", f"\nchecks:\n{checks}").encode()
    yield _REGROUPED.encode()


# What no exercise of kit's asks: the languages inside checks, and fields that may be one of several things.
_LANGUAGES = (
    """  - count: {host: server, filter: "tcp.flags.syn == 1 and ip.src == client1 or not tcp.len < 0x5", equals: 1}\n""",
    """  - count: {host: server, filter: "tcp.port in {8001, 9000..9010} and (udp or ip.addr != 198.18.0.2)", min: 1}\n""",
    """  - trace:
      between: {c: client1, s: server}
      mode: exact
      lines: [c > s S, s > c S. ack 1, c > s udp (9), server accept() = ok, "...", "c > s P. 1:10(9)", server recv() = 9, c > s -]
""",
    """  - output: {program: server, matches: "^a+[bc]{2}$"}
  - {output: {program: client1, lines: [a, b], stream: stdout}, name: two}
  - output: {program: client2, absent: x}
    name: three
    why: {en: "because", zh: "因为"}
""",
)
_REGROUPED = """\
link:
  - {from: server, to: client1, filter: "tcp.flags.syn == 1", drop: {packet: 1, count: all}}
  - {from: server, to: client1, delay: {segment: 2, ms: 1.5}}
  - {from: client1, to: server, hold: {datagram: 3, until: later}}
  - {from: client1, to: server, rate: {bytes_per_s: 2000}}
title: &text {en: "a", zh: "b"}
hosts: &all [server, client1]
localhost: server
programs:
  server: {run: [python3, "-c", "pass"]}
  other: {script: server.py, host: client1, files: [client.py], cells: 0}
submit: [server.py]
timeline:
  - start: [server, other]
  - stdin: {program: other, text: x, close: true}
  - signal: {program: other, name: INT}
  - wait: {state: server, port: 80, is: TIME-WAIT, count: 2, within: 1.5}
  - wait: {blocked: other, call: recv}
  - unplug: server
  - plug: server
  - release: later
  - wait: {exited: other}
checks:
  - exit: {program: other, code: 0}
    hint: *text
limits: {wall_s: 9.5, processes: 4}
compare: {tcp: {protocol: tcp, from: server, to: client1, sender: server, receiver: other}}
"""


def archives() -> Iterator[bytes]:
    files = dict.fromkeys((*SUBMIT, "helper.py", "作业/h.py"), b"print('hello')\n" * 3)
    inside = {f"homework/{name}": data for name, data in files.items()}
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2):
        yield zip_of(inside, method)
    for format_ in (tarfile.GNU_FORMAT, tarfile.PAX_FORMAT, tarfile.USTAR_FORMAT):
        packed = tar_of(
            {**files, f"{'long' * 30}.py": b"1"} if format_ != tarfile.USTAR_FORMAT else files, format_
        )
        yield packed
        for pack in (gzip.compress, bz2.compress, lzma.compress):
            yield pack(packed)
    for type_ in (b"1", b"2", b"3", b"5", b"6", b"7", b"g"):
        yield tar_header(b"notes.txt", type_) + tar_header(b"lib/data.bin")
    yield FOLDER + b"fnotes.txt\thello\ndlib\nflib/data.bin\t1\nlhere\tnotes.txt\npfifo\nd.git\nfa.py\t1"
    yield b"notes"


def traces() -> Iterator[bytes]:
    """Write the stored calls as strace wrote them, once whole and once each interrupted by another thread."""
    calls = [json.loads(line) for line in (STORED / "calls.jsonl").read_text(encoding="utf-8").splitlines()]
    for program in sorted({call["program"] for call in calls}):
        own = [call for call in calls if call["program"] == program]
        yield "".join([_EXECUTED, *(_line(call, f"{_entry(call)}{_end(call)}") for call in own)]).encode()
        yield "".join([_EXECUTED, *(_interrupted(call) for call in own)]).encode()
    yield (_EXECUTED + _OTHERS).encode("latin-1")


_EXECUTED = (
    '9  1795344695.100000000 execve("/usr/bin/python3", ["python3"], 0x7f /* 9 vars */) = 0 <0.000730293>\n'
)
_OTHERS = r"""9  1.1 socket(AF_INET6, SOCK_STREAM, IPPROTO_TCP) = 3<TCPv6:[37920]> <0.1>
9  1.2 listen(3<TCPv6:[37920]>, 5) = 0 <0.1>
9  1.3 poll([{fd=3<TCPv6:[[::]:80]>, events=POLLIN}], 1, -1 <unfinished ...>
8  1.4 +++ exited with 0 +++
9  1.5 <... poll resumed>) = ? ERESTART_RESTARTBLOCK (Interrupted by signal) <0.1>
9  1.6 --- SIGINT {si_signo=SIGINT, si_code=SI_USER} ---
9  1.7 restart_syscall(<... resuming interrupted poll ...>) = 1 ([{fd=3, revents=POLLIN}]) <0.1>
9  1.8 accept4(3<TCPv6:[[::]:80]>, {sa_family=AF_INET6, sin6_port=htons(9), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "::ffff:1.2.3.4", &sin6_addr), sin6_scope_id=0}, [28], 0) = 4<TCPv6:[[::ffff:1.2.3.4]:80->[::ffff:1.2.3.4]:9]> <unavailable>
9  1.9 epoll_wait(5<anon_inode:[eventpoll]>, [], 2, 100) = 0 <0.1>
9  2.0 recvmsg(4<UDP:[1.2.3.4:9]>, {msg_name=NULL, msg_iov=[{iov_base="a\0\x41\"\344"..., iov_len=9}], msg_iovlen=1}, 0) = 9 <0.1>
9  2.1 recvfrom(4<UDP:[1.2.3.4:9]>, 0x7f, 9, 0, NULL, NULL) = -1 EAGAIN (Resource temporarily unavailable) <0.1>
9  2.2 fcntl(4<UDP:[1.2.3.4:9]>, F_GETFL) = 0x2 (flags O_RDWR) <0.1>
9  2.3 +++ killed by SIGKILL +++
"""


def _line(call: Mapping[str, Any], text: str) -> str:
    return f"9  {call['enter_ns'] // 10**9}.{call['enter_ns'] % 10**9:09} {text}\n"


def _entry(call: Mapping[str, Any]) -> str:
    return f"{call['name']}({call['arguments']}"


def _end(call: Mapping[str, Any]) -> str:
    error = f" {call['error']} (why)" if call["error"] else ""
    return f") = {'?' if call['result'] is None else call['result']}{error} <0.000010345>"


def _interrupted(call: Mapping[str, Any]) -> str:
    resumed = f"<... {call['name']} resumed>{_end(call)}"
    return _line(call, f"{_entry(call)} <unfinished ...>") + _line(call, resumed)


def captures() -> Iterator[bytes]:
    for path in sorted(STORED.glob("*.pcap")):
        yield path.read_bytes()
    yield export(STORED)
    for seed in range(4):
        yield random_capture(random.Random(seed), conversations=2, segments=20)  # noqa: S311  # a test's input
    quoted = frames.ipv4(frames.icmp(3, 3, frames.ipv4(frames.tcp(b"hello"))), protocol=1)
    options = bytes.fromhex(
        "020405b4 0402 080a0000000100000002 01 030307 050a0000000100000002".replace(" ", "")
    )
    bodies = {
        0: b"\2\0\0\0" + quoted,
        1: frames.ethernet(frames.ipv6(frames.udp(b"hello"), following=17), 0x86DD),
        101: frames.ipv4(frames.tcp(b"hello", options=options + bytes(-len(options) % 4))),
        113: bytes(14) + b"\x08\x00" + quoted,
        276: b"\x08\x06" + bytes(18) + frames.arp(),
    }
    extended = frames.ipv6(
        bytes((44, 0)) + bytes(6) + bytes((6, 0, 0, 1)) + bytes(4) + frames.tcp(b"hello"), following=0
    )
    later = frames.ipv6(bytes((6, 0, 5, 0)) + bytes(4) + b"hello", following=44)
    for data in (extended, later):
        yield pcap.header(229, 65535) + pcap.record(frames.frame(data, 229))
    for order in "<>":
        yield _pcapng(order, frames.ethernet(frames.ipv4(frames.tcp(b"hello"))))
    for link_type, data in bodies.items():
        yield pcap.header(link_type, 65535) + pcap.record(frames.frame(data, link_type)) * 2


def _pcapng(order: str, data: bytes) -> bytes:
    """Give a section with an interface that has every option kit reads, and a packet in each form."""
    options = struct.pack(f"{order}HH4sHHqHH", 9, 1, b"\x8a", 14, 8, 100, 0, 0)
    blocks = (
        (0x0A0D0D0A, struct.pack(f"{order}IHHq", 0x1A2B3C4D, 1, 0, -1)),
        (1, struct.pack(f"{order}HHI", 1, 0, 65535) + options),
        (2, struct.pack(f"{order}HHIIII", 0, 0, 1, 2, len(data), len(data)) + data),
        (3, struct.pack(f"{order}I", len(data)) + data),
        (5, bytes(12)),
        (6, struct.pack(f"{order}IIIII", 0, 1, 3, len(data), len(data)) + data),
    )
    return b"".join(_block(order, kind, body + bytes(-len(body) % 4)) for kind, body in blocks)


def _block(order: str, kind: int, body: bytes) -> bytes:
    length = len(body) + 12
    return struct.pack(f"{order}II", kind, length) + body + struct.pack(f"{order}I", length)


def messages() -> Iterator[bytes]:
    """Give a whole life of a tap and of a runner, and each of their messages alone."""
    tap = [
        encode({"event": "here", "pid": 7}),
        encode({"event": "packets"}, pcap.header(1, 65535)),
        encode({"event": "ready", "capturing": "tcpdump", "unheld": ""}),
        encode({"event": "sockets", "time_ns": 3, "rows": [LISTENER, CONNECTED]}),
        encode({"event": "sockets", "time_ns": 3, "rows": [LISTENER], "id": 4}),
        encode({"event": "done", "id": 1}),
        encode({"event": "limit", "limit": "link_bytes_per_s"}),
        encode({"event": "fault", "text": "ip: no"}),
        encode({"event": "captured", "id": 2, "packets": 1, "dropped": 0, "truncated": False}),
    ]
    runner = [
        encode({"event": "here", "pid": 8}),
        encode({"event": "ready", "traced": True, "why": ""}),
        encode({"event": "started", "time_ns": 5}),
        encode({"event": "output", "stream": "stdout", "time_ns": 6}, b"hello\n"),
        encode({"event": "trace", "time_ns": 1}, _EXECUTED.encode()),
        encode({"event": "cell", "what": "began", "number": 1, "time_ns": 7}),
        encode({"event": "refused", "what": "stdin", "text": "it does not run"}),
        encode({"event": "used", "used": {"cpu_s": 0.5, "output_bytes": 6}}),
        encode({"event": "exited", "time_ns": 8, "code": 0}),
        encode({"event": "exited", "time_ns": 8, "signal": "SIGKILL"}),
    ]
    for life in (tap, runner):
        yield b"".join(life)
        yield from life
        yield b"".join(bytes((1, 0, 0, 0)) + len(one).to_bytes(4) + one for one in life)
    yield encode({"do": "configure", "files": [["server.py", 5]], "command": ["python3"]}, b"hello")
    yield b"began 1\nended 1\n"
    yield from (b'{"pid": 7}', b'{"error": "no room"}')


SEEDS: Mapping[str, Callable[[], Iterator[bytes]]] = {
    "exercise": exercises,
    "archive": archives,
    "trace": traces,
    "capture": captures,
    "protocol": messages,
}
