import { type Observable, type Observer, share, Subject, tap } from 'rxjs';
import type { CloseInfo } from '../../protocol/closing-handshake.js';
import type { Outgoing } from '../../protocol/message.js';
import { checkOptions, ofType } from '../../protocol/option-checks.js';
import type { Link } from '../link.js';
import type { CodecError } from './codec-error.js';
import type { Codec, Incoming } from './codec.js';
import { decodeValues, type DecodeValuesOptions } from './decode-values.js';
import { encodeValue } from './encode-values.js';
import { Unclaimed, type WarningLogger } from '../unclaimed.js';

/** What {@link typed} can be applied to: a `Connection`, and whatever has these. */
export interface TypedSource extends Link<Incoming, Outgoing> {
  readonly outbox: Observer<Outgoing>;
}

/** What {@link typed} is told. */
export interface TypedOptions extends Omit<DecodeValuesOptions, 'onError'> {
  /** Where the first error is logged that comes while nobody is subscribed to `errors$`. Default the console. */
  readonly logger?: WarningLogger;
}

/** A connection whose messages are values. */
export interface TypedLink<In, Out> extends Link<In, Out> {
  /** Values, as `messages$` below gives messages. Multicast: all subscribers share one claim, and every message is decoded once. */
  readonly messages$: Observable<In>;
  /**
   * The messages that could not be decoded. It claims nothing: it shows what happens while `messages$` is subscribed, and replays nothing.
   * Completes with `messages$`. While nobody is subscribed to it, the first error is logged.
   */
  readonly errors$: Observable<CodecError>;
  /** How many messages could not be decoded so far. */
  readonly refused: number;
  /** Encodes what it is given and passes it on; `complete` and `error` are those of the outbox below. Bound. */
  readonly outbox: Observer<Out>;
  /**
   * Encodes and sends.
   *
   * @throws CodecError at once if the value cannot be encoded, and what `send` below throws. Nothing was sent then.
   */
  send(value: Out): boolean;
  /** That of the connection below. */
  readonly closed$: Observable<CloseInfo> | undefined;
}

/**
 * Applies a codec to a connection: values in, values out, by types of their own.
 *
 *     messages --a--(bad)--b--
 *     values   --A---------B--
 *     errors$  -----e---------
 *
 * Nothing is subscribed before `messages$` is. A message that cannot be decoded goes to `errors$`; it ends neither the stream nor the
 * connection. What is to be closed then, is said by who subscribes: `errors$.subscribe(() => connection.close(1007))`.
 *
 * @throws TypeError or RangeError for wrong options.
 * @example
 * ```ts
 * import { openConnection } from 'rxwire';
 * import { json, typed } from 'rxwire/operators';
 *
 * const link = typed(await openConnection('ws://127.0.0.1:9000'), json<{ price: number }, { symbol: string }>());
 * link.messages$.subscribe(({ price }) => console.log(price));
 * link.errors$.subscribe((error) => console.warn(error.message));
 * link.send({ symbol: 'ACME' });
 * ```
 */
export function typed<In, Out>(
  source: TypedSource,
  codec: Codec<In, Out>,
  options: TypedOptions = {},
): TypedLink<In, Out> {
  return new CodecLink(source, codec, options);
}

class CodecLink<In, Out> implements TypedLink<In, Out> {
  readonly messages$: Observable<In>;
  readonly errors$: Observable<CodecError>;
  readonly outbox: Observer<Out>;
  readonly #source: TypedSource;
  readonly #codec: Codec<In, Out>;
  readonly #errors$ = new Subject<CodecError>();
  readonly #unclaimed: Unclaimed;
  #refused = 0;

  constructor(source: TypedSource, codec: Codec<In, Out>, options: TypedOptions) {
    const { logger, ...limits } = options;
    checkOptions({ logger }, { logger: ofType('object') });
    this.#source = source;
    this.#codec = codec;
    this.#unclaimed = new Unclaimed(logger);
    this.errors$ = this.#errors$.asObservable();
    const complete = (): void => {
      this.#errors$.complete();
    };
    const decoded = decodeValues(codec, {
      ...limits,
      onError: (error) => {
        this.#refuse(error);
      },
    });
    this.messages$ = source.messages$.pipe(decoded, tap({ complete, error: complete }), share());
    const { outbox } = source;
    this.outbox = {
      next: (value) => {
        outbox.next(encodeValue(codec, value));
      },
      error: (error) => {
        outbox.error(error);
      },
      complete: () => {
        outbox.complete();
      },
    };
  }

  get refused(): number {
    return this.#refused;
  }

  get closed$(): Observable<CloseInfo> | undefined {
    return this.#source.closed$;
  }

  send(value: Out): boolean {
    return this.#source.send(encodeValue(this.#codec, value));
  }

  #refuse(error: CodecError): void {
    this.#refused++;
    if (this.#errors$.observed) this.#errors$.next(error);
    else this.#unclaimed.report(error.message, 'errors$', error);
  }
}
