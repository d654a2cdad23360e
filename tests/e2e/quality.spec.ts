// Seeing how good the data are: what the rules count is what SQL over the stored rows counts, and each number leads to its rows.
import type { Page } from '@playwright/test';
import { sql } from './support/database';
import { expect, test, type House } from './support/test';

const CUSTOMER = 'c.isActive = 1 and c.id > 0 and c.companyType = 1';
const FREE_MAIL = ['gmail.com', 'outlook.com', 'yahoo.com', 'icloud.com', 'gmx.net'].map((host) => `k.emailAddress like '%@${host}'`).join(' or ');
const NO_MAIL = "trim(coalesce(k.emailAddress, '')) = ''";

/** The rows that a rule must find, as ids by SQL. */
const BY_SQL: Record<string, string> = {
  'Customer without a classification': `select c.id from Companies c where ${CUSTOMER} and c.classification is null`,
  'Customer without an active contact': `select c.id from Companies c where ${CUSTOMER}
    and not exists (select 1 from Contacts k where k.companyID = c.id and k.isActive = 1)`,
  'Customer without a primary contact': `select c.id from Companies c where ${CUSTOMER}
    and exists (select 1 from Contacts k where k.companyID = c.id and k.isActive = 1)
    and not exists (select 1 from Contacts k where k.companyID = c.id and k.isActive = 1 and k.primaryContact = 1)`,
  'Customer without a primary site': `select c.id from Companies c where ${CUSTOMER}
    and not exists (select 1 from CompanyLocations l where l.companyID = c.id and l.isActive = 1 and l.isPrimary = 1)`,
  'Account manager is inactive': `select c.id from Companies c join Resources r on r.id = c.ownerResourceID
    where c.isActive = 1 and c.id > 0 and r.isActive = 0`,
  'Active contact of an inactive company': `select k.id from Contacts k join Companies c on c.id = k.companyID where k.isActive = 1 and c.isActive = 0`,
  'No e-mail address': `select k.id from Contacts k where k.isActive = 1 and ${NO_MAIL}`,
  'Private e-mail address': `select k.id from Contacts k where k.isActive = 1 and (${FREE_MAIL})`,
};

async function idsBySql(house: House): Promise<Map<string, number[]>> {
  await house.stopSandbox();
  const found = new Map<string, number[]>();
  for (const [title, query] of Object.entries(BY_SQL)) {
    const rows = await sql(house.database, `${query} order by 1`);
    found.set(title, rows.map((row) => Number(row.id)));
  }
  await house.startSandbox();
  return found;
}

/** Tens of thousands of rows are read first, which takes its time on a busy machine. */
const READ = { timeout: 60_000 };

const findings = (page: Page) => page.getByRole('region', { name: 'Findings' });
const rowOf = (page: Page, title: string) =>
  findings(page).getByRole('row').filter({ has: page.getByRole('link', { name: title, exact: true }) });

test('every number is that of SQL, and the scores add up', async ({ page, house, checkAxe }) => {
  const expected = await idsBySql(house);
  await page.goto('/quality');
  await expect(findings(page)).toBeVisible(READ);
  let seen = 0;
  for (const [title, ids] of expected) {
    const row = rowOf(page, title);
    if (ids.length === 0) {
      await expect(row, title).toBeHidden();
      continue;
    }
    seen += 1;
    await expect(row.getByRole('cell').first(), title).toHaveText(ids.length.toLocaleString('en-US'));
  }
  expect(seen, 'a world in which nothing is wrong shows nothing').toBeGreaterThan(2);

  // The counts by severity are the same below the entities, below the severities and below the owners.
  const cells = async (region: string, column: number) => {
    const rows = page.getByRole('region', { name: region }).locator('tbody tr');
    const texts = await rows.locator(`:scope > :nth-child(${column})`).allTextContents();
    return texts.reduce((sum, text) => sum + Number(text.replace(/\D/g, '')), 0);
  };
  const all = page.getByRole('region', { name: 'By owner' }).getByRole('button', { name: /^Show all/ });
  if (await all.isVisible()) await all.click();
  const byEntity = (await cells('Score', 5)) + (await cells('Score', 6)) + (await cells('Score', 7));
  expect(await cells('By owner', 3)).toBe(byEntity);
  expect(Number((await findings(page).locator('header .n').textContent())?.replace(/\D/g, ''))).toBe(byEntity);
  const scores = await page.getByRole('region', { name: 'Score' }).locator('tbody td:nth-child(2)').allTextContents();
  const mean = scores.map(Number).reduce((sum, score) => sum + score, 0) / scores.length;
  const whole = Number(await page.getByRole('region', { name: 'Score' }).locator('header .whole').textContent());
  expect(Math.abs(whole - mean)).toBeLessThan(0.11);
  await expect(page.getByText(/each error takes 50, each warning 20, each notice 5/)).toBeVisible();
  await expect(page.getByText(/^All [\d,]+ companies, [\d,]+ contacts and [\d,]+ sites,/)).toBeVisible();
  await checkAxe();
});

test('a rule leads to its rows, and a row to its company', async ({ page, house, checkAxe }) => {
  const title = 'Customer without a classification';
  const ids = (await idsBySql(house)).get(title) ?? [];
  expect(ids.length).toBeGreaterThan(0);
  await page.goto('/quality');
  await expect(findings(page)).toBeVisible(READ);
  await rowOf(page, title).getByRole('link').focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: title })).toBeFocused();
  await expect(page.getByText(new RegExp(`^${ids.length} of [\\d,]+ companies$`)).first()).toBeVisible();
  const grid = page.getByRole('grid', { name: title });
  await expect(grid).toHaveAttribute('aria-rowcount', String(ids.length + 1));
  const hrefs = await grid.locator('a[href^="/companies/"]').evaluateAll((links) => links.map((link) => link.getAttribute('href')));
  expect(hrefs.length).toBeGreaterThan(0);
  for (const href of hrefs) expect(ids).toContain(Number(href?.split('/').pop()));

  await grid.getByRole('columnheader', { name: 'Company', exact: true }).getByRole('button').click();
  await expect(page).toHaveURL(/sort=companyName/);
  const names = await grid.getByRole('rowheader').allTextContents();
  expect(names.length).toBe(Math.min(names.length, ids.length));
  expect(names).toEqual([...names].sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1)));
  await checkAxe();

  await page.getByRole('link', { name: 'Open as a filter of companies' }).click();
  await expect(page.getByText(new RegExp(`^${ids.length} compan(y|ies)$`))).toBeVisible();
  await page.goBack();
  await grid.getByRole('link').first().click();
  await expect(page).toHaveURL(/\/companies\/\d+$/);
});

test('what found nothing, what is not checked, and a rule that is none say so', async ({ page, checkAxe }) => {
  await page.goto('/quality');
  await expect(page.getByRole('region', { name: 'Not checked' }).getByText('Opportunity past its projected close')).toBeVisible(READ);
  await findings(page).getByText(/rules found nothing$/).click();
  const quiet = findings(page).getByRole('listitem').getByRole('link').first();
  await quiet.click();
  await expect(page.getByText('Nothing found', { exact: true })).toBeVisible();
  await checkAxe();
  await page.goto('/quality/opportunity-overdue');
  await expect(page.getByText('This rule was not checked', { exact: true })).toBeVisible(READ);
  await page.goto('/quality/company-ownr');
  await expect(page.getByText('There is no such rule', { exact: true })).toBeVisible();
  await page.getByRole('link', { name: 'Go to Data quality' }).click();
  await expect(findings(page)).toBeVisible(READ);
});

test('sandbox stopped: a clear error; started again: it works, and a failed refresh keeps what was found', async ({ page, house, checkAxe }) => {
  await house.stopSandbox();
  await page.goto('/quality');
  const alert = page.getByRole('alert').filter({ hasText: 'The rows could not be read.' });
  await expect(alert).toBeVisible();
  await checkAxe();
  await house.startSandbox();
  await alert.getByRole('button', { name: 'Retry' }).click();
  await expect(findings(page)).toBeVisible(READ);
  await expect(alert).toBeHidden();
  await house.stopSandbox();
  await page.getByRole('button', { name: 'Refresh' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'what you see is older' })).toBeVisible();
  await expect(findings(page)).toBeVisible(READ);
  await house.startSandbox();
});

test('320 px wide, nothing is cut off', async ({ page, checkAxe }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  const isWide = () => page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
  await page.goto('/quality');
  await expect(findings(page)).toBeVisible(READ);
  expect(await isWide()).toBe(false);
  for (const panel of await page.locator('.qbody .panel').all()) {
    expect(await panel.evaluate((element) => element.scrollWidth - element.clientWidth)).toBeLessThanOrEqual(1);
  }
  await checkAxe();
  await findings(page).getByRole('row').getByRole('link').first().click();
  await expect(page.getByRole('grid')).toBeVisible();
  expect(await isWide()).toBe(false);
  await checkAxe();
});
