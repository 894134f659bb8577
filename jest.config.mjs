/** @type {import('jest').Config} */
export default {
  testEnvironment: '<rootDir>/spec/support/environment.cjs',
  roots: ['<rootDir>/spec'],
  testMatch: ['**/*.spec.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    '^rxwire$': '<rootDir>/src/index.ts',
    '^rxwire/([a-z/]+)$': '<rootDir>/src/$1/index.ts',
  },
  transform: { '^.+\\.ts$': ['ts-jest', { useESM: true }] },
  reporters: ['default', '<rootDir>/spec/support/closing-line.cjs'],
  testTimeout: 15_000,
  // Modules of a spec that has ended stay in memory: a worker that has too many of them makes room for a new one.
  workerIdleMemoryLimit: '700MB',
  coverageProvider: 'v8',
  collectCoverageFrom: ['src/**/*.ts', '!src/cli/main.ts'],
  coverageThreshold: { global: { statements: 95, branches: 90, functions: 95, lines: 95 } },
};
