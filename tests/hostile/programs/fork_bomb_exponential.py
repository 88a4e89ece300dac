"""Forks for ever, and so do its children.

outcome: fail
limits: {wall_s: 20}  # its end may take longer than that of others: nothing of it can be frozen
fails: [stream]
says: ["limit hit: client: processes"]
"""

import os

while True:
    try:
        os.fork()
    except OSError:
        pass
