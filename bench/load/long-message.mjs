import { RawConnection } from './raw-connection.mjs';

const BLOCK_BYTES = 64 * 1024;
/** How far the echo may be behind: what the kernel has in its buffers on both ways, and more. */
const AHEAD_BYTES = 32 * 1024 * 1024;
const KEY = Buffer.of(0x5a, 0xa5, 0x3c, 0xc3);

/** Sends one message of any length, in one frame, and counts the octets of the echo, whatever frames it comes in. */
export class LongMessageLoad {
  #port;
  #connection;
  #block = Buffer.alloc(BLOCK_BYTES, KEY);

  constructor(_scenario, _kind, port) {
    this.#port = port;
  }

  async open() {
    this.#connection = await RawConnection.open(this.#port);
  }

  /** @returns octets that came back. */
  run(bytes) {
    const { socket } = this.#connection;
    const echo = new EchoReader();
    return new Promise((resolve, reject) => {
      let sent = 0;
      let waits = false;
      const fill = () => {
        waits = false;
        while (sent < bytes) {
          if (sent - echo.payloadBytes > AHEAD_BYTES) return;
          const block = bytes - sent < BLOCK_BYTES ? this.#block.subarray(0, bytes - sent) : this.#block;
          sent += block.length;
          if (socket.write(block)) continue;
          waits = true;
          socket.once('drain', fill);
          return;
        }
      };
      this.#connection.onLost = reject;
      this.#connection.onRead = (count, buffer) => {
        echo.read(buffer, count);
        if (!echo.ended) {
          if (!waits) fill();
        } else if (echo.payloadBytes === bytes) {
          resolve(bytes);
        } else {
          reject(new Error(`${echo.payloadBytes} octets of ${bytes} came back`));
        }
      };
      socket.write(header(bytes));
      fill();
    });
  }

  close() {
    this.#connection.close();
  }
}

/** FIN and binary, a length of 64 bits, and the key under which the block is all zeros. */
function header(bytes) {
  const head = Buffer.alloc(10);
  head[0] = 0x82;
  head[1] = 0x80 | 127;
  head.writeBigUInt64BE(BigInt(bytes), 2);
  return Buffer.concat([head, KEY]);
}

/** Goes over unmasked frames and adds up the data ones, until one with FIN has ended. */
class EchoReader {
  payloadBytes = 0;
  ended = false;
  #head = Buffer.alloc(10);
  #filled = 0;
  #remaining = 0;
  #last = false;

  read(buffer, count) {
    let at = 0;
    while (at < count) {
      if (this.#remaining > 0) {
        const some = Math.min(this.#remaining, count - at);
        at += some;
        this.payloadBytes += some;
        this.#remaining -= some;
      } else {
        this.#head[this.#filled++] = buffer[at++];
        this.#judge();
      }
      if (this.#last && this.#remaining === 0 && this.#filled === 0) this.ended = true;
    }
  }

  #judge() {
    const short = this.#head[1] & 0x7f;
    const size = this.#filled < 2 ? Infinity : 2 + (short === 126 ? 2 : short === 127 ? 8 : 0);
    if (this.#filled < size) return;
    this.#filled = 0;
    if ((this.#head[0] & 0x0f) > 2) throw new Error(`a frame with opcode ${this.#head[0] & 0x0f} came back`);
    this.#last = (this.#head[0] & 0x80) !== 0;
    if (short < 126) this.#remaining = short;
    else this.#remaining = short === 126 ? this.#head.readUInt16BE(2) : Number(this.#head.readBigUInt64BE(2));
  }
}
