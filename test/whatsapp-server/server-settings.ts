import type { BinaryNode } from '@whiskeysockets/baileys';

/** AB prop: whether requests for pictures are to carry privacy tokens. */
export const PICTURE_TOKENS_PROP = '9666';

/** How the server treats logged-in devices; change it before they log in. */
export class ServerSettings {
  /** what `<iq xmlns="abt">` answers, by number */
  readonly abProps = new Map<string, string>();
  /** whether key-index lists of other people hold the key that signed them; the real server leaves it out */
  tellsAccountKeys = false;
  /** whether the identity keys of other people can be asked for */
  answersIdentities = true;
  /** whether usync speaks of pictures */
  tellsPictures = true;
  /** JIDs that answers to usync leave out, although they were asked about */
  readonly usyncLeavesOut = new Set<string>();
  /** elements that answers to usync begin with: users that nobody asked about, or wrong answers for those who were */
  readonly usyncAdds: BinaryNode[] = [];
}
