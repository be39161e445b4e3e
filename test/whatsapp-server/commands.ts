import { type DemoWorld, personWith } from './demo-people.js';
import { phoneNumber } from './jid.js';

/** A command that a person can type, or send over HTTP. */
interface Command {
  readonly usage: string;
  readonly what: string;
  readonly arguments: { readonly least: number; readonly most: number };
  run(world: DemoWorld, words: readonly string[]): Promise<string> | string;
}

/** A command was wrong; the message says what would be right. */
export class CommandError extends Error {}

const word = (words: readonly string[], at: number): string => words[at] ?? '';
const rest = (words: readonly string[], from: number): string => words.slice(from).join(' ');
const upTo = (least: number, most = least): Command['arguments'] => ({ least, most });

function saysWho({ server }: DemoWorld, number: string) {
  return personWith(server, phoneNumber(number));
}

function afterwards(promise: Promise<unknown>): void {
  // A companion that is away acknowledges later; the command does not wait for it.
  promise.catch((error: Error) => console.error(error.message));
}

const COMMANDS: Readonly<Record<string, Command>> = {
  scan: {
    usage: 'scan <text of the QR code>',
    what: 'link the service that shows this code',
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
    what: 'save a contact on the phone, or rename it',
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
    what: 'this person writes to the account; with it comes the push name',
    arguments: upTo(2, Infinity),
    run: (world, words) => {
      afterwards(saysWho(world, word(words, 0)).sendText(world.phone, rest(words, 1)));
      return 'sent';
    },
  },
  push: {
    usage: 'push <number> <push name>',
    what: 'this person calls themselves so from now on, and writes a message to show it',
    arguments: upTo(2, Infinity),
    run: (world, words) => {
      const person = saysWho(world, word(words, 0));
      person.setPushName(rest(words, 1));
      afterwards(person.sendText(world.phone, 'hello'));
      return 'sent';
    },
  },
  about: {
    usage: 'about <number> <text>',
    what: 'this person changes their about text',
    arguments: upTo(2, Infinity),
    run: (world, words) => {
      afterwards(saysWho(world, word(words, 0)).setAbout(rest(words, 1)));
      return 'changed';
    },
  },
  list: {
    usage: 'list',
    what: 'what the phone has in its address book',
    arguments: upTo(0),
    run: ({ phone }) =>
      Array.from(
        phone.addressBook(),
        ([number, entry]) => `${number}  ${entry.fullName ?? entry.firstName ?? ''}`,
      ).join('\n'),
  },
  unlink: {
    usage: 'unlink',
    what: 'end the link on the phone',
    arguments: upTo(0),
    run: ({ phone }) => {
      phone.unlink();
      return 'unlinked';
    },
  },
  down: {
    usage: 'down',
    what: 'WhatsApp has an outage',
    arguments: upTo(0),
    run: async ({ server }) => {
      await server.goDown();
      return 'down';
    },
  },
  up: {
    usage: 'up',
    what: 'the outage is over',
    arguments: upTo(0),
    run: async ({ server }) => {
      await server.comeBack();
      return 'up';
    },
  },
};

/** What can be typed, one command a line. */
export function help(): string {
  const lines = Object.values(COMMANDS).map(({ usage, what }) => `  ${usage.padEnd(44)} ${what}`);
  return [...lines, `  ${'help'.padEnd(44)} this list`, `  ${'quit'.padEnd(44)} stop everything`].join('\n');
}

/**
 * Runs one line; gives what to print.
 * @throws CommandError when there is no such command or its arguments are wrong
 */
export async function runCommand(world: DemoWorld, line: string): Promise<string> {
  const [name = '', ...words] = splitWords(line);
  if (name === '' || name === 'help') return help();
  const command = COMMANDS[name];
  if (!command) throw new CommandError(`there is no command "${name}"; try "help"`);
  const { least, most } = command.arguments;
  if (words.length < least || words.length > most) throw new CommandError(`usage: ${command.usage}`);
  return command.run(world, words);
}

/** Words, of which quoted ones may hold spaces. */
function splitWords(line: string): string[] {
  return Array.from(line.matchAll(/"([^"]*)"|(\S+)/g), ([, quoted, plain]) => quoted ?? plain ?? '');
}
