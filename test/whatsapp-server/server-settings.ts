import type { BinaryNode } from '@whiskeysockets/baileys';

/** AB prop: whether requests for pictures are to carry privacy tokens. */
export const PICTURE_TOKENS_PROP = '9666';

/** How the server treats logged-in devices; change it before they log in. */
export class ServerSettings {
  /** what `<iq xmlns="abt">` answers, by number */
  readonly abProps = new Map<string, string>();
  /** how long a companion may take to acknowledge a stanza, before its connection ends; the real server waits 50 minutes */
  acknowledgeWithinMs = 15_000;
  /** whether key-index lists of other people hold the key that signed them; the real server leaves it out */
  tellsAccountKeys = false;
  /** whether the identity keys of other people can be asked for */
  answersIdentities = true;
  /** whether usync speaks of pictures */
  tellsPictures = true;
  /** how an unchanged picture is reported: as error 304, or as a result without `<picture>` */
  unchangedPictures: 'error' | 'empty' = 'error';
  /** whether usync names people by LID, with `pn_jid` as their number, as it does for `addressing_mode="lid"` */
  usyncByLid = false;
  /** the `pn_jid` of every answer by LID; some servers return the number of the account that asks */
  usyncPnJid?: string;
  /** whether usync answers `<verified_name><error/></verified_name>` for people who are not a business */
  usyncBusinessErrors = false;
  /** JIDs that answers to usync leave out, although they were asked about */
  readonly usyncLeavesOut = new Set<string>();
  /** elements that answers to usync begin with: users that nobody asked about, or wrong answers for those who were */
  readonly usyncAdds: BinaryNode[] = [];
}
