/** The examples of the OpenAPI document. They describe one contact and one session. */
export const PHONE = '491701234567';
export const JID = `${PHONE}@s.whatsapp.net`;
export const LID = '123456789012345@lid';
export const TIME = '2026-01-01T10:00:00.000Z';

const NAMES = { push_name: 'anni', full_name: 'Anna Adler', first_name: 'Anna' };

export const contact = { jid: JID, ...NAMES };

export const ID = 'c5f0c9b1d2e3a-1842';

const key = {
  key: 'AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=',
  fingerprint: '72cd6e8422c407fb6d098690f1130b7ded7ec2f7f5e1d30bd9d521f015363793',
};

export const details = {
  id: ID,
  jid: JID,
  phone: PHONE,
  lid: LID,
  username: null,
  ...NAMES,
  business_name: null,
  is_business: null,
  about: { text: 'On a boat', emoji: null, hidden: false, set_at: TIME, expires_at: null },
  picture: { id: '1712345678', url: `/contacts/${PHONE}/picture`, updated_at: TIME },
  identity_key: { ...key, since: TIME },
  saved: true,
  moved_to: null,
  moved_from: null,
  updated_at: TIME,
};

export const lookupRequest = { contacts: [PHONE, LID, '@ben'], fields: ['full_name'] };

const found = { full_name: NAMES.full_name };

export const lookup = {
  items: [
    { query: PHONE, contact: found },
    { query: LID, contact: found },
    { query: '@ben', contact: null },
  ],
};

export const keys = {
  id: ID,
  jid: JID,
  lid: LID,
  keys: [{ ...key, first_seen_at: TIME, last_seen_at: TIME, current: true }],
};

export const change = {
  seq: 1_767_261_600_000_042,
  at: TIME,
  kind: 'contact.changed',
  id: ID,
  jid: JID,
  lid: LID,
  fields: ['push_name'],
  merged_into: null,
  contact: details,
  session: null,
  webhook: null,
};

/** Shorter than `change`, because it contains no contact. */
export const deletion = { ...change, kind: 'contact.deleted', fields: [], contact: null };

export const webhook = {
  id: 'wh_5f0c9b1d2e3a4f60',
  url: 'https://crm.example.com/contacts',
  header_names: ['Authorization'],
  session: 'default',
  kinds: null,
  fields: null,
  max_items: 100,
  state: 'active',
  reason: null,
  failures: 0,
  retry_at: null,
  behind: 0,
  created_at: TIME,
};

export const webhookRequest = {
  url: webhook.url,
  headers: { Authorization: 'Bearer 8f14e45f' },
  session: webhook.session,
  max_items: 100,
};

export const createdWebhook = { ...webhook, secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw3ITyWgJdQ0g=' };

export const webhookAttempt = {
  at: TIME,
  delivery_id: 'msg_2f0c9b1d2e3a4f608c7d6e5f4a3b2c1d',
  session: 'default',
  items: 1,
  first_seq: change.seq,
  last_seq: change.seq,
  status: 204,
  duration_ms: 42,
  error: null,
};

export const webhookPayload = {
  type: 'changes',
  timestamp: TIME,
  data: { session: 'default', items: [change] },
};

export const webhookTested = {
  delivered: false,
  status: null,
  duration_ms: 3,
  error: 'The receiver cannot be reached: getaddrinfo ENOTFOUND crm.example.com',
};

export const access = { keys_in_use: true, scopes: ['contacts:read'], sessions: ['sales'] };

export const session = {
  display_name: null,
  status: 'open',
  reason_code: null,
  reason: null,
  advice: null,
  degraded: [],
  since: TIME,
  offline_since: null,
  retry_at: null,
  qr: null,
  qr_expires_at: null,
  pairing_code: null,
  passkey: null,
  phone: '491701230000',
  jid: '491701230000@s.whatsapp.net',
  push_name: 'Owner',
  last_account: { phone: '491701230000', push_name: 'Owner' },
  contacts: { count: 1, total: 1, sync: 'complete', checked_at: TIME, repaired: 0 },
  profiles: { people: 1, fetched: 1, due: 0, paused: null },
  client: {
    version: '2.3000.1045257760',
    newest: '2.3000.1045257760',
    current_at: TIME,
    expires_at: null,
  },
  proxy: null,
};

export const newSession = {
  name: 'sales',
  ...session,
  status: 'linking',
  reason_code: 'no_process',
  reason: 'No process runs the WhatsApp session at the moment.',
  advice:
    'If this lasts for more than 20 seconds, start a process with ROLE=session or ROLE=all, or increase ' +
    'SESSIONS_PER_PROCESS.',
  phone: null,
  jid: null,
  push_name: null,
  last_account: null,
  contacts: { count: 0, total: 0, sync: 'partial', checked_at: null, repaired: 0 },
  profiles: { people: 0, fetched: 0, due: 0, paused: 'The session is not open.' },
  client: { version: null, newest: '2.3000.1045257760', current_at: TIME, expires_at: null },
};

export const logLevel = { session: 'sales', level: 'debug', expires_at: '2026-01-01T11:00:00.000Z' };

export const sessions = {
  items: [
    {
      name: 'default',
      display_name: null,
      status: 'open',
      reason_code: null,
      reason: null,
      advice: null,
      since: TIME,
      retry_at: null,
      phone: '491701230000',
      jid: '491701230000@s.whatsapp.net',
      push_name: 'Owner',
      last_account: { phone: '491701230000', push_name: 'Owner' },
    },
  ],
  next_cursor: null,
};

export const apiKey = {
  id: '5f0c9b1d2e3a',
  name: 'crm',
  scopes: ['contacts:read'],
  sessions: null,
  requests_per_minute: 600,
  created_at: TIME,
  expires_at: '2030-01-31T00:00:00.000Z',
  last_used_at: null,
};

export const apiKeyRequest = {
  name: 'crm',
  scopes: ['contacts:read'],
  expires_at: '2030-01-31T00:00:00Z',
  requests_per_minute: 600,
};

export const createdKey = { ...apiKey, key: 'wac_5f0c9b1d2e3a_6YlVQm1yZQ9b3c0T4xv8kR2sWn7uHj5dLe0gFp1aBiM' };

const token = 'b3f1c2a49d5e4c1f8a7b6c5d4e3f2a1b';

export const passkey = {
  options: { challenge: 'q83vEjRWeJCrze8SNFZ4kA', rpId: 'whatsapp.com', userVerification: 'required' },
  token,
  expires_at: TIME,
  step: 'assertion',
  link: `https://web.whatsapp.com/#whatsapp-contacts=http%3A%2F%2Flocalhost%3A8888%2Fsession%2Fpasskey%23${token}`,
};

export const passkeySubmission = {
  token,
  assertion: {
    id: 'AQIDBAUGBwg',
    rawId: 'AQIDBAUGBwg',
    type: 'public-key',
    response: { clientDataJSON: 'e30', authenticatorData: 'AQID', signature: 'AQID', userHandle: null },
  },
};
export const passkeyConfirmation = { token };
