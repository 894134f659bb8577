// What is measured, and the goals: how many times the messages per second of processor time of ws.

const KIB = 1024;
const MIB = KIB * KIB;
const SIZES = [
  ['16 B', 16],
  ['125 B', 125],
  ['200 B', 200],
  ['1 KiB', KIB],
  ['16 KiB', 16 * KIB],
  ['64 KiB', 64 * KIB],
  ['1 MiB', MIB],
  ['16 MiB', 16 * MIB],
];
const sizeName = (size) => SIZES.find(([, bytes]) => bytes === size)[0];
const TYPES = ['text', 'binary'];

/** Bytes of a frame from a client. */
const clientFrameBytes = (size) => size + (size < 126 ? 6 : size < 65536 ? 8 : 14);

/** Large messages want few connections: else what is on its way no longer fits in the caches of the machine. */
function connectionsFor(size) {
  if (size < 16 * KIB) return 64;
  if (size < 64 * KIB) return 16;
  return size < MIB ? 8 : 1;
}

function echo(size, type, inFlight, more = {}) {
  const connections = connectionsFor(size);
  const script = more.script === 'mixed' ? ', not ASCII' : '';
  const raised = more.raised === undefined ? '' : ` (${Object.keys(more.raised).join()} raised)`;
  return {
    suite: 'echo',
    mode: 'echo',
    name: `echo ${sizeName(size)} ${type}${script}, ${inFlight} in flight, ${connections} conn.${raised}`,
    size,
    type,
    inFlight,
    connections,
    ...more,
  };
}

function echoGoal(size, inFlight) {
  if (size >= 64 * KIB) return 1;
  if (size === 16 * KIB) return inFlight === 4 ? 1.1 : undefined;
  if (inFlight === 1) return 1.05;
  if (size === 125) return { 16: 5, 64: 9 }[inFlight];
  return size === KIB && inFlight === 16 ? 4 : undefined;
}

/** Whether a row is one of those that the goals name: these get more and longer rounds. */
const isKey = (size, inFlight) => (size === 125 && inFlight < 128) || (inFlight === 16 && size === KIB);

const IN_FLIGHT = { 16: [1, 16, 128], 125: [1, 16, 64, 128], [16 * KIB]: [1, 4, 16, 128], [64 * KIB]: [2] };

const echoes = [16, 125, KIB, 16 * KIB, 64 * KIB, MIB].flatMap((size) =>
  TYPES.flatMap((type) =>
    (IN_FLIGHT[size] ?? [1, 16, 128]).map((inFlight) =>
      echo(size, type, inFlight, {
        goal: echoGoal(size, inFlight),
        key: isKey(size, inFlight) || inFlight === 4 || size === 64 * KIB,
      }),
    ),
  ),
);
echoes.push(echo(KIB, 'text', 16, { script: 'mixed' }));
echoes.push(echo(16 * MIB, 'binary', 1, { goal: 1, raised: { maxMessageBytes: 16 * MIB } }));

function ingest(size, type, goal) {
  const connections = size > KIB ? 16 : 64;
  return {
    suite: 'ingest',
    mode: 'ingest',
    name: `receive only ${sizeName(size)} ${type}, ${connections} conn.`,
    size,
    type,
    connections,
    frameBytes: clientFrameBytes(size),
    goal,
    key: goal !== undefined,
  };
}

function emit(size, type, goal) {
  const burst = size > KIB ? 20 : 200;
  const connections = size > KIB ? 16 : 64;
  return {
    suite: 'emit',
    mode: 'emit',
    name: `send only ${sizeName(size)} ${type}, bursts of ${burst}, ${connections} conn.`,
    size,
    type,
    connections,
    burst,
    messages: 5 * burst,
    goal,
    key: goal !== undefined,
  };
}

/** One message to all, a few times: each in a turn of its own, or in bursts. By the server, or by a topic that all are in. */
function broadcast(size, more = {}) {
  const connections = 1000;
  const compressed = more.compressed ? ', compressed' : '';
  const bursts = more.burst === undefined ? '' : `, bursts of ${more.burst}`;
  return {
    suite: 'broadcast',
    mode: 'broadcast',
    load: 'broadcast',
    name: `${more.mode ?? 'broadcast'} ${sizeName(size)} text${compressed}${bursts}, ${connections} conn.`,
    size,
    type: 'text',
    connections,
    burst: 1,
    messages: 10,
    ...more,
    key: true,
  };
}

function client(mode, size, goal, inFlight, rival) {
  const what = mode === 'receive' ? 'client receives' : 'client echo';
  const pace = inFlight === undefined ? '' : `, ${inFlight} in flight`;
  return {
    suite: 'client',
    mode,
    name: `${what} ${sizeName(size)} text${pace}, 1 conn.${rival === undefined ? '' : `, against ${rival} in place of ws`}`,
    rival,
    size,
    type: 'text',
    frameBytes: clientFrameBytes(size),
    inFlight,
    goal,
    key: size === 125,
  };
}

/** Tickers in JSON, compressed by permessage-deflate in both directions; with the history of the connection, or each for itself. */
function compressed(inFlight, takeover, goal) {
  const connections = 64;
  const history = takeover ? '' : ', no context takeover';
  return {
    suite: 'compressed',
    mode: 'echo',
    load: 'compressedEcho',
    name: `compressed echo of 1 KiB JSON${history}, ${inFlight} in flight, ${connections} conn.`,
    compressed: true,
    takeover,
    size: KIB,
    type: 'text',
    inFlight,
    connections,
    goal,
    key: goal !== undefined,
  };
}

/** The operators have rows of their own: they are the same codec behind an Observable. */
const CODECS = Object.freeze({
  decoder: 'decode',
  decodeOperator: 'decodeMessages',
  encoder: 'encode',
  encodeOperator: 'encodeFrames',
  compression: 'deflate and inflate',
});

function codec(mode, size, type, role) {
  const what = mode === 'compression' ? 'JSON' : type;
  const masked = role === 'client' && mode.startsWith('encode') ? ', masked' : '';
  return {
    suite: 'codec',
    mode,
    name: `codec: ${CODECS[mode]} ${sizeName(size)} ${what}${masked}`,
    size,
    type,
    role,
    frameBytes: clientFrameBytes(size),
    roundMs: 100,
    key: size === 125,
  };
}

const CODEC_SIZES = [16, 125, KIB, 16 * KIB];

/** @type {readonly any[]} */
export const scenarios = [
  ...echoes,
  ingest(16, 'text'),
  ingest(125, 'text', 3),
  ingest(125, 'binary'),
  ingest(KIB, 'binary'),
  ingest(16 * KIB, 'binary'),
  emit(16, 'text'),
  emit(125, 'text', 20),
  emit(KIB, 'binary'),
  emit(16 * KIB, 'binary'),
  broadcast(125, { goal: 1.2 }),
  broadcast(KIB, { goal: 1.2 }),
  broadcast(125, { burst: 10 }),
  broadcast(KIB, { compressed: true }),
  broadcast(125, { mode: 'topic', goal: 1.2 }),
  broadcast(125, { mode: 'topic', burst: 10 }),
  client('receive', 125, 2),
  client('receive', 125, 4, undefined, 'undici'),
  client('receive', KIB),
  client('exchange', 125, undefined, 16),
  compressed(1, true, 2),
  compressed(16, true, 2),
  compressed(1, false),
  compressed(16, false),
  {
    suite: 'handshake',
    mode: 'echo',
    load: 'handshake',
    name: 'opening handshakes, 16 in flight, each ended at once',
    size: 16,
    type: 'text',
    inFlight: 16,
    goal: 1.3,
    key: true,
  },
  {
    suite: 'idle',
    mode: 'echo',
    load: 'idle',
    name: 'idle connections, each used once',
    names: {
      rss: 'memory of the process (RSS) a connection',
      objects: 'heap and external memory a connection',
    },
    size: 125,
    type: 'text',
    connections: 10_000,
    goal: 0.95,
    lessIsBetter: true,
    key: true,
  },
  {
    suite: 'idle',
    mode: 'echo',
    load: 'compressedIdle',
    name: 'idle compressed connections, each used for 4 messages',
    names: {
      rss: 'memory of the process (RSS) a compressed connection',
      objects: 'heap and external memory a compressed connection',
    },
    compressed: true,
    takeover: true,
    size: KIB,
    type: 'text',
    messages: 4,
    connections: 3000,
    warmUp: { connections: 50, messages: 160 },
    goalBytes: 40 * KIB,
    lessIsBetter: true,
    key: true,
  },
  {
    suite: 'flow',
    mode: 'stream',
    load: 'longMessage',
    name: 'a message of 4 GiB, echoed chunk by chunk',
    amount: 4 * KIB * MIB,
    warmUp: 128 * MIB,
    unit: 'octets',
    goalBytes: 32 * MIB,
    lessIsBetter: true,
    key: true,
  },
  {
    suite: 'flow',
    mode: 'slow',
    load: 'manyMessages',
    name: '200,000 messages of 125 B, a turn of the event loop for each',
    size: 125,
    type: 'text',
    amount: 200_000,
    warmUp: 5000,
    unit: 'messages',
    goalHeld: 1025,
    lessIsBetter: true,
    key: true,
  },
  ...CODEC_SIZES.flatMap((size) => TYPES.map((type) => codec('decoder', size, type, 'server'))),
  codec('decodeOperator', 16, 'text', 'server'),
  codec('decodeOperator', 125, 'text', 'server'),
  ...[125, KIB, 16 * KIB].map((size) => codec('encoder', size, 'binary', 'server')),
  ...[125, KIB, 16 * KIB].map((size) => codec('encoder', size, 'binary', 'client')),
  codec('encodeOperator', 125, 'binary', 'server'),
  ...[200, KIB, 16 * KIB].map((size) => codec('compression', size, 'text', 'server')),
];
