import { Duplex } from 'node:stream';
import { closeBody, type WireFrame, WireReader, wireFrame } from '../../src/testing/index.js';
import { BINARY, CLOSE, PING, PONG, TEXT } from '../support/wire-frames.js';
import type { Case } from './case.js';
import { text } from './contents.js';
import type { Conversation, Endpoint } from './endpoints/endpoint.js';
import { failed, open, ping, PROTOCOL_ERROR, textFrame } from './parts.js';
import { runCase } from './trial.js';

/** What a server that does everything right but one thing does instead. */
interface Fault {
  readonly answer?: (frame: WireFrame) => Buffer | undefined;
  readonly told?: number;
  readonly delivered?: number;
}

/** What is right to send when a frame has come; after a Close frame, the end of the transport. */
function rightAnswer({ opcode, payload }: WireFrame): Buffer {
  if (opcode === PING) return wireFrame({ opcode: PONG, payload });
  if (opcode === TEXT || opcode === BINARY || opcode === CLOSE) return wireFrame({ opcode, payload });
  return Buffer.alloc(0);
}

/** A server in a few lines, which knows whole messages only. */
function serverWith({ answer, told = 1000, delivered }: Fault): Endpoint {
  const start = (): Promise<Conversation> => {
    const reader = new WireReader();
    let messages = 0;
    const stream = new Duplex({
      allowHalfOpen: true,
      read: () => undefined,
      write: (chunk: Buffer, _encoding, done) => {
        for (const frame of reader.push(chunk)) {
          if (frame.opcode === TEXT || frame.opcode === BINARY) messages++;
          stream.push(answer?.(frame) ?? rightAnswer(frame));
          if (frame.opcode === CLOSE) stream.push(null);
        }
        done();
      },
      final: (done) => {
        stream.push(null);
        done();
      },
    });
    return Promise.resolve({
      stream,
      codec: undefined,
      delivered: () => delivered ?? messages,
      told: Promise.resolve(told),
      close: () => undefined,
      release: () => stream.destroy(),
    });
  };
  return { name: 'faulty', transports: ['memory'], start, stop: () => Promise.resolve() };
}

const CASE: Case = {
  id: '5.6-hello',
  clause: '5.6',
  words: 'a message and a Ping',
  exchanges: () => [
    { send: [textFrame('hello'), ping('p')], messages: [text('hello')], pongs: [Buffer.from('p')] },
  ],
  end: open,
};

function complaintsOf(fault: Fault, one: Case = CASE): Promise<readonly string[]> {
  const run = {
    case: one,
    role: 'server',
    transport: 'memory',
    segmentation: 'bytes',
    seed: 1,
    hurry: true,
  } as const;
  return runCase(serverWith(fault), run);
}

/** A fault in the answer to frames with this opcode. */
function onOpcode(opcode: number, answer: (frame: WireFrame) => Buffer): Fault {
  return { answer: (frame) => (frame.opcode === opcode ? answer(frame) : undefined) };
}

describe('runCase', () => {
  it('has nothing against a server that does everything right', async () => {
    expect(await complaintsOf({})).toEqual([]);
  });

  it.each<[string, Fault, RegExp]>([
    [
      'another echo',
      onOpcode(TEXT, () => wireFrame({ opcode: TEXT, payload: 'hallo' })),
      /^echo 1 is text of 5 octets \(68616c6c6f\)/,
    ],
    [
      'an echo of another type',
      onOpcode(TEXT, () => wireFrame({ opcode: BINARY, payload: 'hello' })),
      /^echo 1 is binary/,
    ],
    [
      'two echoes',
      onOpcode(TEXT, () =>
        Buffer.concat([
          wireFrame({ opcode: TEXT, payload: 'hello' }),
          wireFrame({ opcode: TEXT, payload: 'hello' }),
        ]),
      ),
      /^2 messages came/,
    ],
    [
      'a masked frame',
      onOpcode(TEXT, () => wireFrame({ opcode: TEXT, payload: 'hello', key: [1, 2, 3, 4] })),
      /is masked, a server masks none$/,
    ],
    [
      'a reserved bit',
      onOpcode(TEXT, () => wireFrame({ opcode: TEXT, payload: 'hello', rsv: 4 })),
      /has the reserved bits 4, /,
    ],
    [
      'a length that is not minimal',
      onOpcode(TEXT, () => Buffer.from('817e000568656c6c6f', 'hex')),
      /not minimal$/,
    ],
    [
      'another Pong',
      onOpcode(PING, () => wireFrame({ opcode: PONG, payload: 'q' })),
      /^Pong 1 answers no Ping/,
    ],
    [
      'two Pongs',
      onOpcode(PING, () =>
        Buffer.concat([wireFrame({ opcode: PONG, payload: 'p' }), wireFrame({ opcode: PONG, payload: 'p' })]),
      ),
      /^2 Pongs came for 1 Pings$/,
    ],
    [
      'a Pong of too many octets',
      onOpcode(PING, () => wireFrame({ opcode: PONG, payload: Buffer.alloc(126) })),
      /at most 125 may be$/,
    ],
    [
      'another close code',
      onOpcode(CLOSE, () => wireFrame({ opcode: CLOSE, payload: closeBody(1001) })),
      /^the Close frame has the code 1001, expected the code 1000$/,
    ],
    ['no close code', onOpcode(CLOSE, () => wireFrame({ opcode: CLOSE })), /^the Close frame has no code/],
    ['no Close frame', onOpcode(CLOSE, () => Buffer.alloc(0)), /^no Close frame came/],
    [
      'more behind the Close frame',
      onOpcode(CLOSE, () =>
        Buffer.concat([wireFrame({ opcode: CLOSE, payload: closeBody(1000) }), wireFrame({ opcode: PONG })]),
      ),
      /came after the Close frame, which is the last$/,
    ],
    [
      'half a frame at the end',
      onOpcode(CLOSE, () =>
        Buffer.concat([wireFrame({ opcode: CLOSE, payload: closeBody(1000) }), Buffer.of(0x81)]),
      ),
      /ended within a frame/,
    ],
    ['another code for the application', { told: 1006 }, /^the application is told 1006, expected 1000$/],
    ['a message the application never had', { delivered: 0 }, /^0 messages were delivered, expected 1$/],
  ])('complains of %s', async (_, fault, complaint) => {
    expect((await complaintsOf(fault)).join('\n')).toMatch(new RegExp(complaint, 'm'));
  });

  it.each([['bytes'], ['whole'], ['random']] as const)(
    'complains of what should have failed and did not, sent as %s',
    async (segmentation) => {
      const wrong: Case = {
        ...CASE,
        end: () => failed(PROTOCOL_ERROR, 'first octet', [textFrame('x', { rsv: 4 })]),
      };
      const run = {
        case: wrong,
        role: 'server',
        transport: 'memory',
        segmentation,
        seed: 1,
        hurry: true,
      } as const;
      expect((await runCase(serverWith({}), run)).join()).toMatch(
        /no Close frame came|1 messages came|2 messages came/,
      );
    },
  );
});
