import cors from 'cors';
import { WHATSAPP_WEB } from './passkey-assertion.js';

/** Chrome derives the ID of an extension from the key in its manifest (extension/manifest.json). */
const CHROME_EXTENSION = 'chrome-extension://bfgkcecmdheogoaekgmmmiplnhikdgbn';
/** In Firefox, an extension has a different ID in each browser. */
const FIREFOX_EXTENSION = /^moz-extension:\/\/[0-9a-f-]{36}$/;

/** Allows requests from web.whatsapp.com and from the extension. These requests need the token. */
export const passkeyCors = cors({
  origin: [WHATSAPP_WEB, CHROME_EXTENSION, FIREFOX_EXTENSION],
  methods: ['GET', 'POST'],
  allowedHeaders: ['Authorization', 'Content-Type'],
  maxAge: 600,
});
