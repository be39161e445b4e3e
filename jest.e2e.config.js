import base from './jest.config.js';

/** Tests in a real browser. `npm test` skips them, because they need Chromium and take minutes. */
export default {
  ...base,
  testMatch: ['<rootDir>/test/browser/**/*.spec.ts'],
  testPathIgnorePatterns: [],
};
