import type { AddressInfo, ListenOptions, Server } from 'node:net';
import type { ResolvedServerOptions } from '../options.js';

/** A server of our own, and where it listens: where the options say. */
export class BoundServer {
  readonly #server: Server;
  readonly #options: ResolvedServerOptions<unknown>;
  #address: AddressInfo | string = '';
  #closed: Promise<void> | undefined;

  constructor(server: Server, options: ResolvedServerOptions<unknown>) {
    this.#server = server;
    this.#options = options;
  }

  /** Empty before it listens. Kept, as Node forgets it when the server closes. */
  get address(): AddressInfo | string {
    return this.#address;
  }

  /** Rejects when it is not possible to listen there. */
  async open(): Promise<void> {
    await bind(this.#server, this.#options);
    this.#address = this.#server.address() ?? '';
  }

  /** Takes no more sockets. */
  shut(): void {
    this.#closed = new Promise((resolve) => {
      this.#server.close(() => {
        resolve();
      });
    });
  }

  /** Resolves when all its sockets are gone, and it was shut. */
  async gone(): Promise<void> {
    await this.#closed;
  }
}

function bind(server: Server, options: ResolvedServerOptions<unknown>): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(placeOf(options), () => {
      server.off('error', reject);
      // Accepting can fail later too, when the process has too many files open: that is nobody's end.
      server.on('error', (error) => {
        options.profile.options.logger.error?.('the server could not accept a connection', { error });
      });
      if (options.unref) server.unref();
      resolve();
    });
  });
}

function placeOf(options: ResolvedServerOptions<unknown>): ListenOptions {
  const { host, port, unixPath, fd, backlog, reusePort } = options;
  const how = { ...(backlog !== undefined && { backlog }), ...(reusePort && { reusePort }) };
  if (fd !== undefined) return { ...how, fd } as ListenOptions;
  if (unixPath !== undefined) return { ...how, path: unixPath };
  return { ...how, ...(host !== undefined && { host }), port };
}
