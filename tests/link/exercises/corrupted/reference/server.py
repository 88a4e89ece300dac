import socket

with socket.create_server(("", 8001)) as listener:
    connection, _ = listener.accept()
    with connection, connection.makefile() as lines:
        for line in lines:
            print(line, end="")
            connection.sendall(b".")
