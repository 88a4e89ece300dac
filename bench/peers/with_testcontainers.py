"""with_testcontainers.py OUT: listen-accept by testcontainers-python.

BENCH_IMAGE names the image, BENCH_PROGRAMS the folder of server.py and client.py. TESTCONTAINERS_RYUK_DISABLED is set
by who starts it: the container that removes what a dead test left would have to be pulled.
"""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from testcontainers.core.container import DockerContainer
from testcontainers.core.network import Network

HOSTS = ("server", "client1", "client2")
IMAGE = os.environ["BENCH_IMAGE"]
LAB = f"bench{os.getpid()}"


def main(out: Path, programs: Path) -> None:
    with ThreadPoolExecutor(len(HOSTS)) as pool, ExitStack() as ends:
        network = Network(docker_network_kw={"internal": True})
        network.name = LAB
        ends.enter_context(network)
        taps = {name: tap(name, network, out) for name in HOSTS}
        ends.callback(lambda: list(pool.map(end, taps.values())))
        list(pool.map(DockerContainer.start, taps.values()))
        for name in HOSTS:  # a container that is started need not capture yet: then the file has a header
            captures(taps[name], name)
        server = program("server", taps["server"], programs, ["-u", "/programs/server.py", "8001", "5"])
        ends.enter_context(server)
        # The server listens: looked for in the table of sockets, as a probe of its port would eat an accept.
        while not taps["server"].exec(["ss", "-Htln", "sport = :8001"]).output.strip():
            pass
        for name in ("client1", "client2"):  # the order of the two: the first has been served when it ends
            with program(
                name, taps[name], programs, ["/programs/client.py", "server", "8001", name]
            ) as client:
                client.wait()
        server.wait()
        (out / "server.out").write_bytes(server.get_logs()[0])


def tap(name: str, network: Network, out: Path) -> DockerContainer:
    """Give a host: its tcpdump, whose network stack the program joins."""
    command = ["tcpdump", "-i", "eth0", "-U", "--immediate-mode", "-Z", "root"]
    return (
        DockerContainer(IMAGE)
        .with_name(f"{LAB}-{name}")
        .with_network(network)
        .with_network_aliases(name)
        .with_volume_mapping(out, "/capture", "rw")
        .with_kwargs(user="root")
        .with_command([*command, "-w", f"/capture/{name}.pcap", "tcp"])
    )


def program(name: str, host: DockerContainer, programs: Path, arguments: list[str]) -> DockerContainer:
    return (
        DockerContainer(IMAGE)
        .with_name(f"{LAB}-program-{name}")
        .with_kwargs(network_mode=f"container:{host.get_container_id()}")
        .with_volume_mapping(programs, "/programs")
        .with_command(["python3", *arguments])
    )


def captures(host: DockerContainer, name: str) -> None:
    header = f"until [ -s /capture/{name}.pcap ]; do sleep 0.02; done"
    host.exec(["sh", "-c", header])


def end(host: DockerContainer) -> None:
    """Let tcpdump write what it holds: it ends at once when it is told to."""
    if container := host.get_wrapped_container():
        container.stop()
    host.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(os.environ["BENCH_PROGRAMS"]))
