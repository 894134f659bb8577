import { from, isObservable, type Observable } from 'rxjs';
import type { Connection } from '../connection/connection.js';
import { Slice } from '../connection/slice.js';
import type { WebSocketConnection } from '../connection/web-socket-connection.js';
import { KeptSubscriber } from '../operators/kept-subscriber.js';
import type { Outgoing } from '../protocol/message.js';

/**
 * What a server does with a connection. What it returns is sent: an Observable or AsyncIterable that ends closes with 1000, a promise
 * that resolves closes nothing, an error or rejection closes with 1011 and a line in the log.
 */
export type Handler<Context = undefined> = (
  connection: Connection<Context>,
  // eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- a handler that only subscribes returns nothing
) => Observable<Outgoing> | AsyncIterable<Outgoing> | PromiseLike<void> | void;

/** What of a connection is used here, whatever its context. */
type Served = Pick<
  WebSocketConnection<unknown>,
  'state' | 'send' | 'flush' | 'nextTurn' | 'close' | 'whenClosed' | 'log'
>;

/** Runs the handler for one connection; what it throws is that connection's end only. */
export function handle<Context>(handler: Handler<Context>, connection: WebSocketConnection<Context>): void {
  let result: ReturnType<Handler<Context>>;
  try {
    result = handler(connection);
  } catch (error) {
    fail(connection, error);
    return;
  }
  if (result === undefined) return;
  if (typeof result !== 'object' || (result as unknown) === null) {
    const given = (result as unknown) === null ? 'null' : `a value of type ${typeof result}`;
    fail(
      connection,
      new TypeError(`the handler returned ${given}, expected what can be sent from, or nothing`),
    );
  } else if (isObservable(result)) {
    sendFrom(result, connection);
  } else if (Symbol.asyncIterator in result) {
    void sendEach(result, connection);
  } else {
    Promise.resolve(result).then(undefined, (error: unknown) => {
      fail(connection, error);
    });
  }
}

function fail(connection: Served, error: unknown): void {
  if (connection.state !== 'open') return;
  connection.log('error', 'the handler failed, closing with 1011', error);
  connection.close(1011);
}

function sendFrom(source: Observable<Outgoing>, connection: Served): void {
  const subscriber = new SendSubscriber(connection);
  connection.whenClosed(subscriber);
  const others = beginning;
  beginning = subscriber;
  try {
    from(source).subscribe(subscriber);
  } finally {
    beginning = others;
  }
}

/** Whose source is being subscribed to, and pushes from inside of that. */
let beginning: SendSubscriber | undefined;

/** Pulls one value after the other, and waits while too much is on its way. */
async function sendEach(source: AsyncIterable<Outgoing>, connection: Served): Promise<void> {
  const iterator = source[Symbol.asyncIterator]();
  // One promise for the end, raced against every value, would keep all the values until then.
  let leave: (() => void) | undefined;
  connection.whenClosed(() => leave?.());
  const slice = new Slice();
  try {
    for (;;) {
      const result = await new Promise<IteratorResult<Outgoing> | undefined>((resolve, reject) => {
        leave = () => {
          resolve(undefined);
        };
        iterator.next().then(resolve, reject);
      });
      if (result === undefined || connection.state !== 'open') break;
      if (result.done === true) {
        connection.close(1000);
        return;
      }
      if (!connection.send(result.value)) await connection.flush();
      if (slice.isOver()) {
        await new Promise<void>((resolve) => {
          connection.nextTurn(resolve);
        });
      }
    }
    await iterator.return?.();
  } catch (error) {
    fail(connection, error);
  }
}

/** Every echo goes through it, so it is a class and not an observer: see OperatorSubscriber. */
class SendSubscriber extends KeptSubscriber<Outgoing> {
  readonly #connection: Served;

  constructor(connection: Served) {
    super();
    this.#connection = connection;
  }

  protected override _next(data: Outgoing): void {
    try {
      this.#connection.send(data);
    } catch (error) {
      this.error(error);
    }
    // A source that is synchronous and has no end would never let the connection come to its own.
    if (beginning === this && this.#connection.state !== 'open') this.unsubscribe();
  }

  protected override _error(error: unknown): void {
    this.unsubscribe();
    fail(this.#connection, error);
  }

  protected override _complete(): void {
    this.unsubscribe();
    this.#connection.close(1000);
  }
}
