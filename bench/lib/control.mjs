// The child's side of the wire to the orchestrator: questions come over IPC, answers go back.

/**
 * Answers the orchestrator's questions with `actions`; `cpu` is answered for everybody. The process ends with its parent.
 *
 * @param {Record<string, (question: any) => unknown>} actions
 */
export function answer(actions) {
  const all = { cpu: () => cpuMicros(), ...actions };
  process.on('message', async ({ id, action, question }) => {
    try {
      process.send({ id, value: await all[action](question) });
    } catch (error) {
      process.send({ id, error: String(error?.stack ?? error) });
    }
  });
  process.on('disconnect', () => process.exit(0));
}

/** Microseconds of processor time that this process has used, kernel and helper threads included. */
export function cpuMicros() {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** What the orchestrator started this process for. */
export function scenarioOfThisProcess() {
  return JSON.parse(process.argv[2] ?? '{}');
}
