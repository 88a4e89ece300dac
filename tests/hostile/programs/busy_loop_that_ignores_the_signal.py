"""Goes on after SIGXCPU.

outcome: fail
fails: [stream]
says: ["limit hit: client: cpu_s"]
limits: {cpu_s: 1, step_s: 20, wall_s: 25}
undefended: {cpu_s: 10}
"""

import signal
import time

signal.signal(signal.SIGXCPU, signal.SIG_IGN)
while time.process_time() < 3:
    pass
print("HARM")
