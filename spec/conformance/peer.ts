import type { Duplex } from 'node:stream';
import { nextTurn } from '../support/turns.js';
import { WireChecker, type WireFrame, WireReader } from '../../src/testing/index.js';
import { BINARY, CLOSE, PONG, TEXT } from '../support/wire-frames.js';
import type { Content, Role } from './case.js';
import type { DeflateCodec } from './deflate-codec.js';
import { Signal } from './signal.js';

/** The other side of an endpoint: it writes what it is told to, and takes down what comes. */
export class Peer {
  readonly messages: Content[] = [];
  readonly pongs: Buffer[] = [];
  /** Whether the endpoint has ended its side of the transport. */
  ended = false;
  closed = false;
  readonly signal: Signal = new Signal();
  readonly #stream: Duplex;
  readonly #codec: DeflateCodec | undefined;
  readonly #reader = new WireReader();
  readonly #checker: WireChecker;
  readonly #troubles: string[] = [];
  #close: Buffer | undefined;
  #type: Content['type'] = 'binary';
  #compressed = false;
  #parts: Buffer[] = [];
  #inflating: Promise<void> = Promise.resolve();
  #underway = 0;

  /** @param endpoint - What the endpoint plays. */
  constructor(stream: Duplex, endpoint: Role, codec?: DeflateCodec) {
    this.#stream = stream;
    this.#codec = codec;
    this.#checker = new WireChecker({
      role: endpoint,
      extensions: codec === undefined ? [] : ['permessage-deflate'],
    });
    stream.on('data', (chunk: Buffer) => {
      this.#checker.push(chunk);
      for (const frame of this.#reader.push(chunk)) this.#take(frame);
      this.signal.notify();
    });
    stream.on('error', (error) => void this.#troubles.push(`the transport failed: ${error.message}`));
    stream.on('end', () => {
      this.ended = true;
      this.signal.notify();
    });
    stream.on('close', () => {
      this.closed = true;
      this.signal.notify();
    });
  }

  /** The payload of the Close frame that came, once everything before it has been looked into. */
  get close(): Buffer | undefined {
    return this.#underway > 0 ? undefined : this.#close;
  }

  /** Whether nothing more can come. */
  get over(): boolean {
    return (this.ended || this.closed) && this.#underway === 0;
  }

  /** What no endpoint may send, and what came of it. */
  get troubles(): readonly string[] {
    const rest = this.#reader.rest.length;
    const torn = rest > 0 ? [`the endpoint ended within a frame, after ${rest} octets of it`] : [];
    return [...this.#checker.violations.map(({ message }) => message), ...this.#troubles, ...torn];
  }

  /**
   * Writes the pieces, each in a turn of its own; stops when the transport has gone.
   *
   * @param untilClose - Stops when the endpoint's Close frame has come, too.
   */
  async write(pieces: Iterable<Uint8Array>, untilClose = false): Promise<void> {
    for (const piece of pieces) {
      if (this.closed || !this.#stream.writable) return;
      if (untilClose && this.#close !== undefined) return;
      if (!this.#stream.write(piece)) await this.#drained();
      await nextTurn();
    }
  }

  end(): void {
    if (!this.closed) this.#stream.end();
  }

  #drained(): Promise<void> {
    return this.signal.until(
      () => this.closed || this.ended || this.#stream.writableLength === 0,
      () => `the endpoint does not read: ${this.#stream.writableLength} octets wait`,
    );
  }

  #take(frame: WireFrame): void {
    if (frame.opcode === PONG) this.pongs.push(frame.payload);
    else if (frame.opcode === CLOSE) this.#close ??= frame.payload;
    else if (frame.opcode < CLOSE) this.#takeData(frame);
  }

  #takeData({ opcode, rsv, fin, payload }: WireFrame): void {
    if (opcode === TEXT || opcode === BINARY) {
      this.#type = opcode === TEXT ? 'text' : 'binary';
      this.#compressed = (rsv & 4) !== 0;
      this.#parts = [];
    }
    this.#parts.push(payload);
    if (!fin) return;
    const data = Buffer.concat(this.#parts);
    const type = this.#type;
    this.#parts = [];
    if (this.#codec === undefined) this.messages.push({ type, data });
    else this.#inflate(this.#codec, type, this.#compressed, data);
  }

  #inflate(codec: DeflateCodec, type: Content['type'], compressed: boolean, payload: Buffer): void {
    this.#underway++;
    this.#inflating = this.#inflating.then(async () => {
      try {
        this.messages.push({ type, data: compressed ? await codec.inflate(payload) : payload });
      } catch (error) {
        this.#troubles.push(`a message cannot be inflated: ${(error as Error).message}`);
      }
      this.#underway--;
      this.signal.notify();
    });
  }
}
