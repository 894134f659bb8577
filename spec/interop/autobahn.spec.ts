import { describePeer, type Trial } from './peer-suite.js';
import { python, pythonModule } from './python.js';

const SCRIPT = 'autobahn_peer.py';

/** It offers that its own side may be bound, in both ways, unless it is told otherwise. */
const UNBOUND = { accept_no_context_takeover: false, accept_max_window_bits: false };

/** A window for each side, so that every size occurs on both. */
const WINDOWS = [9, 10, 11, 12, 13, 14, 15];

const trialsOfClient: readonly Trial[] = [
  {
    ours: true,
    theirs: { accept_no_context_takeover: false },
    agreed: 'permessage-deflate; client_max_window_bits=12; server_max_window_bits=12',
    long: true,
  },
  {
    ours: true,
    theirs: {},
    agreed:
      'permessage-deflate; client_max_window_bits=12; client_no_context_takeover; server_max_window_bits=12',
  },
  {
    ours: { preset: 'stateless' },
    theirs: { accept_max_window_bits: false },
    agreed: 'permessage-deflate; client_no_context_takeover; server_no_context_takeover',
  },
  { ours: { preset: 'large' }, theirs: UNBOUND, agreed: 'permessage-deflate' },
  {
    ours: { preset: 'large' },
    theirs: { ...UNBOUND, request_no_context_takeover: true, request_max_window_bits: 11 },
    agreed: 'permessage-deflate; server_max_window_bits=11; server_no_context_takeover',
  },
  ...WINDOWS.map((bits) => ({
    ours: { preset: 'large', clientMaxWindowBits: 24 - bits } as const,
    theirs: { accept_no_context_takeover: false, request_max_window_bits: bits },
    agreed: `permessage-deflate; client_max_window_bits=${24 - bits}; server_max_window_bits=${bits}`,
  })),
];

const trialsOfServer: readonly Trial[] = [
  { ours: true, theirs: {}, agreed: 'permessage-deflate', long: true },
  {
    ours: { preset: 'stateless' },
    theirs: { request_no_context_takeover: true },
    agreed: 'permessage-deflate; client_no_context_takeover; server_no_context_takeover',
  },
  {
    ours: { preset: 'large', serverNoContextTakeover: true },
    theirs: {},
    agreed: 'permessage-deflate; server_no_context_takeover',
  },
  {
    ours: { preset: 'large', clientNoContextTakeover: true },
    theirs: { request_no_context_takeover: true },
    agreed: 'permessage-deflate; client_no_context_takeover',
  },
  ...WINDOWS.map((bits) => ({
    ours: { preset: 'large', serverMaxWindowBits: bits } as const,
    theirs: { request_max_window_bits: 24 - bits },
    agreed: `permessage-deflate; client_max_window_bits=${24 - bits}; server_max_window_bits=${bits}`,
  })),
];

describePeer({
  name: 'autobahn',
  need: pythonModule('autobahn'),
  client: () => python(SCRIPT, 'connect'),
  servers: (configs) => python(SCRIPT, 'serve', JSON.stringify(configs)),
  compresses: true,
  fragments: true,
  trialsOfClient,
  trialsOfServer,
});
