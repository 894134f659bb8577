import type {
  Answers,
  Case,
  Content,
  End,
  Exchange,
  Part,
  Role,
  Segmentation,
  TransportName,
} from './case.js';
import type { Conversation, Endpoint } from './endpoints/endpoint.js';
import { arePongsThere, wrongClose, wrongMessages, wrongPongs } from './judge.js';
import { beginning, encode, type Encoded, octetsTo } from './octets.js';
import { Peer } from './peer.js';
import { Random } from './random.js';
import { Segments } from './segments.js';
import { Complaint } from './signal.js';
import { CLOSE } from '../support/wire-frames.js';

/** One case, run in one way. */
export interface Run {
  readonly case: Case;
  readonly role: Role;
  readonly transport: TransportName;
  readonly segmentation: Segmentation;
  readonly seed: number;
  /**
   * Ends the transport behind what should have failed: an endpoint that waits for more is found out at once, and not
   * when patience ends. Default false.
   */
  readonly hurry?: boolean;
}

const NOTHING = Buffer.alloc(0);
const RSV1 = 4;
const [NORMAL, NO_STATUS, ABNORMAL] = [1000, 1005, 1006];

/** Runs a case. @returns what was wrong: nothing, if it passed. */
export async function runCase(endpoint: Endpoint, run: Run): Promise<readonly string[]> {
  let conversation: Conversation | undefined;
  try {
    conversation = await endpoint.start(run.role, run.transport, run.case.options ?? {});
    return await new Trial(run, conversation).run();
  } catch (error) {
    if (error instanceof Complaint) return [error.message];
    return [String((error as Error | undefined)?.stack ?? error)];
  } finally {
    conversation?.release();
  }
}

class Trial {
  readonly #run: Run;
  readonly #conversation: Conversation;
  readonly #peer: Peer;
  readonly #random: Random;
  readonly #segments: Segments;
  readonly #expected: Content[] = [];
  #pongsJudged = 0;

  constructor(run: Run, conversation: Conversation) {
    const { id, chopBytes } = run.case;
    this.#run = run;
    this.#conversation = conversation;
    this.#random = new Random(run.seed, [id, run.role, run.transport, run.segmentation].join(' '));
    this.#segments = new Segments(run.segmentation, this.#random, chopBytes);
    this.#peer = new Peer(conversation.stream, run.role, conversation.codec);
    conversation.stream.resume();
  }

  async run(): Promise<readonly string[]> {
    const complaints: string[] = [];
    try {
      await this.#play(this.#run.case);
    } catch (error) {
      if (!(error instanceof Complaint)) throw error;
      complaints.push(error.message);
    }
    return [...complaints, ...this.#peer.troubles];
  }

  async #play({ exchanges, end }: Case): Promise<void> {
    for (const exchange of exchanges?.() ?? []) {
      await this.#exchange(exchange);
      // What was left to the endpoint is judged: that was the end.
      if (this.#peer.close !== undefined) return;
    }
    await this.#end(end());
  }

  async #exchange({ send, orFails, ...answers }: Exchange): Promise<void> {
    await this.#send(await this.#encode(send));
    const peer = this.#peer;
    const messages = this.#expected.length + (answers.messages?.length ?? 0);
    const pongs = answers.pongs ?? [];
    await this.#until(
      () =>
        peer.over ||
        peer.close !== undefined ||
        (peer.messages.length >= messages && arePongsThere(this.#newPongs(), pongs)),
      () =>
        `${peer.messages.length} of ${messages} echoes and ${this.#newPongs().length} of ${pongs.length} Pongs came`,
    );
    if (orFails !== undefined && peer.close !== undefined) {
      this.#judge({ messages: orFails.messages, pongs });
      this.#complainOf(wrongClose(peer.close, orFails.codes));
      await this.#over(ABNORMAL);
      return;
    }
    this.#judge(answers);
    if (peer.close === undefined && !peer.over) return;
    throw new Complaint(`the connection ended too early: ${wrongClose(peer.close, []) ?? ''}`);
  }

  async #end(end: End): Promise<void> {
    switch (end.is) {
      case 'open':
        return this.#closed([closeFrame(NORMAL)], NORMAL, {});
      case 'closed':
        return this.#closed(end.send, end.code, end);
      case 'failed':
        return this.#failed(end);
      case 'closing':
        return this.#closing(end);
      case 'cut':
        await this.#exchange(end);
        this.#peer.end();
        return this.#over(ABNORMAL);
    }
  }

  async #closed(send: readonly Part[], code: number | undefined, answers: Answers): Promise<void> {
    await this.#send(await this.#encode(send));
    await this.#closeCame();
    this.#judge(answers);
    this.#complainOf(wrongClose(this.#peer.close, [code]));
    await this.#over(code ?? NO_STATUS);
  }

  async #failed(end: Extract<End, { is: 'failed' }>): Promise<void> {
    const encoded = await this.#encode(end.send);
    if (this.#run.segmentation === 'whole') {
      await this.#send([...encoded, ...(await this.#encode(end.behind ?? []))], true);
    } else {
      const last = encoded.pop();
      if (last !== undefined) encoded.push(beginning(last, octetsTo(end.place, last)));
      await this.#send(encoded, true);
    }
    if (this.#run.hurry === true && this.#conversation.codec === undefined) this.#peer.end();
    await this.#closeCame(end.messages?.length ?? 0);
    this.#judge(end);
    this.#complainOf(wrongClose(this.#peer.close, end.codes));
    await this.#until(
      () => this.#peer.over,
      'the endpoint did not end the transport after it had failed the connection',
    );
    await this.#over(ABNORMAL);
  }

  async #closing(end: Extract<End, { is: 'closing' }>): Promise<void> {
    const [code, reason] = end.close;
    this.#conversation.close(code, reason);
    if (end.crossing !== true) await this.#closeCame();
    await this.#send(await this.#encode(end.send));
    await this.#closeCame();
    this.#complainOf(wrongClose(this.#peer.close, [code]));
    const said = this.#peer.close?.toString('utf8', 2);
    if (said !== reason) throw new Complaint(`the reason is "${String(said)}", expected "${reason}"`);
    await this.#over(end.told, false);
  }

  /** The transport ends, the server's side first (section 7.1.1), and the application is told how. */
  async #over(told: number, judged = true): Promise<void> {
    if (this.#run.role === 'client') this.#peer.end();
    await this.#until(() => this.#peer.over, 'the endpoint did not end the transport');
    this.#peer.end();
    await this.#until(() => this.#peer.closed, 'the transport did not close');
    const code = await this.#conversation.told;
    if (code !== told) throw new Complaint(`the application is told ${code}, expected ${told}`);
    if (!judged) return;
    this.#judge({});
    const delivered = this.#conversation.delivered();
    const { length } = this.#expected;
    if (delivered !== length) throw new Complaint(`${delivered} messages were delivered, expected ${length}`);
  }

  /** @param expected - More messages than so many will do as well: they should not come. */
  async #closeCame(expected = Infinity): Promise<void> {
    const most = this.#expected.length + expected;
    const peer = this.#peer;
    await this.#until(
      () => peer.close !== undefined || peer.over || peer.messages.length > most,
      'no Close frame came',
    );
  }

  #judge({ messages = [], pongs = [] }: Answers): void {
    this.#expected.push(...messages);
    const came = this.#newPongs();
    this.#pongsJudged = this.#peer.pongs.length;
    this.#complainOf(wrongMessages(this.#peer.messages, this.#expected));
    this.#complainOf(wrongPongs(came, pongs));
  }

  #newPongs(): readonly Uint8Array[] {
    return this.#peer.pongs.slice(this.#pongsJudged);
  }

  #complainOf(what: string | undefined): void {
    if (what !== undefined) throw new Complaint(what);
  }

  #until(holds: () => boolean, what: string | (() => string)): Promise<void> {
    return this.#peer.signal.until(holds, typeof what === 'string' ? () => what : what);
  }

  #send(encoded: readonly Encoded[], untilClose = false): Promise<void> {
    return this.#peer.write(this.#segments.of(encoded), untilClose);
  }

  async #encode(parts: readonly Part[]): Promise<Encoded[]> {
    const encoded: Encoded[] = [];
    for (const part of parts) {
      if ('octets' in part) {
        encoded.push({ head: NOTHING, payload: Buffer.from(part.octets[this.#run.role]) });
      } else if ('message' in part) {
        encoded.push(...(await this.#encodeMessage(part.message, part.fragmentBytes)));
      } else {
        encoded.push(encode(part, this.#run.role, this.#random));
      }
    }
    return encoded;
  }

  async #encodeMessage({ type, data }: Content, fragmentBytes = Infinity): Promise<Encoded[]> {
    const { codec } = this.#conversation;
    const whole = codec === undefined ? data : await codec.deflate(data);
    const encoded: Encoded[] = [];
    for (let at = 0; at === 0 || at < whole.length; at += fragmentBytes) {
      const opcode = at > 0 ? 0 : type === 'text' ? 1 : 2;
      const fin = at + fragmentBytes >= whole.length;
      const rsv = at === 0 && codec !== undefined ? RSV1 : 0;
      const payload = whole.subarray(at, at + fragmentBytes);
      encoded.push(encode({ opcode, payload, fin, rsv }, this.#run.role, this.#random));
    }
    return encoded;
  }
}

function closeFrame(code: number): Part {
  return { opcode: CLOSE, payload: Buffer.of(code >> 8, code & 0xff) };
}
