import { afterAll, describe, expect, it } from '@jest/globals';
import { barriersOf, overflowOf } from './accessibility.js';
import { chromiumPath } from './chromium.js';
import { lookAt, tour, type View } from './views.js';
import { Visitor } from './visitor.js';

const APPEARANCES = [
  { colorScheme: 'light', viewport: { width: 1280, height: 800 } },
  { colorScheme: 'dark', viewport: { width: 360, height: 740 } },
] as const;

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
    expect(new Set(seen).size).toBe(32);
  });
});

async function problemsOf(view: View, appearance: (typeof APPEARANCES)[number]): Promise<string[]> {
  const visitor = await Visitor.arrive(view.port, { ...appearance, reducedMotion: 'reduce' });
  await lookAt(visitor, view);
  const overflow = await overflowOf(visitor);
  const barriers = await barriersOf(visitor);
  await visitor.leave();
  return [
    ...barriers,
    ...visitor.complaints,
    ...(overflow > 0 ? [`${overflow} px wider than the window`] : []),
  ];
}
