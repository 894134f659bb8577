/**
 * Makes what answers a command with `scenario.messages` messages, `scenario.burst` of them a turn of the event loop.
 *
 * @param {{ messages: number, burst: number }} scenario
 * @param {(burst: number) => void} send
 */
export function emitter({ messages, burst }, send) {
  return () => {
    let left = messages;
    const turn = () => {
      const now = Math.min(burst, left);
      send(now);
      left -= now;
      if (left > 0) setImmediate(turn);
    };
    setImmediate(turn);
  };
}
