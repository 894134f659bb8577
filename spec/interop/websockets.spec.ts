import { describePeer, type Trial } from './peer-suite.js';
import { python, pythonModule } from './python.js';

const SCRIPT = 'websockets_peer.py';

/** A window for each side, so that every size occurs on both. */
const WINDOWS = [9, 10, 11, 12, 13, 14, 15];

const trialsOfClient: readonly Trial[] = [
  {
    ours: true,
    theirs: {},
    agreed: 'permessage-deflate; client_max_window_bits=12; server_max_window_bits=12',
    long: true,
  },
  {
    ours: { preset: 'stateless' },
    theirs: {},
    agreed: 'permessage-deflate; client_no_context_takeover; server_no_context_takeover',
    long: true,
  },
  { ours: { preset: 'large' }, theirs: {}, agreed: 'permessage-deflate' },
  {
    ours: { preset: 'large' },
    theirs: { client_max_window_bits: null, server_no_context_takeover: true },
    agreed: 'permessage-deflate; server_no_context_takeover',
  },
  {
    ours: { preset: 'large', clientNoContextTakeover: true },
    theirs: { server_max_window_bits: 9, client_max_window_bits: 10 },
    agreed:
      'permessage-deflate; client_max_window_bits=10; client_no_context_takeover; server_max_window_bits=9',
  },
  ...WINDOWS.map((bits) => ({
    ours: { preset: 'large', serverMaxWindowBits: bits, clientMaxWindowBits: 24 - bits } as const,
    theirs: {},
    agreed: `permessage-deflate; client_max_window_bits=${24 - bits}; server_max_window_bits=${bits}`,
    long: bits === 9,
  })),
];

const trialsOfServer: readonly Trial[] = [
  { ours: true, theirs: {}, agreed: 'permessage-deflate', long: true },
  {
    ours: true,
    theirs: { server_max_window_bits: 12, client_max_window_bits: 12 },
    agreed: 'permessage-deflate; client_max_window_bits=12; server_max_window_bits=12',
    long: true,
  },
  {
    ours: { preset: 'stateless' },
    theirs: {},
    agreed: 'permessage-deflate; client_no_context_takeover; server_no_context_takeover',
    long: true,
  },
  {
    ours: { preset: 'large' },
    theirs: { server_no_context_takeover: true },
    agreed: 'permessage-deflate; server_no_context_takeover',
  },
  {
    ours: { preset: 'large' },
    theirs: { client_no_context_takeover: true },
    agreed: 'permessage-deflate; client_no_context_takeover',
  },
  ...WINDOWS.map((bits) => ({
    ours: { preset: 'large', serverMaxWindowBits: bits } as const,
    theirs: { client_max_window_bits: 24 - bits },
    agreed: `permessage-deflate; client_max_window_bits=${24 - bits}; server_max_window_bits=${bits}`,
    long: bits === 9,
  })),
];

describePeer({
  name: "Python's websockets",
  need: pythonModule('websockets'),
  client: () => python(SCRIPT, 'connect'),
  servers: (configs) => python(SCRIPT, 'serve', JSON.stringify(configs)),
  compresses: true,
  fragments: true,
  trialsOfClient,
  trialsOfServer,
});
