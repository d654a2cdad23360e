// Finding companies: the filter built by mouse and by keyboard gives exactly what SQL over the stored rows gives.
import type { Page } from '@playwright/test';
import { sql } from './support/database';
import { count } from './support/sandbox';
import { expect, test, type House } from './support/test';

const FILTER = 'companyType = 1 and (city contains "spring" or companyName beginsWith "A")';

/** The ids that SQL over the sandbox's file gives for the filter. */
async function idsBySql(house: House): Promise<number[]> {
  await house.stopSandbox();
  const rows = await sql(
    house.database,
    `select id from Companies where companyType = 1
     and (instr(lower(city), 'spring') > 0 or lower(substr(companyName, 1, 1)) = 'a') order by id`,
  );
  await house.startSandbox();
  return rows.map((row) => Number(row.id));
}

/** The ids of all rows of the grid, page after page. */
async function idsInGrid(page: Page): Promise<number[]> {
  const grid = page.getByRole('grid', { name: 'Companies' });
  const count = Number(await grid.getAttribute('aria-rowcount')) - 1;
  const ids = new Set<number>();
  await grid.getByRole('rowheader').first().focus();
  await page.keyboard.press('Control+Home');
  while (ids.size < count) {
    const before = ids.size;
    const links = await grid.locator('a[href^="/companies/"]').evaluateAll((all) => all.map((a) => a.getAttribute('href')));
    for (const href of links) ids.add(Number(href?.split('/').pop()));
    await page.keyboard.press('PageDown');
    // The grid draws in the next frame.
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    if (ids.size === before) {
      const links = await grid.locator('a[href^="/companies/"]').count();
      expect(links, 'the grid must not end before its last row').toBeGreaterThan(0);
      await expect.poll(async () => {
        const all = await grid.locator('a[href^="/companies/"]').evaluateAll((found) => found.map((a) => a.getAttribute('href')));
        for (const href of all) ids.add(Number(href?.split('/').pop()));
        return ids.size;
      }).toBeGreaterThan(before);
    }
  }
  return [...ids].sort((a, b) => a - b);
}

/** How the list says that nothing is filtered away. */
async function allCompanies(house: House): Promise<string> {
  return `${(await count(house, 'Companies')).toLocaleString('en-US')} companies`;
}

async function expectExactly(page: Page, house: House): Promise<void> {
  const expected = await idsBySql(house);
  expect(expected.length).toBeGreaterThan(20);
  await expect(page.getByText(`${expected.length} companies`, { exact: true })).toBeVisible();
  expect(await idsInGrid(page)).toEqual(expected);
  expect(new URL(page.url()).searchParams.get('f')).toBe(FILTER);
}

test('a two-group filter built by mouse gives exactly the rows of SQL', async ({ page, house, checkAxe }) => {
  await page.goto('/companies');
  await expect(page.getByRole('grid', { name: 'Companies' })).toBeVisible();
  const builder = page.getByRole('region', { name: 'Filter builder' });

  // The rule that is there at first becomes the first one of ours.
  const first = builder.getByRole('group', { name: 'Rule: Active' });
  await first.getByRole('combobox', { name: 'Field' }).click();
  await page.getByRole('option', { name: 'Company type' }).click();
  const type = builder.getByRole('group', { name: 'Rule: Company type' });
  await type.getByRole('combobox', { name: 'Value of Company type' }).click();
  await page.getByRole('option', { name: 'Customer', exact: true }).click();

  await builder.getByRole('button', { name: 'Group', exact: true }).click();
  const any = builder.getByRole('group', { name: 'Any of these rules' });
  await any.getByRole('combobox', { name: 'Field' }).click();
  await page.getByRole('option', { name: 'City', exact: true }).click();
  const city = any.getByRole('group', { name: 'Rule: City' });
  await city.getByRole('combobox', { name: 'Operator' }).selectOption('contains');
  await city.getByRole('textbox', { name: 'Value of City' }).fill('spring');

  await any.getByRole('button', { name: 'Rule', exact: true }).click();
  await any.getByRole('group', { name: 'Rule: new rule' }).getByRole('combobox', { name: 'Field' }).click();
  await page.getByRole('option', { name: 'Company name', exact: true }).click();
  const name = any.getByRole('group', { name: 'Rule: Company name' });
  await name.getByRole('combobox', { name: 'Operator' }).selectOption('beginsWith');
  await name.getByRole('textbox', { name: 'Value of Company name' }).fill('A');
  await name.getByRole('textbox', { name: 'Value of Company name' }).blur();

  await expectExactly(page, house);
  await checkAxe();
});

test('the same filter built by keyboard alone', async ({ page, house, checkAxe }) => {
  await page.goto('/companies');
  await expect(page.getByRole('grid', { name: 'Companies' })).toBeVisible();
  const keys = page.keyboard;
  const press = async (...all: string[]) => {
    for (const key of all) await keys.press(key);
  };
  /** Chooses in the combobox that has the focus: typing narrows the list, Enter takes the likeliest. */
  const choose = async (text: string) => {
    await keys.type(text);
    await expect(page.getByRole('option', { name: text, exact: true })).toBeVisible();
    await press('Enter');
  };
  const focused = (name: string) => expect(page.locator(':focus')).toHaveAccessibleName(name);

  await page.getByRole('tab', { name: 'Builder' }).focus();
  await press('Tab', 'Tab', 'Tab');
  await focused('Field');
  await choose('Company type');
  await focused('Operator');
  await press('Tab');
  await choose('Customer');
  // Remove rule, Rule, Group.
  await press('Tab', 'Tab', 'Tab');
  await focused('Group');
  await press('Enter');
  await focused('Field');
  await choose('City');
  await focused('Operator');
  await keys.type('contains');
  await press('Tab');
  await keys.type('spring');
  await press('Enter', 'Tab', 'Tab');
  await focused('Rule');
  await press('Enter');
  await focused('Field');
  await choose('Company name');
  await focused('Operator');
  await keys.type('starts');
  await press('Tab');
  await keys.type('A');
  await press('Enter');

  await expectExactly(page, house);
  await checkAxe();
});

test('filter and order are in the address and come back', async ({ page }) => {
  await page.goto(`/companies?f=${encodeURIComponent(FILTER)}&sort=-city`);
  const builder = page.getByRole('region', { name: 'Filter builder' });
  await expect(builder.getByRole('group', { name: 'Rule: City' }).getByRole('textbox')).toHaveValue('spring');
  await expect(page.getByRole('columnheader', { name: 'City' })).toHaveAttribute('aria-sort', 'descending');
  await builder.getByRole('button', { name: 'Remove rule: City' }).click();
  await expect(page).not.toHaveURL(/spring/);
  await page.goBack();
  await expect(page).toHaveURL(/spring/);
  await expect(builder.getByRole('group', { name: 'Rule: City' }).getByRole('textbox')).toHaveValue('spring');
  await page.getByRole('columnheader', { name: 'Company', exact: true }).getByRole('button').click();
  await expect(page).toHaveURL(/sort=companyName/);
});

test('the JSON of the filter is what Autotask takes', async ({ page, checkAxe }) => {
  await page.goto(`/companies?f=${encodeURIComponent(FILTER)}`);
  await page.getByRole('tab', { name: 'JSON' }).click();
  const json = JSON.parse(await page.getByLabel('Filter as JSON').inputValue());
  expect(json).toEqual([
    { field: 'companyType', op: 'eq', value: 1 },
    {
      op: 'or',
      items: [
        { field: 'city', op: 'contains', value: 'spring' },
        { field: 'companyName', op: 'beginsWith', value: 'A' },
      ],
    },
  ]);
  await checkAxe();
});

test('a filter that cannot be read says where, and nothing is lost', async ({ page, house, checkAxe }) => {
  await page.goto(`/companies?f=${encodeURIComponent('companyTipe = 1 and city contains')}`);
  await expect(page.getByText('The filter in the address cannot be read.')).toBeVisible();
  await expect(page.getByText('companyTipe = 1 and city contains').last()).toBeVisible();
  await expect(page.getByText(/did you mean `companyType`/)).toBeVisible();
  await checkAxe();
  await page.getByRole('button', { name: 'Show all companies' }).click();
  await expect(page.getByText(await allCompanies(house), { exact: true })).toBeVisible();
});

test.describe('in New York', () => {
  test.use({ timezoneId: 'America/New_York' });

  test('typed with two errors, repaired, and pasted into another tab', async ({ page, context, house, checkAxe }) => {
    await page.goto('/companies');
    await page.getByRole('tab', { name: 'Text' }).click();
    const field = page.getByLabel('Filter as text');
    await expect(field).toHaveValue('isActive = yes');
    await field.fill('companyTipe = Customer and city contains');
    await expect(page.getByText('unknown field `companyTipe` on Companies')).toBeVisible();
    await expect(page.getByText('did you mean `companyType`?')).toBeVisible();
    await expect(page.getByText('a value is missing after `contains`')).toBeVisible();
    await expect(page.getByRole('button', { name: 'Column 1', exact: true })).toBeVisible();
    await expect(page.getByRole('button', { name: 'Column 41', exact: true })).toBeVisible();
    await expect(page.getByText('Not applied: the last good filter stays')).toBeVisible();
    await checkAxe();
    // The second place is a click away.
    await page.getByRole('button', { name: 'Column 41', exact: true }).click();
    expect(await field.evaluate((area: HTMLTextAreaElement) => area.selectionStart)).toBe(40);
    await field.fill('companyType = Customer and not (city contains "spring") and createDate > 2024-01-01');
    await field.press('Control+Enter');
    await expect(page.getByText('Applied', { exact: true })).toBeVisible();
    await expect(page.getByText(/^Runs partly here: Autotask has no such operator$/)).toBeVisible();
    const bar = page.getByText(/^[\d,]+ companies$/);
    await expect(bar).toBeVisible();
    const found = Number((await bar.textContent())?.replace(/\D/g, ''));
    // After the first of January in New York: from 2024-01-02T05:00:00Z on, in ticks of 100 ns.
    const [{ count }] = await sql(
      house.database,
      "select count(*) as count from Companies where companyType = 1 and (city is null or city not like '%spring%') and createDate >= 17041716000000000",
    );
    expect(found).toBeGreaterThan(0);
    expect(found).toBe(Number(count));
    await page.getByRole('tab', { name: 'Builder' }).click();
    await expect(page.getByRole('group', { name: 'Rule: Company type' })).toBeVisible();
    await expect(page.getByRole('group', { name: 'Rule: not (city contains "spring")' })).toBeVisible();
    await checkAxe();
    const other = await context.newPage();
    await other.goto(page.url());
    await expect(other.getByText(`${found.toLocaleString('en-US')} companies`, { exact: true })).toBeVisible();
    await expect(other.getByRole('group', { name: 'Rule: not (city contains "spring")' })).toBeVisible();
    await other.close();
  });
});

test('what could stand at the cursor is proposed, and taken by keyboard', async ({ page, checkAxe }) => {
  await page.goto('/companies');
  await page.getByRole('tab', { name: 'Text' }).click();
  const field = page.getByLabel('Filter as text');
  await field.fill('');
  const list = page.getByRole('listbox', { name: 'Proposals' });
  await field.press('Control+Space');
  await expect(list.getByRole('option').first()).toBeVisible();
  await field.press('Escape');
  await expect(list).toBeHidden();
  await field.pressSequentially('classif');
  await expect(list.getByRole('option', { name: /classification/ })).toBeVisible();
  await checkAxe();
  await field.press('ArrowDown');
  await expect(field).toHaveAttribute('aria-activedescendant', 'source-completions-0');
  await field.press('Enter');
  await expect(field).toHaveValue('classification ');
  // Operators follow by themselves; a mouse takes one too.
  await list.getByRole('option', { name: /^is empty/ }).click();
  await expect(field).toBeFocused();
  await field.pressSequentially('and companyType = Cust');
  await field.press('ArrowDown');
  await field.press('Tab');
  await expect(field).toHaveValue('classification is empty and companyType = Customer ');
  await expect(list).toBeHidden();
  await field.press('Control+Enter');
  await expect(page.getByText('Applied', { exact: true })).toBeVisible();
  await expect(page).toHaveURL(/classification/);
});

test('dates that count from now, and ranges, are built by mouse', async ({ page, house, checkAxe }) => {
  await page.goto(`/companies?f=${encodeURIComponent('lastActivityDate < -12m and createDate between 2020-01-01 and today')}`);
  const last = page.getByRole('group', { name: 'Rule: Last activity' });
  await expect(last.getByLabel('Value of Last activity, kind of date')).toHaveValue('-12m');
  await last.getByLabel('Value of Last activity, kind of date').selectOption({ label: '3 months ago' });
  const made = page.getByRole('group', { name: 'Rule: Created' });
  await expect(made.getByLabel('Value of Created, from', { exact: true })).toHaveValue('2020-01-01');
  await expect(made.getByLabel('Value of Created, until, kind of date')).toHaveValue('today');
  await made.getByLabel('Value of Created, until, kind of date').selectOption({ label: 'Day' });
  await made.getByLabel('Value of Created, until', { exact: true }).fill('2025-06-30');
  await expect(page).toHaveURL(/f=lastActivityDate.*-3m.*2025-06-30/);
  const bar = page.getByText(/^[\d,]+ companies$/);
  await expect(bar).toBeVisible();
  await checkAxe();
  await page.getByRole('tab', { name: 'Text' }).click();
  await expect(page.getByLabel('Filter as text')).toHaveValue('lastActivityDate < -3m and createDate between 2020-01-01 and 2025-06-30');
  // In UTC: until the end of that day.
  const [{ count }] = await sql(
    house.database,
    'select count(*) as count from Companies where createDate >= 15778368000000000 and createDate < 17513280000000000',
  );
  await page.getByLabel('Filter as text').fill('createDate between 2020-01-01 and 2025-06-30');
  await page.getByLabel('Filter as text').press('Control+Enter');
  await expect(page.getByText(`${Number(count).toLocaleString('en-US')} companies`, { exact: true })).toBeVisible();
});

test('names and fields of related rows are looked up before the search', async ({ page, house }) => {
  await page.goto(`/companies?f=${encodeURIComponent('parent.companyType = Customer')}`);
  const bar = page.getByText(/^[\d,]+ compan(y|ies)$/);
  await expect(bar).toBeVisible();
  const found = Number((await bar.textContent())?.replace(/\D/g, ''));
  const [{ count }] = await sql(
    house.database,
    'select count(*) as count from Companies c join Companies p on p.id = c.parentCompanyID where p.companyType = 1',
  );
  expect(found).toBe(Number(count));
  await page.goto(`/companies?f=${encodeURIComponent('owner = "Nobody Atall"')}`);
  await expect(page.getByRole('alert').filter({ hasText: 'none of the Resources is called “Nobody Atall”' })).toBeVisible();
});

test('a filter that nothing matches says so, and lets go of it', async ({ page, house, checkAxe }) => {
  await page.goto(`/companies?f=${encodeURIComponent('companyName = "no such company"')}`);
  await expect(page.getByRole('heading', { name: 'No company matches this rule' })).toBeVisible();
  await checkAxe();
  await page.getByRole('button', { name: 'Show all companies' }).click();
  await expect(page.getByText(await allCompanies(house), { exact: true })).toBeVisible();
});
