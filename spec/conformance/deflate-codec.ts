import {
  constants,
  createDeflateRaw,
  createInflateRaw,
  type DeflateRaw,
  type InflateRaw,
  type ZlibOptions,
} from 'node:zlib';

const TAIL = Buffer.of(0x00, 0x00, 0xff, 0xff);
const EMPTY = Buffer.of(0x00);

/** What a peer compresses with, and what it expects. */
export interface CodecOptions {
  readonly deflate: ZlibOptions & { readonly windowBits: number; readonly takeover: boolean };
  readonly inflate: { readonly windowBits: number; readonly takeover: boolean };
}

/**
 * Both directions of permessage-deflate as streams of node:zlib. RFC 7692 section 7.2. It inflates with exactly the
 * window that was agreed on, so that an endpoint that looks back further is found out.
 */
export class DeflateCodec {
  readonly #options: CodecOptions;
  readonly #deflate: DeflateRaw;
  readonly #inflate: InflateRaw;

  constructor(options: CodecOptions) {
    this.#options = options;
    const { takeover: _, ...deflate } = options.deflate;
    this.#deflate = createDeflateRaw(deflate);
    this.#inflate = createInflateRaw({ windowBits: options.inflate.windowBits });
  }

  /** The payload of a message as it is sent. Not to be called before the last one is done. */
  async deflate(data: Uint8Array): Promise<Buffer> {
    const out = await through(this.#deflate, data);
    if (!this.#options.deflate.takeover) this.#deflate.reset();
    return out.length === 0 ? EMPTY : out.subarray(0, -TAIL.length);
  }

  /** What a payload says. Not to be called before the last one is done. */
  async inflate(payload: Uint8Array): Promise<Buffer> {
    const out = await through(this.#inflate, Buffer.concat([payload, TAIL]));
    if (!this.#options.inflate.takeover) this.#inflate.reset();
    return out;
  }

  close(): void {
    this.#deflate.destroy();
    this.#inflate.destroy();
  }
}

function through(stream: DeflateRaw | InflateRaw, data: Uint8Array): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const out: Buffer[] = [];
    const take = (chunk: Buffer): void => void out.push(chunk);
    const settle = (): void => {
      stream.off('data', take).off('error', fail);
    };
    const fail = (error: Error): void => {
      settle();
      reject(error);
    };
    stream.on('data', take).on('error', fail);
    stream.write(data);
    stream.flush(constants.Z_SYNC_FLUSH, () => {
      settle();
      resolve(Buffer.concat(out));
    });
  });
}
