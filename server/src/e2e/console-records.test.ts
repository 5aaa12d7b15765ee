import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { addRecords, ask, consoleOrigin, enterConsole, organizationOf } from './console-steps.ts';
import { type Stage, startStage } from './stage.ts';

/** Records as people edit them in the console. */
let stage: Stage;

beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage?.close());
afterEach(() => stage.reset());

const desk = { viewport: { width: 1280, height: 800 }, colorScheme: 'light' } as const;

test('records: links, files and rows are edited, and a change of somebody else meanwhile loses nothing', async () => {
  const { page, problems } = await stage.open(desk);
  await enterConsole(page, stage, 'records@example.com');
  const organizationId = await organizationOf(page);
  const crm = `/crm/production/${organizationId}/v8`;
  const fields = [
    {
      field_label: 'Interests',
      data_type: 'multiselectlookup',
      multiselectlookup: {
        connected_details: { module: { api_name: 'Products' } },
        related_list: { display_label: 'Interested Leads' },
      },
    },
    { field_label: 'Papers', data_type: 'fileupload', length: 5 },
  ];
  for (const field of fields) {
    const made = await ask<{ fields: { code: string }[] }>(page, 'POST', `${crm}/settings/fields?module=Leads`, {
      fields: [field],
    });
    expect(made.fields[0]?.code).toBe('SUCCESS');
  }
  await addRecords(page, 'Products', { Product_Name: 'Oven' }, { Product_Name: 'Sink' });
  const [lead = ''] = await addRecords(page, 'Leads', { Last_Name: 'Cook', Company: 'Kitchen' });
  const records = `${consoleOrigin(stage)}/records/production/${organizationId}`;

  await page.goto(`${records}/Leads`);
  await page.getByLabel('Search', { exact: true }).fill('Cook');
  await page.waitForURL(/word=Cook/);
  await page.getByRole('link', { name: 'Cook' }).waitFor();
  await page.goto(`${records}/Leads/${lead}/edit`);
  await page.getByRole('combobox', { name: 'Interests' }).fill('Oven');
  await page.getByRole('option', { name: 'Oven' }).click();
  await page.getByRole('group', { name: 'Chosen for Interests' }).getByText('Oven').waitFor();
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: 'Add to Papers' }).click(),
  ]);
  await chooser.setFiles({ name: 'menu.txt', mimeType: 'text/plain', buffer: Buffer.from('soup') });
  await page.getByRole('button', { name: 'Remove menu.txt' }).waitFor();
  await page.getByRole('textbox', { name: 'Company' }).fill('Kitchen and Sons');
  // Somebody else is faster, by more than the second that the wire can tell.
  stage.platform.clock.advance(5);
  const other = await ask<{ data: { code: string }[] }>(page, 'PUT', `${crm}/Leads/${lead}`, {
    data: [{ Phone: '030 1' }],
  });
  expect(other.data[0]?.code).toBe('SUCCESS');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  const conflict = page.getByRole('alert', { name: 'Somebody else has changed this record' });
  await conflict.getByText('Phone: – → 030 1').waitFor();
  await expect.poll(() => page.getByRole('textbox', { name: 'Company' }).inputValue()).toBe('Kitchen and Sons');
  await conflict.getByRole('button', { name: 'Save my changes too' }).click();
  await page.getByRole('heading', { name: 'Cook', level: 1 }).waitFor();
  for (const text of ['Kitchen and Sons', '030 1', 'Oven']) await page.getByText(text).first().waitFor();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Download menu.txt' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('menu.txt');

  await page.goto(`${records}/Quotes/new`);
  await page.getByRole('textbox', { name: 'Subject' }).fill('A kitchen');
  await page.getByRole('button', { name: 'Add a row to Quoted Items' }).click();
  const row = page.getByRole('group', { name: 'Row 1' });
  await row.getByRole('combobox', { name: 'Product Name' }).fill('Sink');
  await page.getByRole('option', { name: 'Sink' }).click();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('Quantity: This field is needed').waitFor();
  await row.getByRole('textbox', { name: 'Quantity' }).fill('2');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('heading', { name: 'A kitchen', level: 1 }).waitFor();
  await page.getByRole('link', { name: 'Edit' }).click();
  await expect.poll(() => row.getByRole('textbox', { name: 'Quantity' }).inputValue()).toBe('2');
  await page.getByRole('combobox', { name: 'Quote Owner' }).waitFor();

  // A look-up into several modules: the module first, then the record.
  await page.goto(`${records}/Tasks/new`);
  await page.getByRole('textbox', { name: 'Subject' }).fill('Call the cook');
  const choice = page.getByRole('combobox', { name: 'Module of What Id' });
  expect(await choice.locator('option').allTextContents()).toContain('Products');
  await choice.selectOption({ label: 'Products' });
  await page.getByRole('combobox', { name: 'What Id', exact: true }).fill('Oven');
  await page.getByRole('option', { name: 'Oven' }).click();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('heading', { name: 'Call the cook', level: 1 }).waitFor();
  await page.getByRole('link', { name: 'Edit' }).click();
  await expect.poll(() => choice.inputValue()).toBe('Products');
  await choice.selectOption({ label: 'Leads' });
  await page.getByRole('combobox', { name: 'What Id', exact: true }).fill('Cook');
  await page.getByRole('option', { name: 'Cook' }).click();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('link', { name: 'Cook', exact: true }).click();
  await page.waitForURL(new RegExp(`/Leads/${lead}$`));
  expect(problems).toEqual([]);
});

test('an owner is found among more users than the API gives at once', async () => {
  const { page, problems } = await stage.open(desk);
  await enterConsole(page, stage, 'chief@example.com');
  const organizationId = await organizationOf(page);
  await stage.platform.dataCenters.get('us')?.database.query({
    text: `INSERT INTO crm_user (data_space, user_id, zuid, email, first_name, last_name, role_id, profile_id, status,
                                 confirmed, settings, created_by, created_at_ms, modified_by, modified_at_ms)
           SELECT u.data_space, u.user_id + number, NULL, 'colleague' || number || '@example.com', 'Sam',
                  'Colleague-' || number, u.role_id, u.profile_id, 'active', true, u.settings,
                  u.created_by, u.created_at_ms, u.modified_by, u.modified_at_ms
             FROM crm_user u JOIN crm_data_space s USING (data_space), generate_series(1000, 1300) number
            WHERE s.organization_id = $1 AND s.environment = 'production' AND u.email = 'chief@example.com'`,
    values: [organizationId],
  });
  const crm = `/crm/production/${organizationId}/v8`;
  const list = await ask<{ info: { more_records: boolean } }>(
    page,
    'GET',
    `${crm}/users?type=ActiveUsers&per_page=200`,
  );
  expect(list.info.more_records).toBe(true);
  await page.goto(`${consoleOrigin(stage)}/records/production/${organizationId}/Leads/new`);
  await page.getByRole('textbox', { name: 'Last Name' }).fill('Of a colleague');
  await page.getByRole('textbox', { name: 'Company' }).fill('Zylker');
  await page.getByRole('combobox', { name: 'Lead Owner' }).fill('Colleague-1299');
  await page.getByRole('option', { name: 'Sam Colleague-1299' }).click();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('heading', { name: 'Of a colleague', level: 1 }).waitFor();
  await page.getByText('Sam Colleague-1299').first().waitFor();
  expect(problems).toEqual([]);
});
