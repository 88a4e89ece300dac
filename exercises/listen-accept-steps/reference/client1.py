# %% 2. Client 1 connects
import socket
client1 = socket.socket(socket.AF_INET,socket.SOCK_STREAM)
client1.connect(('localhost',8001))

# %% The end: client 1 closes
client1.close()
