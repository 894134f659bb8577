'use strict';

const { TestEnvironment } = require('jest-environment-node');

// Jest runs each spec file in a realm of its own, but errors made inside Node (net, zlib, URL, AbortSignal) belong
// to the outer one, so that `toBeInstanceOf(Error)` would fail on them. Sharing the constructors mends it.
const SHARED_CLASSES = ['Error', 'TypeError', 'RangeError', 'SyntaxError', 'AggregateError', 'DOMException'];

module.exports = class HostErrorsEnvironment extends TestEnvironment {
  async setup() {
    await super.setup();
    for (const name of SHARED_CLASSES) this.global[name] = globalThis[name];
    // The `process` of a spec is a copy on which 'warning' is never emitted; this is the real one.
    this.global.hostProcess = process;
  }

  async teardown() {
    // A connection that a program of the documentation left behind says so 10 s after its end; Jest fails the run for it.
    const quiet = () => undefined;
    for (const name of ['debug', 'error', 'info', 'log', 'warn']) this.global.console[name] = quiet;
    await super.teardown();
  }
};
