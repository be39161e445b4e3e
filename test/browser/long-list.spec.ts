import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { jidOf, ServedAddressBook } from '../contacts/served-address-book.js';
import { eventually } from '../support/service.js';
import { chromiumPath } from './chromium.js';
import { Visitor } from './visitor.js';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'.split('');
/** Of each letter. Later letters are in blocks that are not read at first. */
const PER_LETTER = 150;
const COUNT = LETTERS.length * PER_LETTER;
const LIST = '/sessions/default/contacts';
/** Has room for all letters. */
const TALL = { viewport: { width: 1280, height: 1_200 } };

const withBrowser = chromiumPath ? describe : describe.skip;

withBrowser('a long list of contacts', () => {
  let book: ServedAddressBook;
  let visitor: Visitor;
  let requests: string[] = [];

  const arrive = async (route = LIST, options: Parameters<typeof Visitor.arrive>[1] = TALL) => {
    visitor = await Visitor.arrive(book.service.port, options);
    requests = [];
    visitor.page.on('request', (request) => requests.push(request.url()));
    await visitor.open(route);
    await visitor.page.locator('.list a').first().waitFor();
  };
  const jumps = () => visitor.page.getByRole('navigation', { name: 'Jump to a letter' });
  /** Waits until the row at the upper edge of the list has this name. */
  const begins = (name: string) =>
    eventually(`the list begins with ${name}`, () =>
      visitor.page.evaluate((expected) => {
        const scroller = document.querySelector('.list-scroller');
        const top = scroller?.getBoundingClientRect().top ?? 0;
        const rows = [...document.querySelectorAll('.list li')];
        const first = rows.find((row) => row.getBoundingClientRect().bottom > top + 8);
        return first?.textContent?.includes(expected) ?? false;
      }, name),
    );

  beforeAll(async () => {
    book = await ServedAddressBook.start();
    await book.clear();
    await book.dataSource.query('UPDATE session SET is_linked = true');
    await book.save(
      ...LETTERS.flatMap((letter) => Array.from({ length: PER_LETTER }, (_, i) => nameOf(letter, i))),
    );
  });

  afterEach(async () => {
    expect(visitor.complaints).toEqual([]);
    await visitor.leave();
  });

  afterAll(async () => {
    await book.stop();
    await Visitor.closeBrowser();
  });

  it('jumps to a letter and back, and reads only what it displays', async () => {
    await arrive();
    await jumps().getByRole('button', { name: 'Q' }).click();
    await begins(nameOf('Q', 0));
    await eventually('Q is the current letter', async () => {
      return (await jumps().locator('[aria-current]').textContent()) === 'Q';
    });
    await jumps().getByRole('button', { name: 'A', exact: true }).click();
    await begins(nameOf('A', 0));
    expect(requests.filter((url) => url.includes('/contacts?')).length).toBeLessThan(8);
  });

  it('jumps to the end', async () => {
    await arrive();
    await jumps().waitFor();
    await visitor.page.locator('.list a').first().focus();
    await visitor.page.keyboard.press('End');
    const last = visitor.page.locator(`[data-row="${COUNT - 1}"]`);
    await last.getByText(nameOf('Z', PER_LETTER - 1)).waitFor();
    await eventually('the last row is focused', () =>
      last.evaluate((row) => row.contains(document.activeElement)),
    );
  });

  it('scrolls to the contact of a link, wherever it is', async () => {
    await arrive(`${LIST}/${jidOf(10 + 20 * PER_LETTER).split('@')[0]}`);
    await visitor.page.locator('.list').getByText(nameOf('U', 0)).waitFor();
    expect(requests.filter((url) => url.includes('/contacts?')).length).toBeLessThan(8);
  });

  it('counts all results of a search, and offers their initials', async () => {
    await arrive(`${LIST}?q=person`);
    await visitor.sees(`${COUNT.toLocaleString('en-GB')} found`);
    await arrive(`${LIST}?q=q+person`);
    await visitor.sees(`${PER_LETTER} found`);
    expect(await jumps().isVisible()).toBe(false);
  });

  it('sorts by the last change, at once when something changes', async () => {
    await arrive();
    await visitor.click('Last changed first');
    await eventually('the view is sorted', () => Promise.resolve(visitor.page.url().includes('recent=1')));
    await jumps().waitFor({ state: 'hidden' });
    await book.apply({ saved: [{ address: jidOf(1_000), fullName: 'Changed last', firstName: null }] });
    await begins('Changed last');
    await visitor.page.reload();
    await begins('Changed last');
    await book.apply({ saved: [{ address: jidOf(1_000), fullName: nameOf('G', 90), firstName: null }] });
  });

  it('offers as many letters as a small screen has room for', async () => {
    await arrive(LIST, { viewport: { width: 390, height: 844 } });
    await jumps().waitFor();
    const letters = await jumps().getByRole('button').allTextContents();
    expect(letters.length).toBeGreaterThan(3);
    expect(letters.length).toBeLessThan(LETTERS.length);
    expect([letters[0], letters.at(-1)]).toEqual(['A', 'Z']);
    const { height = 0 } = (await jumps().getByRole('button').first().boundingBox()) ?? {};
    expect(height).toBeGreaterThanOrEqual(24);
  });
});

function nameOf(letter: string, i: number): string {
  return `${letter} Person ${String(i).padStart(3, '0')}`;
}
