import type { Observable } from 'rxjs';
import { Subject } from 'rxjs';
import type { Transport, TransportListener } from '../../src/transport/transport.js';

/** A transport that only notes what is done to it. */
export class FakeTransport implements Transport {
  readonly secure = false;
  readonly remoteAddress = undefined;
  readonly localAddress = undefined;
  releasesWrites = true;
  onBytes: ((chunk: Uint8Array) => void) | undefined;
  readonly incoming: Subject<Uint8Array> = new Subject();
  readonly bytes$: Observable<Uint8Array> = this.incoming.asObservable();
  /** One entry a call of `write` or `writeAll`, with the very chunks that were given. */
  readonly calls: (readonly Uint8Array[])[] = [];
  /** What `calls` held when they were made. */
  readonly copies: Buffer[] = [];
  readonly events: string[] = [];
  /** Whether what is written is taken at once. */
  takes = true;
  bufferedBytes = 0;
  needsDrain = false;
  listener: TransportListener | undefined;
  readonly #untaken: { readonly bytes: number; readonly taken: (() => void) | undefined }[] = [];

  get written(): Buffer {
    return Buffer.concat(this.copies);
  }

  /** Writes that were not taken. */
  get untaken(): number {
    return this.#untaken.length;
  }

  listen(listener: TransportListener): void {
    this.listener = listener;
  }

  write(chunk: Uint8Array, taken?: () => void): void {
    this.writeAll([chunk], taken);
  }

  writeAll(chunks: readonly Uint8Array[], taken?: () => void): void {
    this.calls.push(chunks);
    this.copies.push(Buffer.concat(chunks));
    if (this.takes) {
      taken?.();
      return;
    }
    const bytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    this.bufferedBytes += bytes;
    this.#untaken.push({ bytes, taken });
  }

  /** The operating system takes what was written first of what it has not. */
  takeFirst(): void {
    const first = this.#untaken.shift();
    this.bufferedBytes -= first?.bytes ?? 0;
    first?.taken?.();
  }

  /** The operating system takes everything. */
  take(): void {
    this.bufferedBytes = 0;
    this.needsDrain = false;
    for (const { taken } of this.#untaken.splice(0)) taken?.();
    this.listener?.onDrain();
  }

  pause(): void {
    this.events.push('pause');
  }

  resume(): void {
    this.events.push('resume');
  }

  end(): void {
    this.events.push('end');
  }

  destroy(): void {
    if (this.events.includes('destroy')) return;
    this.events.push('destroy');
    process.nextTick(() => {
      this.lose();
    });
  }

  /** The transport is gone. */
  lose(error?: Error): void {
    if (error === undefined) this.incoming.complete();
    else this.incoming.error(error);
    this.listener?.onClose(error);
  }
}
