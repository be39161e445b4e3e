import '../test/whatsapp-server/preload.mjs';
import { BaileysCompanion } from '../test/whatsapp-server/baileys-companion.js';

/** A process with one Baileys companion whose state is in memory: the floor of bench:traffic. Sends its QR code to its parent. */
const companion = new BaileysCompanion({ markOnlineOnConnect: false });
process.send?.(await companion.qr());
