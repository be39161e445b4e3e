import type { KnownCode } from '../api/api-error.js';
import type { DegradationCode, ReasonCode, SessionStatus } from '../api/types.js';
import { counted } from './counted.js';

/** What is the matter, and what to do about it; `todo` is null when it heals by itself. */
export interface Explained {
  what: string;
  todo: string | null;
}

const reconnecting = (what: string): Explained => ({ what, todo: null });
const linkAgain = (what: string, todo = 'Scan the QR code below, or ask for a code to type.'): Explained => ({
  what,
  todo,
});

const count = counted('en');

export const en = {
  title: 'WhatsApp contacts',
  skip: 'Skip to the content',

  nav: {
    label: 'Main',
    overview: 'Overview',
    contacts: 'Contacts',
    sessions: 'Sessions',
    session: 'Session',
    signOut: 'Forget the key',
  },

  common: {
    cancel: 'Cancel',
    back: 'Back',
    copy: 'Copy',
    copied: 'Copied',
    loading: 'Loading …',
    unknown: 'unknown',
    details: 'What the service says',
    secondsLeft: (seconds: number) => count(seconds, 'one second left', '# seconds left'),
    timeLeft: (minutes: string) => `${minutes} minutes left`,
  },

  fresh: {
    live: 'Live',
    liveHint: 'Changes appear here as they happen.',
    polling: 'Every few seconds',
    pollingHint: 'The stream of changes is not available, so the page asks every few seconds.',
    offline: 'Not up to date',
    checked: (ago: string) => `as of ${ago}`,
  },

  key: {
    title: 'A key, please',
    intro:
      'This service asks for an API key. The page keeps it until you close this tab, and sends it to this service alone.',
    label: 'API key',
    placeholder: 'wac_…, or the one in API_KEY',
    submit: 'Continue',
    invalid: 'The service does not know this key: it is mistyped, expired or deleted.',
    empty: 'Paste a key, for example the one that API_KEY is set to.',
    scopeTitle: 'This key may not see this',
    scope: (scope: string) =>
      `It lacks the scope ${scope}. Ask whoever runs the service for a key that has it, or use another key.`,
    session: (name: string) =>
      `It is not for the session “${name}”. Choose another session, or use another key.`,
    nothing: 'The key may neither read contacts nor see sessions, which is all that this page shows.',
    other: 'Use another key',
  },

  status: {
    linking: 'Waiting to be linked',
    connecting: 'Connecting to WhatsApp',
    open: 'Connected',
    disconnected: 'Not connected',
    logged_out: 'Unlinked',
  } satisfies Record<SessionStatus, string>,
  well: 'Everything is well. Changes on the phone arrive within a second.',
  nextTry: 'Next attempt:',

  reasons: {
    waiting_for_whatsapp: { what: 'WhatsApp prepares a code to link with.', todo: 'One moment, please.' },
    waiting_for_scan: {
      what: 'No account is linked here yet.',
      todo: 'Scan the QR code below with the phone, or ask for a code to type.',
    },
    waiting_for_code_entry: {
      what: 'The code waits to be entered on the phone.',
      todo: 'On the phone, tap the notification, or enter the code as described below.',
    },
    passkey_assertion: {
      what: 'This account is protected by a passkey, and WhatsApp asks for it.',
      todo: 'Confirm with the passkey, as described below.',
    },
    passkey_waiting: {
      what: 'The passkey is confirmed; the phone completes the link.',
      todo: 'Keep WhatsApp open on the phone.',
    },
    passkey_compare: {
      what: 'WhatsApp wants a person to compare two codes.',
      todo: 'Compare the code below with the one on the phone.',
    },
    link_not_begun: linkAgain('Nobody scanned the last code in time; here is a new one.'),
    link_connection_lost: linkAgain('The connection was lost before the link was complete.'),
    link_wrong_qr: linkAgain(
      'The phone scanned a code that had just been replaced.',
      'Scan the current code, below.',
    ),
    link_signature_invalid: linkAgain(
      'The account did not sign this device, so it was not linked.',
      'Link again. If it happens again, update WhatsApp on the phone.',
    ),
    link_code_not_completed: linkAgain(
      'The phone did not complete the link; the code may have been mistyped.',
      'Ask for a new code, or scan the QR code.',
    ),
    link_code_refused: linkAgain(
      'WhatsApp did not accept the code that was entered.',
      'Ask for a new code, or scan the QR code.',
    ),
    link_passkey_cancelled: linkAgain('Confirming with the passkey was cancelled.'),
    link_passkey_timed_out: linkAgain(
      'The passkey was not confirmed in time.',
      'Link again, with the passkey at hand.',
    ),
    link_passkey_unanswered: linkAgain(
      'WhatsApp took the passkey, but the phone did not answer.',
      'Open WhatsApp on the phone, check that it is online, and link again.',
    ),
    link_passkey_not_compared: linkAgain('Nobody confirmed in time that the codes are the same.'),
    link_passkey_failed: linkAgain('Confirming with the passkey failed.'),
    link_passkey_not_completed: linkAgain(
      'The passkey was confirmed, but the phone did not complete the link.',
    ),
    linked_elsewhere: {
      what: 'The account that was scanned is linked through another session already, so it was unlinked here.',
      todo: 'Link another account here, or unlink it in the other session first.',
    },
    unlinked_on_request: linkAgain('The account was unlinked on request. Its contacts stay.'),
    unlinked_by_phone: linkAgain('The phone has unlinked this device. The contacts stay.'),
    phone_replaced: linkAgain(
      'The phone that this device was linked to is gone from the account. The contacts stay.',
    ),
    devices_not_supported: {
      what: 'The account cannot link devices.',
      todo: 'Update WhatsApp on the phone, then link again.',
    },
    account_banned: {
      what: 'WhatsApp has banned the account.',
      todo: 'Open WhatsApp on the phone: it says how to ask for a review. Then restart this service.',
    },
    account_banned_for_now: {
      what: 'WhatsApp has banned the account for some time.',
      todo: 'Open WhatsApp on the phone: it says for how long. Then restart this service.',
    },
    reconnecting: reconnecting('WhatsApp asked for a new connection.'),
    other_program_connected: {
      what: 'Another program has connected with the same link, and replaced this one.',
      todo: 'Stop the other program, or unlink this device on the phone and link it again.',
    },
    client_outdated: {
      what: 'WhatsApp wants a newer version of its client.',
      todo: 'Usually the service finds it by itself. If it does not connect within a few hours, update it.',
    },
    rate_limited: reconnecting(
      'WhatsApp closed the connection because of too many requests. The service tries again in a few minutes.',
    ),
    connection_refused: reconnecting('WhatsApp refused the connection; the service tries again.'),
    connection_lost: reconnecting('The connection was lost; the service tries again.'),
    connection_timed_out: reconnecting('WhatsApp did not answer in time; the service tries again.'),
    whatsapp_error: reconnecting('WhatsApp reports an error of its own; the service tries again.'),
    whatsapp_unavailable: reconnecting('WhatsApp is not available at the moment; the service tries again.'),
    dns_failed: {
      what: 'The name of the WhatsApp server cannot be resolved.',
      todo: 'Check the DNS of the machine that the service runs on.',
    },
    network_unreachable: {
      what: 'WhatsApp cannot be reached over the network.',
      todo: 'Check that the machine may reach web.whatsapp.com on port 443.',
    },
    network_intercepted: {
      what: 'Something between the service and WhatsApp answered in its place.',
      todo: 'Check proxies and firewalls: web.whatsapp.com must be reached directly, on port 443.',
    },
    certificate_untrusted: {
      what: 'The certificate that was shown in WhatsApp’s name cannot be trusted.',
      todo: 'Check the clock of the machine, and whether a proxy or firewall opens TLS connections.',
    },
    server_not_verified: {
      what: 'The server could not prove that it is WhatsApp: something intercepts the connection. No credentials were sent.',
      todo: 'Exclude web.whatsapp.com from TLS inspection in your proxy, firewall or antivirus software, and check the clock of the machine.',
    },
    starting: { what: 'The service is starting.', todo: 'One moment, please.' },
    no_process: {
      what: 'No process runs this session at the moment.',
      todo: 'If this lasts for more than 20 seconds, start a process with ROLE=session or ROLE=all, or raise SESSIONS_PER_PROCESS.',
    },
    sync_problem: {
      what: 'Connected, but the address book could not be brought up to date.',
      todo: 'The service tries again by itself; the details say what is in the way.',
    },
  } satisfies Record<ReasonCode, Explained>,
  noReason: { what: 'The service is connecting.', todo: null } as Explained,

  degraded: {
    title: 'What is wrong',
    snapshot_unverified: {
      what: 'WhatsApp’s whole copy of the address book does not add up.',
      todo: 'Changes go on being read; some names may be missing. The service compares again by itself.',
    },
    changes_unverified: {
      what: 'Some changes led to another address book than WhatsApp says.',
      todo: 'The service compares with a whole copy as soon as it may. Nothing to do.',
    },
    sync_key_missing: {
      what: 'The phone has not shared a key that is needed to read the address book.',
      todo: 'Open WhatsApp on the phone, and leave it online for a while.',
    },
    phone_message_lost: {
      what: 'A message of the phone could not be decrypted.',
      todo: 'If names are missing after a day, unlink and link again.',
    },
    history_lost: {
      what: 'A part of the phone’s history could not be had.',
      todo: 'Push names in it are missing until their owners write. Linking again fetches it again.',
    },
    changes_refused: {
      what: 'The database refused some changes.',
      todo: 'They are lost: a name or a profile may be out of date until it changes again. The log contains the error code.',
    },
    reachout_locked: {
      what: 'WhatsApp has locked reaching out to people for some time.',
      todo: 'Nobody is asked about until it ends by itself. Send fewer messages to strangers.',
    },
    client_expiring: {
      what: 'WhatsApp will soon refuse the client version in use.',
      todo: 'Nothing to do if this disappears within a day. Otherwise update the service.',
    },
  } satisfies { title: string } & Record<DegradationCode, Explained>,

  facts: {
    title: 'Account',
    contacts: 'Contacts',
    contactsHint: 'with a phone number',
    checked: 'Compared with WhatsApp',
    checkedHint: 'name by name, against a whole copy',
    never: 'not yet',
    repaired: (n: number) => count(n, 'one contact put right so far', '# contacts put right so far'),
    profiles: 'Profiles',
    profilesOf: (done: string, all: string) => `${done} of ${all} people asked about`,
    paused: 'Paused',
    browse: 'Browse the contacts',
  },

  sync: {
    title: 'The first sync is under way',
    text: 'The phone sends its address book first, and then, part by part, the names that people chose themselves: that may take minutes. You can browse what is there already.',
    count: (n: number) => count(n, 'one contact so far', '# contacts so far'),
    rate: (perSecond: string) => `${perSecond} a second`,
  },

  link: {
    title: 'Link an account',
    qrTitle: 'Scan a QR code',
    qrSteps: [
      'Open WhatsApp on the phone',
      'Settings › Linked devices › Link a device',
      'Point the camera at this code',
    ],
    qrAlt: 'QR code to scan with WhatsApp on the phone',
    qrWaiting: 'Waiting for a code from WhatsApp …',
    qrNext: 'A new code follows by itself.',
    codeTitle: 'Or type a code on the phone',
    codeIntro: 'Without a camera at hand: enter the number of the account, and type the code on its phone.',
    number: 'Phone number',
    numberHint: 'With country code, for example +55 11 98765-4321.',
    numberIn: (country: string) => `Number in ${country}`,
    numberEmpty: 'Enter the number of the account to link.',
    numberInvalid:
      'This is not a complete phone number. Enter it with country code, for example +55 11 98765-4321.',
    getCode: 'Get a code',
    gettingCode: 'Asking WhatsApp …',
    codeLabel: 'Code to type on the phone',
    codeSteps: [
      'Open WhatsApp on the phone',
      'Settings › Linked devices › Link a device',
      '“Link with phone number instead”, and type the code',
    ],
    newCode: 'Get another code',
    notAllowed: 'This key may not link accounts. It needs the scope session:link.',
  },

  passkey: {
    title: 'Confirm with the passkey',
    intro:
      'WhatsApp asks for the passkey of this account. It works on web.whatsapp.com only, in a browser that has it: from a password manager, the phone, or a security key. This service never sees it.',
    extensionTitle: 'With the browser extension',
    extensionInstall:
      'Install the extension of this service once: the folder “extension” of its source, see docs/linking.md.',
    extensionOpen: 'Open WhatsApp Web',
    extensionConfirm: 'In the panel that appears there, check the address, and click “Confirm with passkey”.',
    consoleTitle: 'Without it, by the developer tools',
    consoleCopy: 'Copy this line. It comes from your own service; never paste lines of others.',
    consoleCopyButton: 'Copy the line',
    consolePaste:
      'Open web.whatsapp.com, press F12, paste it into the console, press Enter, and confirm with the passkey.',
    consoleResult: 'Paste what the console printed',
    consoleResultHint: 'It begins with {"token"',
    consoleResultInvalid:
      'This is not what the console printed: it begins with {"token" and ends with }. Copy it whole.',
    send: 'Send to WhatsApp',
    sent: 'WhatsApp has it. The phone completes the link.',
    waitingTitle: 'Waiting for the phone',
    compareTitle: 'Compare the codes',
    compareText: 'Does the phone show this code?',
    same: 'Yes, it is the same',
    different: 'No, it is another',
    differentHint: 'Another code means that somebody else is in between. Linking ends, and begins anew.',
    cancel: 'Cancel linking',
    steps: ['Passkey', 'Phone', 'Compare', 'Linked'],
  },

  unlink: {
    button: 'Unlink the account',
    title: 'Unlink this account?',
    text: (number: string) =>
      `${number} is no longer linked to this service. The contacts stay until another account is linked, but are not kept up to date.`,
    confirm: 'Unlink',
    busy: 'Unlinking …',
  },

  sessions: {
    title: 'Sessions',
    intro: 'Each session links one WhatsApp account.',
    none: 'No sessions',
    add: 'Add a session',
    addTitle: 'Add a session',
    name: 'Name',
    nameHint: '1 to 40 of the characters a–z, 0–9 and “-”, for example “sales”. It never changes.',
    nameInvalid: 'Use 1 to 40 of the characters a–z, 0–9 and “-”, for example sales.',
    create: 'Add',
    remove: 'Remove',
    removeTitle: (name: string) => `Remove the session “${name}”?`,
    removeText: 'The account is unlinked, and the session is forgotten.',
    removeContacts: 'Delete its contacts as well',
    removeContactsHint:
      'Otherwise they stay in the database, and are there again when the account is linked.',
    link: 'Link',
    contacts: 'contacts',
    problems: (n: number) => count(n, 'one problem', '# problems'),
    more: 'Show more',
    notLinked: 'not linked',
  },

  contacts: {
    title: 'Contacts',
    search: 'Search names and numbers',
    clear: 'Clear the search',
    filters: 'Filters',
    saved: 'Saved on the phone',
    business: 'Businesses',
    noNumber: 'No number',
    total: (n: number) => count(n, 'one contact', '# contacts'),
    found: (n: number) => count(n, 'one found', '# found'),
    foundMore: (n: number) => count(n, '# or more found', '# or more found'),
    nobody: 'Nobody is here yet. Link an account, and its contacts appear.',
    notFound: 'Nobody is found. Try another name, or a part of the number.',
    notFoundFiltered: 'Nobody is found with these filters.',
    export: 'Export',
    exportCsv: 'CSV (spreadsheet)',
    exportVcard: 'vCard (address book)',
    exportPhotos: 'vCard with pictures',
    exporting: 'Preparing …',
    noName: 'No name',
    choose: 'Choose a contact to see everything that is known.',
    hint: 'Press / to search, ↑ and ↓ to move.',
  },

  contact: {
    pushName: 'Own name',
    pushNameHint: 'chosen by the person',
    fullName: 'Saved as',
    firstName: 'First name',
    businessName: 'Business name',
    verified: 'verified by WhatsApp',
    username: 'User name',
    phone: 'Phone',
    lid: 'WhatsApp ID (LID)',
    about: 'About',
    aboutHidden: 'hidden from this account',
    aboutNone: 'none',
    aboutUntil: (when: string) => `until ${when}`,
    saved: 'Saved on the phone',
    notSaved: 'Not saved',
    business: 'Business',
    person: 'Names',
    reach: 'Numbers',
    picture: 'Picture',
    updated: (when: string) => `Last change ${when}`,
    movedTo: 'New number',
    movedFrom: 'Former number',
    moved: 'This person has changed their number.',
    refresh: 'Ask WhatsApp now',
    refreshed: 'The person is asked about next.',
  },

  keys: {
    title: 'Encryption key',
    none: 'No key is known yet.',
    current: 'Current',
    since: (when: string) => `since ${when}`,
    former: (from: string, to: string) => `seen from ${from} to ${to}`,
    changed: (when: string) => `Security event: the key changed ${when}`,
    changedHint:
      'A new phone or a new installation changes the key. So does somebody else who takes over the number: if you did not expect it, ask the person by another way.',
    count: (n: number) => count(n, 'The key has changed once.', 'The key has changed # times.'),
    fingerprint: 'Fingerprint (SHA-256)',
    compare: 'Compare with a fingerprint',
    compareHint: 'Paste the one that you were given; spaces and case do not matter.',
    same: 'It is the same.',
    different: (group: number) => `It is different: the first difference is in group ${group}.`,
    incomplete: 'A fingerprint has 64 characters, 0–9 and a–f.',
  },

  errors: {
    title: 'That did not work',
    unreachable: {
      what: 'The service does not answer.',
      todo: 'Check that it runs, and that this browser can reach it. The page goes on trying.',
    },
    key_missing: { what: 'A key is needed.', todo: 'Enter one.' },
    key_invalid: { what: 'The key is not valid any more.', todo: 'Enter another one.' },
    scope_missing: { what: 'The key may not do this.', todo: 'Use one that has the scope.' },
    session_not_allowed: {
      what: 'The key is not for this session.',
      todo: 'Choose another session, or use another key.',
    },
    key_limited: { what: 'The key has sent as many requests as it may.', todo: 'Wait for a minute.' },
    database_unavailable: {
      what: 'The database does not answer.',
      todo: 'Check that Postgres runs and can be reached (DATABASE_URL). Nothing is lost: the service goes on by itself.',
    },
    database_too_slow: { what: 'The database took too long.', todo: 'Try again in a moment.' },
    too_busy: { what: 'The service is busy.', todo: 'Try again in a moment.' },
    too_many_at_once: { what: 'Too many requests at once.', todo: 'Try again in a moment.' },
    no_account_linked: { what: 'No account was ever linked here.', todo: 'Link one first.' },
    account_linked: { what: 'An account is linked already.', todo: 'Unlink it first.' },
    contact_not_found: {
      what: 'Nobody is known by this number or ID.',
      todo: 'Go back to the list, and search.',
    },
    session_not_found: { what: 'There is no such session.', todo: 'Choose another one.' },
    session_exists: { what: 'There is a session of this name already.', todo: 'Choose another name.' },
    host_not_allowed: {
      what: 'The service does not know the name in the address bar as its own.',
      todo: 'Name it in ALLOWED_HOSTS, or set API_KEY.',
    },
    session_not_answering: { what: 'The session does not answer.', todo: 'Try again in a moment.' },
    pairing_limited: {
      what: 'Several codes were asked for already.',
      todo: 'Wait for ten minutes, or scan the QR code.',
    },
    pairing_refused: {
      what: 'WhatsApp refused the code.',
      todo: 'Check that this number has WhatsApp, or scan the QR code.',
    },
    whatsapp_limited: {
      what: 'WhatsApp gives no more codes for now.',
      todo: 'Wait for an hour, or scan the QR code.',
    },
    whatsapp_not_answering: { what: 'WhatsApp did not answer.', todo: 'Try again in a moment.' },
    whatsapp_not_ready: {
      what: 'WhatsApp is not ready to link.',
      todo: 'Try again when a QR code is shown.',
    },
    no_passkey: { what: 'No passkey is asked for any more.', todo: 'Go on with what the page shows now.' },
    wrong_step: { what: 'This step is over.', todo: 'Go on with what the page shows now.' },
    token_invalid: { what: 'This belongs to another attempt.', todo: 'Copy the line again, and repeat.' },
    invalid_assertion: {
      what: 'What was pasted is not a valid confirmation.',
      todo: 'Copy the line again, and repeat.',
    },
    assertion_refused: { what: 'WhatsApp did not take the confirmation.', todo: 'Confirm once more.' },
    passkey_ended: { what: 'WhatsApp ended the ceremony.', todo: 'Link again.' },
    refresh_limited: { what: 'This person was asked about a moment ago.', todo: 'Wait for a minute.' },
    unexpected_error: { what: 'The service met an unexpected error.', todo: 'Its log says more.' },
  } satisfies { title: string } & Record<KnownCode, Explained>,
};

/** The texts of the page, in one language. */
export type Messages = Widened<typeof en>;

/** Other languages have other texts in the same places. */
type Widened<T> = T extends string
  ? string
  : T extends (...given: never[]) => string
    ? T
    : T extends readonly string[]
      ? string[]
      : T extends Explained
        ? Explained
        : { [Name in keyof T]: Widened<T[Name]> };
