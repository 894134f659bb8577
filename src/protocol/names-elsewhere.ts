/** What options are called in Node and in other WebSocket libraries, and here. */
const HERE: Readonly<Record<string, string>> = Object.freeze({
  agent: 'proxy',
  createConnection: 'dial',
  followRedirects: 'redirects',
  maxRedirects: 'redirects',
  generateMask: 'maskingKey',
  handleProtocols: 'selectSubprotocol',
  maxPayload: 'maxMessageBytes',
  maxReceivedMessageSize: 'maxMessageBytes',
  maxReceivedFrameSize: 'maxFrameBytes',
  perMessageDeflate: 'compression',
  permessageDeflate: 'compression',
  pingInterval: 'keepAlive',
  pingTimeout: 'keepAlive',
  protocol: 'subprotocols',
  protocols: 'subprotocols',
  protocolVersion: 'version',
  skipUTF8Validation: 'validateUtf8',
  timeout: 'handshakeTimeoutMs',
  verifyClient: 'authorize',
  user: 'auth',
  username: 'auth',
  password: 'auth',
  ALPNProtocols: 'tls.ALPNProtocols',
  ca: 'tls.ca',
  cert: 'tls.cert',
  checkServerIdentity: 'tls.checkServerIdentity',
  ciphers: 'tls.ciphers',
  key: 'tls.key',
  maxVersion: 'tls.maxVersion',
  minVersion: 'tls.minVersion',
  passphrase: 'tls.passphrase',
  pfx: 'tls.pfx',
  rejectUnauthorized: 'tls.rejectUnauthorized',
  requestCert: 'tls.requestCert',
  servername: 'tls.servername',
});

/** What an option is called here, where it is known by that name elsewhere, and there is one such. */
export function nameHere(name: string, known: readonly string[]): string | undefined {
  const here = Object.hasOwn(HERE, name) ? HERE[name] : undefined;
  return here !== undefined && known.includes(here.split('.')[0] ?? '') ? here : undefined;
}
