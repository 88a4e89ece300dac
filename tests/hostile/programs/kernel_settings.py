"""Changes settings of the kernel, and leaves its cgroup.

outcome: pass
"""

import glob
import socket
import sys

SETTINGS = ["/proc/sysrq-trigger", "/proc/sys/kernel/core_pattern", "/proc/sys/net/ipv4/ip_forward", "/proc/sys/vm/drop_caches",
            "/proc/sys/net/ipv4/tcp_syncookies", "/proc/self/uid_map", "/sys/kernel/uevent_helper",
            *glob.glob("/sys/fs/cgroup/*/release_agent"), *glob.glob("/sys/fs/cgroup/*/tasks"),
            *glob.glob("/sys/fs/cgroup/cgroup.procs"), *glob.glob("/sys/fs/cgroup/*/cgroup.procs")]
for path in SETTINGS:
    try:
        with open(path, "w") as file:
            file.write("0")
        print("HARM", path)
    except OSError as error:
        print(path, error)
with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as client:
    client.sendall(sys.argv[3].encode())
