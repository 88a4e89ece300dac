"""client.py FIRST SECOND PORT: print what should come out."""

print("first: 40000")
print("first again: no port left")
print("second: 40000")
