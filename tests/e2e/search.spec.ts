// Searching the list of companies as one types: the rows are those that SQL finds, and the text is in the address.
import type { Locator, Page } from '@playwright/test';
import { sql } from './support/database';
import { expect, test, type House } from './support/test';

const WORD = 'spring';

/** The ids of active companies with the word in name, number or city. */
async function idsBySql(house: House, word: string): Promise<number[]> {
  await house.stopSandbox();
  const rows = await sql(
    house.database,
    `select id from Companies where isActive = 1 and (instr(lower(coalesce(companyName, '')), '${word}') > 0
     or instr(lower(coalesce(companyNumber, '')), '${word}') > 0 or instr(lower(coalesce(city, '')), '${word}') > 0)
     order by id`,
  );
  await house.startSandbox();
  return rows.map((row) => Number(row.id));
}

const field = (page: Page): Locator => page.getByRole('searchbox', { name: 'Search these companies' });
const grid = (page: Page): Locator => page.getByRole('grid', { name: 'Companies' });
const count = (page: Page): Locator => page.locator('.resultbar strong');
const q = (page: Page): string | null => new URL(page.url()).searchParams.get('q');

/** The ids of all rows of the grid, page after page. */
async function idsInGrid(page: Page): Promise<number[]> {
  const rows = Number(await grid(page).getAttribute('aria-rowcount')) - 1;
  const ids = new Set<number>();
  await grid(page).getByRole('rowheader').first().focus();
  await page.keyboard.press('Control+Home');
  await expect(async () => {
    const links = await grid(page).locator('[role="row"] a[href^="/companies/"]').evaluateAll((all) => all.map((a) => a.getAttribute('href')));
    for (const href of links) ids.add(Number(href?.split('/').pop()));
    await page.keyboard.press('PageDown');
    expect(ids.size).toBeGreaterThanOrEqual(rows);
  }).toPass({ intervals: [100] });
  return [...ids].sort((a, b) => a - b);
}

test('what is typed leaves the rows that SQL finds, and all come back', async ({ page, house, checkAxe }) => {
  const expected = await idsBySql(house, WORD);
  expect(expected.length).toBeGreaterThan(5);
  await page.goto('/companies');
  await expect(count(page)).toHaveText(/^[\d,]+ companies$/);
  const all = await count(page).textContent();
  const [, loaded] = /^([\d,]+) /.exec(all ?? '') ?? [];

  await grid(page).getByRole('rowheader').first().focus();
  await page.keyboard.press('/');
  await expect(field(page)).toBeFocused();
  await page.keyboard.type(WORD);
  await expect(count(page)).toHaveText(`${expected.length} of ${loaded} companies`);
  await expect(field(page)).toBeFocused();
  await expect(page.getByRole('status').filter({ hasText: `${expected.length} of ${loaded} companies match` })).toHaveCount(1);
  await expect(grid(page).locator('mark').first()).toHaveText(/^spring$/i);
  await expect(page.getByRole('columnheader', { name: 'Company', exact: true })).not.toHaveAttribute('aria-sort');
  await checkAxe();
  expect(await idsInGrid(page)).toEqual(expected);

  await field(page).focus();
  await page.keyboard.press('Escape');
  await expect(count(page)).toHaveText(all ?? '');
  await expect(page.getByRole('columnheader', { name: 'Company', exact: true })).toHaveAttribute('aria-sort', 'ascending');
  await expect.poll(() => q(page)).toBeNull();
});

test('the text is in the address, a step of typing is one step of the history', async ({ page, context }) => {
  await page.goto('/companies');
  await expect(grid(page)).toBeVisible();
  await field(page).pressSequentially(WORD, { delay: 200 });
  await expect.poll(() => q(page)).toBe(WORD);
  await field(page).press('Enter');
  const found = (await count(page).textContent()) ?? '';
  expect(found).toMatch(/ of /);
  await page.reload();
  await expect(field(page)).toHaveValue(WORD);
  await expect(count(page)).toHaveText(found);
  const other = await context.newPage();
  await other.goto(page.url());
  await expect(field(other)).toHaveValue(WORD);
  await expect(count(other)).toHaveText(found);
  await other.close();
  await page.goBack();
  await expect(field(page)).toHaveValue('');
  expect(q(page)).toBeNull();
  await expect(count(page)).not.toHaveText(/ of /);
});

test('a chosen order stays while one types, and can be given up for the best first', async ({ page }) => {
  await page.goto(`/companies?q=${WORD}&sort=-companyName`);
  await expect(count(page)).toHaveText(/^[\d,]+ of [\d,]+ companies$/);
  const name = page.getByRole('columnheader', { name: 'Company', exact: true });
  await expect(name).toHaveAttribute('aria-sort', 'descending');
  // Pages are still coming when the count is there already.
  const isDescending = async () => {
    const names = (await grid(page).locator('a.name').allTextContents()).map((text) => text.toLowerCase());
    return names.length > 5 && names[0] > names[names.length - 1];
  };
  await expect.poll(isDescending).toBe(true);
  await page.getByRole('button', { name: 'Best matches first' }).click();
  await expect(page.getByText(/^best .*first/)).toBeVisible();
  await expect(name).not.toHaveAttribute('aria-sort');
  expect(new URL(page.url()).searchParams.get('sort')).toBeNull();
  expect(q(page)).toBe(WORD);
});

test('a search that finds nothing says what to do', async ({ page, checkAxe }) => {
  await page.goto('/companies?q=no%20such%20company');
  await expect(page.getByRole('heading', { name: 'No company here matches “no such company”' })).toBeVisible();
  await checkAxe();
  await page.getByRole('button', { name: 'Clear search' }).click();
  await expect(field(page)).toBeFocused();
  await expect(grid(page)).toBeVisible();
  await expect(count(page)).toHaveText(/^[\d,]+ companies$/);
});

/** Id, name and city of the rows that are drawn, in the order of the list. */
const drawn = (page: Page): Promise<[number, string, string][]> =>
  grid(page).locator('.layer > [role="row"]').evaluateAll((rows) =>
    rows
      .sort((a, b) => Number(a.getAttribute('aria-rowindex')) - Number(b.getAttribute('aria-rowindex')))
      .map((row) => {
        const link = row.querySelector('a[href^="/companies/"]');
        return [Number(link?.getAttribute('href')?.split('/').pop()), link?.textContent ?? '', row.children[5]?.textContent ?? ''];
      }),
  );

test('whatever was typed before, each row shows its own values', async ({ page, house }) => {
  await house.stopSandbox();
  const rows = await sql(house.database, 'select id, companyName, city from Companies');
  await house.startSandbox();
  const known = new Map(rows.map((row) => [Number(row.id), [String(row.companyName), String(row.city || '–empty')]]));
  await page.goto('/companies');
  await expect(count(page)).toHaveText(/^[\d,]+ companies$/);
  // Only what is in sight is drawn at first.
  const inSight = await grid(page).evaluate((element) => Math.ceil((element.parentElement?.clientHeight ?? 0) / 28));
  let before = 0;
  const isComplete = async () => {
    const now = (await drawn(page)).length;
    const isSame = now === before;
    before = now;
    return isSame && now > inSight + 4;
  };
  await expect.poll(isComplete, { intervals: [500] }).toBe(true);
  const first = await drawn(page);
  for (const word of ['a', 'spring', '55', 'brigth', 'no such company', 'b', '']) {
    await field(page).fill(word);
    if (word === 'no such company') {
      await expect(page.getByText('No company here matches')).toBeVisible();
      continue;
    }
    await expect(count(page)).toHaveText(word ? / of / : /^[\d,]+ companies$/);
    const shown = await drawn(page);
    expect(shown.length).toBeGreaterThan(0);
    for (const [id, name, city] of shown) {
      expect([name, city], `company ${id} after “${word}”`).toEqual(known.get(id));
    }
  }
  // Once the typing rests, the rows around the visible ones are there as before.
  await expect.poll(() => drawn(page)).toEqual(first);
});

test('right after a key the list scrolls as ever', async ({ page }) => {
  await page.goto('/companies');
  await expect(count(page)).toHaveText(/^[\d,]+ companies$/);
  await field(page).press('a');
  await grid(page).evaluate((element) => {
    const scroller = element.parentElement as HTMLElement;
    scroller.scrollTop = 60 * 28;
  });
  const row = grid(page).locator('[aria-rowindex="64"]');
  await expect(row).toBeInViewport();
  await expect(row.getByRole('rowheader')).not.toHaveText('');
  await field(page).press('n');
  await expect(grid(page).locator('[aria-rowindex="2"]')).toBeInViewport();
});
