import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { AxeResults } from 'axe-core';
import { chromiumPath } from './chromium.js';
import { lookAt, tour, type View } from './views.js';
import { Visitor } from './visitor.js';

const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const APPEARANCES = [
  { colorScheme: 'light', viewport: { width: 1280, height: 800 } },
  { colorScheme: 'dark', viewport: { width: 360, height: 740 } },
] as const;

/** Returns the violations that axe finds in a view: rule and element. */
async function barriersOf({ page }: Visitor): Promise<string[]> {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate<AxeResults>('axe.run()');
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
  );
}

const withBrowser = chromiumPath ? describe : describe.skip;
if (!chromiumPath) console.warn('No Chromium: these tests are skipped. Debian: apt-get install chromium');

withBrowser('every view of the page', () => {
  afterAll(() => Visitor.closeBrowser());

  it('is accessible, complies with its policy and fits its window, in light and dark mode', async () => {
    const [seen, problems]: [string[], string[]] = [[], []];
    await tour(async (view) => {
      seen.push(view.name);
      for (const appearance of APPEARANCES) {
        const found = await problemsOf(view, appearance);
        problems.push(...found.map((problem) => `${view.name}, ${appearance.colorScheme}: ${problem}`));
      }
    });
    expect(problems).toEqual([]);
    expect(new Set(seen).size).toBe(20);
  });
});

async function problemsOf(view: View, appearance: (typeof APPEARANCES)[number]): Promise<string[]> {
  const visitor = await Visitor.arrive(view.port, { ...appearance, reducedMotion: 'reduce' });
  await lookAt(visitor, view);
  const overflow = await visitor.page.evaluate<number>(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  );
  const barriers = await barriersOf(visitor);
  await visitor.leave();
  return [
    ...barriers,
    ...visitor.complaints,
    ...(overflow > 0 ? [`${overflow} px wider than the window`] : []),
  ];
}
