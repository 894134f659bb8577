import { BlockList } from 'node:net';
import { checkOptions, type Checks, ofType } from '../../protocol/option-checks.js';
import { isOn } from '../gate/address-list.js';
import { accept, type Authorize, reject } from '../gate/decision.js';

/** Which addresses may connect. */
export interface RemoteAddressOptions {
  /** Only these may. Default all. */
  readonly allow?: BlockList;
  /** These may not. Default none. */
  readonly block?: BlockList;
}

const CHECKS: Checks = Object.freeze({ allow: ofType('object'), block: ofType('object') });

/**
 * Refuses clients by their address, with 403. A bare list is of those that may not connect. Behind a proxy the address is the proxy's, unless `trustProxy` says
 * that it is to be believed; over a Unix socket there is none, which is on no list.
 *
 * @throws TypeError for what is no BlockList of `node:net`.
 */
export function remoteAddress(lists: BlockList | RemoteAddressOptions): Authorize {
  const { allow, block } = lists instanceof BlockList ? { block: lists } : checked(lists);
  return (request) => {
    const refused =
      (block !== undefined && isOn(block, request.remoteAddress)) ||
      (allow !== undefined && !isOn(allow, request.remoteAddress));
    return refused ? reject(403, { body: 'this address may not connect here\n' }) : accept();
  };
}

function checked(lists: RemoteAddressOptions): RemoteAddressOptions {
  if (typeof lists !== 'object' || (lists as unknown) === null) {
    throw new TypeError('remoteAddress takes a BlockList, or options');
  }
  checkOptions(lists, CHECKS);
  const given = [lists.allow, lists.block].filter((list) => list !== undefined);
  if (given.length === 0) throw new TypeError('options allow and block are both missing');
  if (!given.every((list: unknown) => list instanceof BlockList)) {
    throw new TypeError('options allow and block are BlockLists of node:net');
  }
  return lists;
}
