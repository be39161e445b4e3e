import type { KnownCode } from '../api/api-error.js';
import type { DegradationCode, ReasonCode, SessionStatus } from '../api/types.js';
import { counted } from './counted.js';

/** A problem, and how to solve it. `todo` is null if the service recovers without help. */
export interface Explained {
  what: string;
  todo: string | null;
}

const reconnecting = (what: string): Explained => ({ what, todo: null });
const linkAgain = (what: string, todo = 'Scan the QR code below, or request a pairing code.'): Explained => ({
  what,
  todo,
});

const count = counted('en');

export const en = {
  title: 'WhatsApp contacts',
  skip: 'Skip to content',

  nav: {
    label: 'Main',
    overview: 'Overview',
    contacts: 'Contacts',
    sessions: 'Sessions',
    session: 'Session',
    signOut: 'Sign out',
  },

  common: {
    cancel: 'Cancel',
    back: 'Back',
    copy: 'Copy',
    copied: 'Copied',
    loading: 'Loading…',
    unknown: 'unknown',
    details: 'Details',
    secondsLeft: (seconds: number) => count(seconds, '1 second left', '# seconds left'),
    timeLeft: (minutes: string) => `${minutes} minutes left`,
  },

  fresh: {
    live: 'Live',
    liveHint: 'Changes appear here as they happen.',
    polling: 'Every few seconds',
    pollingHint: 'Live updates are not available, so the page refreshes every few seconds.',
    offline: 'Not up to date',
    checked: (ago: string) => `as of ${ago}`,
  },

  key: {
    title: 'Enter your API key',
    intro:
      'This service requires an API key. The page stores it until you close this tab, and sends it only to this service.',
    label: 'API key',
    placeholder: 'wac_…, or the value of API_KEY',
    submit: 'Continue',
    invalid: 'This key is not valid. It might be mistyped, expired or deleted.',
    empty: 'Enter a key, for example the value of API_KEY.',
    scopeTitle: 'This key does not have access',
    scope: (scope: string) =>
      `The scope ${scope} is missing. Request a key with this scope from your administrator, or use another key.`,
    session: (name: string) =>
      `It does not include the session “${name}”. Choose another session, or use another key.`,
    nothing: 'This key can read neither contacts nor sessions, so this page has nothing to show.',
    other: 'Use another key',
  },

  status: {
    linking: 'Ready to link',
    connecting: 'Connecting to WhatsApp',
    open: 'Connected',
    disconnected: 'Not connected',
    logged_out: 'Unlinked',
  } satisfies Record<SessionStatus, string>,
  well: 'Everything is up to date. Changes on the phone appear within a second.',
  nextTry: 'Next attempt:',

  reasons: {
    waiting_for_whatsapp: { what: 'Waiting for a code from WhatsApp.', todo: 'This takes a few seconds.' },
    waiting_for_scan: {
      what: 'No account is linked yet.',
      todo: 'Scan the QR code below with the phone, or request a pairing code.',
    },
    waiting_for_code_entry: {
      what: 'Waiting for the code to be entered on the phone.',
      todo: 'On the phone, tap the notification, or enter the code as described below.',
    },
    passkey_assertion: {
      what: 'This account is protected by a passkey.',
      todo: 'Confirm the link with the passkey, as described below.',
    },
    passkey_waiting: {
      what: 'The passkey is confirmed. Waiting for the phone to complete the link.',
      todo: 'Keep WhatsApp open on the phone.',
    },
    passkey_compare: {
      what: 'Two codes have to be compared.',
      todo: 'Compare the code below with the one on the phone.',
    },
    link_not_begun: linkAgain('The last code expired before it was scanned.'),
    link_connection_lost: linkAgain('The connection was lost before the link was complete.'),
    link_wrong_qr: linkAgain(
      'The phone scanned a code that had just been replaced.',
      'Scan the current code below.',
    ),
    link_signature_invalid: linkAgain(
      'The account did not sign this device, so it was not linked.',
      'Link again. If it happens again, update WhatsApp on the phone.',
    ),
    link_code_not_completed: linkAgain(
      'The phone did not complete the link. The code might have been mistyped.',
      'Request a new code, or scan the QR code.',
    ),
    link_code_refused: linkAgain(
      'WhatsApp did not accept the code that was entered.',
      'Request a new code, or scan the QR code.',
    ),
    link_passkey_cancelled: linkAgain('The passkey confirmation was canceled.'),
    link_passkey_timed_out: linkAgain(
      'The passkey was not confirmed in time.',
      'Link again, and have the passkey ready.',
    ),
    link_passkey_unanswered: linkAgain(
      'WhatsApp accepted the passkey, but the phone did not respond.',
      'Open WhatsApp on the phone, check that it is online, and link again.',
    ),
    link_passkey_not_compared: linkAgain('The codes were not compared in time.'),
    link_passkey_failed: linkAgain('The passkey confirmation failed.'),
    link_passkey_not_completed: linkAgain(
      'The passkey was confirmed, but the phone did not complete the link.',
    ),
    linked_elsewhere: {
      what: 'This account is already linked in another session, so it was unlinked here.',
      todo: 'Link another account here, or unlink it in the other session first.',
    },
    unlinked_on_request: linkAgain('The account was unlinked. Its contacts remain stored.'),
    unlinked_by_phone: linkAgain('The phone unlinked this device. The contacts remain stored.'),
    phone_replaced: linkAgain(
      'The phone that this device was linked to is no longer part of the account. The contacts remain stored.',
    ),
    devices_not_supported: {
      what: 'The account cannot link devices.',
      todo: 'Update WhatsApp on the phone, then link again.',
    },
    account_banned: {
      what: 'WhatsApp has banned the account.',
      todo: 'Open WhatsApp on the phone to request a review. Then restart this service.',
    },
    account_banned_for_now: {
      what: 'WhatsApp has banned the account temporarily.',
      todo: 'Open WhatsApp on the phone to see how long the ban lasts. Then restart this service.',
    },
    reconnecting: reconnecting('Reconnecting at WhatsApp’s request.'),
    other_program_connected: {
      what: 'Another program connected as this linked device and replaced this service.',
      todo: 'Stop the other program, or unlink this device on the phone and link it again.',
    },
    client_outdated: {
      what: 'WhatsApp requires a newer client version.',
      todo: 'The service usually finds it automatically. If it does not connect within a few hours, update the service.',
    },
    rate_limited: reconnecting(
      'WhatsApp closed the connection because of too many requests. Retrying in a few minutes.',
    ),
    connection_refused: reconnecting('WhatsApp refused the connection. Retrying.'),
    connection_lost: reconnecting('The connection was lost. Retrying.'),
    connection_timed_out: reconnecting('WhatsApp did not respond in time. Retrying.'),
    whatsapp_error: reconnecting('WhatsApp reported an internal error. Retrying.'),
    whatsapp_unavailable: reconnecting('WhatsApp is currently not available. Retrying.'),
    dns_failed: {
      what: 'The name of the WhatsApp server cannot be resolved.',
      todo: 'Check the DNS settings of the machine that runs the service.',
    },
    network_unreachable: {
      what: 'WhatsApp cannot be reached over the network.',
      todo: 'Check that the machine can reach web.whatsapp.com on port 443.',
    },
    network_intercepted: {
      what: 'A proxy or firewall responded instead of WhatsApp.',
      todo: 'Check firewalls, or set the proxy of this network: the service must reach web.whatsapp.com on port 443.',
    },
    proxy_unreachable: {
      what: 'The proxy does not respond.',
      todo: 'Check that the proxy runs, and its address and port in the settings of the service or the session.',
    },
    proxy_unauthorized: {
      what: 'The proxy rejects the user name or password.',
      todo: 'Check the user name and password of the proxy in the settings of the service or the session.',
    },
    proxy_refused: {
      what: 'The proxy did not connect to WhatsApp.',
      todo: 'Allow web.whatsapp.com and *.whatsapp.net on port 443 in the configuration of the proxy.',
    },
    certificate_untrusted: {
      what: 'The TLS certificate of the server is not trusted.',
      todo: 'Check the system clock, and whether a proxy or firewall inspects TLS connections.',
    },
    server_not_verified: {
      what: 'The server could not prove that it is WhatsApp. The connection might be intercepted, or the system clock might be wrong. No credentials were sent.',
      todo: 'Exclude web.whatsapp.com from TLS inspection in your proxy, firewall or antivirus software, and check the system clock.',
    },
    starting: { what: 'The service is starting.', todo: 'This takes a few seconds.' },
    no_process: {
      what: 'No process is running this session.',
      todo: 'If this lasts longer than 20 seconds, start a process with ROLE=session or ROLE=all, or raise SESSIONS_PER_PROCESS.',
    },
    sync_problem: {
      what: 'Connected, but the address book is not up to date.',
      todo: 'The service retries automatically. The details contain the cause.',
    },
  } satisfies Record<ReasonCode, Explained>,
  noReason: { what: 'The service is connecting.', todo: null } as Explained,

  degraded: {
    title: 'Problems',
    snapshot_unverified: {
      what: 'WhatsApp’s full copy of the address book could not be verified.',
      todo: 'Changes still arrive, but some names might be missing. The service retries automatically.',
    },
    changes_unverified: {
      what: 'Some changes could not be verified.',
      todo: 'The service compares the contacts with a full copy soon. No action is needed.',
    },
    sync_key_missing: {
      what: 'The phone has not shared a key that is needed to read the address book.',
      todo: 'Open WhatsApp on the phone, and keep the phone online for a while.',
    },
    phone_message_lost: {
      what: 'A message from the phone could not be decrypted.',
      todo: 'If names are missing after a day, unlink and link again.',
    },
    history_lost: {
      what: 'Part of the phone’s history is not available.',
      todo: 'Some push names are missing until these contacts send a message. To fetch the history again, link again.',
    },
    changes_refused: {
      what: 'The database rejected some changes.',
      todo: 'These changes are lost. A name or profile might be outdated until it changes again. The log contains the error code.',
    },
    sync_delayed: {
      what: 'Changes from WhatsApp have not been read or saved for more than a minute.',
      todo: 'The service keeps trying. If this lasts, check the database and the log.',
    },
    reachout_locked: {
      what: 'WhatsApp has temporarily restricted this account from contacting new people.',
      todo: 'Profiles are not fetched until the restriction ends. Send fewer messages to people who do not know you.',
    },
    checks_stopped: {
      what: 'WhatsApp rejected or did not answer a number check.',
      todo: 'No numbers are checked until the time in the details. Check fewer numbers, or none: bulk checks get accounts banned.',
    },
    client_expiring: {
      what: 'WhatsApp will soon reject the current client version.',
      todo: 'No action is needed if this disappears within a day. Otherwise, update the service.',
    },
  } satisfies { title: string } & Record<DegradationCode, Explained>,

  facts: {
    title: 'Account',
    contacts: 'Contacts',
    contactsHint: 'with a phone number',
    checked: 'Compared with WhatsApp',
    checkedHint: 'all names, with a full copy',
    never: 'not yet',
    repaired: (n: number) => count(n, 'one contact corrected so far', '# contacts corrected so far'),
    profiles: 'Profiles',
    profilesOf: (done: string, all: string) => `${done} of ${all} fetched`,
    paused: 'Paused',
    browse: 'Browse contacts',
  },

  sync: {
    title: 'First sync in progress',
    text: 'The phone sends its address book first, then the names that contacts chose themselves. This can take several minutes. You can already browse the contacts that have arrived.',
    count: (n: number) => count(n, 'one contact so far', '# contacts so far'),
    rate: (perSecond: string) => `${perSecond} per second`,
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
    qrWaiting: 'Waiting for a code from WhatsApp…',
    qrNext: 'The code is replaced automatically.',
    codeTitle: 'Or enter a code on the phone',
    codeIntro: 'If you cannot scan the QR code, enter the phone number of the account to get a pairing code.',
    number: 'Phone number',
    numberHint: 'With country code, for example +55 11 98765-4321.',
    numberIn: (country: string) => `Number in ${country}`,
    numberEmpty: 'Enter the phone number of the account.',
    numberInvalid:
      'This is not a complete phone number. Enter it with country code, for example +55 11 98765-4321.',
    getCode: 'Get a code',
    gettingCode: 'Requesting a code…',
    codeLabel: 'Code to enter on the phone',
    codeSteps: [
      'Open WhatsApp on the phone',
      'Settings › Linked devices › Link a device',
      'Tap “Link with phone number instead”, and enter the code',
    ],
    newCode: 'Get another code',
    notAllowed: 'This key cannot link accounts. The scope session:link is missing.',
  },

  passkey: {
    title: 'Confirm with the passkey',
    intro:
      'WhatsApp requires the passkey of this account. It works only on web.whatsapp.com, in a browser that can use it: from a password manager, the phone, or a security key. This service never receives the passkey.',
    extensionTitle: 'With the browser extension',
    extensionInstall:
      'Install the extension once. It is the folder “extension” of the source code. See docs/linking.md.',
    extensionOpen: 'Open WhatsApp Web',
    extensionConfirm: 'In the panel on that page, check the address, then click “Confirm with passkey”.',
    consoleTitle: 'Without the extension, in the developer tools',
    consoleCopy: 'Copy this snippet. It comes from your service. Never paste code from other sources.',
    consoleCopyButton: 'Copy snippet',
    consolePaste:
      'Open web.whatsapp.com, press F12, paste the snippet into the console, press Enter, and confirm with the passkey.',
    consoleResult: 'Output of the console',
    consoleResultHint: 'It starts with {"token"',
    consoleResultInvalid: 'This is not the complete output. It starts with {"token" and ends with }.',
    send: 'Send to WhatsApp',
    sent: 'Sent to WhatsApp. Waiting for the phone to complete the link.',
    waitingTitle: 'Waiting for the phone',
    compareTitle: 'Compare the codes',
    compareText: 'Does the phone show this code?',
    same: 'Yes, the codes match',
    different: 'No, the codes differ',
    differentHint:
      'Different codes mean that another device is intercepting the link. Linking stops, and you can start again.',
    cancel: 'Cancel linking',
    steps: ['Passkey', 'Phone', 'Compare', 'Linked'],
  },

  unlink: {
    button: 'Unlink the account',
    title: 'Unlink this account?',
    text: (number: string) =>
      `${number} will no longer be linked to this service. Its contacts remain stored until another account is linked, but they are no longer updated.`,
    confirm: 'Unlink',
    busy: 'Unlinking…',
  },

  sessions: {
    title: 'Sessions',
    intro: 'Each session links one WhatsApp account.',
    none: 'No sessions',
    add: 'Add session',
    addTitle: 'Add a session',
    name: 'Name',
    nameHint: '1 to 40 characters: a–z, 0–9 and “-”, for example “sales”. You cannot change it later.',
    nameInvalid: 'Use 1 to 40 characters: a–z, 0–9 and “-”, for example sales.',
    create: 'Add',
    remove: 'Remove',
    removeTitle: (name: string) => `Remove the session “${name}”?`,
    removeText: 'This unlinks the account and deletes the session.',
    removeContacts: 'Also delete its contacts',
    removeContactsHint:
      'Otherwise they remain in the database, and reappear when you link the account again.',
    link: 'Link',
    contacts: 'contacts',
    problems: (n: number) => count(n, 'one problem', '# problems'),
    more: 'Show more',
    notLinked: 'not linked',
  },

  contacts: {
    title: 'Contacts',
    search: 'Search names and numbers',
    clear: 'Clear search',
    filters: 'Filters',
    saved: 'Saved on the phone',
    business: 'Businesses',
    noNumber: 'No number',
    total: (n: number) => count(n, 'one contact', '# contacts'),
    found: (n: number) => count(n, 'one found', '# found'),
    foundMore: (n: number) => count(n, '# or more found', '# or more found'),
    nobody: 'No contacts yet. Link an account to see its contacts.',
    notFound: 'No contacts found. Try another name, or part of the number.',
    notFoundFiltered: 'No contacts match these filters.',
    export: 'Export',
    exportCsv: 'CSV (spreadsheet)',
    exportVcard: 'vCard (address book)',
    exportPhotos: 'vCard with pictures',
    exporting: 'Preparing…',
    noName: 'No name',
    choose: 'Select a contact to see its details.',
    hint: 'Press / to search, and ↑ or ↓ to move.',
  },

  contact: {
    pushName: 'Push name',
    pushNameHint: 'chosen by the contact',
    fullName: 'Saved as',
    firstName: 'First name',
    businessName: 'Business name',
    verified: 'verified by WhatsApp',
    username: 'Username',
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
    movedFrom: 'Previous number',
    moved: 'This contact has changed their number.',
    refresh: 'Fetch from WhatsApp now',
    refreshed: 'This contact is fetched next.',
  },

  keys: {
    title: 'Encryption key',
    none: 'No key yet.',
    current: 'Current',
    since: (when: string) => `since ${when}`,
    former: (from: string, to: string) => `seen from ${from} to ${to}`,
    changed: (when: string) => `Security event: the key changed ${when}`,
    changedHint:
      'The key changes with a new phone or a new installation, or when the number moves to another person. If you did not expect the change, verify it with the contact through another channel.',
    count: (n: number) => count(n, 'The key has changed once.', 'The key has changed # times.'),
    fingerprint: 'Fingerprint (SHA-256)',
    compare: 'Compare with a fingerprint',
    compareHint: 'Paste the fingerprint from the contact. Spaces and case are ignored.',
    same: 'The fingerprints match.',
    different: (group: number) => `The fingerprints differ, starting in group ${group}.`,
    incomplete: 'A fingerprint has 64 characters, 0–9 and a–f.',
  },

  errors: {
    title: 'Something went wrong',
    unreachable: {
      what: 'The service does not respond.',
      todo: 'Check that it is running and that this browser can reach it. The page keeps trying.',
    },
    key_missing: { what: 'An API key is required.', todo: 'Enter a key.' },
    key_invalid: { what: 'The key is no longer valid.', todo: 'Enter another key.' },
    scope_missing: { what: 'The key does not have the required scope.', todo: 'Use a key with this scope.' },
    session_not_allowed: {
      what: 'The key does not include this session.',
      todo: 'Choose another session, or use another key.',
    },
    key_limited: { what: 'The key has reached its rate limit.', todo: 'Wait a minute.' },
    database_unavailable: {
      what: 'The database does not respond.',
      todo: 'Check that Postgres is running and reachable (DATABASE_URL). Nothing is lost: the service reconnects automatically.',
    },
    database_too_slow: { what: 'The database did not respond in time.', todo: 'Try again in a moment.' },
    too_busy: { what: 'The service is busy.', todo: 'Try again in a moment.' },
    too_many_at_once: { what: 'Too many requests at once.', todo: 'Try again in a moment.' },
    no_account_linked: { what: 'No account is linked.', todo: 'Link an account first.' },
    account_linked: { what: 'An account is already linked.', todo: 'Unlink it first.' },
    contact_not_found: {
      what: 'No contact has this number or ID.',
      todo: 'Go back to the list and search.',
    },
    session_not_found: { what: 'This session does not exist.', todo: 'Choose another session.' },
    session_exists: { what: 'A session with this name already exists.', todo: 'Choose another name.' },
    host_not_allowed: {
      what: 'The service does not accept the host name in the address bar.',
      todo: 'Add it to ALLOWED_HOSTS, or set API_KEY.',
    },
    session_not_answering: { what: 'The session does not respond.', todo: 'Try again in a moment.' },
    pairing_limited: {
      what: 'Too many codes were requested.',
      todo: 'Wait ten minutes, or scan the QR code.',
    },
    pairing_refused: {
      what: 'WhatsApp refused to send a code to this number.',
      todo: 'Check that the number uses WhatsApp, or scan the QR code.',
    },
    whatsapp_limited: {
      what: 'WhatsApp limits how many codes can be requested.',
      todo: 'Try again in an hour, or scan the QR code.',
    },
    whatsapp_not_answering: { what: 'WhatsApp did not respond.', todo: 'Try again in a moment.' },
    whatsapp_not_ready: {
      what: 'WhatsApp is not ready to link.',
      todo: 'Try again when a QR code appears.',
    },
    no_passkey: { what: 'The passkey is no longer required.', todo: 'Continue with the current step.' },
    wrong_step: { what: 'This step has already ended.', todo: 'Continue with the current step.' },
    token_invalid: {
      what: 'This output belongs to another attempt.',
      todo: 'Copy the snippet again, and repeat.',
    },
    invalid_assertion: {
      what: 'The pasted text is not a valid confirmation.',
      todo: 'Copy the snippet again, and repeat.',
    },
    assertion_refused: { what: 'WhatsApp did not accept the confirmation.', todo: 'Confirm again.' },
    passkey_ended: { what: 'WhatsApp ended the passkey confirmation.', todo: 'Link again.' },
    refresh_limited: {
      what: 'You refreshed this contact, or too many others, within the last minute.',
      todo: 'Try again in a minute.',
    },
    unexpected_error: { what: 'An unexpected error occurred.', todo: 'See the log of the service.' },
  } satisfies { title: string } & Record<KnownCode, Explained>,
};

/** The texts of the page, in one language. */
export type Messages = Widened<typeof en>;

/** Other languages have different texts for the same keys. */
type Widened<T> = T extends string
  ? string
  : T extends (...given: never[]) => string
    ? T
    : T extends readonly string[]
      ? string[]
      : T extends Explained
        ? Explained
        : { [Name in keyof T]: Widened<T[Name]> };
