import { type Observable, ReplaySubject } from 'rxjs';
import type { Role } from '../index.js';
import type { Transport } from './inside/index.js';
import { WireChecker, type WireViolation } from './wire-checker.js';
import { frameFrom, type WireFrameInit } from './wire-frame.js';
import { type WireFrame, WireReader } from './wire-reader.js';

/**
 * The other side of a connection, by hand: it writes the octets it is told to, right or wrong, answers nothing of itself, and keeps all that
 * comes, for as long as the test runs. What the connection sends is read by a parser that is not the library's, and judged.
 */
export class RawPeer {
  /** What this side plays. */
  readonly role: Role;
  /** The frames that came, all of them. */
  readonly frames: readonly WireFrame[];
  /** The octets that came, from the first on. Completes when the connection has ended its side; errors when the wire is cut. */
  readonly bytes$: Observable<Uint8Array>;
  /** The frames that came, from the first on, and its end as of `bytes$`. */
  readonly frames$: Observable<WireFrame>;
  readonly #transport: Transport;
  readonly #checker: WireChecker;
  readonly #reader: WireReader = new WireReader();
  readonly #received: Uint8Array[] = [];
  #taken = 0;
  #ended = false;
  #closed = false;

  /** @param extensions - The names of those that were agreed on. */
  constructor(transport: Transport, role: Role, extensions: readonly string[]) {
    this.role = role;
    this.#transport = transport;
    this.#checker = new WireChecker({ role: role === 'client' ? 'server' : 'client', extensions });
    const frames: WireFrame[] = [];
    const bytes$ = new ReplaySubject<Uint8Array>();
    const frames$ = new ReplaySubject<WireFrame>();
    this.frames = frames;
    this.bytes$ = bytes$.asObservable();
    this.frames$ = frames$.asObservable();
    transport.listen({ onDrain: () => undefined, onClose: () => (this.#closed = true) });
    transport.bytes$.subscribe({
      next: (chunk) => {
        this.#received.push(chunk);
        this.#checker.push(chunk);
        bytes$.next(chunk);
        for (const frame of this.#reader.push(chunk)) {
          frames.push(frame);
          frames$.next(frame);
        }
      },
      error: (error: unknown) => {
        this.#ended = true;
        bytes$.error(error);
        frames$.error(error);
      },
      complete: () => {
        this.#ended = true;
        bytes$.complete();
        frames$.complete();
      },
    });
  }

  /** All octets that came. */
  get received(): Buffer {
    return Buffer.concat(this.#received);
  }

  /** The rules that the connection has broken: none, one hopes. */
  get violations(): readonly WireViolation[] {
    return this.#checker.violations;
  }

  /** Whether the connection has ended its side, or the wire was cut. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Whether the transport is gone, both ways. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Octets that were written and that the connection has not taken: it holds this side back, or they are on their way. */
  get bufferedBytes(): number {
    return this.#transport.bufferedBytes;
  }

  /** The next frame that has not been taken yet; undefined when none has come. */
  take(): WireFrame | undefined {
    const frame = this.frames[this.#taken];
    if (frame !== undefined) this.#taken++;
    return frame;
  }

  /** Writes octets as they are; each chunk arrives in a turn of its own. After the end they are dropped. */
  write(...chunks: readonly Uint8Array[]): void {
    for (const chunk of chunks) this.#transport.write(chunk);
  }

  /** Writes one frame, masked if this side plays a client, and if nothing else is said. @throws RangeError as `wireFrame` does. */
  send(frame: WireFrameInit): void {
    this.write(this.frame(frame));
  }

  /** The octets that `send` would write. */
  frame(frame: WireFrameInit): Buffer {
    return frameFrom(this.role, frame);
  }

  /** Stops reading: what the connection sends backs up on its side. */
  pause(): void {
    this.#transport.pause();
  }

  /** Reads on. */
  resume(): void {
    this.#transport.resume();
  }

  /** Ends this side, after what was written, with a Close frame or without: that is for `send`. */
  end(): void {
    this.#transport.end();
  }

  /** Ends both sides at once; reads nothing more. */
  destroy(): void {
    this.#transport.destroy();
  }
}
