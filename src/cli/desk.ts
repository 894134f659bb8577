import type { Interface } from 'node:readline';
import type { ConnectSettings } from './connect-settings.js';
import type { Screen } from './screen.js';
import type { Supply } from './supply.js';

/** What sessions send from, and tell the user with. It outlives connections. */
export interface Desk {
  readonly settings: ConnectSettings;
  readonly supply: Supply;
  readonly screen: Screen;
  readonly prompt: Interface | undefined;
  /** Whether the user is told of opening, closing and attempts. */
  readonly talkative: boolean;
}
