import { setTimeout as wait } from 'node:timers/promises';
import { answer, scenarioOfThisProcess } from '../lib/control.mjs';
import { payloadOf } from '../lib/frames.mjs';

/** A client sends a Ping now and then, every 20 s at most often: none may come into what is counted. */
const MAX_AGE_MS = 10_000;
/** For both ends to be done with the connection that has ended. */
const SETTLE_MS = 50;

/**
 * The part that all clients share: what is counted, and when a round ends.
 *
 * @param {(port: number, session: { received: (length: number) => void }) => Promise<Link>} connect - Connects, and tells
 *   `received` of every message.
 * @typedef {{ send: (count: number) => void, close: () => void }} Link
 */
export function client(connect) {
  const scenario = scenarioOfThisProcess();
  const { inFlight = 0 } = scenario;
  let link;
  let openedAt = -Infinity;
  let count = 0;
  let outstanding = 0;
  let sending = false;
  let finish;

  const counted = (length, messages = 1) => {
    if (length !== 1) count += messages;
    else finish(count);
  };
  const exchanged = (_length, messages = 1) => {
    count += messages;
    if (sending) {
      link.send(messages);
      return;
    }
    outstanding -= messages;
    if (outstanding === 0) finish(count);
  };

  answer({
    /** Connects; again when the connection is too old. */
    renew: async ({ port }) => {
      if (performance.now() - openedAt < MAX_AGE_MS) return;
      link?.close();
      link = await connect(port, { received: scenario.mode === 'exchange' ? exchanged : counted });
      openedAt = performance.now();
      await wait(SETTLE_MS);
    },
    /** Counts until the marker comes. */
    receive: () => {
      count = 0;
      return new Promise((resolve) => (finish = resolve));
    },
    exchange: ({ ms }) => {
      count = 0;
      outstanding = inFlight;
      sending = true;
      setTimeout(() => (sending = false), ms);
      return new Promise((resolve) => {
        finish = resolve;
        link.send(inFlight);
      });
    },
  });
  return { scenario, payload: payloadOf(scenario) };
}
