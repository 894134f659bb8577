import type { ListenOptions, Server } from 'node:net';
import type { ResolvedServerOptions } from '../options.js';

/** Lets `server` listen where the options say. Rejects when that is not possible. */
export function bind(server: Server, options: ResolvedServerOptions<unknown>): Promise<void> {
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
