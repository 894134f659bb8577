import { caught } from '../../operators/caught.js';
import type { AcceptedOffers } from '../../protocol/handshake/any-request.js';
import { quote } from '../../protocol/handshake/describe.js';
import { type Refusal, refuse } from '../../protocol/handshake/refusal.js';
import {
  checkSelection,
  chooseSubprotocol,
  type SubprotocolPreference,
} from '../../protocol/handshake/subprotocols.js';
import type { UpgradeRequest } from './upgrade-request.js';

/**
 * Chooses one of the subprotocols that the client offered, or none. What it throws, or chooses without an offer, is answered with 500.
 *
 * @param offered - In the client's order.
 */
export type SelectSubprotocol = (offered: readonly string[], request: UpgradeRequest) => string | undefined;

/** What decides about subprotocols. */
export interface SubprotocolRules {
  readonly subprotocols: readonly string[];
  readonly selectSubprotocol: SubprotocolPreference | SelectSubprotocol;
  readonly requireSubprotocol: boolean;
}

/**
 * The subprotocol for a request, undefined for none.
 *
 * @param decided - What `authorize` said, which comes first.
 * @throws TypeError for a choice that was not offered, and what the user's function throws.
 */
export function selectSubprotocol(
  { offeredSubprotocols: offered }: AcceptedOffers,
  rules: SubprotocolRules,
  decided: string | undefined,
  request: () => UpgradeRequest,
): string | undefined | Refusal {
  const { subprotocols, selectSubprotocol: select, requireSubprotocol } = rules;
  const selected =
    decided !== undefined
      ? checkSelection(decided, offered, 'authorize')
      : typeof select === 'function'
        ? checkSelection(atOnce(select(offered, request())), offered)
        : chooseSubprotocol(offered, subprotocols, select);
  if (selected !== undefined || !requireSubprotocol) return selected;
  const spoken = subprotocols.length === 0 ? '' : `, expected one of ${subprotocols.map(quote).join(', ')}`;
  return refuse(400, `Sec-WebSocket-Protocol offers nothing that is spoken here${spoken}`);
}

function atOnce(chosen: string | undefined): string | undefined {
  if (caught(chosen)) {
    throw new TypeError('selectSubprotocol returned a promise, expected a string or nothing');
  }
  return chosen;
}

/** A browser fails a connection that it offered subprotocols for and that has none. WHATWG WebSockets, section 5. */
export function warnOfNone(
  { origin, offeredSubprotocols: offered }: AcceptedOffers,
  connection: { log(level: 'warn', message: string): void },
): void {
  if (origin === undefined || offered.length === 0) return;
  connection.log(
    'warn',
    `a browser offered the subprotocols ${offered.slice(0, 8).map(quote).join(', ')} and none was chosen: it will close the connection at once (options subprotocols, selectSubprotocol)`,
  );
}
