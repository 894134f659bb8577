import type { Traffic } from '../protocol/traffic.js';

/** What has passed in one direction. */
export interface TrafficStats {
  /** Octets of frames on the wire, headers included; those of a frame that is coming in as far as they have come. */
  readonly octets: number;
  /** Frames of every kind. */
  readonly frames: number;
  /** Data messages. */
  readonly messages: number;
  /** Octets of data frames without their headers: compressed, where that was agreed on. */
  readonly payloadOctets: number;
  /** Octets of the messages themselves: before compression on the way out, and after it on the way in. */
  readonly messageOctets: number;
}

/** What has passed over a connection since it was open. `payloadOctets / messageOctets` is the ratio of its compression. */
export interface ConnectionStats {
  readonly received: TrafficStats;
  /** What was handed to the transport. */
  readonly sent: TrafficStats;
  /** Messages given to `send` or `outbox` that are not sent: closing had begun, or did before their turn, or `overflow` dropped them. */
  readonly unsent: number;
  /** Messages received that nobody was given: `discard`, or they came after `close()` and there was no room, or nobody took them in time. */
  readonly discarded: number;
}

/** The figures of one direction, as they are now. */
export function trafficStats({
  octets,
  frames,
  messages,
  payloadOctets,
  expandedOctets,
}: Traffic): TrafficStats {
  return { octets, frames, messages, payloadOctets, messageOctets: payloadOctets + expandedOctets };
}
