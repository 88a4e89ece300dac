"""Asks name servers, the engine's own among them.

outcome: pass
undefended: {switches: [resolver]}
undefended_on: [docker]
"""

import os
import re
import socket
import sys

QUERY = bytes.fromhex("abcd01000001000000000000" "066d616c6c6f72790474657374" "0000010001")
with open("/etc/resolv.conf") as file:
    named = re.findall(r"^nameserver (\S+)", file.read(), re.M)
for address in {"127.0.0.11", "127.0.0.53", "8.8.8.8", *named}:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(0.5)
        try:
            asking.sendto(QUERY, (address, 53))
            if asking.recv(512)[:2] == b"\xab\xcd":
                print("HARM", address)
        except OSError as error:
            print(address, error)
with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as client:
    client.sendall(sys.argv[3].encode())
