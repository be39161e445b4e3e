import { setTimeout as sleep } from 'node:timers/promises';
import type { Service } from '../support/service.js';
import type { AddressBookChanges } from './address-book-changes.js';

interface Listed {
  jid: string;
  push_name: string;
  full_name: string;
  first_name: string;
}

/** Waits until the API matches the phone. @returns the remaining differences after the timeout */
export async function compareWithTruth(
  api: Service,
  session: string,
  changes: AddressBookChanges,
  timeoutMs: number,
): Promise<string[]> {
  const giveUpAt = Date.now() + timeoutMs;
  for (;;) {
    const differences = await compare(api, session, changes).catch((error: Error) => [error.message]);
    if (differences.length === 0 || Date.now() > giveUpAt) return differences;
    await sleep(500);
  }
}

async function compare(api: Service, session: string, changes: AddressBookChanges): Promise<string[]> {
  const { body, status } = await api.get<Listed[]>(`/sessions/${session}/getcontacts`);
  if (status !== 200) return [`GET /getcontacts of ${session}: ${status}`];
  const truth = changes.truth();
  const listed = new Map(body.map(({ jid, ...names }) => [jid.slice(0, jid.indexOf('@')), names]));
  const numbers = new Set([...truth.keys(), ...listed.keys()]);
  return [...numbers].flatMap((number) => {
    const [said, wanted] = [listed.get(number), truth.get(number)].map(
      (names) => names && `${names.full_name} | ${names.first_name} | ${names.push_name}`,
    );
    return said === wanted ? [] : [`${session} ${number}: the API returns ${said}, the phone has ${wanted}`];
  });
}
