import { BehaviorSubject, type Observable, of, ReplaySubject, type Unsubscribable } from 'rxjs';
import type { CloseInfo, ConnectionState } from '../protocol/closing-handshake.js';
import { safely } from './safely.js';

/** What is done when a connection has closed. */
export type Teardown = Unsubscribable | (() => void);

/** Tells those who asked what becomes of a connection. Nothing is made for those who did not. */
export class Lifecycle {
  /** How it has closed. */
  info: CloseInfo | undefined;
  #state$: BehaviorSubject<ConnectionState> | undefined;
  #closed$: ReplaySubject<CloseInfo> | undefined;
  #done = false;
  #whenDone: (() => void)[] | undefined;
  /** One or several: most connections have one. */
  #whenClosed: Teardown | Teardown[] | undefined;

  /** The state, which is `now`, and what it becomes. */
  state$(now: ConnectionState): Observable<ConnectionState> {
    if (this.#state$ === undefined) {
      if (now === 'closed') return of(now);
      this.#state$ = new BehaviorSubject<ConnectionState>(now);
    }
    return this.#state$.asObservable();
  }

  get closed$(): Observable<CloseInfo> {
    if (this.#closed$ === undefined) {
      this.#closed$ = new ReplaySubject(1);
      if (this.info !== undefined) {
        this.#closed$.next(this.info);
        this.#closed$.complete();
      }
    }
    return this.#closed$.asObservable();
  }

  /** Calls back, or unsubscribes, when the connection has closed. */
  whenClosed(teardown: Teardown): void {
    if (this.info !== undefined) tearDown(teardown);
    else if (this.#whenClosed === undefined) this.#whenClosed = teardown;
    else this.#whenClosed = [this.#whenClosed, teardown].flat();
  }

  /** Calls back when the connection has ended and everything that was held has been taken. */
  whenDone(callback: () => void): void {
    if (this.#done) callback();
    else (this.#whenDone ??= []).push(callback);
  }

  onState(state: ConnectionState): void {
    this.#state$?.next(state);
  }

  onClosed(info: CloseInfo): void {
    this.info = info;
    safely(() => this.#state$?.complete());
    this.#closed$?.next(info);
    safely(() => this.#closed$?.complete());
    const teardowns = this.#whenClosed;
    this.#whenClosed = undefined;
    if (Array.isArray(teardowns)) teardowns.forEach(tearDown);
    else if (teardowns !== undefined) tearDown(teardowns);
  }

  onDone(): void {
    if (this.#done) return;
    this.#done = true;
    for (const callback of this.#whenDone ?? []) safely(callback);
    this.#whenDone = undefined;
  }
}

function tearDown(teardown: Teardown): void {
  safely(() => {
    if (typeof teardown === 'function') teardown();
    else teardown.unsubscribe();
  });
}
