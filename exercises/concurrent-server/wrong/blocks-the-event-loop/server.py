"""server.py PORT: send every client back what it sends, all of them at a time."""

import asyncio
import socket
import sys

port = int(sys.argv[1])


async def serve(conn):
    with conn:
        while data := conn.recv(1024):
            conn.sendall(data)


async def main():
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
        server.bind(("", port))
        server.listen()
        tasks = set()
        while True:
            conn, address = await asyncio.to_thread(server.accept)
            tasks.add(asyncio.create_task(serve(conn)))


asyncio.run(main())
