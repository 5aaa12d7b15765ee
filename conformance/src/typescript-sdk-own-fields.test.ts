import * as sdk from '@zohocrm/typescript-sdk-8.0';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  answerOf,
  bodyOf,
  createdId,
  fileOf,
  filled,
  parametersOf,
  record,
  records,
  type SdkFolder,
  written,
} from './sdk-session.ts';
import { openSdkStage, type SdkStage } from './sdk-stage.ts';

/** Modules and fields that an organization makes its own, and records of them, through the public TypeScript SDK. */
const scope = ['modules', 'settings', 'users', 'org', 'files'].map((family) => `ZohoCRM.${family}.ALL`).join();
let stage: SdkStage;
let folder: SdkFolder;
beforeAll(async () => {
  stage = await openSdkStage();
  folder = await stage.connected('before', scope);
});
afterAll(() => stage.close());

const pixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const anId = { id: expect.any(BigInt) };

/** Makes fields; their API names follow from their labels. */
async function makeFields(module: string, ...fields: readonly Readonly<Record<string, unknown>>[]): Promise<void> {
  const body = filled(new sdk.Fields.BodyWrapper(), {
    Fields: fields.map((members) => filled(new sdk.Fields.Fields(), members)),
  });
  const parameters = await parametersOf([sdk.Fields.CreateFieldParam.MODULE, module]);
  expect(await answerOf(new sdk.Fields.FieldsOperations().createField(body, parameters))).toMatchObject({
    ...{ status: 201, kind: 'ActionWrapper' },
    value: { fields: fields.map(() => written('field created', anId)) },
  });
}

describe('foreign client TypeScript SDK 8.0: fields of an organization', () => {
  const vendor = async (values: Readonly<Record<string, unknown>>) =>
    createdId(
      await answerOf(records('Vendors').createRecords(bodyOf(record({ Vendor_Name: 'Analytical', ...values })))),
    );
  const shown = async (id: bigint) => (await answerOf(records('Vendors').getRecord(id))).value.data[0];

  beforeAll(async () => {
    const PickListValues = ['Red', 'Blue'].map((DisplayValue) =>
      filled(new sdk.Fields.PickListValue(), { DisplayValue, ActualValue: DisplayValue }),
    );
    const Lookup = filled(new sdk.Fields.Lookup(), {
      ...{ DisplayLabel: 'Vendors', Module: filled(new sdk.Modules.MinifiedModule(), { APIName: 'Contacts' }) },
    });
    const AutoNumber61 = filled(new sdk.Fields.AutoNumber(), { Prefix: 'V-', StartNumber: 7, Suffix: '' });
    await makeFields(
      'Vendors',
      { FieldLabel: 'Colour', DataType: 'picklist', PickListValues },
      { FieldLabel: 'Colours', DataType: 'multiselectpicklist', PickListValues },
      { FieldLabel: 'Long', DataType: 'bigint' },
      { FieldLabel: 'Double', DataType: 'double', DecimalPlace: 3 },
      { FieldLabel: 'Percent', DataType: 'percent' },
    );
    await makeFields(
      'Vendors',
      { FieldLabel: 'Flag', DataType: 'boolean' },
      { FieldLabel: 'Day', DataType: 'date' },
      { FieldLabel: 'Moment', DataType: 'datetime' },
      { FieldLabel: 'Person', DataType: 'userlookup' },
      { FieldLabel: 'Friend', DataType: 'lookup', Lookup },
    );
    await makeFields(
      'Vendors',
      { FieldLabel: 'Files', DataType: 'fileupload', Length: 5 },
      { FieldLabel: 'Pictures', DataType: 'imageupload', Length: 2 },
      { FieldLabel: 'Number', DataType: 'autonumber', AutoNumber61 },
      { FieldLabel: 'Text', DataType: 'textarea', Textarea: filled(new sdk.Fields.Textarea(), { Type: 'large' }) },
    );
    // The SDK keeps what it once knew of a module's fields; a new folder knows nothing yet.
    folder = await stage.connected('fields', scope);
  });

  test('every type that can be made keeps its values', async () => {
    const friend = createdId(
      await answerOf(records('Contacts').createRecords(bodyOf(record({ Last_Name: 'Smith', First_Name: 'Jo' })))),
    );
    const [me] = (await answerOf(new sdk.Users.UsersOperations().getUsers())).value.users;
    const choice = (value: string) => new sdk.Choice(value);
    const plain = {
      ...{ Long: 123_456_789_012_345_678n, Double: 1.125, Percent: 12.5, Flag: true, Text: 'two\nlines' },
      ...{ Day: new Date('2026-11-24T00:00:00Z'), Moment: new Date('2026-11-24T10:30:00Z') },
    };
    const id = await vendor({
      ...{ ...plain, Colour: choice('Red'), Colours: [choice('Red'), choice('Blue')] },
      ...{ Person: filled(new sdk.Users.MinifiedUser(), { Id: me.id }), Friend: filled(record({}), { Id: friend }) },
    });
    expect(await shown(id)).toMatchObject({
      ...{ ...plain, id, Colour: 'Red', Colours: ['Red', 'Blue'], Number: 'V-7', Files: [], Pictures: [] },
      ...{ Person: { id: me.id, name: 'Terry Tester' }, Friend: { id: friend, name: 'Jo Smith' } },
    });
  });

  test('a roll-up field is made, shown and computed', async () => {
    const { Fields, RelatedLists } = sdk;
    const RollupSummary = filled(new Fields.RollupSummary(), {
      RelatedList: filled(new RelatedLists.RelatedList(), { APIName: 'Products' }),
      Expression: filled(new Fields.Expression(), {
        Function: 'sum',
        FunctionParameters: [filled(new Fields.FunctionParameter(), { APIName: 'Unit_Price' })],
        Criteria: filled(new Fields.Criteria(), {
          Comparator: 'equal',
          Field: filled(new Fields.MinifiedField(), { APIName: 'Product_Name' }),
          Value: 'Wheel',
        }),
      }),
    });
    await makeFields('Vendors', { FieldLabel: 'Price Sum', DataType: 'rollup_summary', RollupSummary });
    await stage.connected('rollup', scope);
    const id = await vendor({});
    const Vendor_Name = filled(new sdk.Record.Record(), { Id: id });
    const product = record({ Product_Name: 'Wheel', Unit_Price: 2.5, Vendor_Name });
    expect(createdId(await answerOf(records('Products').createRecords(bodyOf(product))))).toEqual(expect.any(BigInt));
    expect(await shown(id)).toMatchObject({ Price_Sum: 2.5 });
    const parameters = await parametersOf([Fields.GetFieldsParam.MODULE, 'Vendors']);
    const { fields } = (await answerOf(new Fields.FieldsOperations().getFields(parameters))).value;
    expect(fields.find(({ apiName }: { apiName: string }) => apiName === 'Price_Sum')).toMatchObject({
      rollupSummary: {
        ...{ returnType: 'currency', rollupBasedOn: 'related_list' },
        basedOnModule: { apiName: 'Products' },
        relatedList: { apiName: 'Products' },
        expression: {
          functionParameters: [{ apiName: 'Unit_Price' }],
          criteria: { comparator: 'equal', value: 'Wheel' },
        },
      },
    });
    folder = await stage.connected('fields-again', scope);
  });

  test('files and pictures go in by the file store and come out by the field', async () => {
    const store = new sdk.Files.FilesOperations();
    const keep = async (name: string, content: string | Buffer): Promise<string> => {
      const body = filled(new sdk.Files.BodyWrapper(), { File: [fileOf(folder, name, content)] });
      return (await answerOf(store.uploadFiles(body))).value.data[0].details.id;
    };
    const file = filled(new sdk.Record.FileDetails(), { FileIdS: await keep('terms.txt', 'terms') });
    const picture = filled(new sdk.Record.ImageUpload(), { FileIdS: await keep('pixel.png', pixel) });
    const id = await vendor({ Files: [file], Pictures: [picture] });
    const { Files, Pictures } = await shown(id);
    expect(Files).toMatchObject([{ fileNameS: 'terms.txt', sizeS: '5', createdByS: { name: 'Terry Tester' } }]);
    expect(Pictures).toMatchObject([{ fileNameS: 'pixel.png', sizeS: String(pixel.length) }]);
    const { FieldAttachmentsOperations } = sdk.FieldAttachments;
    const download = await answerOf(
      new FieldAttachmentsOperations('Vendors', id, BigInt(Files[0].id)).getFieldAttachments(),
    );
    expect(download).toMatchObject({ status: 200, kind: 'FileBodyWrapper', value: { file: { name: 'terms.txt' } } });
    expect(String(download.value.file.stream)).toBe('terms');
    const gone = filled(new sdk.Record.FileDetails(), { Id: Files[0].id, Delete: null });
    await answerOf(records('Vendors').updateRecord(id, bodyOf(record({ Files: [gone] }))));
    expect((await shown(id)).Files).toEqual([]);
  });
});

test('foreign client TypeScript SDK 8.0: a module with rows, a formula and links to many', async () => {
  const profiles = await answerOf(new sdk.Profiles.ProfilesOperations().getProfiles());
  const house = filled(new sdk.Modules.Modules(), {
    ...{ SingularLabel: 'House', PluralLabel: 'Houses' },
    Profiles: profiles.value.profiles.map(({ id }: { id: bigint }) =>
      filled(new sdk.Profiles.MinifiedProfile(), { Id: id }),
    ),
    // This one member the SDK sends as it gets it.
    DisplayField: new Map([
      ['field_label', 'Name'],
      ['data_type', 'text'],
    ]),
  });
  const modules = filled(new sdk.Modules.BodyWrapper(), { Modules: [house] });
  expect(await answerOf(new sdk.Modules.ModulesOperations().createCustomModules(modules))).toMatchObject({
    ...{ status: 201, kind: 'ActionWrapper' },
    value: { modules: [written('module created successfully', anId)] },
  });
  const linking = (members: object) => filled(new sdk.Fields.LinkingModule(), { ...members });
  await makeFields(
    'Houses',
    { FieldLabel: 'Rooms', DataType: 'subform' },
    { FieldLabel: 'Price', DataType: 'currency' },
    {
      ...{ FieldLabel: 'Double Price', DataType: 'formula' },
      // biome-ignore lint/suspicious/noTemplateCurlyInString: expressions name fields so
      Formula: filled(new sdk.Fields.Formula(), { ReturnType: 'double', Expression: '${Houses.Price} * 2' }),
    },
    {
      ...{ FieldLabel: 'Owners', DataType: 'multiselectlookup' },
      Multiselectlookup: filled(new sdk.Fields.Multiselectlookup(), {
        ConnectedDetails: filled(new sdk.Fields.ConnectedDetails(), { Module: linking({ APIName: 'Contacts' }) }),
        LinkingDetails: filled(new sdk.Fields.LinkingDetails(), { Module: linking({ PluralLabel: 'House Owners' }) }),
      }),
    },
  );
  await makeFields('Rooms', { FieldLabel: 'Width', DataType: 'integer' }, { FieldLabel: 'Kind', DataType: 'text' });

  await stage.connected('houses', scope);
  const contact = createdId(await answerOf(records('Contacts').createRecords(bodyOf(record({ Last_Name: 'Smith' })))));
  const body = bodyOf(
    record({
      ...{ Name: 'Castle', Price: 12.5, Rooms: [record({ Width: 5, Kind: 'Kitchen' }), record({ Width: 3 })] },
      Owners: [record({ Owners: filled(record({}), { Id: contact }) })],
    }),
  );
  const id = createdId(await answerOf(records('Houses').createRecords(body)));
  const { value } = await answerOf(records('Houses').getRecord(id));
  expect(value.data[0]).toMatchObject({
    ...{ id, Name: 'Castle', Price: 12.5, Double_Price: 25 },
    Rooms: [
      { ...anId, Width: 5, Kind: 'Kitchen' },
      { ...anId, Width: 3, Kind: null },
    ],
    Owners: [{ ...anId, Owners: { id: contact, name: 'Smith' } }],
  });
});
