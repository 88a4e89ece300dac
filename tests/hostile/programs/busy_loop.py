"""Computes for two seconds of processor time, though one is allowed.

outcome: fail
fails: [stream]
says: ["limit hit: client: cpu_s"]
limits: {cpu_s: 1, step_s: 20, wall_s: 25}
undefended: {cpu_s: 10}
"""

import time

while time.process_time() < 2:
    pass
print("HARM")
