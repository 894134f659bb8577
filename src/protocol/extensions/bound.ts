import type { NegotiatedExtension } from './extension.js';
import { calling } from './failures.js';
import { InboundExtensions } from './inbound.js';
import { OutboundExtensions } from './outbound.js';

/** What was agreed on for one connection, with transforms that are its own. */
export interface BoundExtensions {
  readonly agreed: readonly NegotiatedExtension[];
  readonly inbound: InboundExtensions;
  /** Undefined when nothing that is sent is transformed. */
  readonly outbound: OutboundExtensions | undefined;
}

/**
 * Makes the transforms of a connection; undefined when nothing was agreed on.
 *
 * @throws ExtensionError when an extension fails at it: that has to be known before the connection is open.
 */
export function bindExtensions(agreed: readonly NegotiatedExtension[]): BoundExtensions | undefined {
  if (agreed.length === 0) return undefined;
  return calling('making its transforms', () => {
    const sends = agreed.some((extension) => extension.outbound !== undefined);
    return {
      agreed,
      inbound: new InboundExtensions(agreed),
      outbound: sends ? new OutboundExtensions(agreed) : undefined,
    };
  });
}
