import * as errors from '../../src/protocol/errors.js';

const {
  HandshakeError,
  LimitError,
  NegotiationError,
  ProtocolError,
  TextError,
  TimeoutError,
  WebSocketError,
} = errors;

/** The module loaded once more: what a second copy of the package in the same process is. */
async function secondCopy(): Promise<typeof errors> {
  const path = '../../src/protocol/errors.ts?copy=2';
  return (await import(path)) as typeof errors;
}

function oneOfEach(from: typeof errors): Record<string, errors.WebSocketError> {
  const option = 'maxThings';
  return {
    WebSocketError: new from.WebSocketError('RXWIRE_ANY', 'text'),
    ProtocolError: new from.ProtocolError('text', { section: '5.2' }),
    TextError: new from.TextError('text'),
    LimitError: new from.LimitError('text', { option, limit: 1, closeCode: 1009 }),
    NegotiationError: new from.NegotiationError('text'),
    HandshakeError: new from.HandshakeError('text', { phase: 'http' }),
    TimeoutError: new from.TimeoutError('text', { option, limitMs: 1 }),
  };
}

const CODES: Readonly<Record<string, string>> = {
  WebSocketError: 'RXWIRE_ANY',
  ProtocolError: 'RXWIRE_PROTOCOL',
  TextError: 'RXWIRE_TEXT',
  LimitError: 'RXWIRE_LIMIT',
  NegotiationError: 'RXWIRE_NEGOTIATION',
  HandshakeError: 'RXWIRE_HANDSHAKE',
  TimeoutError: 'RXWIRE_TIMEOUT',
};

describe('every error', () => {
  it.each(Object.entries(oneOfEach(errors)))(
    '%s has its name, its stable code and its text',
    (name, error) => {
      expect(error).toMatchObject({ name, code: CODES[name], message: 'text' });
      expect(Object.prototype.toString.call(error)).toBe('[object Error]');
      expect(error instanceof Error && error instanceof WebSocketError).toBe(true);
      expect(error.stack).toContain('errors.spec');
      expect(Object.keys(error)).not.toContain('name');
    },
  );

  it.each(Object.keys(CODES))('%s of another copy of the library is an instance here too', async (name) => {
    const copy = await secondCopy();
    expect(copy.WebSocketError).not.toBe(WebSocketError);
    const theirs = oneOfEach(copy)[name]!;
    const ours = oneOfEach(errors)[name]!;
    for (const type of [WebSocketError, ProtocolError, TextError, LimitError, HandshakeError] as const) {
      expect(theirs instanceof (type as never)).toBe(ours instanceof (type as never));
    }
    expect(theirs instanceof copy.WebSocketError && ours instanceof copy.WebSocketError).toBe(true);
    expect(errors.closeCodeFor(theirs)).toBe(errors.closeCodeFor(ours));
  });

  it('keeps its cause', () => {
    const cause = new Error('why');
    expect(new ProtocolError('text', { section: '7', cause }).cause).toBe(cause);
    expect(new HandshakeError('text', { phase: 'tls', cause }).cause).toBe(cause);
    expect(new NegotiationError('text', { cause }).cause).toBe(cause);
    expect('cause' in new TextError('text')).toBe(false);
  });
});

describe('instanceof', () => {
  it('follows the family and nothing else', () => {
    const text = new TextError('text');
    expect(text instanceof ProtocolError).toBe(true);
    expect(text instanceof (LimitError as never)).toBe(false);
    const protocol: unknown = new ProtocolError('text', { section: '5.2' });
    expect(protocol instanceof TextError).toBe(false);
  });

  it('is false for all that is not an error of this library', () => {
    const others: unknown[] = [
      undefined,
      null,
      1,
      'text',
      {},
      new Error('text'),
      { name: 'TextError' },
      () => 1,
    ];
    for (const value of others) expect(value instanceof WebSocketError).toBe(false);
  });

  it('holds for classes that users derive, named or not', () => {
    class Mine extends ProtocolError {}
    const mine: unknown = new Mine('text', { section: '5.2' });
    expect(mine instanceof Mine && mine instanceof ProtocolError && mine instanceof WebSocketError).toBe(
      true,
    );
    expect((mine as Error).name).toBe('Mine');
    expect((new ProtocolError('text', { section: '5.2' }) as unknown) instanceof Mine).toBe(false);
    const unnamed: unknown = new (class extends TextError {})('text');
    expect(unnamed instanceof TextError && unnamed instanceof WebSocketError).toBe(true);
  });
});

describe('what an error says beside its text', () => {
  it('is the section and the close code of a broken rule', () => {
    expect(new ProtocolError('text', { section: '5.2' })).toMatchObject({ section: '5.2', closeCode: 1002 });
    expect(new TextError('text')).toMatchObject({ section: '8.1', closeCode: 1007 });
    expect(errors.truncated()).toMatchObject({ section: '7.1.1', closeCode: 1006, code: 'RXWIRE_TRUNCATED' });
  });

  it('is the option and its value', () => {
    const limit = new LimitError('text', { option: 'maxFragments', limit: 3, closeCode: 1008 });
    expect(limit).toMatchObject({ option: 'maxFragments', limit: 3, closeCode: 1008 });
    const timeout = new TimeoutError('text', { option: 'closeTimeoutMs', limitMs: 50 });
    expect(timeout).toMatchObject({ option: 'closeTimeoutMs', limitMs: 50 });
  });

  it('is how far a handshake came and what was answered', () => {
    const details = { phase: 'http', status: 403, headers: { a: 'b' }, body: Uint8Array.of(1) } as const;
    expect(new HandshakeError('text', details)).toMatchObject(details);
    expect(new HandshakeError('text', { phase: 'dns', code: 'RXWIRE_OTHER' }).code).toBe('RXWIRE_OTHER');
  });
});

describe('closeCodeFor', () => {
  it.each([
    ['a broken rule', new ProtocolError('text', { section: '5.2' }), 1002],
    ['text that is none', new TextError('text'), 1007],
    ['too many things', new LimitError('text', { option: 'a', limit: 1, closeCode: 1008 }), 1008],
    ['a stream that broke off', errors.truncated(), 1006],
    ['any other error of the library', new NegotiationError('text'), 1011],
    ['any other error', new Error('text'), 1011],
    ['what is no error', 'text', 1011],
  ])('of %s', (_, error, code) => {
    expect(errors.closeCodeFor(error)).toBe(code);
  });
});
