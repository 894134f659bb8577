"""Python's websockets as a peer that sends back every message it gets.

serve CONFIGS  one server for each of the JSON list CONFIGS, which are arguments of ServerPerMessageDeflateFactory; prints the list of ports
connect        prints "ready", then connects for each line of JSON on stdin: {"url": ..., "config": arguments of ClientPerMessageDeflateFactory}

The text "fragment N" has it send what follows in fragments of N characters or octets, "close CODE REASON" has it close. When a
connection has ended, it prints {"path": ..., "code": ..., "reason": ...}.
"""

import asyncio
import json
import sys

import websockets
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory, ServerPerMessageDeflateFactory

ANY_SIZE = {"max_size": None, "ping_interval": None}


def say(value):
    print(json.dumps(value), flush=True)


async def echo(socket):
    size = 0
    try:
        async for message in socket:
            command, *rest = message.split(" ", 2) if isinstance(message, str) else [None]
            if command == "fragment":
                size = int(rest[0])
            elif command == "close":
                await socket.close(int(rest[0]), rest[1])
            elif size > 0 and len(message) > 0:
                await socket.send([message[at : at + size] for at in range(0, len(message), size)])
            else:
                await socket.send(message)
    except websockets.ConnectionClosed:
        pass
    await socket.wait_closed()
    say({"path": socket.path, "code": socket.close_code, "reason": socket.close_reason})


async def serve(configs):
    servers = [
        await websockets.serve(
            echo, "127.0.0.1", 0, compression=None, extensions=[ServerPerMessageDeflateFactory(**config)], **ANY_SIZE
        )
        for config in configs
    ]
    say([server.sockets[0].getsockname()[1] for server in servers])
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


async def connect_to(url, config):
    extensions = [ClientPerMessageDeflateFactory(**config)]
    async with websockets.connect(url, compression=None, extensions=extensions, **ANY_SIZE) as socket:
        await echo(socket)


async def connect():
    say("ready")
    connections = set()
    while line := await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline):
        connections.add(asyncio.create_task(connect_to(**json.loads(line))))


asyncio.run(serve(json.loads(sys.argv[2])) if sys.argv[1] == "serve" else connect())
