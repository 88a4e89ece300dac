"""with_mininet.py OUT: listen-accept by Mininet, on a Linux bridge; run by the Python that Debian's mininet is for.

BENCH_PROGRAMS names the folder of server.py and client.py.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from subprocess import PIPE
from typing import Any

from mininet.net import Mininet
from mininet.nodelib import LinuxBridge

HOSTS = ("server", "client1", "client2")
CAPTURE = ("tcpdump", "-U", "--immediate-mode", "-Z", "root")


def main(out: Path, programs: Path) -> None:
    net = Mininet(switch=LinuxBridge, controller=None)
    switch = net.addSwitch("s1")
    hosts = {name: net.addHost(name) for name in HOSTS}
    for host in hosts.values():
        net.addLink(host, switch)
    taps: list[Any] = []
    try:
        net.start()
        taps += [
            host.popen(
                [*CAPTURE, "-i", f"{name}-eth0", "-w", str(out / f"{name}.pcap"), "tcp"],
                stderr=PIPE,
            )
            for name, host in hosts.items()
        ]
        for tap in taps:  # else the first SYN may be missed
            while b"listening on" not in tap.stderr.readline():
                pass
        serve(hosts, out, programs)
    finally:
        for tap in taps:
            tap.terminate()  # it writes what it holds
        for tap in taps:
            tap.wait()
        net.stop()


def serve(hosts: dict[str, Any], out: Path, programs: Path) -> None:
    with (out / "server.out").open("wb") as printed:
        server = hosts["server"].popen(
            ["/usr/bin/python3", "-u", str(programs / "server.py"), "8001", "5"], stdout=printed
        )
        # The server listens: looked for in the table of sockets, as a probe of its port would eat an accept.
        while not hosts["server"].cmd("ss -Htln 'sport = :8001'").strip():
            time.sleep(0.01)
        for name in ("client1", "client2"):  # the order of the two: the first has been served when it ends
            client = [
                "/usr/bin/python3",
                str(programs / "client.py"),
                hosts["server"].IP(),
                "8001",
                name,
            ]
            hosts[name].popen(client).communicate()
        server.wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(os.environ["BENCH_PROGRAMS"]))
