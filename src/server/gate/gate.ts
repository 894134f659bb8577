import type { ObservableInput } from 'rxjs';
import { publishRefused } from '../../connection/diagnostics.js';
import type { LogDetails } from '../../connection/logger.js';
import type { ConnectionProfile } from '../../connection/profile.js';
import { WebSocketConnection } from '../../connection/web-socket-connection.js';
import type { BoundExtensions } from '../../protocol/extensions/bound.js';
import type { NegotiatedExtension } from '../../protocol/extensions/extension.js';
import type { AcceptedOffers, RequestRules } from '../../protocol/handshake/any-request.js';
import type { PathParams } from '../../protocol/handshake/path-table.js';
import { type Refusal, refuse } from '../../protocol/handshake/refusal.js';
import { timeLeft } from '../entrance/accepted-at.js';
import type { ResolvedUpgradeOptions } from '../options.js';
import { agree, rejection, remoteAddressOf, rulesOf } from './acceptor.js';
import type { Arrival, Refusable } from './arrival.js';
import {
  type Acceptance,
  checkDecision,
  type Decision,
  type DecisionInput,
  isDecision,
  refusalOf,
} from './decision.js';
import { ForwardedHandshake } from './forwarded-handshake.js';
import { mergeHeaders } from './merge-headers.js';
import { withOwnHeaders } from './own-headers.js';
import { type Outcome, PendingDecision } from './pending-decision.js';
import { type SeatOwner, Seats } from './seats.js';
import { selectSubprotocol, warnOfNone } from './select-subprotocol.js';
import { UpgradeAttempt } from './upgrade-request.js';

/** Told what comes through a {@link Gate}. A connection that it is given reads nothing before `start`. */
export type GateOwner<Context> = SeatOwner<WebSocketConnection<Context>>;

/** A request that is in order. */
interface Visit<Context> {
  readonly arrival: Arrival;
  /** The bytes that came behind the request until now. */
  readonly head: Uint8Array;
  readonly accepted: AcceptedOffers;
  readonly params: PathParams;
  /** Who is told what becomes of it. */
  readonly owner: GateOwner<Context>;
}

/** What is decided where nobody is asked. */
const ACCEPTED: Acceptance<never> = Object.freeze({ accept: true });

/**
 * The server's side of the opening handshake: a request becomes an open connection, or a refusal and nothing else. RFC 6455 section 4.2.
 *
 * In this order: what the RFC demands of a request, then `authorize`, then subprotocol and extensions. Where nobody is asked it is all
 * done before `enter` returns.
 */
export class Gate<Context> {
  readonly #options: ResolvedUpgradeOptions<Context>;
  readonly #rules: RequestRules;
  readonly #owner: GateOwner<Context>;
  readonly #pending: Set<PendingDecision> = new Set();
  readonly #seats: Seats | undefined;
  readonly #forget: (connection: WebSocketConnection<Context>) => void;
  #closing = false;

  constructor(options: ResolvedUpgradeOptions<Context>, owner: GateOwner<Context>) {
    this.#options = options;
    this.#rules = rulesOf(options);
    this.#owner = owner;
    this.#seats = Seats.of(options.admission);
    this.#forget = (connection) => {
      owner.onClosed(connection);
    };
  }

  /** How many requests wait for `authorize`. */
  get pending(): number {
    return this.#pending.size;
  }

  /**
   * Takes a request for a WebSocket.
   *
   * @param owner - Who is told what becomes of it, when it is not the gate's own.
   */
  enter(arrival: Arrival, params: PathParams, owner: GateOwner<Context> = this.#owner): void {
    // Node hands the socket over with nobody listening: a reset now would end the process.
    arrival.socket.on('error', ignore);
    const accepted = arrival.judge(this.#rules);
    if (!accepted.ok) {
      if (accepted.status === 403) {
        this.#options.profile.options.logger.warn?.(accepted.reason, about(arrival));
      }
      this.refuse(arrival, accepted, owner);
      return;
    }
    if (this.#closing) {
      this.refuse(arrival, CLOSING, owner);
      return;
    }
    const seats = owner.seats ?? this.#seats;
    const seated = seats?.take(remoteAddressOf(arrival, accepted), owner) ?? owner;
    if ('ok' in seated) {
      this.refuse(arrival, seated, owner);
      return;
    }
    const visit = { arrival, head: arrival.head, accepted, params, owner: seated };
    if (this.#options.authorize === undefined) this.#admit(visit, ACCEPTED);
    else this.#ask(visit, this.#options.authorize);
  }

  /** Answers with a refusal, and tells of it. */
  refuse(
    asking: Refusable,
    refusal: Refusal,
    owner: GateOwner<Context> = this.#owner,
    cause?: unknown,
  ): void {
    asking.refuse(withOwnHeaders(refusal, this.#options.serverHeader, new Date()));
    const error = rejection(refusal, cause);
    publishRefused(error, () => asking.remoteAddress);
    owner.onRefused(error);
  }

  /** From now on everybody is refused; so is whoever waits. */
  close(): void {
    this.#closing = true;
    for (const pending of this.#pending) pending.cancel();
  }

  #ask(visit: Visit<Context>, authorize: NonNullable<ResolvedUpgradeOptions<Context>['authorize']>): void {
    const { arrival, accepted, params, head, owner } = visit;
    const { maxPendingHandshakes, handshakeTimeoutMs: limitMs, profile } = this.#options;
    const { clock } = profile;
    const { socket } = arrival;
    const leftMs = timeLeft(socket, limitMs, clock.now());
    if (this.#pending.size >= maxPendingHandshakes) {
      this.refuse(arrival, refuse(503, 'too many requests wait to be let in'), owner);
      return;
    }
    const attempt = UpgradeAttempt.of(arrival, accepted, params);
    let answer: DecisionInput<Context>;
    try {
      answer = authorize(attempt);
    } catch (error) {
      this.#fail(visit, 'authorize failed', error);
      return;
    }
    // What is neither, and nothing to wait for, is a decision that does not hold.
    if (isDecision(answer) || !mayBeWaitedFor(answer)) {
      this.#decide(visit, answer, attempt);
      return;
    }
    const onOutcome = (outcome: Outcome, held: Uint8Array): void => {
      this.#pending.delete(pending);
      this.#conclude({ ...visit, head: held }, outcome, attempt);
    };
    const pending = new PendingDecision({ socket, head, clock, limitMs, leftMs, onOutcome });
    this.#pending.add(pending);
    pending.begin(answer);
  }

  #conclude(visit: Visit<Context>, outcome: Outcome, attempt: UpgradeAttempt): void {
    const { arrival, owner } = visit;
    switch (outcome.kind) {
      case 'value':
        this.#decide(visit, outcome.value, attempt);
        break;
      case 'error':
        this.#fail(visit, 'authorize failed', outcome.error);
        break;
      case 'timeout':
        attempt.abort(outcome.error);
        this.refuse(arrival, refuse(503, outcome.error.message), owner, outcome.error);
        break;
      case 'closing':
        attempt.abort(new Error(CLOSING.reason));
        this.refuse(arrival, CLOSING, owner);
        break;
      case 'left':
        attempt.abort(new Error('the client has left'));
        arrival.socket.destroy();
        owner.onLeft?.();
    }
  }

  /** @param value - What `authorize` gave. */
  #decide(visit: Visit<Context>, value: unknown, attempt: UpgradeAttempt): void {
    let decision: Decision<Context>;
    let refusal: Refusal | undefined;
    try {
      decision = checkDecision(value);
      refusal = decision.accept ? undefined : refusalOf(decision);
    } catch (error) {
      this.#fail(visit, 'authorize failed', error);
      return;
    }
    if (decision.accept) this.#admit(visit, decision, attempt);
    else if (refusal !== undefined) this.refuse(visit.arrival, refusal, visit.owner);
  }

  #admit(visit: Visit<Context>, decision: Acceptance<Context>, attempt?: UpgradeAttempt): void {
    const connection = this.#open(visit, decision, attempt);
    if (connection === undefined) return;
    visit.arrival.socket.off('error', ignore);
    visit.owner.onOpen(connection);
    connection.start();
  }

  /** Undefined when it was refused after all, or has failed. */
  #open(
    visit: Visit<Context>,
    decision: Acceptance<Context>,
    attempt: UpgradeAttempt | undefined,
  ): WebSocketConnection<Context> | undefined {
    const { arrival, head, accepted, params, owner } = visit;
    const options = this.#options;
    const asked = (): UpgradeAttempt => attempt ?? UpgradeAttempt.of(arrival, accepted, params);
    try {
      const subprotocol =
        owner.subprotocol ?? selectSubprotocol(accepted, options, decision.subprotocol, asked);
      if (typeof subprotocol === 'object') {
        this.refuse(arrival, subprotocol, owner);
        return undefined;
      }
      const profile = options.profiles.profileFor(decision.options);
      const extensions = this.#agree(visit, profile);
      if (extensions === FAULTY) return undefined;
      // Whoever was asked about the request may have closed the server.
      if (this.#closing) {
        this.refuse(arrival, CLOSING, owner);
        return undefined;
      }
      const { forwarded } = accepted;
      const { transport, handshake } = arrival.accept({
        head,
        subprotocol,
        extensions: extensions?.agreed ?? NO_EXTENSIONS,
        headers: mergeHeaders(options.headers, decision.headers),
      });
      const connection = new WebSocketConnection<Context>({
        transport,
        handshake: forwarded === undefined ? handshake : new ForwardedHandshake(handshake, forwarded),
        extensions,
        // Whoever has a context gives one with each decision; who gives none has `undefined` as its type.
        context: decision.context as Context,
        profile,
        onClosed: this.#forget,
      });
      if (subprotocol === undefined) warnOfNone(accepted, connection);
      return connection;
    } catch (error) {
      this.#fail(visit, 'the answer to an opening handshake could not be made', error);
      return undefined;
    }
  }

  /** What is agreed on; `FAULTY` when an extension is faulty, which is not the client's fault and ends nobody else's connection. */
  #agree(
    { arrival, accepted, owner }: Visit<Context>,
    { options }: ConnectionProfile,
  ): BoundExtensions | undefined | typeof FAULTY {
    try {
      return agree(arrival, accepted, options.extensions);
    } catch (error) {
      const { logger } = this.#options.profile.options;
      logger.error?.('an extension failed at an opening handshake', { ...about(arrival), error });
      this.refuse(arrival, refuse(500, 'the server could not negotiate the extensions'), owner, error);
      return FAULTY;
    }
  }

  /** What the user's own code did wrong is said here, and not to the client. */
  #fail({ arrival, owner }: Visit<Context>, what: string, error: unknown): void {
    this.#options.profile.options.logger.error?.(what, { ...about(arrival), error });
    this.refuse(arrival, refuse(500, 'the server could not decide about the request'), owner, error);
  }
}

const NO_EXTENSIONS: readonly NegotiatedExtension[] = Object.freeze([]);
const FAULTY: unique symbol = Symbol('a faulty extension');
/** Why nobody is let in any more. */
export const CLOSING: Refusal = refuse(503, 'the server is closing');

function mayBeWaitedFor(value: unknown): value is ObservableInput<unknown> {
  return (typeof value === 'object' && value !== null && !('accept' in value)) || typeof value === 'function';
}

/** Whom a line of the log is about before there is a connection. */
function about({ remoteAddress }: Refusable): LogDetails {
  return remoteAddress === undefined ? {} : { remoteAddress };
}

function ignore(): void {
  // Whoever reset the socket is gone.
}
