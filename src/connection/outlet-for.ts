import type { WriteCoalescer } from '../transport/write-coalescer.js';
import { DroppingOutlet } from './dropping-outlet.js';
import { HoldingOutlet, type HoldingOwner } from './holding-outlet.js';
import { Outlet, type OutletOptions } from './outlet.js';
import type { Sender } from './sender.js';

/** The outlet for a policy: what the common ones do not need, they do not have. */
export function outletFor(
  sender: Sender,
  writes: WriteCoalescer,
  options: OutletOptions,
  owner: HoldingOwner,
): Outlet {
  switch (options.overflow) {
    case 'close':
    case 'error':
      return new Outlet(sender, writes, options, owner);
    case 'dropNewest':
      return new DroppingOutlet(sender, writes, options, owner);
    default:
      return new HoldingOutlet(sender, writes, options, owner);
  }
}
