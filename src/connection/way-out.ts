import type { BoundExtensions } from '../protocol/extensions/bound.js';
import type { Transport } from '../transport/transport.js';
import { WriteCoalescer } from '../transport/write-coalescer.js';
import type { HoldingOwner } from './holding-outlet.js';
import type { Outlet } from './outlet.js';
import { outletFor } from './outlet-for.js';
import { Packer } from './packer.js';
import type { ConnectionProfile } from './profile.js';
import { SendLine } from './send-line.js';
import { Sender } from './sender.js';
import { Sinks, type SinksOwner } from './sinks.js';

/** What a {@link WayOut} asks of its connection. */
export type WayOutOwner = HoldingOwner & SinksOwner;

/** All that a message passes on its way out: its bounds, the line, the extensions, the encoder, the write. */
export class WayOut {
  readonly writes: WriteCoalescer;
  readonly sender: Sender;
  readonly outlet: Outlet;
  readonly #owner: WayOutOwner;
  #sinks: Sinks | undefined;

  constructor(
    { options, turns, sending }: ConnectionProfile,
    transport: Transport,
    extensions: BoundExtensions | undefined,
    owner: WayOutOwner,
  ) {
    this.#owner = owner;
    this.writes = new WriteCoalescer(transport, turns.endOfTurn);
    this.sender = new Sender(this.writes, sending);
    this.outlet = outletFor(this.sender, this.writes, options, owner);
    const outbound = extensions?.outbound;
    if (outbound === undefined) return;
    this.sender.packer = new Packer(outbound, this.sender, this.#line, (error) => {
      owner.onExtensionFailure(error);
    });
  }

  /** The messages that are sent frame by frame; made when there is one for the first time. */
  get sinks(): Sinks {
    return (this.#sinks ??= new Sinks(this.sender, this.#line, this.outlet, this.#owner));
  }

  /** Messages that were accepted and are not sent. */
  get unsent(): number {
    return this.outlet.droppedMessages + (this.sender.line?.cutMessages ?? 0);
  }

  /** No more data is sent: messages that are unfinished stay so. */
  cut(): void {
    this.#sinks?.cut();
  }

  /** Gives everything to the transport now. */
  flush(): void {
    this.writes.flush();
  }

  /** The transport is gone. */
  end(): void {
    this.cut();
    this.outlet.end();
  }

  get #line(): SendLine {
    return (this.sender.line ??= new SendLine((error) => {
      this.#owner.onExtensionFailure(error);
    }));
  }
}
