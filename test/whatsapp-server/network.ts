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

/** State that the parts of the server share. */
export interface Network {
  readonly faults: Faults;
  readonly media: MediaHost;
  readonly webSite: WebSite;
  readonly stanzas: StanzaLog;
  readonly directory: Directory;
  readonly phones: ReadonlyMap<PhoneNumber, Phone>;
  /** settings for devices that wait to be linked */
  readonly linking: LinkingSettings;
  /** settings for logged-in devices */
  readonly settings: ServerSettings;
  /** flaws of certificates, and forged signatures */
  readonly impostor: Impostor;
  /** open connections, linked or not */
  readonly openConnections: ReadonlySet<Connection>;
  /** IQs without a handler, which got error 501 */
  readonly unknownIqs: BinaryNode[];
  /** errors caused by invalid data from clients, or by defects of the server */
  readonly errors: Error[];
  /** counts a live connection that was replaced by another one of the same device */
  countConflict(): void;
}
