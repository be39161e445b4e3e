import base from './jest.config.js';

/** The specs in src that need no database, process or build, so that they run in seconds after a change. */
export default {
  ...base,
  globalSetup: undefined,
  globalTeardown: undefined,
  setupFilesAfterEnv: [],
  testTimeout: 30_000,
  testMatch: ['<rootDir>/src/**/*.spec.ts'],
  testPathIgnorePatterns: ['\\.integration\\.spec\\.ts$'],
};
