// The load of one scenario, a process of its own: raw sockets, frames built before, bytes counted.
import { setTimeout as wait } from 'node:timers/promises';
import { answer, cpuMicros, scenarioOfThisProcess } from '../lib/control.mjs';
import { BroadcastLoad } from './broadcast.mjs';
import { CompressedEchoLoad } from './compressed-echo.mjs';
import { CompressedIdleLoad } from './compressed-idle.mjs';
import { EchoLoad } from './echo.mjs';
import { EmitLoad } from './emit.mjs';
import { HandshakeLoad } from './handshake.mjs';
import { IdleLoad } from './idle.mjs';
import { IngestLoad } from './ingest.mjs';
import { LongMessageLoad } from './long-message.mjs';
import { ManyMessagesLoad } from './many-messages.mjs';

const LOADS = {
  echo: EchoLoad,
  ingest: IngestLoad,
  emit: EmitLoad,
  broadcast: BroadcastLoad,
  handshake: HandshakeLoad,
  idle: IdleLoad,
  compressedEcho: CompressedEchoLoad,
  compressedIdle: CompressedIdleLoad,
  longMessage: LongMessageLoad,
  manyMessages: ManyMessagesLoad,
};

const scenario = scenarioOfThisProcess();
const loads = new Map();

/** A WebSocket server sends a Ping now and then, every 20 s at most often: none may come into what is counted. */
const MAX_AGE_MS = 10_000;
/** For the server to be done with the connections that have ended. */
const SETTLE_MS = 50;

answer({
  open: async ({ kind, port }) => {
    const load = new LOADS[scenario.load ?? scenario.mode](scenario, kind, port);
    loads.set(kind, load);
    await load.open();
    load.openedAt = performance.now();
  },
  /** Makes new connections in place of those that are too old. */
  renew: async ({ kind }) => {
    const load = loads.get(kind);
    if (performance.now() - load.openedAt < MAX_AGE_MS) return;
    load.close();
    await load.open();
    load.openedAt = performance.now();
    await wait(SETTLE_MS);
  },
  run: async ({ kind, amount, messages: each }) => {
    const cpu = cpuMicros();
    const began = performance.now();
    const messages = await loads.get(kind).run(amount, each);
    return { messages, wallMs: performance.now() - began, loadMicros: cpuMicros() - cpu };
  },
  close: ({ kind }) => loads.get(kind).close(),
});
