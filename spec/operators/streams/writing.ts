import { ReceivedStream } from '../../../src/operators/streams/received-stream.js';
import { Opcode } from '../../../src/protocol/index.js';
import { CountingStore } from './counting-store.js';

/** A stream as it is received, by hand. */
export class Writing {
  readonly store = new CountingStore();
  readonly stream: ReceivedStream;
  readonly type: 'text' | 'binary';
  #frames = 0;

  constructor(type: 'text' | 'binary' = 'text') {
    this.type = type;
    this.stream = new ReceivedStream(type === 'text', false, this.store);
  }

  /** Begins a frame. `length` is only announced. */
  begin(fin = false, length = 1): this {
    const first = this.type === 'text' ? Opcode.text : Opcode.binary;
    this.stream.beginFrame(fin, this.#frames++ === 0 ? first : Opcode.continuation, length);
    return this;
  }

  push(chunk: string | Uint8Array): this {
    this.stream.push(new Uint8Array(Buffer.from(chunk as Uint8Array)));
    return this;
  }

  endFrame(): this {
    this.stream.endFrame();
    return this;
  }

  /** A whole frame, of these chunks. */
  frame(chunks: readonly (string | Uint8Array)[], fin = false): this {
    this.begin(
      fin,
      chunks.reduce((sum, chunk) => sum + chunk.length, 0),
    );
    for (const chunk of chunks) this.push(chunk);
    return this.endFrame();
  }

  end(): this {
    this.stream.end();
    return this;
  }

  fail(error: unknown): this {
    this.stream.fail(error);
    return this;
  }
}

/** What an observer is told, as words. */
export function told(
  log: unknown[],
  name = '',
): {
  next(value: Uint8Array | string): void;
  error(error: unknown): void;
  complete(): void;
} {
  return {
    next: (value) => log.push(`${name}${typeof value === 'string' ? value : Buffer.from(value).toString()}`),
    error: (error) => log.push(`${name}#${(error as Error).message}`),
    complete: () => log.push(`${name}|`),
  };
}
