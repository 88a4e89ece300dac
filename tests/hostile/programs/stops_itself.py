"""Sends itself SIGSTOP.

outcome: fail
fails: [stream]
"""

import os
import signal

os.kill(os.getpid(), signal.SIGSTOP)
