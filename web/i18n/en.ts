import type { KnownCode } from '../api/api-error.js';
import type { DegradationCode, ReasonCode, SessionStatus } from '../api/types.js';
import { count } from './count.js';

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

export const en = {
  title: 'WhatsApp contacts',
  skip: 'Skip to content',

  nav: {
    label: 'Main',
    overview: 'Overview',
    contacts: 'Contacts',
    sessions: 'Accounts',
    session: 'Account',
    signOut: 'Sign out',
  },

  common: {
    cancel: 'Cancel',
    back: 'Back',
    copy: 'Copy',
    copied: 'Copied',
    copyFailed: 'Not copied: select the text and copy it.',
    loading: 'Loading…',
    unknown: 'unknown',
    details: 'Details',
    secondsLeft: (seconds: number) => count(seconds, '1 second left', '# seconds left'),
    timeLeft: (minutes: string) => `${minutes} minutes left`,
  },

  fresh: {
    live: 'Live',
    liveHint: 'Changes on the phone appear here as they happen.',
    polling: 'Updated every few seconds',
    pollingHint: 'Live updates are not available, so the page refreshes every few seconds.',
    offline: 'Not up to date',
    checked: (ago: string) => `as of ${ago}`,
  },

  key: {
    title: 'Enter your API key',
    intro:
      'This service requires an API key. The page sends it only to this service, and forgets it when you close this tab, unless you choose otherwise.',
    label: 'API key',
    placeholder: 'wac_…',
    submit: 'Continue',
    invalid: 'This key is not valid. It might be mistyped, expired or deleted.',
    empty: 'Enter a key. Your administrator can create one for you.',
    scopeTitle: 'This key does not have access',
    scope: 'This key does not allow this. Ask your administrator for a key that does, or use another key.',
    session: (name: string) =>
      `It does not include the account “${name}”. Choose another account, or use another key.`,
    nothing: 'This key can read neither contacts nor accounts, so this page has nothing to show.',
    other: 'Use another key',
  },

  settings: {
    keys: 'Keys',
    webhooks: 'Webhooks',
    retry: 'Try again',
  },

  device: {
    remember: 'Remember on this device',
    rememberHint: 'All tabs use the key until you sign out. Do not use this on shared computers.',
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
    waiting_for_phone: {
      what: 'A code was entered on the phone. Waiting for the phone to complete the link.',
      todo: 'If the phone shows an error, the code was mistyped. Get another code.',
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
      what: 'This number is already linked elsewhere in this service, so it was unlinked here.',
      todo: 'Link another number here, or unlink this number there first.',
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
      todo: 'Check that the proxy runs, and its address and port in the settings of the service or the account.',
    },
    proxy_unauthorized: {
      what: 'The proxy rejects the user name or password.',
      todo: 'Check the user name and password of the proxy in the settings of the service or the account.',
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
      what: 'The part of the service that connects to WhatsApp is not running.',
      todo: 'If this lasts longer than 20 seconds, show the details to your administrator.',
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
    checked: 'Last full check',
    checkedHint: 'against the phone’s address book',
    never: 'not yet',
    repaired: (n: number) => count(n, 'one contact corrected so far', '# contacts corrected so far'),
    profiles: 'Details',
    profilesOf: (done: string, all: string) => `loaded for ${done} of ${all} contacts`,
    paused: 'Paused',
    browse: 'Browse contacts',
  },

  connection: {
    offline: (when: string | null) =>
      when === null
        ? 'Not connected to WhatsApp. Changes on the phone do not arrive.'
        : `Not connected to WhatsApp since ${when}. Changes on the phone do not arrive.`,
    unlinked: (when: string | null) =>
      when === null
        ? 'Unlinked from the phone. Changes on the phone do not arrive.'
        : `Unlinked from the phone since ${when}. Changes on the phone do not arrive.`,
    connecting: 'Connecting to WhatsApp. Changes on the phone arrive in a moment.',
    delayed: 'Changes on the phone arrive late, or not at all.',
    delayedLabel: 'Changes delayed',
    neverLinked: 'No account is linked yet',
    unlinkedLabel: 'Not linked',
    linkAgain: (account: string) =>
      `The account is not linked. To link it again, you need its phone: ${account}.`,
    askToLink: 'This key cannot link accounts. Ask your administrator to link it.',
    whatToDo: 'Show what to do',
    lastKnown: (status: string) => `Last known status: ${status}`,
    automatic: 'Updated automatically',
    automaticHint: 'Changes appear here as they arrive. This key cannot see whether the phone is connected.',
    justNow: 'just now',
    searching: 'Searching…',
    codeEntered: 'A code was entered on the phone. Waiting for the phone to complete the link…',
    codeEnteredHint:
      'This can take a minute. If the phone shows an error, the code was mistyped: get another code and enter that one.',
    exampleNumber: '+1 201 555 0123',
  },

  account: {
    was: (account: string) => `was ${account}`,
    showAll: 'Show all accounts',
    linkToSee: 'Link a WhatsApp account to see its contacts here.',
    rename: 'Rename',
    renameTitle: 'Rename the account',
    renameHint: 'Only this service uses this name. Leave it empty to show the name from WhatsApp.',
    save: 'Save',
    nameHint: 'For example the team that uses it: “Sales”. You can change it later.',
    nameMissing: 'Enter a name.',
    shortName: 'Short name, for addresses and programs',
    addFirst: 'Add one, then link it with the phone.',
    askToAdd: 'Ask your administrator to add one.',
    withNumber: (n: string) => `${n} with a phone number`,
    removeContacts: (n: number) => count(n, 'Also delete its contact', 'Also delete its # contacts'),
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
      'Open WhatsApp on the phone.',
      'Android: tap ⋮ › Linked devices. iPhone: tap Settings › Linked devices.',
      'Tap “Link a device”, and point the camera at this code.',
    ],
    qrAlt: 'QR code to scan with WhatsApp on the phone',
    qrWaiting: 'Waiting for a code from WhatsApp…',
    qrNext: 'The code is replaced automatically.',
    codeTitle: 'Or enter a code on the phone',
    codeIntro: 'If you cannot scan the QR code, enter the phone number of the account to get a pairing code.',
    number: 'Phone number',
    numberHint: 'With country code, for example +1 201 555 0123.',
    numberIn: (country: string) => `Number in ${country}`,
    numberEmpty: 'Enter the phone number of the account.',
    numberInvalid:
      'This is not a complete phone number. Enter it with country code, for example +1 201 555 0123.',
    getCode: 'Get a code',
    gettingCode: 'Requesting a code…',
    codeLabel: 'Code to enter on the phone',
    codeSteps: [
      'Open WhatsApp on the phone.',
      'Android: tap ⋮ › Linked devices. iPhone: tap Settings › Linked devices.',
      'Tap “Link a device” › “Link with phone number instead”, and enter the code.',
    ],
    newCode: 'Get another code',
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
      'Open web.whatsapp.com, press F12, paste the snippet into the console (Chrome requires you to type allow pasting first), press Enter, and confirm with the passkey.',
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
    title: 'Accounts',
    intro: 'The WhatsApp accounts that this service is linked to.',
    none: 'No accounts yet',
    add: 'Add account',
    addTitle: 'Add an account',
    name: 'Name',
    nameHint: '1 to 40 characters: a–z, 0–9 and “-”, for example sales. You cannot change it later.',
    nameInvalid: 'The short name, in the details, must have 1 to 40 characters: a–z, 0–9 and “-”.',
    create: 'Add',
    remove: 'Remove',
    removeTitle: (name: string) => `Remove the account “${name}”?`,
    removeText:
      'This unlinks the account and removes it from this service. The contacts on the phone do not change.',
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
    nobody: 'No contacts yet.',
    notFound: 'No contacts found. Try another name, or part of the number.',
    notFoundFiltered: 'No contacts match these filters.',
    export: 'Export',
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
    lid: 'WhatsApp ID (LID)',
    about: 'About',
    aboutHidden: 'hidden from this account',
    aboutNone: 'none',
    aboutUntil: (when: string) => `until ${when}`,
    saved: 'Saved on the phone',
    notSaved: 'Not saved',
    business: 'Business',
    person: 'Names',
    picture: 'Picture',
    movedTo: 'New number',
    movedFrom: 'Previous number',
    moved: 'This contact has changed their number.',
    refresh: 'Fetch from WhatsApp now',
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

  find: {
    recent: 'Last changed first',
    jump: 'Jump to a letter',
    searching: 'Searching…',
    changed: 'Changed',
    anyTime: 'any time',
    periods: { today: 'today', week: 'in the last 7 days', month: 'in the last 30 days' },
    select: 'Select',
    selectHint: 'Shift-click to select all contacts in between.',
    selectDone: 'Done',
    selectContact: (name: string) => `Select ${name}`,
    selected: (n: number) => count(n, '1 selected', '# selected'),
    selectedAll: (n: number) => count(n, '1 selected, which is the limit', '# selected, which is the limit'),
    exportCount: (n: number) => count(n, 'Export 1 contact as', 'Export # contacts as'),
    exportCounting: 'Counting the contacts…',
    exportSelection: 'Export selection',
    exportNone: 'Select contacts to export them.',
    formats: {
      excel: 'Excel',
      google: 'Google Contacts',
      outlook: 'Outlook',
      vcard: 'vCard',
      photos: 'vCard with pictures',
    },
    all: 'Search',
    allTitle: 'Search all accounts',
    allHint: 'Enter a name or number to search all accounts.',
    allNothing: 'No account has a matching contact. Try another name, or part of the number.',
    allMore: 'Show all',
    allFailed: (n: number) =>
      count(n, '1 account could not be searched.', '# accounts could not be searched.'),
  },

  actions: {
    label: 'Actions',
    copyNumber: 'Copy number',
    call: 'Call',
    chat: 'Open chat',
    chatHint: 'Opens WhatsApp in a new tab.',
    save: 'Save as vCard',
    noNumber: 'No number known',
    fetching: 'Fetching from WhatsApp…',
    fetched: 'Updated just now.',
    updatedAt: (when: string) => `Updated at ${when}.`,
    unchanged: 'Requested. Changes appear here.',
    fetchAgain: (seconds: number) =>
      count(seconds, 'Available again in 1 second.', 'Available again in # seconds.'),
    security: 'Security',
    keyChanged: (when: string) => `The encryption key of this contact changed ${when}.`,
    keyShow: 'Show',
    contactId: 'Contact ID',
    lastChange: 'Last change',
    notFound: 'This contact does not exist.',
    notFoundTodo: 'It may have been deleted, or the address is incomplete. Search for its name or number.',
    toList: 'Show all contacts',
  },

  errors: {
    title: 'Something went wrong',
    unreachable: {
      what: 'The service does not respond.',
      todo: 'Check that it is running and that this browser can reach it. The page keeps trying.',
    },
    key_missing: { what: 'An API key is required.', todo: 'Enter a key.' },
    key_invalid: { what: 'The key is no longer valid.', todo: 'Enter another key.' },
    scope_missing: { what: 'The key does not allow this.', todo: 'Use a key that does.' },
    session_not_allowed: {
      what: 'The key does not include this account.',
      todo: 'Choose another account, or use another key.',
    },
    key_limited: { what: 'The key has reached its rate limit.', todo: 'Wait a minute.' },
    database_unavailable: {
      what: 'The database does not respond.',
      todo: 'Check that Postgres is running and reachable. Nothing is lost: the service reconnects automatically.',
    },
    database_too_slow: { what: 'The database did not respond in time.', todo: 'Try again in a moment.' },
    too_busy: { what: 'The service is busy.', todo: 'Try again in a moment.' },
    too_many_at_once: { what: 'Too many requests at once.', todo: 'Try again in a moment.' },
    no_account_linked: {
      what: 'No account is linked.',
      todo: 'Link one on the overview, or ask your administrator to do it.',
    },
    account_linked: { what: 'An account is already linked.', todo: 'Unlink it first.' },
    contact_not_found: {
      what: 'No contact has this number or ID.',
      todo: 'Go back to the list and search.',
    },
    session_not_found: { what: 'This account does not exist.', todo: 'Choose another account.' },
    session_exists: { what: 'An account with this name already exists.', todo: 'Choose another name.' },
    host_not_allowed: {
      what: 'The service does not accept the host name in the address bar.',
      todo: 'Open the page at another address. The details explain how an administrator can allow this one.',
    },
    session_not_answering: { what: 'The account does not respond.', todo: 'Try again in a moment.' },
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
export type Widened<T> = T extends string
  ? string
  : T extends (...given: never[]) => string
    ? T
    : T extends readonly string[]
      ? string[]
      : T extends Explained
        ? Explained
        : { [Name in keyof T]: Widened<T[Name]> };
