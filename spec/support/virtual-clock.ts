import { type SchedulerAction, type SchedulerLike, Subscription } from 'rxjs';

interface Planned {
  readonly at: number;
  run(): void;
}

/** Time that passes only when told to, for the option `scheduler`. */
export class VirtualClock implements SchedulerLike {
  #now = 1000;
  readonly #planned: Set<Planned> = new Set();

  /** What is still to come. */
  get pending(): number {
    return this.#planned.size;
  }

  now(): number {
    return this.#now;
  }

  schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delay = 0, state?: T): Subscription {
    const planned: Planned = {
      at: this.#now + delay,
      run: () => {
        this.#planned.delete(planned);
        work.call(undefined as unknown as SchedulerAction<T>, state);
      },
    };
    this.#planned.add(planned);
    return new Subscription(() => void this.#planned.delete(planned));
  }

  /** Lets `ms` milliseconds pass; what becomes due runs in order, at its own time. */
  pass(ms: number): void {
    const end = this.#now + ms;
    for (let next = this.#firstUntil(end); next !== undefined; next = this.#firstUntil(end)) {
      this.#now = Math.max(this.#now, next.at);
      next.run();
    }
    this.#now = end;
  }

  /** Jumps: everything that is due runs late, as after a sleep of the machine. */
  jump(ms: number): void {
    this.#now += ms;
    this.pass(0);
  }

  #firstUntil(end: number): Planned | undefined {
    let first: Planned | undefined;
    for (const planned of this.#planned) {
      if (planned.at <= end && (first === undefined || planned.at < first.at)) first = planned;
    }
    return first;
  }
}
