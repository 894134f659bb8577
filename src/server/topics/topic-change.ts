import type { Connection } from '../../connection/connection.js';
import type { Topic } from './topic.js';

/** A connection has come to a topic, or left it. */
export interface TopicChange {
  readonly topic: Topic;
  readonly connection: Connection<unknown>;
  readonly joined: boolean;
  /** How many connections the topic has since. 1 behind `joined` is the first one, 0 is none any more. */
  readonly size: number;
}
