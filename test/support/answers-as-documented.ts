import { afterEach, expect } from '@jest/globals';
import { takeDifferences } from '../openapi/response-check.js';

/** Fails a test if a response of the service differs from docs/openapi.json. */
afterEach(() => {
  expect(takeDifferences()).toEqual([]);
});
