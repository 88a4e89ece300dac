"""An exercise with any number of clients, to see how kit grows. Pure."""

from __future__ import annotations

SERVER = '''"""server.py PORT CLIENTS TOKEN [hold]: accept all, read a line of each, answer all, say how many.

With `hold` it keeps all connections until SIGUSR1, so that a look can be had at the lab. TOKEN tells its process.
"""

import signal
import socket
import sys

port, clients, hold = int(sys.argv[1]), int(sys.argv[2]), "hold" in sys.argv[4:]
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})

with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
    server.bind(("", port))
    server.listen(256)
    conns = [server.accept()[0] for _ in range(clients)]
lines = [conn.makefile("rb").readline() for conn in conns]
if hold:
    signal.sigwait({signal.SIGUSR1})
for conn in conns:
    conn.sendall(b"served\\n")
    conn.close()
print(len(set(lines)))
'''
CLIENT = '''"""client.py HOST PORT NAME TOKEN: send a line, wait for the end."""

import socket
import sys

with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as conn:
    conn.sendall(sys.argv[3].encode() + b"\\n")
    while conn.recv(1024):
        pass
'''
PORT = 8001


def files(clients: int, token: str, *, hold: bool = False) -> dict[str, str]:
    """Give the files of the exercise's folder: name -> text. `token` is an argument of each of its programs."""
    return {
        "exercise.yaml": exercise(clients, token, hold=hold),
        "reference/server.py": SERVER,
        "reference/client.py": CLIENT,
        "statement.en.md": "# Crowd\n",
        "statement.zh.md": "# Crowd\n",
    }


def exercise(clients: int, token: str, *, hold: bool) -> str:
    names = [f"c{number}" for number in range(1, clients + 1)]
    listed = ", ".join(names)
    held = ", hold" if hold else ""
    programs = "".join(
        f'  {name}: {{script: client.py, args: [server, "{PORT}", {name}, {token}]}}\n' for name in names
    )
    return f"""\
title: {{en: "{clients} clients", zh: "{clients} clients"}}
hosts: [server, {listed}]
programs:
  server: {{script: server.py, args: ["{PORT}", "{clients}", {token}{held}]}}
{programs}submit: [server.py]
limits: {{wall_s: 900, step_s: 600}}
timeline:
  - start: server
  - wait: {{listening: server, port: {PORT}}}
  - start: [{listed}]
  - wait: {{exited: [server, {listed}]}}
checks:
  - output: {{program: server, lines: ["{clients}"]}}
  - exit: {{program: server}}
"""
