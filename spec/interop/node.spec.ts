import { join } from 'node:path';
import { Command } from '../support/command.js';
import { describePeer } from './peer-suite.js';

const SCRIPT = join(import.meta.dirname, 'peers', 'node_peer.mjs');
/** Node 22 has it without being asked. */
const FLAGS = ['--experimental-websocket', '--disable-warning=ExperimentalWarning'];

describePeer({
  name: `the WebSocket of Node ${process.version} (undici ${process.versions['undici'] ?? ''})`,
  need: { available: process.versions['undici'] !== undefined, what: 'a Node with undici in it' },
  client: () => new Command(process.execPath, [...FLAGS, SCRIPT]),
  // It can read compressed messages, and sends none.
  compresses: false,
  fragments: false,
  trialsOfServer: [],
  trialsOfClient: [
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
      ours: { preset: 'large', serverMaxWindowBits: 9 },
      theirs: {},
      agreed: 'permessage-deflate; server_max_window_bits=9',
    },
  ],
});
