"""What an author writes, as typed values. The loader turns YAML nodes into these and every fault into a place.

A step of the timeline is a mapping with one key, its action: `{start: server}`; a check is a mapping
with one key that names it, beside the keys that all checks share (`points`, `needs`, ...).
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from kit.exercise.link_spec import LinkSpec
from kit.exercise.references import CheckRef, HoldRef, HostRef, Name, PlaceRef, ProgramRef, Strict
from kit.verdict import Feedback

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")
Text = Annotated[
    dict[Language, str], Field(description="a text for each language, such as {en: ..., zh: ...}")
]
Port = Annotated[int, Field(ge=1, le=65535)]
FileName = Annotated[  # no part begins with a dot, so none leads out of the folder
    str,
    Field(pattern=r"^\w[\w.-]*(/\w[\w.-]*)*$", description="a file name such as server.py or lib/server.py"),
]


def _authors(name: str) -> str:
    if name.endswith(".disable_ipv6"):
        raise ValueError("kit itself sets this; say `ipv6: true`")
    return name


# Below `net.`, but for what belongs to one interface (it is made later)
SysctlName = Annotated[
    str,
    Field(
        pattern=r"^net\.(core|unix|mptcp|ipv4|ipv6)\.((conf|neigh)\.(all|default|lo)\.)?[a-z0-9_]+$",
        description="a setting below net., such as net.core.somaxconn or net.ipv4.tcp_syn_retries",
    ),
    AfterValidator(_authors),
]
SysctlValue = Annotated[
    str,
    Field(
        pattern=r"^[\w.,:-]+( [\w.,:-]+)*$", description="a value such as 4 or 32768 60999", max_length=200
    ),
]
TcpState = Literal[
    "LISTEN",
    "SYN-SENT",
    "SYN-RECEIVED",
    "ESTABLISHED",
    "FIN-WAIT-1",
    "FIN-WAIT-2",
    "CLOSE-WAIT",
    "CLOSING",
    "LAST-ACK",
    "TIME-WAIT",
]
ONE_OR_MORE = BeforeValidator(lambda value: [value] if isinstance(value, str) else value)
Programs = Annotated[tuple[ProgramRef, ...], ONE_OR_MORE, Field(min_length=1)]


class Param(Strict):
    """A choice that grading draws from the seed: a number of `pick`, or a word of `token` letters."""

    default: str
    pick: (
        Annotated[str, Field(pattern=r"^[0-9]{1,9}-[0-9]{1,9}$", description="a range such as 20000-29999")]
        | None
    ) = None
    token: Annotated[int, Field(ge=1, le=64)] | None = None

    @model_validator(mode="after")
    def _one_way_to_draw(self) -> Self:
        if self.pick is not None and self.token is not None:
            raise ValueError("give `pick` or `token`, not both")
        if self.pick is not None:
            low, high = map(int, self.pick.split("-"))
            if low > high:
                raise ValueError(f"`pick` goes from low to high: {high}-{low}")
        return self


LanguageName = Literal["c", "go", "javascript", "shell"]  # FURTHER of kit.exercise.languages


class Program(Strict):
    """Either `script` (in the language that its name tells, with `args`) or `run` (any command of the image)."""

    script: FileName | None = None
    args: tuple[str, ...] = ()
    run: Annotated[tuple[str, ...], Field(min_length=1)] | None = None
    host: HostRef | None = None  # the host of its own name unless said otherwise
    files: tuple[FileName, ...] = ()  # further files it needs beside the script
    cells: Annotated[int, Field(ge=0, le=100)] = 0  # the script is cut at `# %%` lines into so many cells

    @model_validator(mode="after")
    def _one_command(self) -> Self:
        if (self.script is None) == (self.run is None):
            raise ValueError("give `script` or `run`, one of the two")
        if self.run is not None and self.args:
            raise ValueError("`args` goes with `script`; write them into `run`")
        if self.run is not None and self.cells:
            raise ValueError("`cells` goes with `script`")
        return self


class Listening(Strict):
    """A LISTEN socket (tcp), or a bound one (udp), on the port."""

    listening: PlaceRef
    port: Port
    protocol: Literal["tcp", "udp"] = "tcp"


class Queued(Strict):
    """At least so many connections wait in the accept queue of the port."""

    queued: PlaceRef
    port: Port
    count: Annotated[int, Field(ge=1)] = 1


class Received(Strict):
    """At least so many bytes wait to be received, over all connections of the port together.
    For udp, `bytes` is 1, for any datagram: the kernel counts memory there, not payload."""

    received: PlaceRef
    port: Port
    bytes: Annotated[int, Field(ge=1)]
    protocol: Literal["tcp", "udp"] = "tcp"


class Drained(Strict):
    """No byte waits to be received on the connections of the port: the program has taken all that came.

    What is still on its way is not seen: freeze the program, wait until the bytes are `received`, thaw it, then this.
    """

    drained: PlaceRef
    port: Port


class State(Strict):
    """At least `count` connections of the port (on either end) are in the TCP state `is`."""

    model_config = Strict.model_config | {"populate_by_name": True}

    state: PlaceRef
    port: Port
    is_: Annotated[TcpState, Field(alias="is")]
    count: Annotated[int, Field(ge=1)] = 1


class Blocked(Strict):
    """The program sits inside the call: it was entered and has not returned. So does an event loop that waits
    in epoll_wait for the moment to make it."""

    blocked: ProgramRef
    call: Literal["accept", "connect", "recv", "send", "poll", "select", "epoll_wait"]


class OutputSeen(Strict):
    """The program's output contains the text (so far, from its last start)."""

    output: ProgramRef
    contains: str
    stream: Literal["stdout", "stderr"] = "stdout"


class PacketsSeen(Strict):
    """At least so many packets that fit were captured at the host since the run began: sent or received."""

    packets: HostRef
    filter: str | None = None  # in the language of the check `count`, but for what only a conversation tells
    count: Annotated[int, Field(ge=1, le=1_000_000)] = 1


class Exited(Strict):
    exited: Programs


CONDITIONS: dict[str, type[Strict]] = {
    "listening": Listening,
    "queued": Queued,
    "received": Received,
    "drained": Drained,
    "state": State,
    "blocked": Blocked,
    "output": OutputSeen,
    "exited": Exited,
    "packets": PacketsSeen,
}


class Stdin(Strict):
    """Write `text` to the program's standard input; `close` it then."""

    program: ProgramRef
    text: str = ""
    close: bool = False


class Signal(Strict):
    program: ProgramRef
    name: Literal["TERM", "INT", "HUP", "KILL", "USR1", "USR2", "QUIT", "PIPE"] = "TERM"


class OfPrograms(Strict):
    programs: Programs


class OfHost(Strict):
    host: HostRef


class OfSnapshot(Strict):
    name: Name


class OfHold(Strict):
    until: HoldRef


# action -> (what it says, the field that a bare value means). `wait` is resolved through CONDITIONS.
ACTIONS: dict[str, tuple[type[Strict], str | None]] = {
    "start": (OfPrograms, "programs"),
    "cell": (OfPrograms, "programs"),  # run the next cell, once the one before has ended
    "stdin": (Stdin, None),
    "freeze": (OfPrograms, "programs"),
    "thaw": (OfPrograms, "programs"),
    "signal": (Signal, "program"),
    "snapshot": (OfSnapshot, "name"),
    "unplug": (OfHost, "host"),  # what is sent to the host is lost from now on
    "plug": (OfHost, "host"),
    "release": (OfHold, "until"),  # what the link holds goes on
}


class Step(Strict):
    """A typed step: `value` is an instance of ACTIONS[action] or, for `wait`, of a condition."""

    action: str
    value: Strict
    within_s: float | None = None  # of a wait


class CheckSpec(Strict):
    """A check as the author asked it; `params` is an instance of the check's own Params."""

    check: str
    params: Strict
    name: str  # unique in the exercise: the check's name, or the author's `name:`
    points: Annotated[float, Field(ge=0)] = 1
    needs: tuple[CheckRef, ...] = ()
    hidden: bool = False
    why: Text = {}
    hint: Text = {}


class LimitSpec(Strict):
    """What the author says of limits; the defaults are the plan's."""

    wall_s: Annotated[float, Field(gt=0, le=3600)] | None = None
    step_s: Annotated[float, Field(gt=0, le=600)] | None = None
    output_bytes: Annotated[int, Field(gt=0, le=1 << 26)] | None = None
    output_bytes_per_s: Annotated[int, Field(ge=1000, le=1 << 32)] | None = None
    trace_bytes: Annotated[int, Field(gt=0, le=1 << 26)] | None = None
    trace_bytes_per_s: Annotated[int, Field(ge=1000, le=1 << 32)] | None = None
    capture_bytes: Annotated[int, Field(gt=0, le=1 << 30)] | None = None
    link_bytes_per_s: Annotated[int, Field(ge=1000, le=1 << 32)] | None = None
    link_packets_per_s: Annotated[int, Field(ge=10, le=1 << 24)] | None = None
    processes: Annotated[int, Field(gt=0, le=4096)] | None = None
    memory_bytes: Annotated[int, Field(gt=0)] | None = None
    cpu_s: Annotated[int, Field(gt=0, le=3600)] | None = None
    open_files: Annotated[int, Field(ge=16, le=1 << 16)] | None = None
    file_bytes: Annotated[int, Field(gt=0)] | None = None
    disk_bytes: Annotated[int, Field(ge=1 << 16, le=1 << 32)] | None = None
    disk_files: Annotated[int, Field(ge=64, le=1 << 20)] | None = None


class Side(Strict):
    """One column of a comparison: the conversation of a protocol between two hosts."""

    model_config = Strict.model_config | {"populate_by_name": True}

    protocol: Literal["tcp", "udp"]
    from_: Annotated[HostRef, Field(alias="from")]
    to: HostRef
    sender: ProgramRef
    receiver: ProgramRef


class Role(Strict):
    """One half of a submission. Its files are graded beside the reference's other half, too."""

    files: Annotated[tuple[FileName, ...], Field(min_length=1)]
    points: Annotated[float, Field(ge=0)] = 1


class Handout(Strict):
    """Written by `kit handout`: the folder is for students, without reference solution. What else was left out."""

    hidden_checks: Annotated[int, Field(ge=0)] = 0
    hidden_points: Annotated[float, Field(ge=0)] = 0


class Definition(Strict):
    """A whole exercise.yaml with its parameters filled in."""

    title: Text
    document: str = ""
    topics: tuple[str, ...] = ()
    difficulty: Annotated[int, Field(ge=1, le=5)] = 1
    prerequisites: tuple[FileName, ...] = ()  # exercises that one should have solved before
    params: dict[Name, Param] = {}
    hosts: Annotated[tuple[Name, ...], Field(min_length=1, max_length=200)]
    localhost: HostRef | None = None  # on every host, `localhost` means this one
    programs: Annotated[dict[Name, Program], Field(min_length=1)]
    submit: Annotated[tuple[FileName, ...], Field(min_length=1)]
    languages: tuple[LanguageName, ...] = ()  # `server.c` may be handed in for `server.py` where `c` is in it
    timeline: Annotated[tuple[Step, ...], Field(min_length=1)]
    checks: Annotated[tuple[CheckSpec, ...], Field(min_length=1)]
    limits: LimitSpec = LimitSpec()
    build: LimitSpec = LimitSpec()  # of the step that builds a program, where its language has one
    link: tuple[LinkSpec, ...] = ()  # what it does to packets; one rule may stand alone
    ipv6: bool = False  # hosts have an IPv6 address each beside their IPv4 one
    sysctl: dict[Name, dict[SysctlName, SysctlValue]] = {}  # host -> what its kernel is set to
    compare: dict[str, Side] | None = None  # the table of differences, a column a side
    feedback: Feedback = "full"  # how much a student sees of a check that did not pass (kit.renderers._shown)
    roles: dict[Name, Role] | None = None  # the halves of the submission, each a finding of its own
    handout: Handout | None = None


class Wrong(Strict):
    """`wrong/LABEL/wrong.yaml`: what is wrong with this solution, and the findings that must fail."""

    fails: Annotated[tuple[CheckRef, ...], ONE_OR_MORE, Field(min_length=1)]
    says: Text  # the misconception, in a sentence
