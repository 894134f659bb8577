import { defer, type ObservableInput, type Subscription } from 'rxjs';
import { EarlySubscriber } from '../early-subscriber.js';
import type { CallId, CallProtocol, ReplyFailure, ReplyPart } from './call-protocol.js';
import { ReplyError } from './reply-error.js';

/** What {@link Answering} works with. */
export interface AnsweringParts<Request, Reply, In, Out> {
  readonly protocol: CallProtocol<Request, Reply, In, Out>;
  readonly concurrency: number;
  readonly maxWaiting: number;
  readonly handler: (request: Request) => ObservableInput<Reply>;
  readonly send: (message: Out) => void;
  /** Gets the errors of handlers and of sending. */
  readonly onError: (error: unknown) => void;
  /** Gets what ends it all: what the protocol or `onError` throws. */
  readonly onFailure: (error: unknown) => void;
}

/** A request without an id is known by a symbol: it can neither be cancelled nor be asked twice. */
type Key = CallId | symbol;

/** The requests of one subscription of `reply`: those that are worked on, and those that wait for it. */
export class Answering<Request, Reply, In, Out> {
  readonly #parts: AnsweringParts<Request, Reply, In, Out>;
  readonly #working = new Map<Key, Subscription>();
  readonly #waiting = new Map<Key, Request>();
  #isStarting = false;

  constructor(parts: AnsweringParts<Request, Reply, In, Out>) {
    this.#parts = parts;
  }

  take(message: In): void {
    this.#guarded(() => {
      const part = this.#parts.protocol.readRequest(message);
      if (part?.kind === 'request') this.#accept(part.id, part.request);
      else if (part?.kind === 'cancel') this.#cancel(part.id);
      else if (part?.kind === 'invalid') this.#reject(part.reply);
    });
  }

  stop(): void {
    this.#waiting.clear();
    const working = [...this.#working.values()];
    this.#working.clear();
    for (const work of working) work.unsubscribe();
  }

  #accept(id: CallId | undefined, request: Request): void {
    const { concurrency, maxWaiting } = this.#parts;
    const key = id ?? Symbol('notification');
    if (this.#working.has(key) || this.#waiting.has(key)) this.#refuse(key, 'duplicate');
    else if (this.#working.size >= concurrency && this.#waiting.size >= maxWaiting) this.#refuse(key, 'busy');
    else {
      this.#waiting.set(key, request);
      this.#startWaiting();
    }
  }

  #reject(reply: Out): void {
    try {
      this.#parts.send(reply);
    } catch (thrown) {
      this.#parts.onError(thrown);
    }
  }

  #cancel(id: CallId): void {
    this.#waiting.delete(id);
    this.#leave(id);
    this.#startWaiting();
  }

  /** A loop and no recursion, since handlers may be synchronous. */
  #startWaiting(): void {
    if (this.#isStarting) return;
    this.#isStarting = true;
    try {
      for (const [key, request] of this.#waiting) {
        if (this.#working.size >= this.#parts.concurrency) break;
        this.#waiting.delete(key);
        this.#start(key, request);
      }
    } finally {
      this.#isStarting = false;
    }
  }

  #start(key: Key, request: Request): void {
    const work = new EarlySubscriber<Reply>({
      next: (value) => {
        this.#guarded(() => {
          this.#value(key, value);
        });
      },
      error: (error) => {
        this.#guarded(() => {
          this.#failed(key, error);
        });
      },
      complete: () => {
        this.#guarded(() => {
          this.#completed(key);
        });
      },
    });
    this.#working.set(key, work);
    defer(() => this.#parts.handler(request)).subscribe(work);
  }

  #value(key: Key, value: Reply): void {
    const { many } = this.#parts.protocol;
    if (!many) this.#leave(key);
    const isSent = this.#answer(key, (id) => ({ kind: 'value', id, value }));
    if (many && !isSent) this.#leave(key);
    if (!many || !isSent) this.#startWaiting();
  }

  #completed(key: Key): void {
    this.#leave(key);
    const { many } = this.#parts.protocol;
    this.#answer(key, (id) => (many ? { kind: 'end', id } : { kind: 'value', id, value: undefined }));
    this.#startWaiting();
  }

  #failed(key: Key, error: unknown): void {
    this.#leave(key);
    const isForPeer = error instanceof ReplyError;
    const details = isForPeer ? error.details : this.#parts.protocol.failure('internal');
    this.#answer(key, (id) => ({ kind: 'error', id, error: details }));
    if (!isForPeer) this.#parts.onError(error);
    this.#startWaiting();
  }

  #leave(key: Key): void {
    const work = this.#working.get(key);
    this.#working.delete(key);
    work?.unsubscribe();
  }

  /** Sends what a request is answered with, if somebody waits for it. False if it cannot be sent; the other side is told that, then. */
  #answer(key: Key, part: (id: CallId) => ReplyPart<Reply | undefined>): boolean {
    if (typeof key === 'symbol') return true;
    const { protocol, send, onError } = this.#parts;
    try {
      send(protocol.writeReply(part(key)));
      return true;
    } catch (thrown) {
      this.#refuse(key, 'internal');
      onError(thrown);
      return false;
    }
  }

  #refuse(key: Key, why: ReplyFailure): void {
    if (typeof key === 'symbol') return;
    const { protocol, send, onError } = this.#parts;
    try {
      send(protocol.writeReply({ kind: 'error', id: key, error: protocol.failure(why) }));
    } catch (thrown) {
      onError(thrown);
    }
  }

  /** What the protocol or `onError` throws ends it all; it must not go to whoever emits. */
  #guarded(step: () => void): void {
    try {
      step();
    } catch (thrown) {
      this.#parts.onFailure(thrown);
    }
  }
}
