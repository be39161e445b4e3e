/** Runs all tests as ES modules, transformed by swc. End-to-end tests start the built service (dist/). */
export default {
  testEnvironment: 'node',
  globalSetup: '<rootDir>/test/support/global-setup.mjs',
  globalTeardown: '<rootDir>/test/support/global-teardown.mjs',
  testSequencer: '<rootDir>/test/support/slowest-first.mjs',
  setupFilesAfterEnv: [
    '<rootDir>/test/support/unit-without-postgres.ts',
    '<rootDir>/test/support/answers-as-documented.ts',
  ],
  // One more than the processors of CI, so that none is idle while a suite waits. More would slow down each other.
  maxWorkers: 3,
  // Only for tests that hang. Each wait has a separate limit, which the load of the machine extends
  // (test/support/patience.ts).
  testTimeout: 1_200_000,
  // Baileys leaves a timer of 30 s behind after uploading pre-keys (uploadPreKeys in its socket.js).
  forceExit: true,
  testMatch: ['<rootDir>/src/**/*.spec.ts', '<rootDir>/test/**/*.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/(browser|office|smoke)/'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        swcrc: false,
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
        },
        module: { type: 'es6' },
      },
    ],
  },
};
