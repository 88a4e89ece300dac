"""Replaces itself by another program.

outcome: pass
"""

import os
import sys

CODE = "import socket, sys; c = socket.create_connection((sys.argv[1], int(sys.argv[2]))); c.sendall(sys.argv[3].encode()); c.close()"
os.execv("/usr/bin/python3", ["kit", "-c", CODE, *sys.argv[1:]])
