import { describe, expect, it } from '@jest/globals';
import { withSchema } from './database-schema.js';

const OPTION = 'options=-c%20search_path%3Dapp';

describe('withSchema', () => {
  it.each([
    ['postgres://me@db/contacts', `postgres://me@db/contacts?${OPTION}`],
    ['postgres://me@db/contacts?sslmode=require', `postgres://me@db/contacts?sslmode=require&${OPTION}`],
    ['postgres:///contacts?host=/run/postgresql', `postgres:///contacts?host=/run/postgresql&${OPTION}`],
    [
      'postgres://me@db/contacts?options=-c%20work_mem%3D4MB&sslmode=require',
      'postgres://me@db/contacts?options=-c%20work_mem%3D4MB%20-c%20search_path%3Dapp&sslmode=require',
    ],
    [
      'postgres://me@db/contacts?options=-c%20search_path%3Dother',
      'postgres://me@db/contacts?options=-c%20search_path%3Dother%20-c%20search_path%3Dapp',
    ],
  ])('adds the search path to %s', (url, expected) => expect(withSchema(url, 'app')).toBe(expected));
});
