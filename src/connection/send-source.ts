import { filter, isObservable, Observable, type Subscriber, Subscription, take } from 'rxjs';
import type { CloseInfo } from '../protocol/closing-handshake.js';
import type { Outgoing } from '../protocol/message.js';
import { feed, type Source } from './feed.js';
import type { MessageSink } from './message-sink.js';

/** What came of sending a source. */
export interface SendReport {
  /** Messages that were accepted. */
  readonly messages: number;
  /** Octets of their payloads. */
  readonly bytes: number;
  /** Whether the operating system has all of it. */
  readonly flushed: boolean;
  /** How the connection ended, if it did before. */
  readonly closed?: CloseInfo;
}

/** A message that tells when it takes no more. */
export interface LimitedSink extends MessageSink {
  /** Whether what is written goes nowhere: it can never be sent whole any more. */
  readonly over: boolean;
}

/** What is sent on. */
export interface SendTarget {
  readonly open: boolean;
  readonly outlet: { readonly refusedMessages: number };
  readonly writable$: Observable<boolean>;
  readonly closed$: Observable<CloseInfo>;
  flush(): Promise<boolean>;
  /** Calls back in the next turn of the event loop. */
  nextTurn(task: () => void): void;
}

type Report = Omit<SendReport, 'flushed' | 'closed'>;

/** Sends every value of `source` as a message, when it is subscribed. */
export function sendAllOf(
  target: SendTarget,
  source: Source<Outgoing>,
  send: (data: Outgoing) => boolean,
  lengthOf: (data: Outgoing) => number,
): Observable<SendReport> {
  return new Observable((subscriber) => {
    let messages = 0;
    let bytes = 0;
    run(target, source, subscriber, {
      get over() {
        return !target.open;
      },
      writable$: target.writable$,
      next: (data) => {
        const { refusedMessages } = target.outlet;
        const below = send(data);
        if (target.open && target.outlet.refusedMessages === refusedMessages) {
          messages++;
          bytes += lengthOf(data);
        }
        return below;
      },
      complete: () => ({ messages, bytes }),
      report: () => ({ messages, bytes }),
      fail: () => undefined,
    });
  });
}

/** Sends the values of `source` as the frames of one message, when it is subscribed. */
export function sendStreamOf(
  target: SendTarget,
  source: Source<Uint8Array | string>,
  open: () => LimitedSink,
): Observable<SendReport> {
  return new Observable((subscriber) => {
    const sink = open();
    let bytes = 0;
    let ended = false;
    run(target, source, subscriber, {
      get over() {
        return sink.over;
      },
      writable$: sink.writable$,
      next: (part) => {
        const below = sink.write(part);
        bytes += typeof part === 'string' ? Buffer.byteLength(part) : part.length;
        return below;
      },
      complete: () => {
        sink.end();
        ended = true;
        return { messages: 1, bytes };
      },
      report: () => ({ messages: 0, bytes }),
      fail: (reason) => {
        if (!ended) sink.abort(reason);
      },
    });
  });
}

interface Work<T> {
  /** Whether nothing more is accepted, for ever. */
  readonly over: boolean;
  /** Whether there is room for more. */
  readonly writable$: Observable<boolean>;
  next(value: T): boolean;
  complete(): Report;
  /** What was done so far, when the connection ends before the source does. */
  report(): Report;
  /** The source fails, or nobody wants the rest of it. */
  fail(reason: string): void;
}

function run<T>(
  target: SendTarget,
  source: Source<T>,
  subscriber: Subscriber<SendReport>,
  work: Work<T>,
): void {
  let done = false;
  const feeding = new Subscription();
  const finish = (report: Report): void => {
    done = true;
    void target.flush().then((flushed) => {
      if (flushed) settle({ ...report, flushed });
      else settleClosed(report);
    });
  };
  const settle = (report: SendReport): void => {
    subscriber.next(report);
    subscriber.complete();
  };
  const settleClosed = (report: Report): void => {
    subscriber.add(
      target.closed$.subscribe((closed) => {
        settle({ ...report, flushed: false, closed });
      }),
    );
  };
  const fail = (error: unknown): void => {
    if (done) return;
    done = true;
    feeding.unsubscribe();
    work.fail('the source of a message failed');
    subscriber.error(error);
  };
  /** Nothing can be sent any more: the source is let go at once, the report has to wait for how it ends. */
  const stop = (): void => {
    if (done) return;
    done = true;
    feeding.unsubscribe();
    settleClosed(work.report());
  };
  if (!target.open) {
    settleClosed(work.report());
    return;
  }
  subscriber.add(target.closed$.subscribe(stop));
  subscriber.add(() => {
    feeding.unsubscribe();
    if (done) return;
    done = true;
    work.fail('the sender of a message was stopped');
  });
  feed(
    source,
    {
      next: (value) => {
        if (done) return false;
        try {
          const below = work.next(value);
          if (work.over) stop();
          return below;
        } catch (error) {
          fail(error);
          return false;
        }
      },
      error: fail,
      complete: () => {
        if (done) return;
        try {
          finish(work.complete());
        } catch (error) {
          fail(error);
        }
      },
      whenWritable: (resume) => {
        const wake = (): void => {
          // That there is room is no use to those whose messages are refused.
          if (work.over) stop();
          else resume();
        };
        feeding.add(work.writable$.pipe(filter(Boolean), take(1)).subscribe(wake));
      },
      nextTurn: (resume) => {
        target.nextTurn(resume);
      },
    },
    feeding,
  );
}

/** @throws TypeError for what is neither an Observable nor can be iterated. */
export function checkSource(source: unknown): void {
  if (isObservable(source)) return;
  if (typeof source === 'object' && source !== null) {
    if (Symbol.asyncIterator in source || Symbol.iterator in source) return;
  }
  throw new TypeError(
    `the source is of type ${source === null ? 'null' : typeof source}, expected an Observable, an iterable or an asynchronous iterable`,
  );
}
