/** The mark by which every copy of this library recognises the errors of every other copy. */
const BRAND: unique symbol = Symbol.for('rxwire.error') as never;

/** A stable, documented error code. Texts may change between versions; codes do not. */
export type ErrorCode = `RXWIRE_${string}`;

/** What Node's own errors carry beside their message. */
export interface ErrorCause {
  readonly cause?: unknown;
}

/** The class's own name; a bundler may have taken it, but not the brand. */
function nameOf(constructor: typeof WebSocketError): string {
  return Object.hasOwn(constructor, 'brand') ? constructor.brand : constructor.name || constructor.brand;
}

/** The classes of this library that an error is of, by the names they brand themselves with. */
function lineageOf(constructor: unknown): string[] {
  const names: string[] = [];
  for (let current = constructor; current !== null; current = Object.getPrototypeOf(current)) {
    if (Object.hasOwn(current as object, 'brand')) names.push((current as typeof WebSocketError).brand);
  }
  return names;
}

/**
 * The root of everything this library throws or emits.
 *
 * `instanceof` is decided by a brand and not by the prototype chain, so it also holds for an error that was made
 * by another copy of the library in the same process.
 */
export class WebSocketError extends Error {
  /** What instances of the class are known by; a class of your own needs none. */
  static readonly brand: string = 'WebSocketError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorCause) {
    super(message, options);
    this.code = code;
    Object.defineProperty(this, 'name', { value: nameOf(new.target), configurable: true, writable: true });
    Object.defineProperty(this, BRAND, { value: lineageOf(new.target) });
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    // A class without a brand of its own is somebody else's, and its instances are what they always are.
    if (!Object.hasOwn(this, 'brand')) return Function.prototype[Symbol.hasInstance].call(this, value);
    if (typeof value !== 'object' || value === null) return false;
    const lineage = (value as Record<symbol, unknown>)[BRAND];
    return Array.isArray(lineage) && lineage.includes(this.brand);
  }
}

/**
 * The peer broke a rule of RFC 6455 (or of a negotiated extension).
 *
 * `closeCode` is the code the connection is failed with, `section` the rule's place, such as `"5.5"`.
 */
export class ProtocolError extends WebSocketError {
  static override readonly brand: string = 'ProtocolError';
  readonly closeCode: number;
  readonly section: string;

  constructor(
    message: string,
    details: ErrorCause & {
      readonly section: string;
      readonly closeCode?: number;
      readonly code?: ErrorCode;
    },
  ) {
    super(details.code ?? 'RXWIRE_PROTOCOL', message, details);
    this.closeCode = details.closeCode ?? 1002;
    this.section = details.section;
  }
}

/** A text message, or the reason of a Close frame, is not valid UTF-8. RFC 6455 section 8.1; close code 1007. */
export class TextError extends ProtocolError {
  static override readonly brand: string = 'TextError';
  constructor(message: string) {
    super(message, { section: '8.1', closeCode: 1007, code: 'RXWIRE_TEXT' });
  }
}

/** A bound was reached. `option` names the option that sets it, `limit` its value in the option's unit. */
export class LimitError extends WebSocketError {
  static override readonly brand: string = 'LimitError';
  readonly option: string;
  readonly limit: number;
  /** 1009 for bytes, 1008 for a number of things, 1013 for what this side could not get rid of. */
  readonly closeCode: number;

  constructor(
    message: string,
    details: { readonly option: string; readonly limit: number; readonly closeCode: number },
  ) {
    super('RXWIRE_LIMIT', message);
    this.option = details.option;
    this.limit = details.limit;
    this.closeCode = details.closeCode;
  }
}

/** Where an opening handshake was when it failed. */
export type HandshakePhase = 'dns' | 'tcp' | 'tls' | 'proxy' | 'http';

/** The header fields of a message as a handshake error shows them: by lower-case name, repeated fields joined. */
export type HeaderRecord = Readonly<Record<string, string>>;

/**
 * The opening handshake failed. RFC 6455 section 4.
 *
 * On the client `status`, `headers` and `body` are the server's answer, where there was one (the body at most
 * 1 MiB of it); on the server they are the refusal that was written.
 */
export class HandshakeError extends WebSocketError {
  static override readonly brand: string = 'HandshakeError';
  readonly phase: HandshakePhase;
  readonly status: number | undefined;
  readonly headers: HeaderRecord | undefined;
  readonly body: Uint8Array | undefined;

  constructor(
    message: string,
    details: ErrorCause & {
      readonly phase: HandshakePhase;
      readonly status?: number | undefined;
      readonly headers?: HeaderRecord | undefined;
      readonly body?: Uint8Array | undefined;
      readonly code?: ErrorCode;
    },
  ) {
    super(details.code ?? 'RXWIRE_HANDSHAKE', message, details);
    this.phase = details.phase;
    this.status = details.status;
    this.headers = details.headers;
    this.body = details.body;
  }
}

/**
 * The peers could not agree on a subprotocol or an extension: the server's answer is not one to what was offered.
 * RFC 6455 sections 4.1 and 9.1.
 */
export class NegotiationError extends HandshakeError {
  static override readonly brand: string = 'NegotiationError';

  constructor(
    message: string,
    details: ErrorCause & { readonly status?: number; readonly headers?: HeaderRecord } = {},
  ) {
    super(message, { ...details, phase: 'http', code: 'RXWIRE_NEGOTIATION' });
  }
}

/**
 * A proxy could not be reached, or did not open the way to the server: all before the tunnel is there. `status` is what an HTTP proxy
 * answered with, `headers` its fields, `body` what came with them, at most 1 KiB. Credentials are in none of its parts.
 */
export class ProxyError extends HandshakeError {
  static override readonly brand: string = 'ProxyError';

  constructor(
    message: string,
    details: ErrorCause & {
      readonly status?: number;
      readonly headers?: HeaderRecord;
      readonly body?: Uint8Array;
      readonly code?: ErrorCode;
    } = {},
  ) {
    super(message, { code: 'RXWIRE_PROXY', ...details, phase: 'proxy' });
  }
}

/** An extension's own code failed: its `cause` says how. The connection it was at work for cannot go on; close code 1011. */
export class ExtensionError extends WebSocketError {
  static override readonly brand: string = 'ExtensionError';

  constructor(message: string, options: ErrorCause) {
    super('RXWIRE_EXTENSION', message, options);
  }
}

/** Something took longer than the option `option` allows, `limitMs` milliseconds. */
export class TimeoutError extends WebSocketError {
  static override readonly brand: string = 'TimeoutError';
  readonly option: string;
  readonly limitMs: number;

  constructor(message: string, details: { readonly option: string; readonly limitMs: number }) {
    super('RXWIRE_TIMEOUT', message);
    this.option = details.option;
    this.limitMs = details.limitMs;
  }
}

/** The stable code of {@link truncated}. */
export const TRUNCATED = 'RXWIRE_TRUNCATED';

/** The stream of bytes or frames ended where it may not. Nothing about it goes on the wire: the code is 1006. */
export function truncated(): ProtocolError {
  return new ProtocolError('the stream ended in the middle of a frame or a message', {
    section: '7.1.1',
    closeCode: 1006,
    code: TRUNCATED,
  });
}

/** The one place where an error becomes the code of a Close frame. RFC 6455 section 7.4.1. */
export function closeCodeFor(error: unknown): number {
  if (error instanceof ProtocolError || error instanceof LimitError) return error.closeCode;
  return 1011;
}
