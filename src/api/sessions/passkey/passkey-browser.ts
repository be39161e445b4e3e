import type { PasskeyOffer } from '../../../sessions/link-offer.js';
import { WHATSAPP_WEB } from './passkey-assertion.js';

/** Part of a link to web.whatsapp.com that the extension looks for; the server behind the link never sees it. */
const FRAGMENT = 'whatsapp-contacts';

/**
 * A link that opens web.whatsapp.com, and tells the extension there where to get the request and bring the assertion.
 * @param url of GET /session/passkey, as it was called
 */
export function extensionLink(url: string, token: string): string {
  const address = `${url}#${token}`;
  return `${WHATSAPP_WEB}/#${FRAGMENT}=${encodeURIComponent(address)}`;
}

/**
 * One line for the developer tools of web.whatsapp.com, for who does not want the extension. It gives the body of
 * `POST /session/passkey`, which has to be carried by hand: the page may not speak to other servers. Not by `toJSON()`,
 * which the credentials of some password managers lack (https://github.com/bitwarden/clients/issues/12060).
 */
export function consoleLine({ options, token }: PasskeyOffer): string {
  return [
    'await (async () => {',
    "const text = (bytes) => bytes && btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\\+/g, '-').replace(/\\//g, '_').replace(/=/g, '');",
    `const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(${options});`,
    'const { id, rawId, type, response: r } = await navigator.credentials.get({ publicKey });',
    'const response = { clientDataJSON: text(r.clientDataJSON), authenticatorData: text(r.authenticatorData), signature: text(r.signature), userHandle: text(r.userHandle) };',
    `return JSON.stringify({ token: ${JSON.stringify(token)}, assertion: { id, rawId: text(rawId), type, response } });`,
    '})()',
  ].join(' ');
}
