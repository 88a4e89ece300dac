"""engine.py OUT [TIMES AT_ONCE]: the least that the same containers cost: bare requests of the engine, and no job done.

A network, three containers that hold a host each, three that join them and end at once, side by side, and all removed.
With TIMES, the least of a batch that keeps what no submission has touched: so many times one host and one that joins it,
AT_ONCE of them at a time. What a backend on this engine takes beyond it is its own.
"""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Self

import docker

IMAGE = os.environ["BENCH_IMAGE"]
HOSTS = ("server", "client1", "client2")


class Lab:
    """Containers on a network of their own, which go with the `with`."""

    def __init__(self, name: str) -> None:
        self._client = docker.APIClient(version="auto")
        self._name = name
        self._made: list[str] = []
        self._network = self._client.create_network(name, internal=True)["Id"]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()
        self._client.remove_network(self._network)

    def hold(self, host: str) -> None:
        self._start(f"{self._name}-{host}", ["cat"], self._name, stdin=True)

    def join(self, host: str) -> None:
        joined = f"container:{self._name}-{host}"
        self._client.wait(self._start(f"{self._name}-program-{host}", ["/bin/true"], joined, stdin=False))

    def clear(self) -> None:
        with ThreadPoolExecutor(len(HOSTS) * 2) as pool:
            list(pool.map(lambda one: self._client.remove_container(one, force=True), self._made))
        self._made.clear()

    def _start(self, name: str, command: list[str], joined: str, *, stdin: bool) -> str:
        config = self._client.create_host_config(network_mode=joined)
        made = self._client.create_container(IMAGE, command, stdin_open=stdin, host_config=config, name=name)
        container = str(made["Id"])
        self._made.append(container)
        self._client.start(container)
        return container


def once() -> None:
    with Lab(f"bench{os.getpid()}") as lab, ThreadPoolExecutor(len(HOSTS)) as pool:
        list(pool.map(lab.hold, HOSTS))
        list(pool.map(lab.join, HOSTS))


def often(number: int, times: int) -> None:
    with Lab(f"bench{os.getpid()}-{number}") as lab:
        for _ in range(times):
            lab.hold("server")
            lab.join("server")
            lab.clear()


def main() -> None:
    if len(sys.argv) == 2:
        once()
        return
    times, at_once = map(int, sys.argv[2:])
    shares = [len(range(number, times, at_once)) for number in range(at_once)]
    with ThreadPoolExecutor(at_once) as pool:
        list(pool.map(often, range(at_once), shares))


if __name__ == "__main__":
    main()
