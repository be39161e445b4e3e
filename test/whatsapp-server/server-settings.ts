import type { BinaryNode } from '@whiskeysockets/baileys';

/** Code of the AB prop that requires privacy tokens in picture requests. */
export const PICTURE_TOKENS_PROP = '9666';

/** Settings for logged-in devices. Change them before the devices log in. */
export class ServerSettings {
  /** AB props (`<iq xmlns="abt">`), by code */
  readonly abProps = new Map<string, string>();
  /** time without an acknowledgement after which a connection ends; 50 minutes on the real server */
  acknowledgeWithinMs = 15_000;
  /** whether key-index lists contain the key that signed them; the real server omits it */
  includesAccountKeys = false;
  /** whether requests for identity keys of other accounts are supported */
  supportsIdentityRequests = true;
  /** whether usync responses contain pictures */
  tellsPictures = true;
  /** how an unchanged picture is reported: as error 304, or as a result without `<picture>` */
  unchangedPictures: 'error' | 'empty' = 'error';
  /** whether usync identifies users by LID, with `pn_jid` as their number, as it does for `addressing_mode="lid"` */
  usyncByLid = false;
  /** `pn_jid` of every response by LID; some servers return the number of the requesting account */
  usyncPnJid?: string;
  /** whether usync returns `<verified_name><error/></verified_name>` for users that are not businesses */
  usyncBusinessErrors = false;
  /** numbers of accounts by another form of the same number, for example a Brazilian one with the ninth digit */
  readonly numberAliases = new Map<string, string>();
  /** error codes of whole usync protocols, by their name; the response then has no data of the protocol */
  readonly usyncErrors = new Map<string, number>();
  /** error codes of usync protocols for every user, by the name of the protocol */
  readonly usyncUserErrors = new Map<string, number>();
  /** requested JIDs that usync responses omit */
  readonly usyncLeavesOut = new Set<string>();
  /** elements at the beginning of usync responses: users that were not requested, or wrong data for requested ones */
  readonly usyncAdds: BinaryNode[] = [];
}
