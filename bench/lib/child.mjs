// Starts the processes of a benchmark, each pinned to a core where `taskset` is there to do it, and asks them questions.
import { spawn, spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

const ANSWER_MS = 30_000;
const END_MS = 3000;

/** Where what is measured runs, and where its load does. */
export const Core = Object.freeze({ measured: 0, load: 1 });

/** Whether processes can be pinned: else the system moves them about and figures wobble more. */
export const pinning =
  availableParallelism() > 1 && spawnSync('taskset', ['-c', '0,1', 'true'], { stdio: 'ignore' }).status === 0;

/** @type {Set<Child>} */
const running = new Set();

/** One process of a benchmark. */
export class Child {
  #process;
  #waiting = new Map();
  #nextId = 0;
  #stderr = '';
  #ended = false;

  /**
   * @param {string} file - Relative to `bench/`.
   * @param {{ core: number, scenario?: unknown, nodeArgs?: string[] }} options
   */
  constructor(file, { core, scenario = {}, nodeArgs = [] }) {
    const path = fileURLToPath(new URL(`../${file}`, import.meta.url));
    const command = [process.execPath, ...nodeArgs, path, JSON.stringify(scenario)];
    if (pinning) command.unshift('taskset', '-c', String(core));
    this.file = file;
    this.#process = spawn(command[0], command.slice(1), { stdio: ['ignore', 'inherit', 'pipe', 'ipc'] });
    this.#process.stderr.on('data', (text) => (this.#stderr = `${this.#stderr}${text}`.slice(-2000)));
    this.#process.on('message', (message) => this.#settle(message));
    this.#process.on('error', (error) => this.#fail(error));
    this.#process.on('exit', (code, signal) => {
      running.delete(this);
      this.#fail(new Error(`${file} ended (${signal ?? code}) ${this.#stderr}`));
    });
    running.add(this);
  }

  /** Asks for `action`, and gives the answer. */
  ask(action, question = {}, answerMs = ANSWER_MS) {
    return new Promise((resolve, reject) => {
      if (this.#ended) {
        reject(new Error(`${this.file} has ended ${this.#stderr}`));
        return;
      }
      const id = this.#nextId++;
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(new Error(`${this.file} did not answer "${action}" within ${answerMs} ms ${this.#stderr}`));
      }, answerMs);
      this.#waiting.set(id, { resolve, reject, timer });
      this.#process.send({ id, action, question });
    });
  }

  /** Ends the process, by force if it does not go by itself, and waits until it has ended. */
  async end() {
    if (this.#ended) return;
    const exited = new Promise((resolve) => this.#process.once('exit', resolve));
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), END_MS);
    if (this.#process.connected) this.#process.disconnect();
    await exited;
    clearTimeout(timer);
  }

  #settle({ id, value, error }) {
    const asked = this.#waiting.get(id);
    if (asked === undefined) return;
    this.#waiting.delete(id);
    clearTimeout(asked.timer);
    if (error === undefined) asked.resolve(value);
    else asked.reject(new Error(`${this.file}: ${error}`));
  }

  #fail(error) {
    this.#ended = true;
    for (const { reject, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      reject(error);
    }
    this.#waiting.clear();
  }
}

/** Ends every process that was started here and still runs. */
export async function endAll() {
  await Promise.all([...running].map((child) => child.end()));
}
