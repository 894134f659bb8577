import { BehaviorSubject, type Observable, of, ReplaySubject } from 'rxjs';
import type { CloseInfo, ConnectionState } from '../protocol/closing-handshake.js';
import { safely } from './safely.js';

/** Tells those who asked what becomes of a connection. Nothing is made for those who did not. */
export class Lifecycle {
  /** How it has closed. */
  info: CloseInfo | undefined;
  #state$: BehaviorSubject<ConnectionState> | undefined;
  #closed$: ReplaySubject<CloseInfo> | undefined;
  #done = false;
  #whenDone: (() => void)[] | undefined;

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
  }

  onDone(): void {
    if (this.#done) return;
    this.#done = true;
    for (const callback of this.#whenDone ?? []) safely(callback);
    this.#whenDone = undefined;
  }
}
