import type { MediaHost } from './media-host.js';

/** About text of an account. */
export interface About {
  readonly text: string;
  readonly setAt: Date;
  readonly hidden: boolean;
}

/** Picture of an account, on the media host. */
export interface Picture {
  readonly id: string;
  readonly url: string;
  readonly path: string;
}

/** Text status of an account, the successor of the about text. */
export interface TextStatus {
  readonly text: string;
  readonly emoji?: string;
  readonly setAt: Date;
  /** how long it is shown; default: until it is changed */
  readonly seconds?: number;
}

/** How long a picture's URL is valid according to its `oe` parameter. */
const URL_LIFETIME_SECONDS = 3 * 24 * 3600;

/** Profile of an account: about text, text status and picture. */
export class Profile {
  about: About;
  textStatus?: TextStatus;
  picture: Picture | 'hidden' | undefined;
  /** if set, about text and picture are visible only to requests with this token */
  privacyToken?: Buffer;

  constructor(
    private readonly media: MediaHost,
    initial: { about?: string; picture?: Uint8Array },
  ) {
    this.about = { text: initial.about ?? '', setAt: new Date(), hidden: false };
    if (initial.picture) this.setPicture(initial.picture);
  }

  /** Sets the about text. Empty removes it, null hides it. */
  setAbout(text: string | null): void {
    this.about = { text: text ?? '', setAt: new Date(), hidden: text === null };
  }

  /** Sets the text status. Null removes it. */
  setTextStatus(status: Omit<TextStatus, 'setAt'> | null): void {
    this.textStatus = { text: '', ...status, setAt: new Date() };
  }

  /** Sets the picture. Null removes it; `'hidden'` hides it. */
  setPicture(bytes: Uint8Array | null | 'hidden'): void {
    if (this.picture && this.picture !== 'hidden') this.media.remove(this.picture.path);
    if (bytes === 'hidden') this.picture = 'hidden';
    else this.picture = bytes ? this.publish(bytes) : undefined;
  }

  private publish(bytes: Uint8Array): Picture {
    const path = this.media.publish(Buffer.from(bytes), 'picture');
    const expiry = (Math.floor(Date.now() / 1000) + URL_LIFETIME_SECONDS).toString(16).toUpperCase();
    const id = String(Date.now() * 1000 + (Math.floor(performance.now() * 1000) % 1000));
    return { id, path, url: `https://pps.whatsapp.net${path}?oe=${expiry}` };
  }
}

/** Returns whether a request with this token, or without one, can view the profile. */
export function canView({ profile }: { profile: Profile }, token: Buffer | null | undefined): boolean {
  return !profile.privacyToken || (token ? profile.privacyToken.equals(token) : false);
}
