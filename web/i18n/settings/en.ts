import type { ChangeKind, Scope } from '../../api/types.js';
import { count } from '../count.js';
import type { Explained, Widened } from '../en.js';

/** A choice in a form. */
export interface Choice {
  label: string;
  hint: string;
}

export const en = {
  accounts: {
    all: 'All accounts',
    allHint: 'Including accounts that are added later.',
    some: 'Only selected accounts',
    empty: 'Select at least one account.',
    more: 'Show more accounts',
  },

  docs: {
    api: 'API documentation',
  },

  keys: {
    title: 'API keys',
    intro:
      'Create a separate key for each person and each program, so that you can revoke it without affecting others.',
    none: 'No keys yet. Invite a colleague, or create a key for a program.',
    create: 'Create a key',
    may: 'Can do',
    accounts: 'Accounts',
    created: 'Created',
    expires: 'Expires',
    expired: 'Expired',
    never: 'Never',
    lastUsed: 'Last used',
    notUsed: 'Not used yet',
    inUse: 'Used by this page',
    scopeNames: 'Scopes',
    id: 'ID',
    rate: 'Limit',
    perMinute: (n: string) => `${n} requests per minute`,
    revoke: 'Revoke',
    revokeTitle: (name: string) => `Revoke the key “${name}”?`,
    revokeText: 'Everyone who uses this key loses access immediately. The key can no longer:',
    revokeWebhooks: 'Webhooks that were created with this key continue.',
    revokeOwn: 'This page uses this key, so you will be signed out.',
    revoking: 'Revoking…',
  },

  notInUse: {
    title: 'No API keys are in use',
    what: 'Everyone who can open this page can view, change and export everything. You can create keys after you set API_KEY.',
    steps: [
      'Generate a secret. In a terminal, run this command:',
      'Set API_KEY to the secret, for example with a line API_KEY=… in the file .env of the service.',
      'Restart the service and reload this page. Sign in with the secret, and create keys here.',
    ],
    docs: 'docs/configuration.md describes all settings.',
  },

  newKey: {
    title: 'Create a key',
    name: 'Name',
    nameHint: 'The person or program that uses the key, for example “Maria” or “CRM”.',
    nameInvalid: 'Enter a name of up to 100 characters.',
    scopes: 'What can the key do?',
    scopesEmpty: 'Select at least one permission.',
    scopeNames: 'Details: names of the scopes',
    groups: { contacts: 'Contacts', accounts: 'Accounts', administration: 'Administration' },
    accounts: 'Which accounts can it access?',
    accountsAdmin: 'A key that can administer everything always includes all accounts.',
    expires: 'When does it expire?',
    expiries: {
      never: 'Never',
      '30': 'In 30 days',
      '90': 'In 90 days',
      '365': 'In a year',
      date: 'On a date',
    },
    date: 'Last day',
    dateInvalid: 'Choose a date in the future.',
    submit: 'Create key',
    busy: 'Creating…',
    createdTitle: (name: string) => `The key “${name}” is ready`,
    once: {
      what: 'Copy the key now. It is not shown again.',
      todo: 'The service stores only a hash. If the key is lost, revoke it and create another one.',
    } as Explained,
    key: 'API key',
    copyKey: 'Copy key',
    usage: 'Programs send the key in the header “Authorization: Bearer <key>”.',
    done: 'Done',
  },

  scopes: {
    'contacts:read': { label: 'View contacts', hint: 'Names, numbers, pictures and changes.' },
    'contacts:export': { label: 'Export contacts', hint: 'Download all contacts as a file.' },
    'contacts:check': {
      label: 'Check numbers with WhatsApp',
      hint: 'Query whether numbers are registered. Too many checks can get an account banned. Also requires “View contacts”.',
    },
    'session:read': { label: 'View accounts', hint: 'Status and problems, but no codes for linking.' },
    'session:link': {
      label: 'Link and unlink accounts',
      hint: 'QR codes and pairing codes. On this page, also requires “View accounts”.',
    },
    'webhooks:manage': {
      label: 'Manage webhooks',
      hint: 'Webhooks send contacts to other systems, so this includes access to contacts.',
    },
    'metrics:read': { label: 'Read metrics', hint: 'For monitoring. Requires a key for all accounts.' },
    admin: {
      label: 'Administer everything',
      hint: 'All of the above, adding and removing accounts, and creating and revoking keys.',
    },
  } satisfies Record<Scope, Choice>,

  colleague: {
    button: 'Invite a colleague',
    title: 'Invite a colleague',
    steps: ['Permissions', 'Name', 'Message'],
    what: 'What can they do?',
    levels: {
      view: { label: 'View contacts', hint: 'Search contacts and see their details.' },
      export: { label: 'View and export contacts', hint: 'Also download contacts as a file.' },
      link: {
        label: 'View, export, and link accounts',
        hint: 'Also link and unlink WhatsApp accounts with a QR code or pairing code.',
      },
    },
    accounts: 'Which accounts?',
    next: 'Continue',
    name: 'Name of your colleague',
    nameHint: 'The list of keys shows this name, so that you can revoke the access later.',
    create: 'Create access',
    resultTitle: (name: string) => `Access for ${name} is ready`,
    once: {
      what: 'Send this message now. The key is not shown again.',
      todo: 'Use a channel that only your colleague can read.',
    } as Explained,
    message: 'Message',
    copy: 'Copy message',
    text: (address: string, key: string) =>
      `You can now view our WhatsApp contacts on this page:\n${address}\n\nEnter this key there. Do not share it with anyone:\n${key}\n`,
    address: 'Address of the page',
    local: {
      what: 'This address works only on this computer.',
      todo: 'Make the service reachable for your colleague first, and replace the address in the message.',
    } as Explained,
    localHow:
      'Set HOST=0.0.0.0 for your local network, or publish the service with HTTPS behind a reverse proxy. See docs/operations.md, “Put a reverse proxy in front”.',
    plain: {
      what: 'This address does not use HTTPS, so others on the network can read the key.',
      todo: 'Outside of a trusted network, publish the service with HTTPS. See docs/operations.md, “Put a reverse proxy in front”.',
    } as Explained,
    done: 'Done',
  },

  webhooks: {
    title: 'Webhooks',
    intro: 'A webhook sends changes to another system as they happen.',
    docs: 'docs/changes.md describes deliveries, signatures and retries.',
    none: 'No webhooks yet. Create one to send changes to another system.',
    create: 'Create a webhook',
    state: {
      active: 'Active',
      retrying: 'Retrying',
      pausedOnRequest: 'Paused',
      failed: 'Stopped after failures',
      disabled: 'Stopped by the receiver',
    },
    explained: {
      active: null,
      retrying: {
        what: 'The receiver did not accept the last delivery. The service tries again.',
        todo: null,
      },
      pausedOnRequest: { what: 'Changes are not delivered until you resume.', todo: null },
      failed: {
        what: 'Changes are no longer delivered.',
        todo: 'Fix the problem in the details, then resume.',
      },
      disabled: {
        what: 'The receiver responded that it no longer wants deliveries (status 410).',
        todo: 'Resume it, or delete the webhook.',
      },
    } as Record<'active' | 'retrying' | 'pausedOnRequest' | 'failed' | 'disabled', Explained | null>,
    behind: (n: number) => count(n, 'One change is waiting.', '# changes are waiting.'),
    upToDate: 'All changes are delivered.',
    account: 'Account',
    kinds: 'Changes',
    allKinds: 'All changes',
    created: 'Created',
    headers: 'Headers',
    fields: 'Fields',
    id: 'ID',
    test: 'Send test',
    testing: 'Sending…',
    tested: (status: string, ms: string) => `The receiver accepted the test: status ${status}, ${ms} ms.`,
    testFailed: { what: 'The receiver did not accept the test.', todo: null } as Explained,
    resume: 'Resume',
    pause: 'Pause',
    remove: 'Delete',
    removeTitle: 'Delete this webhook?',
    removeText: 'Changes are no longer sent to this URL, and its secret becomes invalid:',
    removing: 'Deleting…',
    attempts: 'Recent deliveries',
    noAttempts: 'No deliveries yet.',
    allAttempts: (n: number) => count(n, 'Show the only one', 'Show all #'),
    attemptTest: 'Test',
    attemptChanges: (n: number) => count(n, 'one change', '# changes'),
    accepted: (status: string) => `Accepted (${status})`,
    refused: (status: string) => `Not accepted (${status})`,
    unanswered: 'No response',
    ms: (n: string) => `${n} ms`,
    refreshAttempts: 'Refresh',
  },

  newWebhook: {
    title: 'Create a webhook',
    url: 'URL of the receiver',
    urlHint: 'For example https://crm.example.com/contacts.',
    urlInvalid: 'Enter a URL that starts with https:// or http://, without user name and password.',
    account: 'Account',
    kinds: 'Which changes?',
    allKinds: 'All changes',
    someKinds: 'Only selected changes',
    kindsEmpty: 'Select at least one kind of change.',
    submit: 'Create webhook',
    busy: 'Creating…',
    createdTitle: 'The webhook is ready',
    once: {
      what: 'Copy the secret now. It is not shown again.',
      todo: 'The receiver uses it to verify that deliveries come from this service.',
    } as Explained,
    secret: 'Secret',
    copySecret: 'Copy secret',
    done: 'Done',
  },

  webhookDetails: {
    headersHint: 'The service adds these headers to each delivery, for example Authorization.',
    headerName: 'Name',
    headerValue: 'Value',
    addHeader: 'Add header',
    removeHeader: (name: string) => `Remove header ${name}`,
    headersInvalid:
      'Enter each name once, without spaces. The service sets Host, Content-*, Proxy-* and webhook-* headers.',
    headersReplaced: 'These headers replace all current headers.',
    replaceHeaders: 'Replace headers',
    fields: 'Which fields of contacts?',
    allFields: 'All fields',
    someFields: 'Only selected fields',
    fieldsEmpty: 'Select at least one field.',
    edit: 'Change headers and fields',
    editTitle: 'Change headers and fields',
    rotate: 'Create a new secret',
    rotateTitle: 'Create a new secret?',
    rotateText:
      'The new secret signs deliveries immediately. The current secret also signs them for one day, so that you can update the receiver.',
    rotating: 'Creating…',
    rotatedTitle: 'The new secret is ready',
    formerUntil: (when: string) => `The previous secret also signs deliveries until ${when}.`,
  },

  kinds: {
    'contact.created': 'Contact added',
    'contact.changed': 'Contact changed',
    'contact.phone_learned': 'Phone number of a contact learned',
    'contact.identity_key_changed': 'Encryption key of a contact changed',
    'contact.merged': 'Two contacts merged',
    'contact.deleted': 'Contact removed',
    'sync.completed': 'First sync complete',
    'session.linked': 'Account linked',
    'session.open': 'Account connected',
    'session.degraded': 'Problem with an account',
    'session.logged_out': 'Account unlinked',
    'webhook.stopped': 'Webhook stopped',
  } satisfies Record<ChangeKind, string>,
};

/** Texts of keys and webhooks, in one language. */
export type SettingsMessages = Widened<typeof en>;
