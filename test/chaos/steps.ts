import fc from 'fast-check';

/** How many people there are to do things to. */
export const PEOPLE = 8;

const NAMES = [
  'Anna',
  'José Ñandú',
  '王小明',
  'אבי כהן',
  '🌻 Zoë 👩‍👩‍👧',
  "O\"Neil \\ 'x'",
  'a,b\n\tc',
  '%s $1 {}',
  // Short enough not to be truncated with the number appended.
  'x'.repeat(990),
];

/** One thing that happens; everything else follows from the order. */
export type Step =
  | { kind: 'save'; person: number; fullName: string; firstName?: string }
  | { kind: 'saveFirstName'; person: number; firstName: string }
  | { kind: 'saveMany'; people: number[]; fullName: string }
  | { kind: 'delete'; person: number; withoutAction: boolean }
  | { kind: 'saveLid'; person: number; fullName: string }
  | { kind: 'deleteLid'; person: number }
  | {
      kind: 'message';
      person: number;
      pushName: string;
      byLid: boolean;
      withoutAlternate: boolean;
      inGroup: boolean;
    }
  | { kind: 'history'; people: number[]; external: boolean }
  | { kind: 'reuseNumber'; person: number; pushName: string }
  | { kind: 'username'; person: number; username: string | null }
  | { kind: 'groupMember' | 'ownMessage' | 'newLid'; person: number }
  | { kind: 'rotateKey'; withheld: boolean }
  | { kind: 'shareKeys' }
  | { kind: 'cut' | 'outage' | 'recover' | 'loseDatabase' | 'restart' | 'relink' }
  | { kind: 'kill'; afterMs: number }
  | { kind: 'fault'; fault: FaultName }
  | { kind: 'pause'; forMs: number };

export const FAULT_NAMES = [
  'patch-mac',
  'snapshot-mac',
  'lt-hash',
  'record',
  'media-404',
  'media-500',
  'media-cut',
  'media-slow',
  'sent-twice',
  'sent-cut-before',
  'sent-cut-after',
  'sent-tampered',
  'sent-overtaken',
  'received-cut-on-arrival',
  'received-cut-before-answer',
  'received-cut-after-answer',
  'received-late',
  'ack-lost',
  'tcp',
  'login-503',
  'stream-ack',
  'stream-xml',
  'peer-garbled',
  'history-gone',
  'exit-code',
] as const;
export type FaultName = (typeof FAULT_NAMES)[number];

const person = fc.nat(PEOPLE - 1);
const people = fc.uniqueArray(person, { minLength: 1, maxLength: 5 });
const name = fc.tuple(fc.constantFrom(...NAMES), fc.nat(999)).map(([text, at]) => `${text} ${at}`);
const kind = <K extends string>(only: K) => fc.constant(only);

const CHANGES = [
  {
    weight: 6,
    arbitrary: fc.record({
      kind: kind('save'),
      person,
      fullName: name,
      firstName: fc.option(name, { nil: undefined }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: kind('saveFirstName'), person, firstName: name }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('saveMany'), people, fullName: name }) },
  { weight: 4, arbitrary: fc.record({ kind: kind('delete'), person, withoutAction: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('saveLid'), person, fullName: name }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('deleteLid'), person }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: kind('message'),
      person,
      pushName: name,
      byLid: fc.boolean(),
      withoutAlternate: fc.boolean(),
      inGroup: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: kind('history'), people, external: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('reuseNumber'), person, pushName: name }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: kind('username'),
      person,
      username: fc.option(fc.stringMatching(/^[a-z]{3}[a-z0-9._]{2,8}$/), { nil: null }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom('groupMember', 'ownMessage', 'newLid'), person }),
  },
] as const;

const TROUBLE = [
  { weight: 1, arbitrary: fc.record({ kind: kind('rotateKey'), withheld: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('shareKeys') }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constantFrom('cut', 'outage', 'recover', 'loseDatabase') }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('restart', 'relink') }) },
  { weight: 3, arbitrary: fc.record({ kind: kind('kill'), afterMs: fc.nat(900) }) },
  { weight: 6, arbitrary: fc.record({ kind: kind('fault'), fault: fc.constantFrom(...FAULT_NAMES) }) },
  { weight: 3, arbitrary: fc.record({ kind: kind('pause'), forMs: fc.nat(600) }) },
] as const;

/** Changes alone, without trouble. */
export const changesOnly = fc.array(fc.oneof(...CHANGES), { minLength: 60, maxLength: 60 });

/** Content of one round. */
export interface Scenario {
  /** Happens on the phone before it is linked. */
  before: Step[];
  /** Strikes while linking and the first sync run; null for a smooth start. */
  atStart: Step | null;
  after: Step[];
}

export const scenarios = fc.record({
  before: fc.array(fc.oneof(...CHANGES.slice(0, 5)), { maxLength: 8 }),
  atStart: fc.option(fc.oneof(...TROUBLE.slice(2, 3), ...TROUBLE.slice(4, 6)), { nil: null }),
  after: fc.array(fc.oneof(...CHANGES, ...TROUBLE), { minLength: 4, maxLength: 24 }),
}) as fc.Arbitrary<Scenario>;
