"""Prints without end.

outcome: fail
says: ["limit hit: client: output_bytes"]
undefended: {output_bytes: 8000000}
harm_bytes: 3000000
"""

while True:
    print("all work and no play " * 4000)
