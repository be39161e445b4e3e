import type { MediaHost } from './media-host.js';

/** A person's about text. */
export interface About {
  readonly text: string;
  readonly setAt: Date;
  readonly hidden: boolean;
}

/** A person's picture as the server offers it. */
export interface Picture {
  readonly id: string;
  readonly url: string;
  readonly path: string;
}

/** A person's about text in its new form. */
export interface TextStatus {
  readonly text: string;
  readonly emoji?: string;
  readonly setAt: Date;
  /** how long it is shown; default until it is changed */
  readonly seconds?: number;
}

/** How long a picture's URL is valid according to its `oe` parameter, in seconds. */
const URL_LIFETIME_SECONDS = 3 * 24 * 3600;

/** What a person shows of themselves. */
export class Profile {
  about: About;
  textStatus?: TextStatus;
  picture: Picture | 'hidden' | undefined;
  /** when set, about and picture are shown only to those who have this token */
  privacyToken?: Buffer;

  constructor(
    private readonly media: MediaHost,
    initial: { about?: string; picture?: Uint8Array },
  ) {
    this.about = { text: initial.about ?? '', setAt: new Date(), hidden: false };
    if (initial.picture) this.setPicture(initial.picture);
  }

  /** A new about text; empty for none, `null` for one that is hidden. */
  setAbout(text: string | null): void {
    this.about = { text: text ?? '', setAt: new Date(), hidden: text === null };
  }

  /** A new about text in its new form. */
  setTextStatus(status: Omit<TextStatus, 'setAt'> | null): void {
    this.textStatus = { text: '', ...status, setAt: new Date() };
  }

  /** A new picture; `null` for none, `'hidden'` for one that others may not see. */
  setPicture(bytes: Uint8Array | null | 'hidden'): void {
    if (this.picture && this.picture !== 'hidden') this.media.remove(this.picture.path);
    if (bytes === 'hidden') this.picture = 'hidden';
    else this.picture = bytes ? this.offer(bytes) : undefined;
  }

  private offer(bytes: Uint8Array): Picture {
    const path = this.media.publish(Buffer.from(bytes), 'picture');
    const expiry = (Math.floor(Date.now() / 1000) + URL_LIFETIME_SECONDS).toString(16).toUpperCase();
    const id = String(Date.now() * 1000 + (Math.floor(performance.now() * 1000) % 1000));
    return { id, path, url: `https://pps.whatsapp.net${path}?oe=${expiry}` };
  }
}

/** Whether somebody who shows this token, or none, may see a person's about and picture. */
export function mayLook({ profile }: { profile: Profile }, token: Buffer | null | undefined): boolean {
  return !profile.privacyToken || (token ? profile.privacyToken.equals(token) : false);
}
