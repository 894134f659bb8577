import net from 'node:net';
import { acceptHead, requestHead } from '../../support/raw-peer.js';
import { Complaint } from '../signal.js';

const HEAD_END = '\r\n\r\n';

/** A socket that has been upgraded, and the extensions that were offered or agreed to. */
export interface Opened {
  readonly socket: net.Socket;
  readonly extensions: string | undefined;
}

/** Opens a connection as a client by hand. */
export async function dialByHand(port: number, offer: string | undefined): Promise<Opened> {
  const socket = net.connect({ host: '127.0.0.1', port, noDelay: true, allowHalfOpen: true });
  socket.write(requestHead(offer === undefined ? [] : [`Sec-WebSocket-Extensions: ${offer}`]));
  const head = await headOf(socket);
  if (head.startsWith('HTTP/1.1 101')) return { socket, extensions: extensionsOf(head) };
  socket.destroy();
  throw new Complaint(`the server does not open: ${head.split('\r\n', 1)[0] ?? ''}`);
}

/** A server by hand: it waits for one client at a time. */
export class ServerByHand {
  readonly #server: net.Server;
  #arrival: ((socket: net.Socket) => void) | undefined;

  private constructor() {
    this.#server = net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) =>
      this.#arrival?.(socket),
    );
  }

  static async listen(): Promise<ServerByHand> {
    const made = new ServerByHand();
    await new Promise<void>((resolve) => made.#server.listen(0, '127.0.0.1', resolve));
    return made;
  }

  get url(): string {
    return `ws://127.0.0.1:${String((this.#server.address() as net.AddressInfo).port)}`;
  }

  /** @param answer - What the server agrees to, of what was offered. */
  async accept(answer: (offer: string | undefined) => string | undefined): Promise<Opened> {
    const socket = await new Promise<net.Socket>((resolve) => (this.#arrival = resolve));
    try {
      const head = await headOf(socket);
      const extensions = answer(extensionsOf(head));
      const lines = extensions === undefined ? [] : [`Sec-WebSocket-Extensions: ${extensions}`];
      socket.write(acceptHead(head, lines));
      return { socket, extensions };
    } catch (error) {
      socket.destroy();
      throw error;
    }
  }

  close(): Promise<void> {
    return new Promise((resolve) =>
      this.#server.close(() => {
        resolve();
      }),
    );
  }
}

/** The head that comes; what is behind it is still to be read. */
function headOf(socket: net.Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const settle = (): void => {
      socket.off('data', take).off('error', fail).off('close', fail);
      socket.pause();
    };
    const take = (chunk: Buffer): void => {
      text += chunk.toString('latin1');
      const end = text.indexOf(HEAD_END) + HEAD_END.length;
      if (end < HEAD_END.length) return;
      settle();
      if (end < text.length) socket.unshift(Buffer.from(text.slice(end), 'latin1'));
      resolve(text.slice(0, end));
    };
    const fail = (error?: unknown): void => {
      settle();
      reject(new Complaint(`the opening handshake ended early: ${String(error)}`));
    };
    socket.on('data', take).on('error', fail).on('close', fail);
  });
}

function extensionsOf(head: string): string | undefined {
  return /^sec-websocket-extensions: *(.*?) *\r$/im.exec(head)?.[1];
}
