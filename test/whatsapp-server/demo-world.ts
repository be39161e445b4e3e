import type { Contact } from './contact.js';
import type { Phone } from './phone.js';
import type { WhatsAppServer } from './whatsapp-server.js';

/** The server and the phone of the demo. All contacts are fictional. */
export interface DemoWorld {
  readonly server: WhatsAppServer;
  readonly phone: Phone;
}

/** Phone number of the demo account. */
export const DEMO_NUMBER = '491701230000';

const SAVED = [
  { number: '491701234567', fullName: 'Anna Müller', firstName: 'Anna', pushName: 'Anna 🌻' },
  { number: '5511987654321', fullName: 'João da Conceição', firstName: 'João', pushName: 'Joãozinho' },
  { number: '819012345678', fullName: '山田 花子', firstName: '花子', pushName: 'はなこ' },
  { number: '201001234567', fullName: 'ليلى حسن', firstName: 'ليلى', pushName: 'Layla' },
  { number: '447700900123', fullName: 'Dr. Robert "Bob" O’Neill', firstName: 'Bob', pushName: 'Bob' },
  { number: '33612345678', firstName: 'Chloé', pushName: 'chloé✨' },
  { number: '13105550123', fullName: 'Pizza Palace', verifiedName: 'Pizza Palace Inc.' },
] as const;

/** Creates the account, its address book, and its contacts with push names, about texts and LIDs. */
export async function createDemoWorld(server: WhatsAppServer): Promise<DemoWorld> {
  const phone = server.createPhone({ number: DEMO_NUMBER, pushName: 'Demo Owner' });
  for (const person of SAVED) server.createContact({ ...person, about: 'Hey there! I am using WhatsApp.' });
  server.createContact({ number: '40721234567', pushName: 'Ionuț', addressing: 'lid' });
  await phone.saveContacts(SAVED.map(({ number, ...names }) => ({ number, ...names })));
  await phone.saveLidContact({ lid: '81234567890123', fullName: 'Known By LID Only', firstName: 'Known' });
  return { server, phone };
}

/** Returns the contact with this number, and creates it if necessary. */
export function contactByNumber(server: WhatsAppServer, number: string): Contact {
  const known = [...server.directory.contacts].find((each) => each.number === number);
  return known ?? server.createContact({ number });
}
