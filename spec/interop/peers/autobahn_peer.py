"""autobahn, on asyncio, as a peer that sends back every message it gets.

serve CONFIGS  one server for each of the JSON list CONFIGS, which are arguments of PerMessageDeflateOfferAccept; prints the list of ports
connect        prints "ready", then connects for each line of JSON on stdin: {"url": ..., "config": arguments of PerMessageDeflateOffer}

The text "fragment N" has it send what follows in fragments: a text is compressed and cut into N octets, binary is cut and compressed as it is
sent, frame by frame. "close CODE REASON" has it close. When a connection has ended, it prints {"path": ..., "code": ..., "reason": ...}.
"""

import asyncio
import json
import sys
from urllib.parse import urlsplit

# autobahn looks for the loop when it is imported: without one, handshakes hang.
loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)

from autobahn.asyncio.websocket import (  # noqa: E402
    WebSocketClientFactory,
    WebSocketClientProtocol,
    WebSocketServerFactory,
    WebSocketServerProtocol,
)
from autobahn.websocket.compress import (  # noqa: E402
    PerMessageDeflateOffer,
    PerMessageDeflateOfferAccept,
    PerMessageDeflateResponse,
    PerMessageDeflateResponseAccept,
)


def say(value):
    print(json.dumps(value), flush=True)


class Echo:
    size = 0

    def onMessage(self, payload, isBinary):
        command, *rest = [None] if isBinary else payload.split(b" ", 2)
        if command == b"fragment":
            self.size = int(rest[0])
        elif command == b"close":
            self.sendClose(int(rest[0]), rest[1].decode())
        elif self.size > 0 and isBinary:
            self.beginMessage(isBinary=True)
            for at in range(0, len(payload), self.size):
                self.sendMessageFrame(payload[at : at + self.size])
            # It may send an end without a beginning.
            if len(payload) == 0:
                self.sendMessageFrame(b"")
            self.endMessage()
        else:
            self.sendMessage(payload, isBinary, fragmentSize=self.size or None)

    def onClose(self, wasClean, code, reason):
        say({"path": self.path, "code": code, "reason": reason or ""})


class ServerEcho(Echo, WebSocketServerProtocol):
    def onConnect(self, request):
        self.path = request.path


class ClientEcho(Echo, WebSocketClientProtocol):
    def onConnect(self, response):
        self.path = urlsplit(self.factory.url).path


def accepting(config):
    def accept(offers):
        for offer in offers:
            if isinstance(offer, PerMessageDeflateOffer):
                return PerMessageDeflateOfferAccept(offer, **config)

    return accept


async def serve(configs):
    ports = []
    for config in configs:
        factory = WebSocketServerFactory()
        factory.protocol = ServerEcho
        factory.setProtocolOptions(perMessageCompressionAccept=accepting(config), echoCloseCodeReason=True)
        server = await loop.create_server(factory, "127.0.0.1", 0)
        ports.append(server.sockets[0].getsockname()[1])
    say(ports)
    await loop.run_in_executor(None, sys.stdin.read)


def confirm(response):
    if isinstance(response, PerMessageDeflateResponse):
        return PerMessageDeflateResponseAccept(response)


async def connect():
    say("ready")
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        order = json.loads(line)
        factory = WebSocketClientFactory(order["url"])
        factory.protocol = ClientEcho
        factory.setProtocolOptions(
            perMessageCompressionOffers=[PerMessageDeflateOffer(**order["config"])],
            perMessageCompressionAccept=confirm,
            echoCloseCodeReason=True,
        )
        url = urlsplit(order["url"])
        await loop.create_connection(factory, url.hostname, url.port)


loop.run_until_complete(serve(json.loads(sys.argv[2])) if sys.argv[1] == "serve" else connect())
