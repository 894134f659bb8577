import { Observable } from 'rxjs';
import { safely } from '../operators/safely.js';

export { safely };

/** `source`, whose subscribers do not keep one another from its end. */
export function spared<T>(source: Observable<T>): Observable<T> {
  return new Observable((subscriber) =>
    source.subscribe({
      next: (value) => {
        subscriber.next(value);
      },
      error: (error) => {
        subscriber.error(error);
      },
      complete: () => {
        safely(() => {
          subscriber.complete();
        });
      },
    }),
  );
}
