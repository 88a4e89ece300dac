"""server.py PORT: send every client back what it sends, all of them at a time. Here: a coroutine for each."""

import asyncio
import sys

port = int(sys.argv[1])


async def serve(reader, writer):
    while data := await reader.read(1024):  # the event loop serves others meanwhile
        writer.write(data)
        await writer.drain()
    writer.close()


async def main():
    server = await asyncio.start_server(serve, "0.0.0.0", port)  # every IPv4 address of this host
    async with server:
        await server.serve_forever()


asyncio.run(main())
