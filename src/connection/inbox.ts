import { Observable } from 'rxjs';
import { KeptSubscriber } from '../operators/kept-subscriber.js';
import type { Message } from '../protocol/message.js';
import { type Claim, type ClaimHolder, DiscardClaim, SubscriberClaim } from './claim.js';
import { Consumer, type Project } from './consumer.js';
import type { EndError } from './end-error.js';
import { Fifo } from '../protocol/fifo.js';
import { MessageIterator } from './message-iterator.js';
import type { MessageStream } from '../operators/streams/message-stream.js';
import type { PartSink } from '../protocol/message-parts.js';
import { type Kept, ReceiveWindow, type WindowOptions, type WindowOwner } from './receive-window.js';
import { safely } from './safely.js';
import { StreamClaim } from './stream-claim.js';
import { StreamHolds } from './stream-holds.js';
import { StreamInbox } from './stream-inbox.js';

type AnyMessage = Message<string | Uint8Array>;

/** Messages that nobody was given. */
export interface InboxLosses {
  /** Those that `discard` took. */
  discarded: number;
  /** Those that came after this side had closed, and did not fit the window. */
  dropped: number;
  /** Those that nobody had taken so long after the end. */
  late: number;
}

/** What an {@link Inbox} asks of the connection. */
export interface InboxOwner extends WindowOwner {
  readonly windowOptions: WindowOptions;
  /** The bytes have ended: with an error if the peer broke a rule or the transport was lost. */
  onInputEnd(error: unknown): void;
  /** Everything that was kept has been taken, after `finish`. */
  onDrained(): void;
  /** From the next message on they are taken part by part, or no longer. */
  onParts(parts: PartSink | undefined): void;
  soon(task: () => void): void;
}

/**
 * The one place where messages are handed out: to nobody yet, to one, or to many.
 *
 * Messages that nobody has claimed are kept in order and charged to the receive window; the first claim gets them in a microtask. A
 * plain subscriber is called on the socket's own stack and needs no window.
 */
export class Inbox extends KeptSubscriber<AnyMessage> implements ClaimHolder {
  readonly #owner: InboxOwner;
  /** Made when something is kept for the first time: most connections keep nothing. */
  #receiveWindow: ReceiveWindow | undefined;
  /** The only claim, or undefined: the fast way for nearly every connection. */
  #only: Claim | undefined;
  /** The claims, from the second on. */
  #many: readonly Claim[] | undefined;
  #kept: Fifo<Kept> | undefined;
  #handingOut = false;
  /** Set when it has ended. */
  #end: EndError | undefined;
  /** Both are made when somebody takes streams for the first time. */
  #streamHolds: StreamHolds | undefined;
  #streamInbox: StreamInbox | undefined;
  /** Made with the first message that nobody gets. */
  #losses: InboxLosses | undefined;
  /** Once this side is leaving it does not hold the peer back: what does not fit the window is dropped. */
  leaving = false;

  constructor(owner: InboxOwner) {
    super();
    this.#owner = owner;
  }

  get #window(): ReceiveWindow {
    return (this.#receiveWindow ??= new ReceiveWindow(this.#owner.windowOptions, this.#owner));
  }

  /** Whether somebody takes messages. */
  get claimed(): boolean {
    return this.#only !== undefined || this.#many !== undefined;
  }

  /** Whether somebody takes messages, or reads one that was given as a stream. */
  get taking(): boolean {
    return this.claimed || this.#streamHolds?.beingRead === true || this.#streamInbox?.beingRead === true;
  }

  get #claims(): readonly Claim[] {
    return this.#many ?? (this.#only === undefined ? NO_CLAIMS : [this.#only]);
  }

  /** Whether nothing is kept for anybody. */
  get drained(): boolean {
    return this.#kept === undefined && !this.#streamsHold && this.#claims.every((claim) => claim.drained);
  }

  get #streamsHold(): boolean {
    return this.#streamHolds !== undefined && this.#streamHolds.count > 0;
  }

  /** Whether a message that somebody was given as a stream waits to be read. */
  get unread(): boolean {
    return this.#streamHolds?.untouched === true;
  }

  get full(): boolean {
    return this.#receiveWindow?.full === true;
  }

  /** Messages that were kept and have been taken since: whether those who take messages get on. */
  get taken(): number {
    return this.#receiveWindow?.taken ?? 0;
  }

  get losses(): Readonly<InboxLosses> {
    return this.#losses ?? NO_LOSSES;
  }

  get #lost(): InboxLosses {
    return (this.#losses ??= { ...NO_LOSSES });
  }

  messages(): Observable<AnyMessage> {
    return new Observable((subscriber) => {
      if (this.#end !== undefined && this.#kept === undefined) {
        subscriber.complete();
        return;
      }
      const claim = new SubscriberClaim(subscriber, this);
      this.#enter(claim);
      subscriber.add(claim);
    });
  }

  iterate(): MessageIterator {
    const iterator = new MessageIterator(this.#window, this);
    if (this.#end !== undefined && this.#kept === undefined) iterator.finish(this.#end);
    else this.#enter(iterator);
    return iterator;
  }

  consume<R>(project: Project<R>, concurrency: number): Observable<R> {
    return new Observable((subscriber) => {
      if (this.#end !== undefined && this.#kept === undefined) {
        subscriber.complete();
        return;
      }
      const claim = new Consumer(subscriber, project, concurrency, this.#window, this);
      this.#enter(claim);
      subscriber.add(claim);
    });
  }

  streams(): Observable<MessageStream> {
    return new Observable((subscriber) => {
      if (this.#end !== undefined && this.#kept === undefined) {
        subscriber.complete();
        return;
      }
      this.#streamHolds ??= new StreamHolds(this.#window, () => {
        if (this.#end !== undefined) this.#settle();
      });
      const claim = new StreamClaim(subscriber, this.#streamHolds, this);
      this.#enter(claim);
      subscriber.add(claim);
    });
  }

  /** The message that is being received will not be finished. */
  failStreams(error: () => unknown): void {
    this.#streamInbox?.fail(error);
  }

  /** Takes every message from now on and drops it. */
  discard(): void {
    const dropped = this.#dropKept();
    if (dropped > 0) this.#lost.discarded += dropped;
    this.#enter(
      new DiscardClaim(() => {
        if (this.#claims.length === 1) this.#lost.discarded++;
      }),
    );
    if (this.#end !== undefined) this.#settle();
  }

  /** The connection has ended. What is kept is still handed out; `end` is for iterators. */
  finish(end: EndError): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    this.#settle();
  }

  /** Drops what is still kept, and tells how many messages that was. */
  cut(): number {
    let cut = 0;
    for (const claim of this.#claims) cut += claim.cut();
    cut += this.#dropKept() + (this.#streamHolds?.count ?? 0);
    this.#streamHolds?.forget();
    if (cut > 0) this.#lost.late += cut;
    if (this.#end !== undefined) this.#settle();
    return cut;
  }

  protected override _next(message: AnyMessage): void {
    const only = this.#only;
    if (only !== undefined && this.#kept === undefined && !this.leaving) only.offer(message);
    else this.#handOut(message);
  }

  protected override _complete(): void {
    this.#owner.onInputEnd(undefined);
    this.unsubscribe();
  }

  protected override _error(error: unknown): void {
    this.#owner.onInputEnd(error);
    this.unsubscribe();
  }

  #handOut(message: AnyMessage): void {
    if (this.leaving && this.full) {
      this.#lost.dropped++;
      return;
    }
    if (this.#kept !== undefined || this.#claims.length === 0) {
      (this.#kept ??= new Fifo()).push(this.#window.charge(message));
      return;
    }
    for (const claim of this.#claims) claim.offer(message);
  }

  /** Drops what is kept for the first who comes, and tells how many messages that was. */
  #dropKept(): number {
    let dropped = 0;
    // One by one: giving room back lets more come, which is kept behind the rest and goes the same way.
    for (let kept = this.#kept?.shift(); kept !== undefined; kept = this.#kept?.shift()) {
      this.#window.giveBack(kept);
      dropped++;
    }
    this.#kept = undefined;
    this.#updateParts();
    return dropped;
  }

  #enter(claim: Claim): void {
    this.#setClaims([...this.#claims, claim]);
    if (this.#kept === undefined || this.#handingOut) return;
    this.#handingOut = true;
    this.#owner.soon(() => {
      this.#handOutKept();
    });
  }

  #handOutKept(): void {
    const kept = this.#kept;
    while (kept !== undefined && kept === this.#kept && this.#claims.length > 0) {
      const oldest = kept.shift();
      if (oldest === undefined) break;
      for (const claim of this.#claims) claim.offer(oldest.message);
      this.#window.giveBack(oldest);
    }
    // The claim that took the last one may have left with it.
    if (kept?.length === 0 && kept === this.#kept) this.#kept = undefined;
    this.#handingOut = false;
    this.#updateParts();
    if (this.#end !== undefined) this.#settle();
  }

  /** The claim takes no more; what it has not started goes back to what is kept, if nobody else takes messages. */
  leave(claim: Claim, unstarted: readonly Kept[]): void {
    if (!this.#claims.includes(claim)) return;
    this.#setClaims(this.#claims.filter((other) => other !== claim));
    if (this.#claims.length === 0 && unstarted.length > 0) {
      (this.#kept ??= new Fifo()).unshift(unstarted);
    } else {
      for (const kept of unstarted) this.#window.giveBack(kept);
    }
    if (this.#end !== undefined) this.#settle();
  }

  #setClaims(claims: readonly Claim[]): void {
    this.#only = claims.length === 1 ? claims[0] : undefined;
    this.#many = claims.length > 1 ? claims : undefined;
    this.#updateParts();
  }

  /** Whoever takes streams gets the messages that begin from now on part by part, unless older ones are kept. */
  #updateParts(): void {
    if (this.#streamHolds === undefined) return;
    const claims = this.#claims.filter((claim) => claim instanceof StreamClaim);
    const parts = (this.#streamInbox ??= new StreamInbox(
      () => this.leaving && this.full,
      () => this.#lost.dropped++,
    ));
    parts.claims = claims;
    parts.wantsWhole = this.#claims.some(({ takes }) => takes === 'whole');
    this.#owner.onParts(claims.length > 0 && this.#kept === undefined ? parts : undefined);
  }

  /** After the end: tells those who have everything, and the connection when all have. */
  #settle(): void {
    const end = this.#end;
    if (this.#kept !== undefined || end === undefined) return;
    for (const claim of this.#claims) {
      safely(() => {
        claim.finish(end);
      });
    }
    if (this.drained) this.#owner.onDrained();
  }
}

const NO_CLAIMS: readonly Claim[] = Object.freeze([]);
const NO_LOSSES: Readonly<InboxLosses> = Object.freeze({ discarded: 0, dropped: 0, late: 0 });
