import type { Case, Content, End, FramePart } from '../case.js';
import { binary, text } from '../contents.js';
import { BINARY, TEXT } from '../../support/wire-frames.js';
import { CONTINUATION, failed, open, ping, pong, PROTOCOL_ERROR } from '../parts.js';

/** A data frame: what it is, and whether it is the last of its message. */
interface Symbol {
  readonly letter: string;
  readonly opcode: number;
  readonly fin: boolean;
}

/** Small letters are of frames that go on. */
const SYMBOLS: readonly Symbol[] = [
  ['T', TEXT],
  ['B', BINARY],
  ['C', CONTINUATION],
].flatMap(([letter, opcode]) => [
  { letter: String(letter), opcode: Number(opcode), fin: true },
  { letter: String(letter).toLowerCase(), opcode: Number(opcode), fin: false },
]);

/** Up to this length with every choice of frames that have a control frame before them. */
const WITH_CONTROLS = 4;
const LONGEST = 5;

/** The rule of section 5.4 in one line: a continuation is right just where a message is unfinished. */
function isRight(symbol: Symbol, unfinished: boolean): boolean {
  return (symbol.opcode === CONTINUATION) === unfinished;
}

/** All orders of frames that end with the first wrong one, or are of the full length and right. */
function* orders(longest: number, before: readonly Symbol[] = []): Generator<readonly Symbol[]> {
  const last = before.at(-1);
  const unfinished = last !== undefined && !last.fin;
  for (const symbol of SYMBOLS) {
    const order = [...before, symbol];
    if (isRight(symbol, unfinished) && order.length < longest) yield* orders(longest, order);
    else yield order;
  }
}

function isWrong(order: readonly Symbol[]): boolean {
  const [last, before] = [order.at(-1), order.at(-2)];
  return last !== undefined && !isRight(last, before !== undefined && !before.fin);
}

/** What is sent: frame `i` says its number, and has a Ping or Pong before it if bit `i` of `controls` is set. */
function played(
  order: readonly Symbol[],
  controls: number,
): { send: FramePart[]; messages: Content[]; pongs: Buffer[] } {
  const send: FramePart[] = [];
  const messages: Content[] = [];
  const pongs: Buffer[] = [];
  const right = isWrong(order) ? order.length - 1 : order.length;
  let said = '';
  let type: Content['type'] = 'text';
  order.forEach(({ opcode, fin }, i) => {
    if ((controls >> i) & 1) {
      send.push(i % 2 === 0 ? ping(`p${i}`) : pong(`unasked ${i}`));
      if (i % 2 === 0) pongs.push(Buffer.from(`p${i}`));
    }
    send.push({ opcode, fin, payload: Buffer.from(String(i)) });
    if (i >= right) return;
    if (opcode !== CONTINUATION) {
      said = '';
      type = opcode === TEXT ? 'text' : 'binary';
    }
    said += String(i);
    if (fin) messages.push(type === 'text' ? text(said) : binary(said));
  });
  return { send, messages, pongs };
}

function caseOf(order: readonly Symbol[], controls: number): Case {
  const letters = order.map(({ letter }, i) => ((controls >> i) & 1 ? '+' : '') + letter).join('');
  const wrong = isWrong(order);
  const unfinished = order.at(-1)?.fin === false;
  return {
    id: `5.4-order-${letters}`,
    clause: '5.4',
    words: `frames ${letters}: ${wrong ? 'the last is out of order' : 'all in order'}`,
    ...(!wrong && { exchanges: () => [finished(order, controls, unfinished)] }),
    end: wrong ? () => failure(order, controls) : open,
  };
}

function failure(order: readonly Symbol[], controls: number): End {
  const { send, messages, pongs } = played(order, controls);
  return failed(PROTOCOL_ERROR, 'first octet', send, { messages, pongs });
}

/** A message that is left unfinished is finished, so that it can be seen. */
function finished(
  order: readonly Symbol[],
  controls: number,
  unfinished: boolean,
): ReturnType<typeof played> {
  const symbols = unfinished ? [...order, { letter: 'C', opcode: CONTINUATION, fin: true }] : order;
  return played(symbols, controls);
}

function allOrders(): Case[] {
  const cases: Case[] = [];
  for (let length = 1; length <= LONGEST; length++) {
    for (const order of orders(length)) {
      // The shorter ones that go wrong were there before.
      if (order.length < length) continue;
      // Those that are right are beginnings of longer ones.
      if (length < LONGEST && length !== WITH_CONTROLS && !isWrong(order)) continue;
      const choices = length <= WITH_CONTROLS ? 1 << length : 1;
      for (let controls = 0; controls < choices; controls++) cases.push(caseOf(order, controls));
    }
  }
  return cases;
}

export const fragmentOrders: readonly Case[] = allOrders();
