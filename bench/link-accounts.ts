import { eventually, type Service } from '../test/support/service.js';
import type { Phone } from '../test/whatsapp-server/phone.js';
import type { WhatsAppServer } from '../test/whatsapp-server/whatsapp-server.js';

const LINK_TIMEOUT_MS = 120_000;
const LANES = 16;

export const sessionName = (account: number) => (account === 0 ? 'default' : `account-${account}`);
export const contactNumber = (account: number, i: number) => String(4_910_000_000_000 + account * 10_000 + i);

/** Links an account whose phone has saved a number of contacts. */
export async function linkAccount(
  { api, server }: { api: Service; server: WhatsAppServer },
  account: number,
  contacts: number,
): Promise<Phone> {
  const number = String(4_915_000_000_000 + account);
  const phone = server.createPhone({ number, pushName: `Owner ${account}` });
  await phone.saveContacts(
    Array.from({ length: contacts }, (_, i) => ({
      number: contactNumber(account, i),
      fullName: `Person ${i} of account ${account}`,
      firstName: `Person ${i}`,
    })),
  );
  const name = sessionName(account);
  if (account > 0) {
    const headers = { 'content-type': 'application/json' };
    await api.request('/sessions', { method: 'POST', headers, body: JSON.stringify({ name }) });
  }
  const qr = () =>
    eventually(
      `${name} shows a QR code`,
      async () => {
        const headers = { accept: 'text/plain' };
        const { status, text } = await api.request(`/sessions/${name}/qr`, { headers });
        return status === 200 && text;
      },
      LINK_TIMEOUT_MS,
    );
  // If a scan fails, the next code is scanned.
  while (phone.companions.length === 0) {
    await phone
      .scan(qr, { timeoutMs: LINK_TIMEOUT_MS })
      .catch((error: Error) => console.log(`${name}: ${error.message}`));
  }
  return phone;
}

/** Links accounts in parallel, starting with number `first`. */
export async function linkAccounts(
  world: { api: Service; server: WhatsAppServer },
  { first, count, contacts }: { first: number; count: number; contacts: number },
): Promise<Phone[]> {
  const phones: Phone[] = [];
  let next = first;
  const lane = async () => {
    for (let account = next++; account < first + count; account = next++)
      phones[account - first] = await linkAccount(world, account, contacts);
  };
  await Promise.all(Array.from({ length: Math.min(LANES, count) }, lane));
  return phones;
}
