import { Observable } from 'rxjs';
import { Utf8Validator } from '../../protocol/utf8.js';
import { operate } from '../operate.js';

/**
 * Decodes octets as text, code point by code point whole.
 *
 * @param checks - Whether they are checked here: the octets of a text message have been. @throws (as error notification) TextError
 */
export function textOf(chunks$: Observable<Uint8Array>, checks: boolean): Observable<string> {
  return new Observable((destination) => {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    const validator = checks ? new Utf8Validator() : undefined;
    const pass = (text: string): void => {
      if (text !== '') destination.next(text);
    };
    chunks$.subscribe(
      operate<Uint8Array, string>({
        destination,
        next: (chunk) => {
          validator?.push(chunk, 0, chunk.length);
          pass(decoder.decode(chunk, { stream: true }));
        },
        complete: () => {
          validator?.finish();
          pass(decoder.decode());
          destination.complete();
        },
      }),
    );
  });
}
