import { OutgoingMessage, type SinkOwner } from './outgoing-message.js';
import type { Outlet } from './outlet.js';
import type { Sender } from './sender.js';
import type { SendLine } from './send-line.js';

/** What {@link Sinks} ask of the connection. */
export interface SinksOwner {
  readonly open: boolean;
  /** A message of which the peer has a part will not be finished. */
  onAborted(error: Error): void;
}

/** The messages of a connection that are sent frame by frame and have not ended. */
export class Sinks implements SinkOwner {
  readonly sender: Sender;
  readonly line: SendLine;
  readonly #outlet: Outlet;
  readonly #owner: SinksOwner;
  readonly #open: Set<OutgoingMessage> = new Set();

  constructor(sender: Sender, line: SendLine, outlet: Outlet, owner: SinksOwner) {
    this.sender = sender;
    this.line = line;
    this.#outlet = outlet;
    this.#owner = owner;
  }

  open(type: 'text' | 'binary', compress: boolean | undefined): OutgoingMessage {
    const sink = new OutgoingMessage(this, type, compress);
    if (this.#owner.open) {
      this.#open.add(sink);
      sink.begin();
    } else {
      sink.cut();
    }
    return sink;
  }

  /** No more data is sent: what is unfinished stays so. */
  cut(): void {
    const inside = [...this.#open].some((sink) => sink.inside);
    for (const sink of this.#open) sink.cut();
    this.#open.clear();
    // What waits behind half a message can never be sent.
    if (inside) this.line.drop();
  }

  admit(bytes: number): boolean {
    return this.#outlet.admit(bytes);
  }

  check(): boolean {
    return this.#outlet.check();
  }

  hasRoom(held: number): boolean {
    return this.#outlet.hasRoom(held);
  }

  whenWritten(taken: () => void): boolean {
    return this.#outlet.whenWritten(taken);
  }

  onEnded(sink: OutgoingMessage): void {
    this.#open.delete(sink);
  }

  onAborted(error: Error): void {
    this.cut();
    this.sender.drop();
    this.#owner.onAborted(error);
  }
}
