// rxwire as an application uses it: its defaults, text as strings.
import { connect } from 'rxwire';
import { client } from './session.mjs';

const { scenario, payload } = client(
  (port, { received }) =>
    new Promise((resolve, reject) => {
      const data = scenario.type === 'text' ? payload.toString() : payload;
      const subscription = connect(`ws://127.0.0.1:${port}/rxwire`).subscribe({
        next: (connection) => {
          connection.messages$.subscribe((message) => received(message.data.length));
          const send = (count) => {
            for (let i = 0; i < count; i++) connection.send(data);
          };
          resolve({ send, close: () => subscription.unsubscribe() });
        },
        error: reject,
      });
    }),
);
