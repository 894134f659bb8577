/**
 * A chat room: the first line that somebody sends is their name, every other line goes to everybody.
 * `node examples/chat.ts 9000`, then `rxwire ws://127.0.0.1:9000` in some terminals.
 */
import { filter, map, merge, mergeMap, type Observable, of, share, Subject, take } from 'rxjs';
import { type Connection, isText, serve } from 'rxwire';

const port = Number(process.argv[2] ?? 9000);
const room$ = new Subject<string>();

/** What one guest says to the room, from joining to leaving. */
function linesOf(guest: Connection): Observable<string> {
  const lines$ = guest.messages$.pipe(
    filter((message) => isText(message)),
    map(({ data }) => data),
    share(),
  );
  return lines$.pipe(
    take(1),
    mergeMap((name) =>
      merge(
        of(`* ${name} is here`),
        lines$.pipe(map((line) => `${name}: ${line}`)),
        guest.closed$.pipe(map(() => `* ${name} has left`)),
      ),
    ),
  );
}

/** Unsubscribing closes the room. */
export const serving = serve(
  (guest) => {
    linesOf(guest).subscribe((line) => {
      room$.next(line);
    });
    return merge(of('Your name?'), room$);
  },
  { port, host: '127.0.0.1' },
).subscribe(({ url }) => {
  console.log(`listening on ${url}`);
});

process.once('SIGINT', () => {
  serving.unsubscribe();
});
