import base from './jest.config.js';

/** Runs the built service on each supported version of Node.js, one after another. */
export default {
  ...base,
  maxWorkers: 1,
  testMatch: ['<rootDir>/test/smoke/**/*.spec.ts'],
  testPathIgnorePatterns: [],
};
