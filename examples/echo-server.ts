/**
 * Sends every message back. `node examples/echo-server.ts 9000`, after `npm run build`, on a Node that runs TypeScript (22.18 or newer).
 */
import { serve } from 'rxwire';

const port = Number(process.argv[2] ?? 9000);

/** Unsubscribing closes the server, and every connection with 1001. */
export const serving = serve((connection) => connection.messages$, { port, host: '127.0.0.1' }).subscribe({
  next: ({ url }) => {
    console.log(`listening on ${url}`);
  },
  error: (error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  },
});

process.once('SIGINT', () => {
  serving.unsubscribe();
});
