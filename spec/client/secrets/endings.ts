import type { ClientOptions } from '../../../src/index.js';
import { acceptHead, type RawPeer } from '../../support/raw-peer.js';
import { CLOSE, TEXT } from '../../support/wire-frames.js';
import { closeBody } from '../../../src/testing/index.js';

/** A way in which a client's connection, or its opening, comes to an end. */
export interface Ending {
  readonly name: string;
  /** What the server does when it has been asked. */
  readonly behave: (peer: RawPeer, head: string) => void;
  readonly options?: ClientOptions;
}

const answering =
  (...lines: readonly string[]): Ending['behave'] =>
  (peer) => {
    peer.write([...lines, 'Content-Length: 2', '', 'no'].join('\r\n'));
  };

const opening =
  (then: (peer: RawPeer) => void): Ending['behave'] =>
  (peer, head) => {
    peer.write(acceptHead(head));
    void peer.next().then(
      () => {
        then(peer);
      },
      () => undefined,
    );
  };

export const ENDINGS: readonly Ending[] = [
  {
    name: 'is reset',
    behave: (peer) => {
      peer.reset();
    },
  },
  { name: 'ends without an answer', behave: (peer) => peer.stream.end() },
  {
    name: 'is answered with what is no HTTP',
    behave: (peer) => {
      peer.write('\x00\xff\r\n\r\n');
    },
  },
  {
    name: 'is answered with 401 and Basic',
    behave: answering('HTTP/1.1 401 X', 'WWW-Authenticate: Basic realm="a"'),
  },
  {
    name: 'is answered with 401 and Digest',
    behave: answering('HTTP/1.1 401 X', 'WWW-Authenticate: Digest realm="a", nonce="b", qop="auth"'),
  },
  { name: 'is answered with 403', behave: answering('HTTP/1.1 403 X', 'Set-Cookie: a=b') },
  {
    name: 'is answered with 407',
    behave: answering('HTTP/1.1 407 X', 'Proxy-Authenticate: Basic realm="a"'),
  },
  {
    name: 'is sent elsewhere, which it does not follow',
    behave: answering('HTTP/1.1 302 X', 'Location: /b'),
  },
  {
    name: 'is sent elsewhere again and again',
    behave: answering('HTTP/1.1 302 X', 'Location: /b'),
    options: { redirects: 2 },
  },
  {
    name: 'is sent to nowhere',
    behave: answering('HTTP/1.1 302 X', 'Location: ws://[a'),
    options: { redirects: 2 },
  },
  {
    name: 'is answered with a wrong accept',
    behave: (peer) => {
      peer.write(acceptHead(''));
    },
  },
  {
    name: 'is given what it did not offer',
    behave: (peer, head) => {
      peer.write(acceptHead(head, ['Sec-WebSocket-Protocol: a']));
    },
  },
  { name: 'is not answered', behave: () => undefined, options: { handshakeTimeoutMs: 20 } },
  {
    name: 'is closed with a code',
    behave: opening((peer) => {
      peer.send(CLOSE, closeBody(4001, 'no'));
    }),
  },
  {
    name: 'is cut when it is open',
    behave: opening((peer) => {
      peer.reset();
    }),
  },
  {
    name: 'is told what breaks the rules',
    behave: opening((peer) => {
      peer.send(TEXT, 'a', { rsv: 7 });
    }),
  },
  {
    name: 'is told what is no text',
    behave: opening((peer) => {
      peer.send(TEXT, Buffer.of(0xff));
    }),
  },
];
