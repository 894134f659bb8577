"""Servers that answer the opening handshakes of others.

answering_peer.py LIBRARY: websockets, autobahn or twisted. Prints the ports of its servers as a list of JSON: one that lets everybody in, then those that want
the user "user" with the password "pass", by Basic, and for twisted by Digest.

A path /refuse/STATUS is refused, /redirect leads to /moved. What is opened says first, as JSON, which path, subprotocol, header X-Own and Cookie it sees; then it
sends back what comes.
"""

import asyncio
import json
import sys
from http import HTTPStatus

USER, PASSWORD = "user", "pass"
SUBPROTOCOLS = ["b", "a"]


def greeting(path, subprotocol, header):
    return json.dumps({"path": path, "subprotocol": subprotocol, "own": header("X-Own"), "cookie": header("Cookie")})


async def with_websockets():
    import websockets
    from websockets.legacy.auth import basic_auth_protocol_factory

    async def answer(path, _headers):
        if path.startswith("/refuse/"):
            return HTTPStatus(int(path[8:])), [("X-Why", "so"), ("Retry-After", "7")], b"no\n"
        if path == "/redirect":
            return HTTPStatus.FOUND, [("Location", "/moved"), ("Set-Cookie", "c=d")], b""

    async def echo(socket):
        await socket.send(greeting(socket.path, socket.subprotocol, socket.request_headers.get))
        async for message in socket:
            await socket.send(message)

    options = {"process_request": answer, "subprotocols": SUBPROTOCOLS, "origins": [None, "http://good.example"]}
    everybody = await websockets.serve(echo, "127.0.0.1", 0, **options)
    protected = await websockets.serve(
        echo, "127.0.0.1", 0, create_protocol=basic_auth_protocol_factory(realm="a", credentials=(USER, PASSWORD))
    )
    return [server.sockets[0].getsockname()[1] for server in (everybody, protected)]


def autobahn_protocol(Base):
    from autobahn.websocket.types import ConnectionDeny

    class Echo(Base):
        def onConnect(self, request):
            if request.path.startswith("/refuse/"):
                raise ConnectionDeny(int(request.path[8:]), "no")
            self.request = request
            chosen = next((each for each in request.protocols if each in SUBPROTOCOLS), None)
            return chosen, {"X-Why": "so"}

        def onOpen(self):
            headers = {name.lower(): value for name, value in self.request.headers.items()}
            text = greeting(self.request.path, self.websocket_protocol_in_use, lambda name: headers.get(name.lower()))
            self.sendMessage(text.encode())

        def onMessage(self, payload, isBinary):
            self.sendMessage(payload, isBinary)

    return Echo


async def with_autobahn():
    from autobahn.asyncio.websocket import WebSocketServerFactory, WebSocketServerProtocol

    factory = WebSocketServerFactory()
    factory.protocol = autobahn_protocol(WebSocketServerProtocol)
    factory.setProtocolOptions(allowedOrigins=["http://good.example:80"])
    server = await asyncio.get_running_loop().create_server(factory, "127.0.0.1", 0)
    return [server.sockets[0].getsockname()[1]]


def with_twisted():
    from autobahn.twisted.resource import WebSocketResource
    from autobahn.twisted.websocket import WebSocketServerFactory, WebSocketServerProtocol
    from twisted.cred.checkers import InMemoryUsernamePasswordDatabaseDontUse
    from twisted.cred.portal import IRealm, Portal
    from twisted.internet import reactor
    from twisted.web.guard import BasicCredentialFactory, DigestCredentialFactory, HTTPAuthSessionWrapper
    from twisted.web.resource import IResource
    from twisted.web.server import Site
    from zope.interface import implementer

    factory = WebSocketServerFactory()
    factory.protocol = autobahn_protocol(WebSocketServerProtocol)
    factory.startFactory()
    resource = WebSocketResource(factory)

    @implementer(IRealm)
    class Realm:
        def requestAvatar(self, _user, _mind, *_interfaces):
            return IResource, resource, lambda: None

    portal = Portal(Realm(), [InMemoryUsernamePasswordDatabaseDontUse(**{USER: PASSWORD.encode()})])
    basic = BasicCredentialFactory(b"a realm")
    digests = [DigestCredentialFactory(algorithm, b"a realm") for algorithm in (b"md5", b"sha")]
    sites = [resource] + [HTTPAuthSessionWrapper(portal, [each]) for each in (basic, *digests)]
    sites.append(HTTPAuthSessionWrapper(portal, [basic, digests[0]]))
    ports = [reactor.listenTCP(0, Site(site), interface="127.0.0.1").getHost().port for site in sites]
    print(json.dumps(ports), flush=True)
    reactor.run()


if sys.argv[1] == "twisted":
    with_twisted()
else:
    # autobahn looks for the loop when it is imported: without one, handshakes hang.
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    servers = {"websockets": with_websockets, "autobahn": with_autobahn}[sys.argv[1]]
    print(json.dumps(loop.run_until_complete(servers())), flush=True)
    loop.run_forever()
