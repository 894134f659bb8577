/** What the suite is about, in the order of the RFCs. */
export const CLAUSES: readonly (readonly [string, string])[] = [
  ['5.1', 'masking'],
  ['5.2', 'framing: reserved bits, opcodes, lengths'],
  ['5.4', 'fragmentation'],
  ['5.5', 'control frames'],
  ['5.5.1', 'Close frames'],
  ['5.5.2', 'Ping'],
  ['5.5.3', 'Pong'],
  ['5.6', 'data frames: sizes and chops'],
  ['7.1', 'the closing handshake'],
  ['7.4', 'close codes'],
  ['8.1', 'UTF-8'],
  ['10.4', 'limits'],
  ['7692', 'permessage-deflate'],
];
