// Seeing the hierarchy: trees with counts of their own and of the subtree, and what is wrong with them.
import { sql } from './support/database';
import { count } from './support/sandbox';
import { expect, test } from './support/test';

test('the tree shows every company of a tree, with subtree counts that SQL agrees with', async ({ page, house, checkAxe }) => {
  await house.stopSandbox();
  // A company at the top with children, its own contacts, and those of its whole subtree.
  const [top] = await sql(
    house.database,
    `with recursive below(top, id) as (
       select id, id from Companies where parentCompanyID is null
       union select top, c.id from below join Companies c on c.parentCompanyID = below.id)
     select p.id, p.companyName as name,
       (select count(*) from below where top = p.id) - 1 as descendants,
       (select count(*) from Contacts where companyID = p.id) as own,
       (select count(*) from below join Contacts k on k.companyID = below.id where top = p.id) as subtree
     from Companies p where p.id > 0 and p.parentCompanyID is null
     order by descendants desc, p.id limit 1`,
  );
  await house.startSandbox();
  expect(Number(top.descendants)).toBeGreaterThan(2);

  await page.goto('/hierarchy');
  const tree = page.getByRole('treegrid', { name: 'Company hierarchy' });
  await expect(tree).toBeVisible();
  await page.getByRole('searchbox', { name: 'Find in tree' }).fill(String(top.name));
  const row = tree.getByRole('row').filter({ has: page.getByRole('link', { name: String(top.name), exact: true }) });
  await expect(row).toBeVisible();
  await expect(row).toContainText(String(top.own));
  await expect(row).toContainText(String(top.subtree));
  await expect(row).toContainText(String(top.descendants));
  await checkAxe();
});

test('the cycle and the missing parent are shown, and no company is dropped', async ({ page, house, checkAxe }) => {
  const all = (await count(house, 'Companies')).toLocaleString('en-US');
  await page.goto('/hierarchy?show=all');
  const tree = page.getByRole('treegrid', { name: 'Company hierarchy' });
  await expect(tree).toBeVisible();
  await expect(page.getByText(`${all} companies`).first()).toBeVisible();
  const problems = page.getByRole('region', { name: 'Problems' });
  await expect(problems.getByText('Cycle', { exact: true })).toBeVisible();
  await expect(problems.getByText(/→.*→.*→/)).toBeVisible();
  await expect(problems.getByText('Missing parent', { exact: true })).toBeVisible();
  await checkAxe();
});

test('the tree is walked by keyboard', async ({ page }) => {
  await page.goto('/hierarchy');
  const tree = page.getByRole('treegrid', { name: 'Company hierarchy' });
  await expect(tree).toBeVisible();
  const first = tree.locator('[role=row][aria-expanded]').first();
  await first.focus();
  const expanded = await first.getAttribute('aria-expanded');
  await page.keyboard.press(expanded === 'true' ? 'ArrowLeft' : 'ArrowRight');
  await expect(first).toHaveAttribute('aria-expanded', expanded === 'true' ? 'false' : 'true');
});
