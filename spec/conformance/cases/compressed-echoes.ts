import type { Case, Compression, Content, Exchange, Segmentation } from '../case.js';
import { binary, jsonBytes, noiseBytes, text } from '../contents.js';
import { open } from '../parts.js';

const CLAUSE = '7692';
const ECHOES = 1000;
const SIZES = [16, 64, 256, 1024, 4096, 8192, 16_384, 32_768, 65_536, 131_072];
const LARGE = 4096;
const WINDOWS = [9, 12, 15];
const TAKEOVERS: readonly (readonly [string, Compression])[] = [
  ['takeover', {}],
  ['no-takeover', { serverNoContextTakeover: true, clientNoContextTakeover: true }],
  ['server-no-takeover', { serverNoContextTakeover: true }],
  ['client-no-takeover', { clientNoContextTakeover: true }],
];

/** So many messages of a size: mostly JSON, and some that cannot be compressed. */
function messagesOf(size: number, first: number, count: number): Content[] {
  return Array.from({ length: count }, (_, i) => {
    const number = first + i;
    return number % 7 === 6 ? binary(noiseBytes(size, number)) : text(jsonBytes(size, number));
  });
}

/** In exchanges of as many as are on their way at once. */
function* echoes(size: number, fragmentBytes?: number): Generator<Exchange> {
  const batch = Math.max(4, Math.min(50, Math.floor(65_536 / size)));
  for (let first = 0; first < ECHOES; first += batch) {
    const messages = messagesOf(size, first, Math.min(batch, ECHOES - first));
    yield {
      send: messages.map((message) =>
        fragmentBytes === undefined ? { message } : { message, fragmentBytes },
      ),
      messages,
    };
  }
}

/** Most of the time of the whole suite is spent here: the larger the messages are, the fewer ways there are to send them. */
function waysOf(size: number): Pick<Case, 'segmentations' | 'transports' | 'big'> {
  const segmentations: Segmentation[] = ['whole'];
  if (size <= 1024) segmentations.push('random');
  if (size <= 16) segmentations.push('bytes');
  return { segmentations, ...(size > LARGE && { transports: ['socket'] }), big: true };
}

function windowed(bits: number): Compression {
  return bits === 15 ? {} : { serverMaxWindowBits: bits, clientMaxWindowBits: bits };
}

function whole(): Case[] {
  const bothAlike = ['takeover', 'no-takeover'];
  return TAKEOVERS.flatMap(([name, takeover]) =>
    WINDOWS.flatMap((bits) =>
      SIZES.filter((size) => size <= LARGE || bothAlike.includes(name)).map((size): Case => ({
        id: `${CLAUSE}-echo-${size}-window-${bits}-${name}`,
        clause: CLAUSE,
        words: `${ECHOES} echoes of ${size} octets, a window of ${bits} bits, ${name.replaceAll('-', ' ')}`,
        options: { compression: { ...windowed(bits), ...takeover } },
        ...waysOf(size),
        exchanges: () => echoes(size),
        end: open,
      })),
    ),
  );
}

/** Both sides cut what they have compressed. */
function fragmented(): Case[] {
  const some = [
    [64, 8],
    [256, 16],
    [1024, 256],
    [4096, 256],
    [8192, 1024],
    [32_768, 256],
    [131_072, 1300],
    [131_072, 32_768],
  ];
  return [9, 15].flatMap((bits) =>
    some.map(([size = 0, fragmentBytes = 0]): Case => ({
      id: `${CLAUSE}-echo-${size}-window-${bits}-in-frames-of-${fragmentBytes}`,
      clause: CLAUSE,
      words: `${ECHOES} echoes of ${size} octets in frames of ${fragmentBytes}, a window of ${bits} bits`,
      options: { fragmentBytes, compression: windowed(bits) },
      ...waysOf(size),
      exchanges: () => echoes(size, fragmentBytes),
      end: open,
    })),
  );
}

/** With every window on its own, and with what an implementation does of itself. */
function others(): Case[] {
  const windows = Array.from({ length: 7 }, (_, i) => i + 9).flatMap((bits) => [
    [`only-server-window-${bits}`, { serverMaxWindowBits: bits }] as const,
    [`only-client-window-${bits}`, { clientMaxWindowBits: bits }] as const,
  ]);
  const presets = (['small', 'stateless', 'large'] as const).map(
    (preset) => [`preset-${preset}`, { preset }] as const,
  );
  return [...windows, ...presets].map(([name, compression]) => ofAllSizes(name, compression));
}

/** zlib has no window of 8 bits. A server need not agree to one; a client that is bound to it sends messages as they are. */
function leastWindow(): Case {
  return { ...ofAllSizes('only-client-window-8', { clientMaxWindowBits: 8 }), roles: ['client'] };
}

function ofAllSizes(name: string, compression: Compression): Case {
  return {
    id: `${CLAUSE}-echo-${name}`,
    clause: CLAUSE,
    words: `echoes of all sizes, ${name.replaceAll('-', ' ')}`,
    options: { compression },
    segmentations: ['whole', 'random'],
    big: true,
    exchanges: () => {
      const messages = [0, 1, ...SIZES].flatMap((size, i) => messagesOf(size, i * 20 + 3, 5));
      return [{ send: messages.map((message) => ({ message })), messages }];
    },
    end: open,
  };
}

export const compressedEchoes: readonly Case[] = [...others(), leastWindow(), ...whole(), ...fragmented()];
