import base from './jest.config.js';

/** The tests of `npm test` and those in programs that users have (browser, office), in one run. */
export default {
  ...base,
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/smoke/'],
};
