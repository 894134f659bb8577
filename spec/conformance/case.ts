/** What an endpoint plays. */
export type Role = 'client' | 'server';

/** What a connection runs over. */
export type TransportName = 'socket' | 'memory';

/**
 * How the peer cuts what it sends: all at once, octet by octet, at random, or in pieces of the one size that the
 * case names.
 */
export type Segmentation = 'whole' | 'bytes' | 'random' | 'chops';

export const ROLES: readonly Role[] = ['server', 'client'];
export const TRANSPORTS: readonly TransportName[] = ['socket', 'memory'];

/** A message by its octets: text that is wrong has them too. */
export interface Content {
  readonly type: 'text' | 'binary';
  readonly data: Uint8Array;
}

/** How far into a frame something is: at a place of its head, after so many octets of its payload, or at its end. */
export type Place = 'first octet' | 'second octet' | 'length' | 'end' | number;

/** One frame as the peer sends it, wrong or not. */
export interface FramePart {
  readonly opcode: number;
  /** Default none. */
  readonly payload?: Uint8Array;
  /** Default true. */
  readonly fin?: boolean;
  /** The three reserved bits: RSV1 is 4. Default none. */
  readonly rsv?: number;
  /** Default as the role of the peer wants it. */
  readonly masked?: boolean;
  /** Default a new one, at random. */
  readonly key?: readonly number[];
  /** Bits of the length field. Default the fewest that will do. */
  readonly lengthBits?: 16 | 64;
  /** What the length field says. Default the length of the payload. */
  readonly declared?: bigint;
}

/** Octets as they are, for each role. */
export interface RawPart {
  readonly octets: Readonly<Record<Role, Uint8Array>>;
}

/** A message that the peer compresses, where that was agreed on, and cuts into frames. */
export interface MessagePart {
  readonly message: Content;
  /** Octets of its largest frame, after compression. Default: one frame. */
  readonly fragmentBytes?: number;
}

export type Part = FramePart | RawPart | MessagePart;

/** What an endpoint is to send in answer. Messages are in order, Pongs are in order; RFC 6455 orders no more. */
export interface Answers {
  /** The messages it echoes. */
  readonly messages?: readonly Content[];
  /** The payloads of the Pings it answers: all of them, or from 17 on some of them and the last (section 5.5.3). */
  readonly pongs?: readonly Uint8Array[];
}

/** The peer sends, and goes on when the answers have come. */
export interface Exchange extends Answers {
  readonly send: readonly Part[];
  /** Where an RFC leaves the choice: the endpoint may fail the connection instead, after the first `messages`. */
  readonly orFails?: { readonly codes: readonly number[]; readonly messages: readonly Content[] };
}

/** How a case ends. */
export type End =
  /** The connection is as good as new: the peer closes it, with 1000. */
  | { readonly is: 'open' }
  /** The peer's Close frame is in `send`; the endpoint answers with its code, and reads nothing behind it. */
  | ({
      readonly is: 'closed';
      readonly send: readonly Part[];
      /** Undefined for a Close frame without one. */
      readonly code: number | undefined;
    } & Answers)
  /**
   * The endpoint fails the connection with one of the codes, at this place of the last frame in `send`. What
   * is behind the place is sent only where all is sent at once: otherwise the failure comes without more.
   */
  | ({
      readonly is: 'failed';
      readonly codes: readonly number[];
      readonly send: readonly Part[];
      /** In octets from the beginning of `send` where that is octets as they are. */
      readonly place: Place;
      readonly behind?: readonly Part[];
    } & Answers)
  /** The endpoint begins to close; what the peer still sends after that is in `send`, with its Close frame. */
  | {
      readonly is: 'closing';
      readonly close: readonly [number, string];
      readonly send: readonly Part[];
      /** What the application is told. */
      readonly told: number;
      /** The peer sends without having waited for the endpoint's Close frame. */
      readonly crossing?: boolean;
    }
  /** The peer ends the transport without a Close frame, after `send`. */
  | ({ readonly is: 'cut'; readonly send: readonly Part[] } & Answers);

/** The parameters of permessage-deflate that both sides are to agree on, RFC 7692 section 7.1, and how the endpoint compresses. */
export interface Compression {
  readonly serverNoContextTakeover?: boolean;
  readonly clientNoContextTakeover?: boolean;
  /** Default 15, unsaid. */
  readonly serverMaxWindowBits?: number;
  readonly clientMaxWindowBits?: number;
  /** The endpoint's own defaults, where it has any. Default: the most that the parameters allow, and every message. */
  readonly preset?: 'small' | 'stateless' | 'large';
}

/** How the endpoint is to be set up. */
export interface EndpointOptions {
  readonly maxMessageBytes?: number;
  readonly maxFragments?: number;
  /** Octets of the largest frame of what it echoes. Default: one frame a message. */
  readonly fragmentBytes?: number;
  /** Default: not even offered. */
  readonly compression?: Compression;
}

/** One conversation with an endpoint that echoes every message, and all that may be seen of it. */
export interface Case {
  /** The clause, then what is special. */
  readonly id: string;
  readonly clause: string;
  readonly words: string;
  /** The roles of the endpoint. Default both. */
  readonly roles?: readonly Role[];
  readonly options?: EndpointOptions;
  /** Default all that the endpoint has. */
  readonly transports?: readonly TransportName[];
  /** Default whole, octet by octet and at random. */
  readonly segmentations?: readonly Segmentation[];
  /** The size of pieces for the segmentation `chops`. */
  readonly chopBytes?: number;
  /** Whether it takes more than a few milliseconds. */
  readonly big?: boolean;
  /** Made when the case is run: some are large. */
  readonly exchanges?: () => Iterable<Exchange>;
  readonly end: () => End;
}
