import { expect } from '@jest/globals';

const { testPath = '' } = expect.getState();

// A unit test that needs Postgres would pass in `npm test`, but not in `npm run test:unit`.
if (/\/src\/(?!.*\.integration\.spec\.ts$)/.test(testPath)) {
  delete process.env.TEST_DATABASE_URL;
  delete process.env.TEST_POSTGRES_URL;
}
