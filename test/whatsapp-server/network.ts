import type { BinaryNode } from '@whiskeysockets/baileys';
import type { Connection } from './connection.js';
import type { Directory } from './directory.js';
import type { Faults } from './faults.js';
import type { Impostor } from './impostor.js';
import type { PhoneNumber } from './jid.js';
import type { LinkingSettings } from './linking/linking-settings.js';
import type { MediaHost } from './media-host.js';
import type { Phone } from './phone.js';
import type { ServerSettings } from './server-settings.js';
import type { StanzaLog } from './stanza-log.js';
import type { WebSite } from './web-site.js';

/** What the parts of the server know of the whole. */
export interface Network {
  readonly faults: Faults;
  readonly media: MediaHost;
  readonly webSite: WebSite;
  readonly stanzas: StanzaLog;
  readonly directory: Directory;
  readonly phones: ReadonlyMap<PhoneNumber, Phone>;
  /** settings for devices that want to be linked */
  readonly linking: LinkingSettings;
  /** settings for devices that are logged in */
  readonly settings: ServerSettings;
  /** certificates and signatures that are not WhatsApp's */
  readonly impostor: Impostor;
  /** open connections, linked or not */
  readonly openConnections: ReadonlySet<Connection>;
  /** IQs that nobody knows how to answer; they got error 501 */
  readonly unknownIqs: BinaryNode[];
  /** what clients sent that makes no sense */
  readonly errors: Error[];
  /** a second connection of the same device has replaced a live one */
  countConflict(): void;
}
