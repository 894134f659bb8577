import type { Observable, Subscriber } from 'rxjs';
import { EarlySubscriber } from '../early-subscriber.js';
import type { Link } from '../link.js';
import { Channel, type Line } from './channel.js';
import type { ChannelOptions } from './channel-options.js';

/** What a {@link ChannelSession} is made of. */
export interface SessionParts<In, Out> {
  readonly connections$: Observable<Link<In, Out>>;
  readonly keyOf: ((message: In) => string | undefined) | undefined;
  /** Gets what an unsubscribe message throws when nobody listens any more. */
  readonly onError: (error: unknown) => void;
  /** Called once, before anybody is told of the end. */
  readonly onEnd: () => void;
}

/** The channels that are listened to during one subscription of the connections. Nothing of it outlives that. */
export class ChannelSession<In, Out> {
  readonly #parts: SessionParts<In, Out>;
  readonly #channels = new Map<string, Channel<In, Out>>();
  /** The channels as a list, made anew after one came or went: a message is for those that were there when it came. */
  #list: readonly Channel<In, Out>[] | undefined;
  readonly #connections: EarlySubscriber<Link<In, Out>>;
  #line: Line<In, Out> | undefined;
  #hasStarted = false;
  #hasAllConnections = false;
  #isOver = false;

  constructor(parts: SessionParts<In, Out>) {
    this.#parts = parts;
    this.#connections = new EarlySubscriber({
      next: (link) => {
        this.#use(link);
      },
      error: (error) => {
        this.#fail(error);
      },
      complete: () => {
        this.#hasAllConnections = true;
        if (this.#line === undefined) this.#complete();
      },
    });
  }

  /** Subscribes the connections when the first one joins. */
  join<T>(key: string, options: ChannelOptions<T, In, Out>, subscriber: Subscriber<T>): void {
    const channel = this.#channels.get(key) ?? this.#add(key, options);
    const leave = channel.join(options, subscriber);
    subscriber.add(() => {
      leave();
      if (channel.isEmpty) this.#close(key, channel);
    });
    if (!this.#hasStarted) {
      this.#hasStarted = true;
      this.#parts.connections$.subscribe(this.#connections);
    } else if (this.#line !== undefined) this.#open(key, channel, this.#line);
  }

  #add(key: string, options: ChannelOptions<unknown, In, Out>): Channel<In, Out> {
    const channel = new Channel<In, Out>(options);
    this.#channels.set(key, channel);
    this.#list = undefined;
    return channel;
  }

  #remove(key: string): void {
    this.#channels.delete(key);
    this.#list = undefined;
  }

  #open(key: string, channel: Channel<In, Out>, line: Line<In, Out>): void {
    try {
      channel.open(line);
    } catch (thrown) {
      this.#remove(key);
      channel.error(thrown);
      if (this.#channels.size === 0) this.#end();
    }
  }

  /** The last listener has left. */
  #close(key: string, channel: Channel<In, Out>): void {
    if (this.#channels.get(key) !== channel) return;
    try {
      channel.close();
    } catch (thrown) {
      this.#parts.onError(thrown);
    }
    // Sending may have done anything.
    if (this.#channels.get(key) !== channel) return;
    if (!channel.isEmpty) {
      if (this.#line !== undefined) this.#open(key, channel, this.#line);
      return;
    }
    this.#remove(key);
    if (this.#channels.size === 0) this.#end();
  }

  /** A connection has come: every channel is asked for on it. */
  #use(link: Link<In, Out>): void {
    this.#leaveLine();
    // Leaving the line before may have ended it all.
    if (this.#isOver) return;
    const line: Line<In, Out> = { link, claim: this.#claim() };
    this.#line = line;
    link.messages$.subscribe(line.claim);
    for (const [key, channel] of this.#channels) {
      if (this.#line !== line) return;
      this.#open(key, channel, line);
    }
  }

  /** What takes the messages of the line in use: it is left when another takes its place. */
  #claim(): EarlySubscriber<In> {
    return new EarlySubscriber<In>({
      next: (message) => {
        this.#take(message);
      },
      error: (error) => {
        this.#fail(error);
      },
      complete: () => {
        this.#line = undefined;
        if (this.#hasAllConnections) this.#complete();
      },
    });
  }

  /** Another connection takes its place. If it is still there it is told that nobody listens. */
  #leaveLine(): void {
    const line = this.#line;
    if (line === undefined) return;
    for (const channel of [...this.#channels.values()]) {
      try {
        channel.close();
      } catch (thrown) {
        this.#parts.onError(thrown);
      }
    }
    line.claim.unsubscribe();
    if (this.#line === line) this.#line = undefined;
  }

  #take(message: In): void {
    const { keyOf } = this.#parts;
    if (keyOf === undefined) {
      this.#list ??= [...this.#channels.values()];
      for (const channel of this.#list) channel.take(message);
      return;
    }
    let key: string | undefined;
    try {
      key = keyOf(message);
    } catch (thrown) {
      this.#fail(thrown);
      return;
    }
    if (key !== undefined) this.#channels.get(key)?.take(message);
  }

  #fail(error: unknown): void {
    for (const channel of this.#end()) channel.error(error);
  }

  #complete(): void {
    for (const channel of this.#end()) channel.complete();
  }

  /** Leaves everything, and returns the channels that there were. */
  #end(): readonly Channel<In, Out>[] {
    const channels = [...this.#channels.values()];
    this.#channels.clear();
    this.#list = undefined;
    if (this.#isOver) return channels;
    this.#isOver = true;
    this.#parts.onEnd();
    this.#line?.claim.unsubscribe();
    this.#line = undefined;
    this.#connections.unsubscribe();
    return channels;
  }
}
