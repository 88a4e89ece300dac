import socket

with socket.create_connection(("server", 8001)) as connection:
    while connection.recv(100):
        pass
