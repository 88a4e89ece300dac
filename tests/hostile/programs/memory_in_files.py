"""Keeps 150 MB in files of /tmp and /dev/shm beside 150 MB of its own.

outcome: fail
needs: memory and processes of a program as a whole
undefended: {memory_bytes: 1000000000, file_bytes: 1000000000, disk_bytes: 1000000000}
"""

for folder in ("/tmp", "/dev/shm"):
    with open(f"{folder}/piece", "wb") as file:
        for _ in range(75):
            file.write(b"x" * 1_000_000)
piece = b"x" * 150_000_000
print("HARM")
