# %% 3. Client 2 connects
import socket
client2 = socket.socket(socket.AF_INET,socket.SOCK_STREAM)
client2.connect(('localhost',8001))

# %% The end: client 2 closes
client2.close()
