import base from './jest.config.js';

/**
 * The tests of `npm test` and those in a real browser, in one run. One of the browser suites waits for five minutes,
 * during which its worker needs no CPU time.
 */
export default {
  ...base,
  maxWorkers: base.maxWorkers + 1,
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/smoke/'],
};
