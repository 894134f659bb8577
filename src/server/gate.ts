import type { IncomingMessage } from 'node:http';
import type { ObservableInput } from 'rxjs';
import type { Duplex } from 'node:stream';
import type { WebSocketConnection } from '../connection/web-socket-connection.js';
import type { HandshakeError } from '../protocol/errors.js';
import type { BoundExtensions } from '../protocol/extensions/bound.js';
import type { PathParams } from '../protocol/handshake/path-table.js';
import { type Refusal, refuse } from '../protocol/handshake/refusal.js';
import type { AcceptedRequest } from '../protocol/handshake/request.js';
import { acceptUpgrade, agree, judge, refuseUpgrade, rejection } from './acceptor.js';
import {
  type Acceptance,
  checkDecision,
  type Decision,
  type DecisionInput,
  isDecision,
  refusalOf,
} from './decision.js';
import { mergeHeaders } from './merge-headers.js';
import type { ResolvedUpgradeOptions } from './options.js';
import { type Outcome, PendingDecision } from './pending-decision.js';
import { selectSubprotocol, warnOfNone } from './select-subprotocol.js';
import { UpgradeAttempt } from './upgrade-request.js';

/** Told what comes through a {@link Gate}. */
export interface GateOwner<Context> {
  /** The connection reads nothing before `start`. */
  onOpen(connection: WebSocketConnection<Context>): void;
  onClosed(connection: WebSocketConnection<Context>): void;
  onRefused(error: HandshakeError): void;
  /** The client has left before it was answered. */
  onLeft?(): void;
}

/** A request, and where it came. */
interface Arrival<Context> {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  /** The bytes that came behind the request. */
  readonly head: Uint8Array;
  readonly accepted: AcceptedRequest;
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
  readonly #owner: GateOwner<Context>;
  readonly #pending: Set<PendingDecision> = new Set();
  readonly #forget: (connection: WebSocketConnection<Context>) => void;
  #closing = false;

  constructor(options: ResolvedUpgradeOptions<Context>, owner: GateOwner<Context>) {
    this.#options = options;
    this.#owner = owner;
    this.#forget = (connection) => {
      owner.onClosed(connection);
    };
  }

  /** How many requests wait for `authorize`. */
  get pending(): number {
    return this.#pending.size;
  }

  /**
   * Takes what Node hands over in the event `upgrade`.
   *
   * @param owner - Who is told what becomes of it, when it is not the gate's own.
   */
  enter(
    request: IncomingMessage,
    socket: Duplex,
    head: Uint8Array,
    params: PathParams,
    owner: GateOwner<Context> = this.#owner,
  ): void {
    // Node hands the socket over with nobody listening: a reset now would end the process.
    socket.on('error', ignore);
    const accepted = judge(request, this.#options);
    if (!accepted.ok) {
      if (accepted.status === 403) this.#options.profile.options.logger.warn?.(accepted.reason, {});
      this.refuse(socket, accepted, owner);
      return;
    }
    const arrival = { request, socket, head, accepted, params, owner };
    if (this.#closing) this.refuse(socket, CLOSING, owner);
    else if (this.#options.authorize === undefined) this.#admit(arrival, ACCEPTED);
    else this.#ask(arrival, this.#options.authorize);
  }

  /** Answers with a refusal, and tells of it. */
  refuse(socket: Duplex, refusal: Refusal, owner: GateOwner<Context> = this.#owner, cause?: unknown): void {
    refuseUpgrade(socket, refusal);
    owner.onRefused(rejection(refusal, cause));
  }

  /** From now on everybody is refused; so is whoever waits. */
  close(): void {
    this.#closing = true;
    for (const pending of this.#pending) pending.cancel();
  }

  #ask(
    arrival: Arrival<Context>,
    authorize: NonNullable<ResolvedUpgradeOptions<Context>['authorize']>,
  ): void {
    const { request, accepted, params, socket, head, owner } = arrival;
    const { maxPendingHandshakes, handshakeTimeoutMs: limitMs, profile } = this.#options;
    if (this.#pending.size >= maxPendingHandshakes) {
      this.refuse(socket, refuse(503, 'too many requests wait to be let in'), owner);
      return;
    }
    const attempt = UpgradeAttempt.of(request, accepted, params);
    let answer: DecisionInput<Context>;
    try {
      answer = authorize(attempt);
    } catch (error) {
      this.#fail(arrival, 'authorize failed', error);
      return;
    }
    // What is neither, and nothing to wait for, is a decision that does not hold.
    if (isDecision(answer) || !mayBeWaitedFor(answer)) {
      this.#decide(arrival, answer, attempt);
      return;
    }
    const onOutcome = (outcome: Outcome, held: Uint8Array): void => {
      this.#pending.delete(pending);
      this.#conclude({ ...arrival, head: held }, outcome, attempt);
    };
    const pending = new PendingDecision({ socket, head, clock: profile.clock, limitMs, onOutcome });
    this.#pending.add(pending);
    pending.begin(answer);
  }

  #conclude(arrival: Arrival<Context>, outcome: Outcome, attempt: UpgradeAttempt): void {
    const { socket, owner } = arrival;
    switch (outcome.kind) {
      case 'value':
        this.#decide(arrival, outcome.value, attempt);
        break;
      case 'error':
        this.#fail(arrival, 'authorize failed', outcome.error);
        break;
      case 'timeout':
        attempt.abort(outcome.error);
        this.refuse(socket, refuse(503, outcome.error.message), owner, outcome.error);
        break;
      case 'closing':
        attempt.abort(new Error(CLOSING.reason));
        this.refuse(socket, CLOSING, owner);
        break;
      case 'left':
        attempt.abort(new Error('the client has left'));
        socket.destroy();
        owner.onLeft?.();
    }
  }

  /** @param value - What `authorize` gave. */
  #decide(arrival: Arrival<Context>, value: unknown, attempt: UpgradeAttempt): void {
    let decision: Decision<Context>;
    let refusal: Refusal | undefined;
    try {
      decision = checkDecision(value);
      refusal = decision.accept ? undefined : refusalOf(decision);
    } catch (error) {
      this.#fail(arrival, 'authorize failed', error);
      return;
    }
    if (decision.accept) this.#admit(arrival, decision, attempt);
    else if (refusal !== undefined) this.refuse(arrival.socket, refusal, arrival.owner);
  }

  #admit(arrival: Arrival<Context>, decision: Acceptance<Context>, attempt?: UpgradeAttempt): void {
    const connection = this.#open(arrival, decision, attempt);
    if (connection === undefined) return;
    arrival.socket.off('error', ignore);
    arrival.owner.onOpen(connection);
    connection.start();
  }

  /** Undefined when it was refused after all, or has failed. */
  #open(
    arrival: Arrival<Context>,
    decision: Acceptance<Context>,
    attempt: UpgradeAttempt | undefined,
  ): WebSocketConnection<Context> | undefined {
    const { request, socket, head, accepted, params, owner } = arrival;
    const options = this.#options;
    const asked = (): UpgradeAttempt => attempt ?? UpgradeAttempt.of(request, accepted, params);
    try {
      const subprotocol = selectSubprotocol(accepted, options, decision.subprotocol, asked);
      if (typeof subprotocol === 'object') {
        this.refuse(socket, subprotocol, owner);
        return undefined;
      }
      const extensions = this.#agree(arrival);
      if (extensions === FAULTY) return undefined;
      // Whoever was asked about the request may have closed the server.
      if (this.#closing) {
        this.refuse(socket, CLOSING, owner);
        return undefined;
      }
      const connection = acceptUpgrade<Context>({
        request,
        socket,
        head,
        accepted,
        subprotocol,
        extensions,
        headers: mergeHeaders(options.headers, decision.headers),
        // Whoever has a context gives one with each decision; who gives none has `undefined` as its type.
        context: decision.context as Context,
        profile: options.profile,
        onClosed: this.#forget,
      });
      if (subprotocol === undefined) warnOfNone(accepted, options.profile.options.logger);
      return connection;
    } catch (error) {
      this.#fail(arrival, 'the answer to an opening handshake could not be made', error);
      return undefined;
    }
  }

  /** What is agreed on; `FAULTY` when an extension is faulty, which is not the client's fault and ends nobody else's connection. */
  #agree({
    request,
    accepted,
    socket,
    owner,
  }: Arrival<Context>): BoundExtensions | undefined | typeof FAULTY {
    try {
      return agree(request, accepted, this.#options);
    } catch (error) {
      this.#options.profile.options.logger.error?.('an extension failed at an opening handshake', { error });
      this.refuse(socket, refuse(500, 'the server could not negotiate the extensions'), owner, error);
      return FAULTY;
    }
  }

  /** What the user's own code did wrong is said here, and not to the client. */
  #fail({ socket, owner }: Arrival<Context>, what: string, error: unknown): void {
    this.#options.profile.options.logger.error?.(what, { error });
    this.refuse(socket, refuse(500, 'the server could not decide about the request'), owner, error);
  }
}

const FAULTY: unique symbol = Symbol('a faulty extension');
/** Why nobody is let in any more. */
export const CLOSING: Refusal = refuse(503, 'the server is closing');

function mayBeWaitedFor(value: unknown): value is ObservableInput<unknown> {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

function ignore(): void {
  // Whoever reset the socket is gone.
}
