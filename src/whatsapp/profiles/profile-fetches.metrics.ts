import { Counter } from 'prom-client';
import { iqErrorCode } from '../wire/iq-error.js';
import { QueryTimeout } from './profile-connection.js';
import { asRateLimited, RateLimited } from './profile-errors.js';

type FetchResult = 'answered' | 'limited' | 'refused' | 'unanswered' | 'failed';

const profileFetches = new Counter({
  name: 'whatsapp_contacts_profile_fetches_total',
  help:
    'Requests to WhatsApp about contacts, by kind (profiles, identities, picture, picture_file, number_check) and ' +
    'result',
  labelNames: ['kind', 'result'],
});

/** Counts a request by its result. */
export async function countedFetch<T>(kind: string, request: Promise<T>): Promise<T> {
  try {
    const response = await request;
    profileFetches.inc({ kind, result: 'answered' });
    return response;
  } catch (error) {
    profileFetches.inc({ kind, result: resultOf(error) });
    throw error;
  }
}

function resultOf(error: unknown): FetchResult {
  if (error instanceof QueryTimeout) return 'unanswered';
  if (asRateLimited(error) instanceof RateLimited) return 'limited';
  return iqErrorCode(error) === null ? 'failed' : 'refused';
}
