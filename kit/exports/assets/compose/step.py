"""step.py DO ARGUMENT...: one step of the timeline, on the host (its network) or beside the program (its processes).

listening PORT PROTOCOL, queued PORT COUNT, received PORT BYTES PROTOCOL, drained PORT, state PORT STATE COUNT wait until the
kernel says so (or 30 s have passed), and never by connecting; still waits until nothing has come to the host or left it for a second: it
stands for what only kit can watch. sockets shows the table. stop, continue, or a signal's name, and SCRIPT signals the program.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

AGAIN_S = 0.1
STILL_S = 1
AT_MOST_S = 30  # then the next step comes all the same: what compose cannot do must hold nobody for ever


def rows(protocol: str) -> list[list[str]]:
    """Give the sockets of this host, a list of words each: state, Recv-Q, Send-Q, local and remote end (man 8 ss)."""
    options = ["--no-header", "--numeric", "--all", "--tcp" if protocol == "tcp" else "--udp"]
    table = subprocess.run(["ss", *options], capture_output=True, text=True, check=True).stdout
    return [line.split() for line in table.splitlines()]


def at(port: str, protocol: str = "tcp") -> list[list[str]]:
    return [row for row in rows(protocol) if row[3].endswith(f":{port}") or row[4].endswith(f":{port}")]


def listening(port: str, protocol: str) -> bool:
    return any(row[0] in ("LISTEN", "UNCONN") and row[3].endswith(f":{port}") for row in at(port, protocol))


def queued(port: str, count: str) -> bool:
    return sum(int(row[1]) for row in at(port) if row[0] == "LISTEN") >= int(count)


def received(port: str, count: str, protocol: str) -> bool:
    return sum(int(row[1]) for row in at(port, protocol) if row[0] != "LISTEN") >= int(count)


def drained(port: str) -> bool:
    return all(row[1] == "0" for row in at(port) if row[0] != "LISTEN")


def state(port: str, name: str, count: str) -> bool:
    wanted = {"ESTABLISHED": "ESTAB", "SYN-RECEIVED": "SYN-RECV"}.get(name, name)  # ss has names of its own
    return sum(row[0] == wanted for row in at(port)) >= int(count)


def moved() -> list[str]:
    """Give what the host's interface has counted until now: bytes and packets, received and sent (man 5 proc, net/dev)."""
    lines = Path("/proc/net/dev").read_text(encoding="ascii").splitlines()
    return next(line for line in lines if line.lstrip().startswith("eth0:")).split()


def still() -> bool:
    before = moved()
    time.sleep(STILL_S)
    return moved() == before


def send(name: str, script: str) -> None:
    """Signal the processes that run the script. Process 1 is Docker's own, which starts the program and waits for it."""
    for folder in Path("/proc").glob("[0-9]*"):
        words = (folder / "cmdline").read_bytes().split(b"\0")
        if script.encode() in words and int(folder.name) not in (1, os.getpid()):
            os.kill(int(folder.name), signal.Signals[f"SIG{name}"])


WAITS: dict[str, Callable[..., bool]] = {
    "listening": listening,
    "queued": queued,
    "received": received,
    "drained": drained,
    "state": state,
    "still": still,
}


def main(do: str, *arguments: str) -> None:
    if do in WAITS:
        until = time.monotonic() + AT_MOST_S
        while not (came := WAITS[do](*arguments)) and time.monotonic() < until:
            time.sleep(AGAIN_S)
        if not came:
            sys.stderr.write(
                f"{do} {' '.join(arguments)}: not within {AT_MOST_S} s; the next step comes now\n"
            )
    elif do == "sockets":
        lines = (" ".join(row) for protocol in ("tcp", "udp") for row in rows(protocol))
        sys.stdout.write("".join(f"{line}\n" for line in lines))
    else:
        send({"stop": "STOP", "continue": "CONT"}.get(do, do), *arguments)


main(*sys.argv[1:])
