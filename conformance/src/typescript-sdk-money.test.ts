import * as sdk from '@zohocrm/typescript-sdk-8.0';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, answerOf, bodyOf, createdId, filled, parametersOf, record, records } from './sdk-session.ts';
import { openSdkStage, type SdkStage } from './sdk-stage.ts';

/** Money and people through the public TypeScript SDK. */
const scope = ['modules', 'settings', 'users', 'org', 'share'].map((family) => `ZohoCRM.${family}.ALL`).join();
let stage: SdkStage;
beforeAll(async () => {
  stage = await openSdkStage();
  await stage.connected('money', scope);
});
afterAll(() => stage.close());

const idOf = (answer: Answer, key: string): bigint => BigInt(answer.value[key][0].details.id);
const ok = { code: 'SUCCESS', status: 'success' };
const done = { status: 200, kind: 'ActionWrapper' };
const read = { status: 200, kind: 'ResponseWrapper' };
const choice = <T>(value: T) => new sdk.Choice(value);

describe('foreign client TypeScript SDK 8.0: money', () => {
  test('taxes', async () => {
    const operations = new sdk.Taxes.TaxesOperations();
    const { BodyWrapper, OrgTax, Preference, Tax } = sdk.Taxes;
    const tax = filled(new Tax(), { Name: 'Vat', DisplayLabel: 'VAT', Value: 12.5 });
    const preference = filled(new Preference(), { AutoPopulateTax: true, ModifyTaxRates: true });
    const whole = filled(new OrgTax(), { Taxes: [tax], Preference: preference });
    const made = await answerOf(operations.updateTaxes(filled(new BodyWrapper(), { OrgTaxes: whole })));
    expect(made).toMatchObject({ ...done, value: { orgTaxes: ok } });
    const listed = await answerOf(operations.getTaxes());
    expect(listed).toMatchObject({
      ...read,
      value: { orgTaxes: { taxes: [{ name: 'Vat', value: 12.5 }], preference: { autoPopulateTax: true } } },
    });
    const [{ id }] = listed.value.orgTaxes.taxes;
    expect(await answerOf(operations.getTax(id))).toMatchObject({ ...read, value: { orgTaxes: { taxes: [{ id }] } } });
  });

  test('a quote becomes a sales order', async () => {
    const product = await createdId(
      await answerOf(records('Products').createRecords(bodyOf(record({ Product_Name: 'Boat' })))),
    );
    const line = record({
      Product_Name: filled(new sdk.Record.LineItemProduct(), { Id: product }),
      Quantity: 1,
      List_Price: 5,
    });
    const quote = createdId(
      await answerOf(records('Quotes').createRecords(bodyOf(record({ Subject: 'Q', Quoted_Items: [line] })))),
    );
    const { BodyWrapper, ConvertTo, InventoryConvertOperations, InventoryConverter, Module } = sdk.InventoryConvert;
    const target = filled(new ConvertTo(), {
      Module: filled(new Module(), { APIName: 'Sales_Orders' }),
      CarryOverTags: true,
    });
    const body = filled(new BodyWrapper(), { Data: [filled(new InventoryConverter(), { ConvertTo: [target] })] });
    const converted = await answerOf(new InventoryConvertOperations(quote, 'Quotes').convertInventory(body));
    expect(converted).toMatchObject({ ...done, value: { data: [ok] } });
  });

  // Last: it cannot be undone, and records have a currency from then on.
  test('currencies', async () => {
    const operations = new sdk.Currencies.CurrenciesOperations();
    const { BaseCurrency, BaseCurrencyWrapper, BodyWrapper, Currency, Format } = sdk.Currencies;
    const format = filled(new Format(), {
      ...{ DecimalSeparator: choice('Period'), ThousandSeparator: choice('Comma'), DecimalPlaces: choice('2') },
    });
    const look = { PrefixSymbol: true, Format: format, IsActive: true };
    const base = { Name: 'US Dollar - USD', IsoCode: 'USD', Symbol: '$', ExchangeRate: '1', ...look };
    const wrapper = filled(new BaseCurrencyWrapper(), { BaseCurrency: filled(new BaseCurrency(), base) });
    expect(await answerOf(operations.enableBaseCurrency(wrapper))).toMatchObject({
      ...{ status: 200, kind: 'BaseCurrencyActionWrapper', value: { baseCurrency: ok } },
    });
    const euro = { ...look, Name: 'Euro - EUR', IsoCode: 'EUR', Symbol: '€', ExchangeRate: '0.9' };
    const body = filled(new BodyWrapper(), { Currencies: [filled(new Currency(), euro)] });
    const added = await answerOf(operations.addCurrencies(body));
    expect(added).toMatchObject({ status: 201, value: { currencies: [ok] } });
    const id = idOf(added, 'currencies');
    const change = filled(new BodyWrapper(), { Currencies: [filled(new Currency(), { ExchangeRate: '0.8' })] });
    expect(await answerOf(operations.updateCurrency(id, change))).toMatchObject(done);
    expect(await answerOf(operations.getCurrency(id))).toMatchObject({
      ...read,
      value: { currencies: [{ id, isoCode: 'EUR', exchangeRate: '0.800000000', isBase: false }] },
    });
    const world = await answerOf(new sdk.AvailableCurrencies.AvailableCurrenciesOperations().getAvailableCurrencies());
    expect(world).toMatchObject(read);
    expect(world.value.availableCurrencies).toContainEqual(expect.objectContaining({ isoCode: 'JPY' }));
  });
});

describe('foreign client TypeScript SDK 8.0: people', () => {
  test('roles of contacts', async () => {
    const operations = new sdk.ContactRoles.ContactRolesOperations();
    const { BodyWrapper, ContactRole } = sdk.ContactRoles;
    const bodyWith = (members: object) =>
      filled(new BodyWrapper(), { ContactRoles: [filled(new ContactRole(), members as Record<string, unknown>)] });
    const made = await answerOf(operations.createRoles(bodyWith({ Name: 'Sponsor', SequenceNumber: 8 })));
    expect(made).toMatchObject({ status: 201, value: { contactRoles: [ok] } });
    const id = idOf(made, 'contactRoles');
    expect(await answerOf(operations.updateContactRole(id, bodyWith({ Name: 'Champion' })))).toMatchObject(done);
    expect(await answerOf(operations.getRole(id))).toMatchObject({
      ...read,
      value: { contactRoles: [{ id, name: 'Champion' }] },
    });
    expect((await answerOf(operations.getRoles())).value.contactRoles).toHaveLength(8);
    const ids = await parametersOf([sdk.ContactRoles.DeleteContactRolesParam.IDS, String(id)]);
    expect(await answerOf(operations.deleteContactRoles(ids))).toMatchObject(done);
  });

  test('groups of users and sharing rules', async () => {
    const users = await answerOf(new sdk.Users.UsersOperations().getUsers(await parametersOf()));
    const [{ id: userId }] = users.value.users;
    const { BodyWrapper, Groups, Source, Sources, UserGroupsOperations } = sdk.UserGroups;
    const source = filled(new Sources(), { Type: choice('users'), Source: filled(new Source(), { Id: userId }) });
    const group = filled(new Groups(), { Name: 'All of us', Description: 'd', Sources: [source] });
    const groups = new UserGroupsOperations();
    const made = await answerOf(groups.createGroups(filled(new BodyWrapper(), { UserGroups: [group] })));
    expect(made).toMatchObject({ status: 201, value: { userGroups: [ok] } });
    const id = idOf(made, 'userGroups');
    expect(await answerOf(groups.getGroup(id))).toMatchObject({
      ...read,
      value: { userGroups: [{ id, name: 'All of us', sources: [{ type: 'users', source: { id: userId } }] }] },
    });
    expect(await answerOf(groups.getSourcesCount(id))).toMatchObject({ status: 200, kind: 'SourcesCountWrapper' });
    expect(await answerOf(groups.getAssociateGroupsOfUser(userId, await parametersOf()))).toMatchObject(read);

    const rules = new sdk.SharingRules.SharingRulesOperations('Leads');
    const { Resource, Shared, SharingRules } = sdk.SharingRules;
    const to = filled(new Shared(), {
      Type: choice('groups'),
      Resource: filled(new Resource(), { Id: id }),
      Subordinates: false,
    });
    const rule = filled(new SharingRules(), {
      ...{ Name: 'Help', Type: choice('Record_Owner_Based'), PermissionType: choice('read'), SuperiorsAllowed: true },
      ...{ SharedFrom: filled(new Shared(), { Type: choice('all_users') }), SharedTo: to },
    });
    const body = filled(new sdk.SharingRules.BodyWrapper(), { SharingRules: [rule] });
    const ruled = await answerOf(rules.createSharingRules(body));
    expect(ruled).toMatchObject({ status: 201, value: { sharingRules: [ok] } });
    const ruleId = idOf(ruled, 'sharingRules');
    expect(await answerOf(rules.getSharingRule(ruleId))).toMatchObject({
      ...read,
      value: { sharingRules: [{ id: ruleId, name: 'Help', sharedTo: { type: 'groups', resource: { id } } }] },
    });
    expect(await answerOf(rules.deactivateSharingRule(ruleId))).toMatchObject(done);
    expect(await answerOf(rules.deleteSharingRule(ruleId))).toMatchObject(done);
    expect(await answerOf(new sdk.DataSharing.DataSharingOperations().getDataSharing())).toMatchObject(read);
  });

  test('shifts', async () => {
    const { BodyWrapper, BreakHours, Holidays, ShiftHours, ShiftHoursOperations, Users } = sdk.ShiftHours;
    const operations = new ShiftHoursOperations();
    const [{ id: userId }] = (await answerOf(new sdk.Users.UsersOperations().getUsers(await parametersOf()))).value
      .users;
    const bodyWith = (members: Record<string, unknown>) =>
      filled(new BodyWrapper(), { ShiftHours: [filled(new ShiftHours(), members)] });
    const at = (hour: number, minute: number) => new Date(2026, 0, 1, hour, minute);
    const pause = filled(new BreakHours(), {
      ...{ BreakDays: ['Monday'], SameAsEveryday: true, DailyTiming: [at(13, 0), at(13, 30)] },
    });
    const made = await answerOf(
      operations.createShiftsHours(
        bodyWith({
          ...{ Name: 'Early', SameAsEveryday: true, DailyTiming: [at(6, 5), at(14, 0)], ShiftDays: ['Monday'] },
          ...{
            BreakHours: [pause],
            Users: [filled(new Users(), { Id: userId, EffectiveFrom: new Date('2026-01-01') })],
          },
          Holidays: [filled(new Holidays(), { Name: 'Day off', Date: new Date('2026-12-24') })],
        }),
      ),
    );
    expect(made).toMatchObject({ status: 201, value: { shiftHours: [ok] } });
    const id = idOf(made, 'shiftHours');
    expect(await answerOf(operations.updateShiftHour(id, bodyWith({ Name: 'Earlier' })))).toMatchObject(done);
    const one = await answerOf(operations.getShiftHour(id));
    expect(one).toMatchObject({
      ...read,
      value: {
        shiftHours: [
          {
            ...{ id, name: 'Earlier', shiftDays: ['Monday'], usersCount: 1, breakHours: [{ breakDays: ['Monday'] }] },
            ...{ users: [{ id: userId }], holidays: [{ name: 'Day off', year: 2026 }] },
          },
        ],
      },
    });
    const [begin] = one.value.shiftHours[0].dailyTiming;
    expect([begin.getHours(), begin.getMinutes()]).toEqual([6, 5]);
    expect(await answerOf(operations.getShiftHours())).toMatchObject({
      ...read,
      value: { shiftCount: { totalShift: 1, totalShiftWithUser: 1 } },
    });
    const both = filled(new BodyWrapper(), { ShiftHours: [filled(new ShiftHours(), { Id: id, Users: [] })] });
    expect(await answerOf(operations.updateShiftHours(both))).toMatchObject(done);
    expect(await answerOf(operations.deleteShiftHour(id))).toMatchObject(done);
  });

  test('when users are away', async () => {
    const { BodyWrapper, User, UsersUnavailability, UsersUnavailabilityOperations } = sdk.UsersUnavailability;
    const operations = new UsersUnavailabilityOperations();
    const [{ id: userId }] = (await answerOf(new sdk.Users.UsersOperations().getUsers(await parametersOf()))).value
      .users;
    const bodyWith = (members: Record<string, unknown>) =>
      filled(new BodyWrapper(), { UsersUnavailability: [filled(new UsersUnavailability(), members)] });
    const from = new Date('2026-07-01T08:00:00Z');
    const absence = { From: from, To: new Date('2026-07-02T08:00:00Z'), Comments: 'Sea' };
    const made = await answerOf(
      operations.createUsersUnavailability(bodyWith({ ...absence, User: filled(new User(), { Id: userId }) })),
    );
    expect(made).toMatchObject({ status: 201, value: { usersUnavailability: [ok] } });
    const id = idOf(made, 'usersUnavailability');
    expect(await answerOf(operations.updateUserUnavailability(String(id), bodyWith({ AllDay: true })))).toMatchObject(
      done,
    );
    expect(await answerOf(operations.updateUsersUnavailability(bodyWith({ Id: id, Title: 'T' })))).toMatchObject(done);
    const item = { id, allDay: true, title: 'T', comments: 'Sea', from, user: { id: userId } };
    const readItem = { ...read, value: { usersUnavailability: [item] } };
    expect(await answerOf(operations.getUserUnavailability(String(id), await parametersOf()))).toMatchObject(readItem);
    const filter = { field: { api_name: 'from' }, comparator: 'equal', value: '2026-07-01T08:00:00Z' };
    const filters = sdk.UsersUnavailability.GetUsersUnavailabilityParam.FILTERS;
    const listed = operations.getUsersUnavailability(await parametersOf([filters, JSON.stringify(filter)]));
    expect(await answerOf(listed)).toMatchObject(readItem);
    expect(await answerOf(operations.deleteUserUnavailability(String(id)))).toMatchObject(done);
  });

  test('signatures, and how mails begin', async () => {
    const { BodyWrapper, EmailSignatures, EmailSignaturesOperations, DeleteEmailSignaturesParam } = sdk.EmailSignatures;
    const operations = new EmailSignaturesOperations();
    const bodyWith = (members: Record<string, unknown>) =>
      filled(new BodyWrapper(), { EmailSignatures: [filled(new EmailSignatures(), members)] });
    const text = { Name: 'SHORT', Content: 'Ada', EditorMode: choice('plain_text') };
    const made = await answerOf(operations.createEmailSignatures(bodyWith(text), await parametersOf()));
    expect(made).toMatchObject({ status: 201, value: { emailSignatures: [ok] } });
    const id = idOf(made, 'emailSignatures');
    const changed = operations.updateEmailSignatures(bodyWith({ Id: id, Content: 'A' }), await parametersOf());
    expect(await answerOf(changed)).toMatchObject(done);
    expect(await answerOf(operations.updateEmailSignature(String(id), bodyWith({ Name: 'LONG' })))).toMatchObject(done);
    const signature = { id, name: 'LONG', content: 'A', editorMode: 'plain_text', from: [] };
    const readSignature = { ...read, value: { emailSignatures: [signature] } };
    expect(await answerOf(operations.getEmailSignature(id))).toMatchObject(readSignature);
    expect(await answerOf(operations.getAllEmailSignatures(await parametersOf()))).toMatchObject(readSignature);
    expect(await answerOf(operations.deleteEmailSignature(String(id)))).toMatchObject(done);
    const other = idOf(
      await answerOf(operations.createEmailSignatures(bodyWith(text), await parametersOf())),
      'emailSignatures',
    );
    const ids = await parametersOf([DeleteEmailSignaturesParam.IDS, String(other)]);
    expect(await answerOf(operations.deleteEmailSignatures(ids))).toMatchObject(done);

    const { EmailCompose, EmailComposeOperations, Font, GetEmailComposerDefaultSettingsParam } = sdk.EmailCompose;
    const composing = new EmailComposeOperations();
    const font = filled(new Font(), { Size: 12, Family: 'Arial' });
    const body = filled(new sdk.EmailCompose.BodyWrapper(), {
      EmailCompose: [filled(new EmailCompose(), { Type: choice('default'), Font: font })],
    });
    expect(await answerOf(composing.updateEmailComposerDefaultSettings(body))).toMatchObject(done);
    const type = await parametersOf([GetEmailComposerDefaultSettingsParam.TYPE, choice('default')]);
    expect(await answerOf(composing.getEmailComposerDefaultSettings(type))).toMatchObject({
      ...read,
      value: { emailCompose: [{ type: 'default', font: { size: 12, family: 'Arial' } }] },
    });
  });

  test('holidays and the fiscal year', async () => {
    const holidays = new sdk.Holidays.HolidaysOperations();
    const { BusinessHoliday, CreateBusinessHoliday } = sdk.Holidays;
    const day = filled(new BusinessHoliday(), {
      Name: 'Day off',
      Date: new Date('2026-12-25'),
      Type: 'business_holiday',
    });
    const made = await answerOf(holidays.createHolidays(filled(new CreateBusinessHoliday(), { Holidays: [day] })));
    expect(made).toMatchObject({ status: 201, value: { holidays: [ok] } });
    expect(await answerOf(holidays.getHoliday(idOf(made, 'holidays')))).toMatchObject({
      ...read,
      value: { holidays: [{ name: 'Day off', year: 2026, type: 'business_holiday' }] },
    });
    const years = new sdk.FiscalYear.FiscalYearOperations();
    const year = filled(new sdk.FiscalYear.Year(), {
      StartMonth: choice('April'),
      DisplayBasedOn: choice('end_month'),
    });
    expect(
      await answerOf(years.updateFiscalYear(filled(new sdk.FiscalYear.BodyWrapper(), { FiscalYear: year }))),
    ).toMatchObject(done);
    expect(await answerOf(years.getFiscalYear())).toMatchObject({
      ...read,
      value: { fiscalYear: { startMonth: 'April' } },
    });
  });
});
