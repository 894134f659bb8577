'use strict';

/**
 * A Jest reporter that ends every run with one plain line, `specs: N passed, N failed, N skipped`, after the full
 * name of each skipped test. A spec file that could not run at all counts as one failure.
 */
module.exports = class ClosingLineReporter {
  #lines = [];

  constructor() {
    // Jest's own summary is written after every other reporter has had its turn, so the last word is at the exit.
    process.once('exit', () => {
      for (const line of this.#lines) process.stdout.write(`${line}\n`);
    });
  }

  onRunComplete(_contexts, results) {
    const unrun = results.testResults.flatMap((file) =>
      file.testResults
        .filter((test) => test.status === 'pending' || test.status === 'todo')
        .map((test) => test.fullName),
    );
    const passed = results.numPassedTests;
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    this.#lines = [
      ...unrun.map((name) => `skipped: ${name}`),
      `specs: ${passed} passed, ${failed} failed, ${unrun.length} skipped`,
    ];
  }
};
