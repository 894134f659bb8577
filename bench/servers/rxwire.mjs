// rxwire as an application uses it: through its public API, with its defaults, text as strings.
import { serve } from 'rxwire';
import { answer, scenarioOfThisProcess } from '../lib/control.mjs';
import { payloadOf } from '../lib/frames.mjs';
import { emitter } from './emitter.mjs';
import { memory } from './memory.mjs';

const scenario = scenarioOfThisProcess();
const HANDLERS = {
  echo: (connection) => connection.messages$,
  ingest: (connection) => {
    let count = 0;
    connection.messages$.subscribe((message) => {
      if (message.data.length === 1) connection.send(String(count));
      else count++;
    });
  },
  emit: (connection) => {
    const payload = payloadOf(scenario);
    const data = scenario.type === 'text' ? payload.toString() : payload;
    const emit = emitter(scenario, (burst) => {
      for (let i = 0; i < burst; i++) connection.send(data);
    });
    connection.messages$.subscribe(emit);
  },
};

const options = { host: '127.0.0.1', port: 0, compression: scenario.compressed, ...scenario.raised };

answer({
  memory,
  start: () =>
    new Promise((resolve, reject) => {
      const handler = HANDLERS[scenario.mode];
      serve(handler, options).subscribe({
        next: (server) => resolve(server.address.port),
        error: reject,
      });
    }),
});
