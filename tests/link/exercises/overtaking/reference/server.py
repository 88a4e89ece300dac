import socket

with socket.create_server(("", 8001)) as listener:
    for _ in range(3):
        connection, address = listener.accept()
        with connection:
            connection.sendall(b"served")
