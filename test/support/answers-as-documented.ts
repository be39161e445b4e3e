import { afterEach, expect } from '@jest/globals';
import { takeDifferences } from '../openapi/response-check.js';

/** Every answer that a test gets of the service is as docs/openapi.json says. */
afterEach(() => {
  expect(takeDifferences()).toEqual([]);
});
