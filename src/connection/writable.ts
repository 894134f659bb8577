import { BehaviorSubject, type Observable } from 'rxjs';

/** Whether there is room, for those who want to know. */
export class Writable {
  #now = true;
  #ended = false;
  #subject: BehaviorSubject<boolean> | undefined;
  #announcing = false;

  get now(): boolean {
    return this.#now;
  }

  /** Whether there is room, then every change; completes at the end. */
  get value$(): Observable<boolean> {
    if (this.#subject === undefined) {
      this.#subject = new BehaviorSubject(this.#now && !this.#ended);
      if (this.#ended) this.#subject.complete();
    }
    return this.#subject.asObservable();
  }

  /** Notes whether there is room. Returns whether that is new. Nobody is told before {@link announce}. */
  turn(writable: boolean): boolean {
    const turned = writable !== this.#now;
    this.#now = writable;
    return turned;
  }

  /** Tells every subscriber the same changes in one order, also those that one of them brings about. */
  announce(): void {
    const subject = this.#subject;
    if (subject === undefined || this.#announcing) return;
    this.#announcing = true;
    while (subject.value !== this.#now) subject.next(this.#now);
    this.#announcing = false;
  }

  end(): void {
    this.#ended = true;
    this.#subject?.complete();
  }
}
