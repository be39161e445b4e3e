import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { documented, isShell, runners, startBackends, stopBackends } from './example-runners.js';
import { type Example, readExamples } from './markdown-examples.js';
import { NOT_RUN, NOT_TESTED } from './not-tested.js';
import { programsOf } from './shell-commands.js';

const examples = readExamples();
const reasonOf = ({ page, text }: Example) =>
  NOT_TESTED.find(([of, start]) => of === page && text.startsWith(start))?.[2];
const runnerOf = (example: Example) => runners.find(({ claims }) => claims(example));
const tested = examples.filter((example) => reasonOf(example) === undefined);

describe('the documentation', () => {
  it('contains no example that is neither tested nor listed as not testable', () => {
    const unclaimed = tested.filter((example) => !runnerOf(example));
    expect(unclaimed.map(({ page, line, text }) => `${page}:${line}: ${text.slice(0, 60)}`)).toEqual([]);
  });

  it('contains all examples that are listed as not testable', () => {
    const found = NOT_TESTED.filter(([page, start]) =>
      examples.some((example) => example.page === page && example.text.startsWith(start)),
    );
    expect(found).toEqual(NOT_TESTED);
    const programs = examples.flatMap(({ language, text }) =>
      isShell(language, text) ? programsOf(text) : [],
    );
    expect(Object.keys(NOT_RUN).filter((name) => !programs.includes(name))).toEqual([]);
  });
});

describe.each([...new Set(tested.map(({ page }) => page))])('%s', (page) => {
  beforeAll(() => documented.reset());

  const cases = tested.filter((example) => example.page === page && runnerOf(example));
  it.each(cases.map((example) => [example.line, runnerOf(example)?.name, example] as const))(
    'has an example in line %i that %s',
    async (_, __, example) => {
      await runnerOf(example)?.run(example);
    },
  );
});

beforeAll(startBackends);

afterAll(stopBackends);
