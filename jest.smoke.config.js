import base from './jest.config.js';

/** The built service on each supported version of Node.js; one at a time, since each downloads, starts and links. */
export default {
  ...base,
  maxWorkers: 1,
  testMatch: ['<rootDir>/test/smoke/**/*.spec.ts'],
  testPathIgnorePatterns: [],
};
