// rxwire as an application uses it: through its public API, with its defaults, text as strings.
import { setImmediate as turn } from 'node:timers/promises';
import { concatMap } from 'rxjs';
import { serve } from 'rxwire';
import { answer, scenarioOfThisProcess } from '../lib/control.mjs';
import { payloadOf } from '../lib/frames.mjs';
import { emitter } from './emitter.mjs';
import { memory } from './memory.mjs';
import { watch, watched } from './watch.mjs';

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
  stream: (connection) => {
    connection.streams$.pipe(concatMap((stream) => connection.sendStream(stream.type, stream))).subscribe();
  },
  slow: (connection) => {
    let received = 0;
    let done = 0;
    connection.frames$.subscribe(() => (mostHeld = Math.max(mostHeld, ++received - done)));
    connection
      .consume(async (message) => {
        await turn();
        done++;
        if (message.data.length === 1) connection.send(message.data);
      })
      .subscribe();
  },
  broadcast: (connection) => {
    const payload = payloadOf(scenario);
    const data = scenario.type === 'text' ? payload.toString() : payload;
    const emit = emitter(scenario, (burst) => {
      for (let i = 0; i < burst; i++) server.broadcast(data);
    });
    connection.messages$.subscribe(emit);
  },
  topic: (connection) => {
    const payload = payloadOf(scenario);
    const data = scenario.type === 'text' ? payload.toString() : payload;
    const topic = server.topic('everybody');
    topic.add(connection);
    const emit = emitter(scenario, (burst) => {
      for (let i = 0; i < burst; i++) topic.publish(data);
    });
    connection.messages$.subscribe(emit);
  },
};
let server;

/** The most messages that were received and not worked through. */
let mostHeld = 0;

const options = { host: '127.0.0.1', port: 0, compression: scenario.compressed, ...scenario.raised };

answer({
  memory,
  watch,
  watched: () => ({ peak: watched(), held: mostHeld }),
  start: () =>
    new Promise((resolve, reject) => {
      const handler = HANDLERS[scenario.mode];
      serve(handler, options).subscribe({
        next: (listening) => {
          server = listening;
          resolve(listening.address.port);
        },
        error: reject,
      });
    }),
});
