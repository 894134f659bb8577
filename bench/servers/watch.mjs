const LOOK_MS = 10;
let timer;
let peak = 0;

const look = () => {
  peak = Math.max(peak, process.memoryUsage.rss());
};

/** Looks every 10 ms at how much memory this process has, until it is asked for the most there was. */
export function watch() {
  peak = 0;
  timer = setInterval(look, LOOK_MS);
}

export function watched() {
  clearInterval(timer);
  look();
  return peak;
}
