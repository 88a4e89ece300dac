# %% 1. The server opens a listening port
import socket
server = socket.socket(socket.AF_INET,socket.SOCK_STREAM)
server.bind(('localhost',8000))
server.listen()

# %% 4. Both connections are queued by now: accept takes them out, oldest first
conn1,addr1 = server.accept()
print(conn1,addr1)
conn2,addr2 = server.accept()
print(conn2,addr2)
