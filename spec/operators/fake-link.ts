import type { Observable } from 'rxjs';
import { defer, finalize, ReplaySubject, Subject } from 'rxjs';
import type { CloseInfo, Link } from '../../src/index.js';

export const LOST: CloseInfo = { code: 1006, reason: '', wasClean: false, initiator: 'transport' };

/** A link by hand, synchronous in everything. */
export class FakeLink<In, Out> implements Link<In, Out> {
  readonly sent: Out[] = [];
  /** What was to be sent after the end. */
  readonly unsent: Out[] = [];
  /** How often `messages$` is subscribed now. */
  claims = 0;
  /** How often it was. */
  claimed = 0;
  /** What happens when something is sent, before `send` returns. */
  onSend: (message: Out) => void = () => undefined;
  isOpen = true;
  readonly closed$ = new ReplaySubject<CloseInfo>(1);
  readonly messages$: Observable<In>;
  readonly #incoming = new Subject<In>();

  constructor() {
    this.messages$ = defer(() => {
      this.claims++;
      this.claimed++;
      return this.#incoming.pipe(finalize(() => this.claims--));
    });
  }

  send(message: Out): boolean {
    (this.isOpen ? this.sent : this.unsent).push(message);
    if (!this.isOpen) return false;
    this.onSend(message);
    return true;
  }

  receive(...messages: In[]): void {
    for (const message of messages) this.#incoming.next(message);
  }

  /** As a connection ends: it says how, then its messages are over. */
  end(info: CloseInfo = LOST): void {
    this.isOpen = false;
    this.closed$.next(info);
    this.closed$.complete();
    this.#incoming.complete();
  }

  fail(error: unknown): void {
    this.isOpen = false;
    this.#incoming.error(error);
  }
}

/** Two links, each of which gets what the other sends, within the call. */
export function joinedLinks<A, B>(): { near: FakeLink<A, B>; far: FakeLink<B, A> } {
  const near = new FakeLink<A, B>();
  const far = new FakeLink<B, A>();
  near.onSend = (message) => far.receive(message);
  far.onSend = (message) => near.receive(message);
  return { near, far };
}
