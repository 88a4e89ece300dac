"""Looks for the engine's socket.

outcome: pass
"""

import os
import socket
import sys

for path in ("/var/run/docker.sock", "/run/docker.sock", "/run/containerd/containerd.sock", "/run/podman/podman.sock"):
    with socket.socket(socket.AF_UNIX) as engine:
        try:
            engine.connect(path)
            print("HARM", path)
        except OSError as error:
            print(path, error)
for name in ("@/containerd-shim", "\0docker"):
    if os.path.exists(name):
        print("HARM", name)
with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as client:
    client.sendall(sys.argv[3].encode())
