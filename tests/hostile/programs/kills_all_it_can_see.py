"""Sends SIGKILL to every process that it can see.

outcome: fail
"""

import os
import signal

for entry in os.listdir("/proc"):
    if entry.isdigit() and int(entry) != os.getpid():
        try:
            os.kill(int(entry), signal.SIGKILL)
            print("killed", entry)
        except OSError as error:
            print(entry, error)
os.kill(-1, signal.SIGKILL)
os.kill(os.getpid(), signal.SIGKILL)
