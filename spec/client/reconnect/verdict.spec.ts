import {
  type CloseInfo,
  type CloseInitiator,
  HandshakeError,
  NegotiationError,
  ProtocolError,
  TimeoutError,
} from '../../../src/index.js';
import { verdictOnClose, verdictOnError } from '../../../src/client/reconnect/verdict.js';

function withCode(code: string, message = code): Error {
  return Object.assign(new Error(message), { code });
}

function refused(status: number): Error {
  return new HandshakeError('refused', { phase: 'http', status });
}

function failed(code: string, phase: 'dns' | 'tcp' | 'tls' | 'proxy' | 'http' = 'tcp'): Error {
  return new HandshakeError('failed', { phase, cause: withCode(code) });
}

describe('what an attempt that failed comes to by itself', () => {
  it.each([408, 429, 500, 502, 503, 504, 599])('status %i is tried again', (status) => {
    expect(verdictOnError(refused(status))).toBe('retry');
  });

  it.each([200, 301, 302, 400, 401, 402, 403, 404, 405, 407, 410, 426, 451])('status %i stops', (status) => {
    expect(verdictOnError(refused(status))).toBe('stop');
  });

  it.each([
    ['a connection refused', failed('ECONNREFUSED')],
    ['a name that is not found', failed('ENOTFOUND', 'dns')],
    ['a resolver that is away', failed('EAI_AGAIN', 'dns')],
    ['a host without a route', failed('EHOSTUNREACH')],
    ['a Unix socket that is not there', failed('ENOENT')],
    ['a Unix socket whose backlog is full', failed('EAGAIN')],
    ['no room for another socket in this process', failed('EMFILE')],
    ['no room for another socket in this machine', failed('ENFILE')],
    ['a name server that fails', failed('ESERVFAIL', 'dns')],
    ['a reset in the middle of TLS', failed('ECONNRESET', 'tls')],
    ['an end in place of an answer', failed('ECONNRESET', 'http')],
    [
      'a handshake that takes too long',
      new HandshakeError('slow', { phase: 'http', code: 'RXWIRE_HANDSHAKE_TIMEOUT' }),
    ],
    ['a fetch for the URL that failed', new TypeError('fetch failed', { cause: withCode('ENOTFOUND') })],
  ])('%s is tried again', (_name, error) => {
    expect(verdictOnError(error)).toBe('retry');
  });

  it.each([
    ['a certificate that nobody knows', failed('DEPTH_ZERO_SELF_SIGNED_CERT', 'tls')],
    ['a certificate for another name', failed('ERR_TLS_CERT_ALTNAME_INVALID', 'tls')],
    ['a certificate that has expired', failed('CERT_HAS_EXPIRED', 'tls')],
    ['TLS with what speaks none', failed('ERR_SSL_WRONG_VERSION_NUMBER', 'tls')],
    ['an answer that is no HTTP', failed('HPE_INVALID_CONSTANT', 'http')],
    ['a Unix socket that may not be opened', failed('EACCES')],
    ['no subprotocol in common', new NegotiationError('none')],
    ['an answer that opens no WebSocket', refused(101)],
    ['an error of a program', new TypeError('x is not a function')],
    ['what is no error', 'aborted'],
  ])('%s stops', (_name, error) => {
    expect(verdictOnError(error)).toBe('stop');
  });
});

describe('what the end of a connection comes to by itself', () => {
  const by = (initiator: CloseInitiator, code: number, more: Partial<CloseInfo> = {}): CloseInfo => ({
    code,
    reason: '',
    wasClean: true,
    initiator,
    ...more,
  });

  it.each([1001, 1005, 1006, 1011, 1012, 1013, 1014])('%i from the peer is tried again', (code) => {
    expect(verdictOnClose(by('remote', code))).toBe('retry');
  });

  it.each([1000, 1002, 1003, 1007, 1008, 1009, 1010, 3000, 3999, 4000, 4401, 4999])(
    '%i from the peer stops',
    (code) => {
      expect(verdictOnClose(by('remote', code))).toBe('stop');
    },
  );

  it('a transport that was lost is tried again, a peer that went silent too', () => {
    expect(verdictOnClose(by('transport', 1006))).toBe('retry');
    const cause = new TimeoutError('silent', { option: 'keepAlive.timeoutMs', limitMs: 1 });
    const sent = { code: 1011, reason: '' };
    expect(verdictOnClose(by('transport', 1006, { cause, sent }))).toBe('retry');
  });

  it.each([1000, 1001, 1006, 1011, 4000])('a close of our own stops, whatever the peer says: %i', (code) => {
    expect(verdictOnClose(by('local', code, { sent: { code: 4000, reason: '' } }))).toBe('stop');
  });

  it('an end that this side had to make is judged by its own code, and not by the reply', () => {
    const cause = new ProtocolError('wrong', { section: '5.5' });
    expect(verdictOnClose(by('local', 1006, { cause, sent: { code: 1002, reason: '' } }))).toBe('stop');
    expect(verdictOnClose(by('local', 1000, { cause, sent: { code: 1013, reason: '' } }))).toBe('retry');
    expect(verdictOnClose(by('local', 1006, { cause }))).toBe('retry');
  });
});
