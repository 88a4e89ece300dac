"""A new exercise that is whole: statement, starter, reference and wrong solutions, which its author then makes another of.

All of it comes from `templates/PROTOCOL/`. The reference and most wrong solutions are one program with one thing changed.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import jinja2

from kit.errors import UsageError

Protocol = Literal["tcp", "udp"]
PROTOCOLS: tuple[Protocol, ...] = ("tcp", "udp")
MOST_CLIENTS = 3  # with more of them the file is not read at a glance any more
TEMPLATES = Path(__file__).parent / "templates"
COPIED = ("exercise.yaml", "statement.en.md", "statement.zh.md", "reference/client.py", "starter/server.py")
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Asked:
    """What an author says of a new exercise."""

    name: str
    title_en: str
    title_zh: str
    topics: tuple[str, ...]
    protocol: Protocol = "tcp"
    clients: int = 2
    difficulty: int = 1


@dataclass(frozen=True, slots=True)
class _Server:
    """A server of the templates: its address, the size of a receive, and what it prints and greets, in Python."""

    address: str = ""
    size: int = 1024
    printed: str = "word"
    greeted: str = "word"
    last: str = ""


@dataclass(frozen=True, slots=True)
class _Wrong:
    """`fails` names findings; `greeted` and `datagrams` stand for those of every client."""

    label: str
    server: _Server
    fails: tuple[str, ...]
    en: str
    zh: str


RIGHT = _Server()
_LOOPBACK = _Wrong(
    "binds-loopback",
    replace(RIGHT, address="127.0.0.1"),
    ("timeline", "handshake"),
    "127.0.0.1 is the host itself: nobody reaches it from another host.",
    "127.0.0.1 只代表本机：其他主机连不上。",
)
_OF_BOTH = (
    _Wrong(
        "hard-coded-words",
        replace(RIGHT, printed='f"client{number}"'),
        ("served",),
        "The words of the example instead of what was received.",
        "打印了示例里的单词，而不是收到的单词。",
    ),
    _Wrong(
        "greets-by-number",
        replace(RIGHT, greeted="number"),
        ("greeted",),
        "The answer has the client's number in it, and not its word.",
        "回复里写的是客户端的序号，而不是它的单词。",
    ),
    _Wrong(
        "exits-with-an-error",
        replace(RIGHT, last="\nserver.getsockname()  # of a socket that `with` has closed"),
        ("exit",),
        "The socket is closed when `with` ends: whoever uses it then gets an OSError.",
        "`with` 结束时套接字已经关闭，再使用它就会抛出 OSError。",
    ),
)
WRONGS: dict[Protocol, tuple[_Wrong, ...]] = {
    "tcp": (
        *_OF_BOTH,
        _LOOPBACK,
        _Wrong(
            "receives-one-byte",
            replace(RIGHT, size=1),
            ("served", "greeted", "close"),
            "recv(1) returns one byte of the word; closing with the rest unread sends a RST.",
            "recv(1) 只取出单词的第一个字节；剩下的没读就关闭，会发出 RST。",
        ),
    ),
    "udp": (
        *_OF_BOTH,
        replace(_LOOPBACK, fails=("timeline", "datagrams")),
        _Wrong(
            "receives-four-bytes",
            replace(RIGHT, size=4),
            ("datagrams",),
            "recvfrom(4) returns four bytes of the datagram, and the rest of it is lost.",
            "recvfrom(4) 只返回数据报的前四个字节，其余部分就丢掉了。",
        ),
    ),
}
# It has no socket at all: the port is never open.
WITHOUT_NETWORK = '''\
"""server.py PORT COUNT: print what the example shows."""

import sys

for number in range(1, int(sys.argv[2]) + 1):
    print(number, f"client{number}")
'''
_PRINTS = _Wrong(
    "prints-without-network",
    RIGHT,
    ("timeline",),
    "The expected lines are printed, and nothing listens: nobody is served.",
    "打印出了预期的内容，但没有监听任何端口：谁也没有得到服务。",
)


def files(asked: Asked) -> dict[str, bytes]:
    """Give relative names and contents. Raises UsageError for a name that no exercise can have, or too many clients."""
    if not _NAME.fullmatch(asked.name):
        raise UsageError(
            f"{asked.name!r} is no name for an exercise",
            remedy="take lower-case words with - between them, such as half-close: it is what people type",
        )
    if not 1 <= asked.clients <= MOST_CLIENTS:
        raise UsageError(f"{asked.clients} clients", remedy=f"take 1 to {MOST_CLIENTS}")
    texts = _Texts(asked)
    found = {name: texts.filled(name) for name in COPIED}
    found["reference/server.py"] = texts.server(RIGHT)
    for wrong in WRONGS[asked.protocol]:
        found[f"wrong/{wrong.label}/server.py"] = texts.server(wrong.server)
        found[f"wrong/{wrong.label}/wrong.yaml"] = _note(wrong, asked)
    found[f"wrong/{_PRINTS.label}/server.py"] = WITHOUT_NETWORK
    found[f"wrong/{_PRINTS.label}/wrong.yaml"] = _note(_PRINTS, asked)
    return {name: text.encode() for name, text in found.items()}


class _Texts:
    """The templates of a protocol, filled in."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._environment = jinja2.Environment(  # noqa: S701  # YAML, Markdown and Python are written, no HTML
            loader=jinja2.FileSystemLoader(TEMPLATES / asked.protocol, encoding="utf-8"),
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        self._environment.filters |= {
            "yaml": _quoted,
            "client": lambda number: f"client{number}",
            "greeted": lambda number: f"`greeted-{number}`",
            "datagrams": lambda number: f"`{_numbered('datagrams', number)}`",
        }

    def filled(self, name: str) -> str:
        asked = self._asked
        return self._environment.get_template(f"{name}.j2").render(
            title_en=_line(asked.title_en),
            title_zh=_line(asked.title_zh),
            topics=asked.topics,
            difficulty=asked.difficulty,
            clients=range(1, asked.clients + 1),
        )

    def server(self, server: _Server) -> str:
        values = {name: getattr(server, name) for name in server.__slots__}
        return self._environment.get_template("server.py.j2").render(values)


def _note(wrong: _Wrong, asked: Asked) -> str:
    clients = range(1, asked.clients + 1)
    of_each = {
        "greeted": [f"greeted-{number}" for number in clients],
        "datagrams": [_numbered("datagrams", number) for number in clients],
    }
    # Where nobody can be reached, the timeline ends at the first client: the others have sent nothing.
    if "timeline" in wrong.fails:
        of_each = {name: names[:1] for name, names in of_each.items()}
    fails = [name for each in wrong.fails for name in of_each.get(each, [each])]
    return f"fails: [{', '.join(fails)}]\nsays:\n  en: {_quoted(wrong.en)}\n  zh: {_quoted(wrong.zh)}\n"


def _numbered(name: str, number: int) -> str:
    return name if number == 1 else f"{name}-{number}"


def _line(text: str) -> str:
    return " ".join(text.split())


def _quoted(text: str) -> str:
    """Write a text as YAML, in which a dollar sign is only that."""
    dollars = re.sub(r"\$(?=[{$])", "$$", _line(text))
    return json.dumps(dollars, ensure_ascii=False)
