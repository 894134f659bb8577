import { RxwireEndpoint } from './endpoints/rxwire.js';
import { WsEndpoint } from './endpoints/ws.js';
import { CASES, type Choice, nameOf, runsOf } from './suite.js';
import { runCase } from './trial.js';

/** What the process is told by whoever started it, as JSON. */
interface Order extends Choice {
  readonly endpoint: 'rxwire' | 'ws';
  readonly seed: number;
  /** This process takes run `share` of every `shares`. */
  readonly share: number;
  readonly shares: number;
}

/** One run that is done, as the starter is told of it. */
export interface Report {
  readonly id: string;
  readonly clause: string;
  readonly role: string;
  readonly transport: string;
  readonly segmentation: string;
  readonly ms: number;
  /** The name of the run, and what was wrong; none if it passed. */
  readonly failure?: { readonly name: string; readonly complaints: readonly string[] };
}

/** Runs its share of the suite in this process. */
async function main(order: Order): Promise<void> {
  const endpoint = order.endpoint === 'ws' ? new WsEndpoint() : new RxwireEndpoint();
  let number = 0;
  for (const run of runsOf(CASES, endpoint.transports, order.seed, order)) {
    if (number++ % order.shares !== order.share) continue;
    const began = performance.now();
    const complaints = await runCase(endpoint, { ...run, hurry: order.endpoint === 'ws' });
    const report: Report = {
      id: run.case.id,
      clause: run.case.clause,
      role: run.role,
      transport: run.transport,
      segmentation: run.segmentation,
      ms: performance.now() - began,
      ...(complaints.length > 0 && { failure: { name: nameOf(run), complaints } }),
    };
    process.send?.(report);
  }
  await endpoint.stop();
  process.disconnect();
}

process.on('uncaughtException', (error) => {
  process.stderr.write(`uncaught: ${error.stack ?? error.message}\n`);
  process.exit(2);
});
await main(JSON.parse(process.argv[2] ?? '{}') as Order);
