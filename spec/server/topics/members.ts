import { WireReader } from 'rxwire/testing';
import type { Connection, ConnectionOptions } from '../../../src/index.js';
import { FakeTransport } from '../../support/fake-transport.js';
import { connectionOver } from '../../support/memory-peer.js';

/** A server's connection, and what it was sent. */
export interface Member {
  readonly connection: Connection;
  readonly transport: FakeTransport;
  /** The payloads that were written, after the turn in which they were sent. */
  arrived(): string[];
  /** Ends it, as a lost peer does. */
  lose(): void;
}

export function member(options: ConnectionOptions = {}): Member {
  const transport = new FakeTransport();
  const connection = connectionOver('server', transport, options);
  return {
    connection,
    transport,
    arrived: () => new WireReader().push(transport.written).map(({ payload }) => payload.toString()),
    lose: () => {
      transport.lose();
    },
  };
}
