"""engine.py OUT: the least that the same containers cost: bare requests of the engine, side by side, and no job done.

A network, three containers that hold a host each, three that join them and end at once, and all removed. What a
backend on this engine takes beyond it is its own.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import docker

IMAGE = os.environ["BENCH_IMAGE"]
HOSTS = ("server", "client1", "client2")


def main() -> None:
    client = docker.APIClient(version="auto")
    lab = f"bench{os.getpid()}"
    made: list[str] = []
    network = client.create_network(lab, internal=True)["Id"]

    def start(name: str, command: list[str], joined: str, *, stdin: bool) -> str:
        config = client.create_host_config(network_mode=joined)
        container = str(
            client.create_container(IMAGE, command, stdin_open=stdin, host_config=config, name=name)["Id"]
        )
        made.append(container)
        client.start(container)
        return container

    def remove(container: str) -> None:
        client.remove_container(container, force=True)

    def join(host: str) -> None:
        client.wait(start(f"{lab}-program-{host}", ["/bin/true"], f"container:{lab}-{host}", stdin=False))

    with ThreadPoolExecutor(len(HOSTS) * 2) as pool:
        try:
            list(pool.map(lambda host: start(f"{lab}-{host}", ["cat"], lab, stdin=True), HOSTS))
            list(pool.map(join, HOSTS))
        finally:
            list(pool.map(remove, made))
            client.remove_network(network)


if __name__ == "__main__":
    main()
