"""The opening handshakes of Python's clients.

handshake_peer.py LIBRARY: websockets or autobahn; prints "ready", then connects for each line of JSON on stdin, {"url": ..., "subprotocols": [...], "headers": {...}},
and prints {"url": ..., "open": true, "subprotocol": ...}, or with "open": false the "status" of the refusal; then it leaves.
"""

import asyncio
import json
import re
import sys
from urllib.parse import urlsplit

# autobahn looks for the loop when it is imported: without one, handshakes hang.
loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)


def say(value):
    print(json.dumps(value), flush=True)


async def with_websockets(url, subprotocols, headers):
    import websockets

    try:
        async with websockets.connect(url, subprotocols=subprotocols or None, extra_headers=headers) as socket:
            say({"url": url, "open": True, "subprotocol": socket.subprotocol})
    except websockets.InvalidStatusCode as error:
        say({"url": url, "open": False, "status": error.status_code})


async def with_autobahn(url, subprotocols, headers):
    from autobahn.asyncio.websocket import WebSocketClientFactory, WebSocketClientProtocol

    class Client(WebSocketClientProtocol):
        opened = False

        def onConnect(self, response):
            self.opened = True
            say({"url": url, "open": True, "subprotocol": response.protocol})

        def onOpen(self):
            self.sendClose(1000)

        def onClose(self, wasClean, code, reason):
            if not self.opened:
                status = re.search(r"\[(\d{3})\]", reason)
                say({"url": url, "open": False, "status": int(status[1]) if status else reason})

    factory = WebSocketClientFactory(url, protocols=subprotocols, headers=headers)
    factory.protocol = Client
    target = urlsplit(url)
    await loop.create_connection(factory, target.hostname, target.port)


async def main(connect):
    say("ready")
    tasks = set()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        tasks.add(loop.create_task(connect(**json.loads(line))))


loop.run_until_complete(main({"websockets": with_websockets, "autobahn": with_autobahn}[sys.argv[1]]))
