import type { PasskeyOffer } from '../../../sessions/link-offer.js';
import { WHATSAPP_WEB } from './passkey-assertion.js';

/** Name in the fragment of the link. Browsers do not send the fragment to WhatsApp's server. */
const FRAGMENT = 'whatsapp-contacts';

/**
 * Returns a link that opens web.whatsapp.com and passes address and token of the passkey request to the extension.
 *
 * @param url of GET /session/passkey, as the caller requested it
 */
export function extensionLink(url: string, token: string): string {
  const address = `${url}#${token}`;
  return `${WHATSAPP_WEB}/#${FRAGMENT}=${encodeURIComponent(address)}`;
}

/**
 * Returns a snippet for the developer tools of web.whatsapp.com, as an alternative to the extension. It prints the body
 * of `POST /session/passkey`, which the user has to copy, because the page cannot send requests to other servers. It
 * does not use `toJSON()`, because the credentials of some password managers do not have this method
 * (https://github.com/bitwarden/clients/issues/12060).
 */
export function consoleSnippet({ options, token }: PasskeyOffer): string {
  return [
    'await (async () => {',
    'const text = (bytes) => bytes && btoa(String.fromCharCode(...new Uint8Array(bytes)))',
    ".replace(/\\+/g, '-').replace(/\\//g, '_').replace(/=/g, '');",
    `const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(${options});`,
    'const { id, rawId, type, response: r } = await navigator.credentials.get({ publicKey });',
    'const response = { clientDataJSON: text(r.clientDataJSON), authenticatorData: text(r.authenticatorData),',
    'signature: text(r.signature), userHandle: text(r.userHandle) };',
    `const token = ${JSON.stringify(token)};`,
    'return JSON.stringify({ token, assertion: { id, rawId: text(rawId), type, response } });',
    '})()',
  ].join(' ');
}
