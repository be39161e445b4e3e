import base from './jest.config.js';

/** Tests in programs that users have. `npm test` skips them, because they need Chromium or LibreOffice. */
export default {
  ...base,
  testMatch: ['<rootDir>/test/(browser|office)/**/*.spec.ts'],
  testPathIgnorePatterns: [],
};
