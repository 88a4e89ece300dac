"""client.py NAME PLACE1 PLACE2 PLACE3: try to connect to each place (ADDRESS:PORT), and send NAME where it is open."""

import socket
import sys

name, places = sys.argv[1], sys.argv[2:]

for place in places:
    address, port = place.split(":")
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
        try:
            client.connect((address, int(port)))
        except ConnectionRefusedError:
            print(place, "refused")
        else:
            print(place, "open")
            client.sendall(name.encode())
