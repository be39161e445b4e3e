import { contactByNumber, type DemoWorld } from './demo-world.js';
import { phoneNumber } from './jid.js';

/** A command, typed in the terminal or sent over HTTP. */
interface Command {
  readonly usage: string;
  readonly what: string;
  readonly arguments: { readonly least: number; readonly most: number };
  run(world: DemoWorld, words: readonly string[]): Promise<string> | string;
}

/** An unknown command, or one with wrong arguments. The message contains the correct usage. */
export class CommandError extends Error {}

const word = (words: readonly string[], at: number): string => words[at] ?? '';
const rest = (words: readonly string[], from: number): string => words.slice(from).join(' ');
const upTo = (least: number, most = least): Command['arguments'] => ({ least, most });

function contactWith({ server }: DemoWorld, number: string) {
  return contactByNumber(server, phoneNumber(number));
}

function inBackground(promise: Promise<unknown>): void {
  // An offline companion acknowledges later, and the command does not wait for it.
  promise.catch((error: Error) => console.error(error.message));
}

const COMMANDS: Readonly<Record<string, Command>> = {
  scan: {
    usage: 'scan <text of the QR code>',
    what: 'link the service that shows this QR code',
    arguments: upTo(1, Infinity),
    run: async ({ phone }, words) => `linked as ${(await phone.scan(rest(words, 0))).jid}`,
  },
  pair: {
    usage: 'pair <8-character code>',
    what: 'link the service that shows this pairing code',
    arguments: upTo(1),
    run: async ({ phone }, words) => `linked as ${(await phone.enterPairingCode(word(words, 0))).jid}`,
  },
  save: {
    usage: 'save <number> "<full name>" [first name]',
    what: 'save or rename a contact on the phone',
    arguments: upTo(2, 3),
    run: async ({ phone }, [number = '', fullName, firstName]) => {
      await phone.saveContact({ number, fullName, firstName });
      return `saved ${phoneNumber(number)}`;
    },
  },
  delete: {
    usage: 'delete <number>',
    what: 'delete a contact on the phone',
    arguments: upTo(1),
    run: async ({ phone }, [number = '']) => {
      await phone.deleteContact(number);
      return `deleted ${phoneNumber(number)}`;
    },
  },
  text: {
    usage: 'text <number> <text>',
    what: 'send a message from this contact, with its push name',
    arguments: upTo(2, Infinity),
    run: (world, words) => {
      inBackground(contactWith(world, word(words, 0)).sendText(world.phone, rest(words, 1)));
      return 'sent';
    },
  },
  push: {
    usage: 'push <number> <push name>',
    what: 'change the push name of this contact and send a message with it',
    arguments: upTo(2, Infinity),
    run: (world, words) => {
      const contact = contactWith(world, word(words, 0));
      contact.setPushName(rest(words, 1));
      inBackground(contact.sendText(world.phone, 'hello'));
      return 'sent';
    },
  },
  about: {
    usage: 'about <number> <text>',
    what: 'change the about text of this contact',
    arguments: upTo(2, Infinity),
    run: (world, words) => {
      inBackground(contactWith(world, word(words, 0)).setAbout(rest(words, 1)));
      return 'changed';
    },
  },
  list: {
    usage: 'list',
    what: 'list the address book of the phone',
    arguments: upTo(0),
    run: ({ phone }) =>
      Array.from(
        phone.addressBook(),
        ([number, entry]) => `${number}  ${entry.fullName ?? entry.firstName ?? ''}`,
      ).join('\n'),
  },
  unlink: {
    usage: 'unlink',
    what: 'unlink the service on the phone',
    arguments: upTo(0),
    run: ({ phone }) => {
      phone.unlink();
      return 'unlinked';
    },
  },
  down: {
    usage: 'down',
    what: 'start an outage of WhatsApp',
    arguments: upTo(0),
    run: async ({ server }) => {
      await server.goDown();
      return 'down';
    },
  },
  up: {
    usage: 'up',
    what: 'end the outage',
    arguments: upTo(0),
    run: async ({ server }) => {
      await server.comeBack();
      return 'up';
    },
  },
};

/** Returns the list of commands, one per line. */
export function help(): string {
  const lines = Object.values(COMMANDS).map(({ usage, what }) => `  ${usage.padEnd(44)} ${what}`);
  return [...lines, `  ${'help'.padEnd(44)} show this list`, `  ${'quit'.padEnd(44)} stop and exit`].join(
    '\n',
  );
}

/**
 * Runs a command line and returns the text to print.
 * @throws CommandError if the command does not exist or its arguments are wrong
 */
export async function runCommand(world: DemoWorld, line: string): Promise<string> {
  const [name = '', ...words] = splitWords(line);
  if (name === '' || name === 'help') return help();
  const command = COMMANDS[name];
  if (!command) throw new CommandError(`Unknown command "${name}". Enter "help" for a list.`);
  const { least, most } = command.arguments;
  if (words.length < least || words.length > most) throw new CommandError(`Usage: ${command.usage}`);
  return command.run(world, words);
}

/** Splits a line into words. Quoted words can contain spaces. */
function splitWords(line: string): string[] {
  return Array.from(line.matchAll(/"([^"]*)"|(\S+)/g), ([, quoted, plain]) => quoted ?? plain ?? '');
}
