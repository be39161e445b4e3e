import { answer, api, request } from '../api/client.js';
import type { Passkey } from '../api/types.js';

/** The current ceremony: the address where it continues, and the token that authorizes the response. */
export async function readPasskey(session: string): Promise<Passkey> {
  const path = { session };
  return (await answer(api.GET('/sessions/{session}/passkey', { params: { path } }))) as Passkey;
}

/** The line for the developer tools of a browser on web.whatsapp.com. */
export async function readConsoleLine(session: string): Promise<string> {
  const answered = await request(`sessions/${session}/passkey`, { headers: { Accept: 'text/plain' } });
  return (await answered.text()).trim();
}
