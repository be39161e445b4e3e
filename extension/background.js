/**
 * Carries WhatsApp's request from the service to the page, and the passkey's answer back. It keeps nothing.
 */
const api = globalThis.browser ?? globalThis.chrome;

/** Firefox ends an event page that waits for longer than 30 s, and people need longer to find their phone. */
const STAY_AWAKE_MS = 10_000;

/** Runs in the page itself: only there do password managers offer the passkey, and only there it is valid. */
async function askPasskey(options) {
  try {
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
    const { id, rawId, type, response: given } = await navigator.credentials.get({ publicKey });
    // Not by toJSON(), which the credentials of some password managers lack: bitwarden/clients#12060.
    const text = (bytes) =>
      bytes &&
      btoa(String.fromCharCode(...new Uint8Array(bytes)))
        .replaceAll('+', '-')
        .replaceAll('/', '_')
        .replaceAll('=', '');
    const response = {
      clientDataJSON: text(given.clientDataJSON),
      authenticatorData: text(given.authenticatorData),
      signature: text(given.signature),
      userHandle: text(given.userHandle),
    };
    return { assertion: JSON.stringify({ id, rawId: text(rawId), type, response }) };
  } catch (error) {
    return { error: `The browser has not confirmed: ${error.message}` };
  }
}

/** @returns the body of the response; throws the error message of the service */
async function ask(address, init) {
  const response = await fetch(address, { ...init, credentials: 'omit', cache: 'no-store' });
  const body = await response.json();
  if (!response.ok) throw new Error(body.message ?? `The service answers ${response.status}.`);
  return body;
}

async function confirm(link, tabId) {
  const address = new URL(link);
  const token = address.hash.slice(1);
  address.hash = '';
  const headers = { Authorization: `Bearer ${token}`, Accept: 'application/json' };
  const { options } = await ask(address, { headers });
  const [{ result } = {}] = await api.scripting.executeScript({
    target: { tabId, frameIds: [0] },
    world: 'MAIN',
    func: askPasskey,
    args: [options],
  });
  if (!result?.assertion) throw new Error(result?.error ?? 'The page did not answer.');
  const body = JSON.stringify({ token, assertion: JSON.parse(result.assertion) });
  await ask(address, { method: 'POST', headers: { ...headers, 'Content-Type': 'application/json' }, body });
}

api.runtime.onMessage.addListener((message, sender, respond) => {
  const isOurs = sender.id === api.runtime.id && sender.tab && sender.frameId === 0;
  if (message?.type !== 'confirm' || !isOurs) return undefined;
  const awake = setInterval(() => api.runtime.getPlatformInfo(), STAY_AWAKE_MS);
  confirm(message.address, sender.tab.id)
    .then(
      () => respond({}),
      (error) => respond({ error: error.message }),
    )
    .finally(() => clearInterval(awake));
  // The response is sent later.
  return true;
});
