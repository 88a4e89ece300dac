# %% 1. The server opens a listening port
import socket
server = socket.socket(socket.AF_INET,socket.SOCK_STREAM)
# TODO: bind to ('localhost',8001)
# TODO: listen

# %% 4. Both connections are queued by now: accept takes them out, oldest first
# TODO: accept the first connection as conn1,addr1 and print both
# TODO: accept the second connection as conn2,addr2 and print both
raise SystemExit("server.py: not written yet")
