"""A small vocabulary of checks of the tests' own, and an exercise to break."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from kit.exercise.model import Port
from kit.exercise.references import HostRef, ProgramRef, SnapshotRef, Strict


class Handshake(Strict):
    from_: Annotated[HostRef, Field(alias="from")]
    to: HostRef
    port: Port | None = None


class Queue(Strict):
    host: HostRef
    at: SnapshotRef
    length: Annotated[int, Field(ge=0)]


class Order(Strict):
    program: ProgramRef
    order: Annotated[tuple[ProgramRef, ...], Field(min_length=1)]


class Bounds(Strict):
    min: int = 0
    max: int = 9


class Segments(Strict):
    count: int | Bounds
    ends: bool = False
    stream: Literal["stdout", "stderr"] = "stdout"


VOCABULARY = {"handshake": Handshake, "queue": Queue, "accept_order": Order, "segments": Segments}

GOOD = """\
title: {en: "first come", zh: "先来先得"}
params:
  port: {default: 8001, pick: 20000-29999}
  word: {default: hello, token: 8}
hosts: [server, client1, client2]
programs:
  server: {script: server.py, args: ["${port}"]}
  client1: {script: client.py, args: [server, "${port}", "${word}"]}
  client2: {script: client.py, args: [server, "${port}", "1:30"]}
submit: [server.py]
timeline:
  - start: server
  - wait: {listening: server, port: "${port}", within: 3}
  - freeze: server
  - start: [client1, client2]
  - wait: {queued: server, port: "${port}", count: 2}
  - snapshot: both
  - thaw: server
  - wait: {exited: [server, client1, client2]}
checks:
  - handshake: {from: client1, to: server}
  - queue: {host: server, at: both, length: 2}
    points: 3
    needs: [handshake]
"""
