/**
 * Media downloads, the web site that tells the newest version of the client, and the hosts that attackers name (RFC 2606), so
 * that a test sees when one of them is asked.
 */
const HTTP_HOSTS = /(^|\.)whatsapp\.net$|^web\.whatsapp\.com$|\.example$/;

/**
 * Sends what is fetched from WhatsApp's hosts to a WhatsApp server for tests, with the host that was asked for in `x-asked-host`.
 *
 * @param {string} mediaUrl
 * @returns {() => void} puts everything back
 */
export function redirectFetch(mediaUrl) {
  const { fetch } = globalThis;
  globalThis.fetch = (input, init) => {
    const asked = new URL(input instanceof Request ? input.url : input);
    if (!HTTP_HOSTS.test(asked.hostname)) return fetch(input, init);
    const instead = new URL(asked.pathname + asked.search, mediaUrl);
    const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined));
    headers.set('x-asked-host', asked.hostname);
    return fetch(input instanceof Request ? new Request(instead, input) : instead, { ...init, headers });
  };
  return () => {
    globalThis.fetch = fetch;
  };
}
