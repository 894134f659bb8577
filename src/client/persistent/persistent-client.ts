import { Observable, type Observer, of, ReplaySubject, Subject, switchMap } from 'rxjs';
import { type Cancel, clockOf } from '../../connection/clock.js';
import type { Connection } from '../../connection/connection.js';
import { onAbort } from '../../connection/on-abort.js';
import { spared } from '../../connection/safely.js';
import { type Channels, channels } from '../../operators/channels/channels.js';
import { EarlySubscriber } from '../../operators/early-subscriber.js';
import { checkClose } from '../../protocol/close-status.js';
import type { CloseInfo } from '../../protocol/closing-handshake.js';
import type { Message, Outgoing } from '../../protocol/message.js';
import { asError } from '../reconnect/as-error.js';
import type { LinkStatus } from '../reconnect/link-status.js';
import type { ResolvedPersistent } from './options.js';
import { reconnecting } from '../reconnect/reconnect.js';
import { Outbound } from './outbound.js';
import type { PersistentConnection, PersistentStats } from './persistent-connection.js';

/** How it ended when it never was. */
const NEVER_OPEN: CloseInfo = Object.freeze({ code: 1006, reason: '', wasClean: false, initiator: 'local' });

/** The {@link PersistentConnection} that is handed out. */
export class PersistentClient<Context> implements PersistentConnection<Context> {
  readonly connection$: Observable<Connection<Context>>;
  readonly status$: Observable<LinkStatus>;
  readonly messages$: Observable<Message>;
  readonly outbox: Observer<Outgoing>;
  readonly channel: Channels['channel'];
  readonly #source: Observable<Connection<Context>>;
  readonly #options: ResolvedPersistent;
  readonly #out: Outbound;
  readonly #statuses$ = new ReplaySubject<LinkStatus>(1);
  /** Each connection, for the channels, which go first. */
  readonly #arrivals$ = new Subject<Connection<Context>>();
  /** Each connection, for everybody else. */
  readonly #connections$ = new Subject<Connection<Context>>();
  /** The one that channels use, and the one that everybody knows of: its messages may still come when it has closed. */
  #arrived: Connection<Context> | undefined;
  #current: Connection<Context> | undefined;
  /** The last one there was. */
  #last: Connection<Context> | undefined;
  #connections = 0;
  /** How many need a connection. */
  #holders = 0;
  #running: EarlySubscriber<Connection<Context>> | undefined;
  #cancelLinger: Cancel | undefined;
  #closed$: Observable<CloseInfo> | undefined;
  /** Whether the source of the outbox has completed. */
  #closesWhenSent = false;
  #isOver = false;

  constructor(source: Observable<Connection<Context>>, options: ResolvedPersistent) {
    this.#options = options;
    this.#statuses$.next({ state: 'idle' });
    this.#source = source.pipe(
      reconnecting(options.reconnect, {
        next: (status) => {
          this.#onStatus(status);
        },
      }),
    );
    const { logger } = options;
    this.#out = new Outbound(options.offline, logger, () => {
      this.#allSent();
    });
    this.status$ = spared(this.#statuses$);
    this.connection$ = this.#holding(this.#connections$, () => this.#current);
    this.messages$ = this.connection$.pipe(switchMap((connection) => connection.messages$));
    this.channel = channels(
      this.#holding(this.#arrivals$, () => this.#arrived),
      {
        onError: (error) => logger.warn?.('an unsubscribe message could not be sent', { error }),
      },
    ).channel;
    this.outbox = {
      next: (data) => void this.send(data),
      complete: () => {
        this.#closesWhenSent = true;
        this.#closeWhenSent();
      },
      error: (error) => {
        if (this.#isOver) return;
        logger.error?.('the source of the outbox failed, closing with 1011', { error });
        this.close(1011);
      },
    };
    this.#obey(options.signal);
  }

  get stats(): PersistentStats {
    const { heldMessages, heldBytes, dropped } = this.#out;
    return { connections: this.#connections, heldMessages, heldBytes, dropped };
  }

  send(data: Outgoing): boolean {
    if (this.#isOver) return this.#out.refuse();
    const isTaken = this.#out.send(data);
    // What is held wants a connection; what was sent keeps it for a while.
    if (this.#out.heldMessages > 0) this.#run();
    if (this.#holders === 0) this.#rest();
    return isTaken;
  }

  close(code = 1000, reason = ''): Observable<CloseInfo> {
    checkClose(code, reason);
    if (this.#closed$ !== undefined) return this.#closed$;
    this.#closed$ = this.#last?.closed$ ?? of(NEVER_OPEN);
    if (this.#isOver) return this.#closed$;
    this.#isOver = true;
    this.#out.finish();
    this.#last?.close(code, reason);
    this.#stop();
    this.#closed$.subscribe(() => {
      this.#end({ state: 'closed' });
    });
    return this.#closed$;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    await new Promise<void>((resolve) => {
      this.status$.subscribe({ complete: resolve });
    });
  }

  /** `connections$` behind the one there is, for as long as somebody listens: that is what a connection is needed for. */
  #holding(
    connections$: Observable<Connection<Context>>,
    present: () => Connection<Context> | undefined,
  ): Observable<Connection<Context>> {
    return new Observable((subscriber) => {
      const connection = present();
      if (connection !== undefined) subscriber.next(connection);
      if (subscriber.closed) return;
      spared(connections$).subscribe(subscriber);
      if (this.#isOver) return;
      this.#holders++;
      subscriber.add(() => {
        this.#holders--;
        this.#rest();
      });
      this.#run();
    });
  }

  /** Begins, unless it has. */
  #run(): void {
    this.#cancelLinger?.();
    this.#cancelLinger = undefined;
    if (this.#running !== undefined || this.#isOver) return;
    this.#running = new EarlySubscriber<Connection<Context>>({
      next: (connection) => {
        this.#use(connection);
      },
      error: (error) => {
        this.#fail(asError(error));
      },
      complete: () => {
        this.#giveUp({ state: 'closed' });
      },
    });
    this.#source.subscribe(this.#running);
  }

  /** Nothing waits for a connection any more. */
  #allSent(): void {
    if (!this.#closesWhenSent) this.#rest();
    // Who listens is to have the connection first, for the answers.
    else if (this.#current !== undefined) this.close();
  }

  #closeWhenSent(): void {
    if (this.#out.heldMessages === 0) this.close();
  }

  /** Ends the connection in a while, if nobody needs it. */
  #rest(): void {
    if (this.#holders > 0 || this.#out.heldMessages > 0 || this.#running === undefined || this.#isOver) {
      return;
    }
    this.#cancelLinger?.();
    const { lingerMs, reconnect } = this.#options;
    if (lingerMs === 0) this.#idle();
    else {
      this.#cancelLinger = clockOf(reconnect.scheduler).after(lingerMs, () => {
        this.#idle();
      });
    }
  }

  #idle(): void {
    this.#stop();
    this.#out.lose();
    this.#statuses$.next({ state: 'idle' });
  }

  /** Ends the dial, the wait, or the connection, with 1000 if nothing else has been said. */
  #stop(): void {
    this.#cancelLinger?.();
    this.#cancelLinger = undefined;
    this.#forget();
    const running = this.#running;
    this.#running = undefined;
    running?.unsubscribe();
  }

  #use(connection: Connection<Context>): void {
    this.#connections++;
    this.#last = connection;
    this.#arrived = connection;
    this.#arrivals$.next(connection);
    if (this.#arrived !== connection) return;
    this.#out.use(connection);
    if (this.#arrived !== connection) return;
    this.#current = connection;
    this.#statuses$.next({ state: 'open' });
    this.#connections$.next(connection);
    if (this.#closesWhenSent) this.#closeWhenSent();
  }

  #forget(): void {
    this.#arrived = undefined;
    this.#current = undefined;
  }

  /** What `reconnect` tells, but for what is not true yet, or is for this class to say. */
  #onStatus(status: LinkStatus): void {
    if (status.state === 'open' || status.state === 'closed') return;
    this.#out.lose();
    this.#forget();
    this.#statuses$.next(status);
  }

  #fail(cause: Error): void {
    if (this.#isOver) return;
    this.#options.logger.error?.('a persistent connection has ended', { error: cause });
    this.#giveUp({ state: 'closed', cause });
  }

  /** There will be no other connection. */
  #giveUp(status: LinkStatus): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#stop();
    this.#out.finish();
    this.#end(status);
  }

  #end(status: LinkStatus): void {
    this.#statuses$.next(status);
    this.#statuses$.complete();
    this.#arrivals$.complete();
    this.#connections$.complete();
  }

  #obey(signal: AbortSignal | undefined): void {
    const leave = onAbort(signal, (reason) => {
      this.#giveUp({ state: 'closed', cause: asError(reason) });
    });
    this.status$.subscribe({ complete: leave });
  }
}
