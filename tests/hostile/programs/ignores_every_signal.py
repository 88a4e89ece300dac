"""Ignores all signals that can be ignored, and does nothing.

outcome: fail
fails: [stream]
"""

import signal
import time

for number in signal.valid_signals():
    try:
        signal.signal(number, signal.SIG_IGN)
    except OSError:
        pass
while True:
    time.sleep(1)
