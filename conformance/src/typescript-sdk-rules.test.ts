import * as sdk from '@zohocrm/typescript-sdk-8.0';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../../server/src/testing/platform-process.ts';
import { answerOf, bodyOf, createdId, filled, parametersOf, record, records } from './sdk-session.ts';
import { openSdkStage, type SdkStage } from './sdk-stage.ts';

/** Locks by rules, choices and scores through the public TypeScript SDK. */
const families = ['modules', 'settings', 'users', 'org', 'files', 'send_mail'];
const scope = [...families.map((family) => `ZohoCRM.${family}.ALL`), 'ZohoCRM.templates.READ'].join();
let stage: SdkStage;
beforeAll(async () => {
  stage = await openSdkStage();
  await stage.connected('rules', scope);
});
afterAll(() => stage.close());

const made = async (module: string, values: object): Promise<bigint> =>
  createdId(await answerOf(records(module).createRecords(bodyOf(record({ ...values })))));
const lead = (values: object = {}) => made('Leads', { Last_Name: 'Lovelace', Company: 'Engines', ...values });
const read = async (module: string, id: bigint) => (await answerOf(records(module).getRecord(id))).value.data[0];

describe('foreign client TypeScript SDK 8.0: locks by rules', () => {
  test('a configuration from its making to its end', async () => {
    const { RecordLockingConfiguration: Locking } = sdk;
    const operations = new Locking.RecordLockingConfigurationOperations('Solutions');
    const Criteria = filled(new Locking.Criteria(), {
      Field: filled(new Locking.Field(), { APIName: 'Solution_Title' }),
      ...{ Comparator: 'equal', Value: 'Final' },
    });
    const body = (members: object) =>
      filled(new Locking.BodyWrapper(), {
        RecordLockingConfigurations: [filled(new Locking.RecordLock(), { ...members })],
      });
    const created = await answerOf(
      operations.addRecordLockingConfiguration(
        body({
          LockType: new sdk.Choice('both'),
          LockingRules: [filled(new Locking.LockingRules(), { Name: 'Final', Criteria, LockExistingRecords: false })],
        }),
      ),
    );
    expect(created).toMatchObject({
      ...{ status: 201, kind: 'ActionWrapper' },
      value: { recordLockingConfigurations: [{ code: 'SUCCESS' }] },
    });
    const id = BigInt(created.value.recordLockingConfigurations[0].details.id);
    const held = await made('Solutions', { Solution_Title: 'Final' });
    expect((await read('Solutions', held)).Locked__s).toBe(true);
    const listed = await answerOf(operations.getRecordLockingConfigurations());
    expect(listed).toMatchObject({
      ...{ status: 200, kind: 'ResponseWrapper' },
      value: {
        recordLockingConfigurations: [
          {
            id,
            lockType: 'both',
            lockingRules: [{ name: 'Final', criteria: { comparator: 'equal', value: 'Final' } }],
          },
        ],
      },
    });
    const manual = { LockType: new sdk.Choice('manual') };
    expect((await answerOf(operations.updateRecordLockingConfiguration(id, body(manual)))).status).toBe(200);
    expect((await answerOf(operations.updateRecordLockingConfigurations(body({ Id: id, ...manual })))).status).toBe(
      200,
    );
    expect((await answerOf(operations.deleteRecordLockingConfiguration(id))).status).toBe(200);
  });
});

describe('foreign client TypeScript SDK 8.0: choices', () => {
  test('global pick lists: all of their calls', async () => {
    const { GlobalPicklists } = sdk;
    const operations = new GlobalPicklists.GlobalPicklistsOperations();
    const list = (members: object) =>
      filled(new GlobalPicklists.BodyWrapper(), {
        GlobalPicklists: [filled(new GlobalPicklists.Picklist(), { ...members })],
      });
    const choice = (DisplayValue: string) =>
      filled(new GlobalPicklists.PickListValues(), { DisplayValue, ActualValue: DisplayValue });
    const PickListValues = [choice('Small'), choice('Large')];
    const created = await answerOf(operations.createGlobalPicklist(list({ DisplayLabel: 'Sizes', PickListValues })));
    expect(created).toMatchObject({
      status: 201,
      kind: 'ActionWrapper',
      value: { globalPicklists: [{ code: 'SUCCESS' }] },
    });
    const id = BigInt(created.value.globalPicklists[0].details.id);
    const one = await answerOf(operations.getGlobalPicklist(id));
    expect(one).toMatchObject({
      ...{ status: 200, kind: 'ResponseWrapper' },
      value: {
        globalPicklists: [
          { id, displayLabel: 'Sizes', presence: true, pickListValues: [{ displayValue: 'Small', type: 'used' }, {}] },
        ],
      },
    });
    expect((await answerOf(operations.getGlobalPicklists())).value.globalPicklists).toHaveLength(1);
    expect((await answerOf(operations.updateGlobalPicklist(id, list({ Description: 'D' })))).status).toBe(200);
    expect((await answerOf(operations.updateGlobalPicklists(list({ Id: id, Description: 'E' })))).status).toBe(200);
    expect((await answerOf(operations.getAssociations(id))).status).toBe(204);
    const [small, large] = one.value.globalPicklists[0].pickListValues;
    const of = await parametersOf([GlobalPicklists.GetPickListValueAssociationsParam.PICKLIST_VALUE_ID, small.id]);
    expect((await answerOf(operations.getPickListValueAssociations(id, of))).status).toBe(204);
    const value = (Id: bigint) => filled(new GlobalPicklists.ReplacePicklistValue(), { Id });
    const ReplacePicklistValues = [
      filled(new GlobalPicklists.ReplacePicklistValues(), { OldValue: value(small.id), NewValue: value(large.id) }),
    ];
    const replaced = await answerOf(
      operations.replacePicklistValues(id, filled(new GlobalPicklists.ReplaceBodyWrapper(), { ReplacePicklistValues })),
    );
    expect(replaced).toMatchObject({
      status: 200,
      kind: 'ReplaceActionWrapper',
      value: { replacePicklistValues: [{ code: 'SCHEDULED' }] },
    });
    expect(await answerOf(operations.getReplaceValues(id))).toMatchObject({
      ...{ status: 200, kind: 'ReplacedResponseWrapper', value: { replacedValues: [{ displayValue: 'Small' }] } },
    });
    expect((await answerOf(operations.deleteGlobalPicklist(id))).status).toBe(200);
    const gone = await parametersOf([GlobalPicklists.DeleteGlobalPicklistsParam.IDS, String(id)]);
    expect(await answerOf(operations.deleteGlobalPicklists(gone))).toMatchObject({
      status: 400,
      kind: 'ActionWrapper',
    });
  });

  test('choices of a field, dependencies, the sort of views, the duplicate check', async () => {
    const module = await parametersOf([sdk.Fields.GetFieldsParam.MODULE, 'Leads']);
    const { fields } = (await answerOf(new sdk.Fields.FieldsOperations().getFields(module))).value;
    const field = (name: string) => fields.find((each: { apiName: string }) => each.apiName === name);
    const values = await answerOf(
      new sdk.PickListValues.PickListValuesOperations(field('Lead_Source').id, 'Leads').getPickListValues(),
    );
    expect(values).toMatchObject({
      ...{ status: 200, kind: 'ResponseWrapper' },
      value: { pickListValues: expect.arrayContaining([expect.objectContaining({ actualValue: 'Trade Show' })]) },
    });
    const { FieldMapDependency } = sdk;
    const layouts = await answerOf(
      new sdk.Layouts.LayoutsOperations().getLayouts(await parametersOf([sdk.Layouts.GetLayoutsParam.MODULE, 'Leads'])),
    );
    const operations = new FieldMapDependency.FieldMapDependencyOperations(layouts.value.layouts[0].id, 'Leads');
    const choiceOf = (name: string, at: number) => field(name).pickListValues[at];
    const [source, rating] = [choiceOf('Lead_Source', 1), choiceOf('Rating', 1)];
    const Maps = [filled(new FieldMapDependency.PicklistMap(), { Id: rating.id, ActualValue: rating.actualValue })];
    const dependency = (members: object) =>
      filled(new FieldMapDependency.BodyWrapper(), {
        MapDependency: [filled(new FieldMapDependency.MapDependency(), { ...members })],
      });
    const created = await answerOf(
      operations.createMapDependency(
        dependency({
          Parent: filled(new FieldMapDependency.Parent(), { APIName: 'Lead_Source' }),
          Child: filled(new FieldMapDependency.Child(), { APIName: 'Rating' }),
          PickListValues: [
            filled(new FieldMapDependency.PickListMapping(), { Id: source.id, ActualValue: source.actualValue, Maps }),
          ],
        }),
      ),
    );
    expect(created).toMatchObject({
      status: 201,
      kind: 'ActionWrapper',
      value: { mapDependency: [{ code: 'SUCCESS' }] },
    });
    const id = BigInt(created.value.mapDependency[0].details.id);
    expect(await answerOf(operations.getMapDependencies())).toMatchObject({
      ...{ status: 200, kind: 'ResponseWrapper', value: { mapDependency: [{ id, active: true }], info: { count: 1 } } },
    });
    expect((await answerOf(operations.getMapDependency(id))).value.mapDependency[0].child).toMatchObject({
      apiName: 'Rating',
    });
    expect((await answerOf(operations.updateMapDependency(id, dependency({ Active: false })))).status).toBe(200);
    expect((await answerOf(operations.deleteMapDependency(id))).status).toBe(200);

    const { CustomViews } = sdk;
    const views = new CustomViews.CustomViewsOperations();
    const [view] = (
      await answerOf(views.getCustomViews(await parametersOf([CustomViews.GetCustomViewsParam.MODULE, 'Leads'])))
    ).value.customViews;
    const SortBy = filled(new CustomViews.SortBy(), { APIName: 'Created_Time' });
    const sorted = filled(new CustomViews.BodyWrapper(), {
      CustomViews: [filled(new CustomViews.CustomViews(), { Id: view.id, SortBy, SortOrder: new sdk.Choice('desc') })],
    });
    const ofMany = await parametersOf([CustomViews.ChangeSortOrderOfCustomViewsParam.MODULE, 'Leads']);
    const ofOne = await parametersOf([CustomViews.ChangeSortOrderOfCustomViewParam.MODULE, 'Leads']);
    expect(await answerOf(views.changeSortOrderOfCustomViews(sorted, ofMany))).toMatchObject({
      status: 200,
      kind: 'ActionWrapper',
    });
    expect(await answerOf(views.changeSortOrderOfCustomView(view.id, sorted, ofOne))).toMatchObject({
      status: 200,
      kind: 'ActionWrapper',
    });

    const { DuplicateCheckPreference: Check } = sdk;
    const checking = new Check.DuplicateCheckPreferenceOperations('Leads');
    const body = (APIName: string) =>
      filled(new Check.BodyWrapper(), {
        DuplicateCheckPreference: filled(new Check.DuplicateCheckPreference(), {
          Type: new sdk.Choice('mapped_module_records'),
          TypeConfigurations: [
            filled(new Check.TypeConfiguration(), {
              MappedModule: filled(new Check.MappedModule(), { APIName: 'Contacts' }),
              FieldMappings: [
                filled(new Check.FieldMappings(), {
                  CurrentField: filled(new Check.CurrentField(), { APIName: 'Phone' }),
                  MappedField: filled(new Check.MappedField(), { APIName }),
                }),
              ],
            }),
          ],
        }),
      });
    expect((await answerOf(checking.getDuplicateCheckPreference())).status).toBe(204);
    const set = await answerOf(checking.createDuplicateCheckPreference(body('Mobile')));
    expect(set).toMatchObject({
      status: 201,
      kind: 'ActionWrapper',
      value: { duplicateCheckPreference: { code: 'SUCCESS' } },
    });
    expect(await answerOf(checking.updateDuplicateCheckPreference(body('Phone')))).toMatchObject({ status: 200 });
    expect(await answerOf(checking.getDuplicateCheckPreference())).toMatchObject({
      ...{ status: 200, kind: 'ResponseWrapper' },
      value: {
        duplicateCheckPreference: {
          type: 'mapped_module_records',
          typeConfigurations: [{ mappedModule: { apiName: 'Contacts' } }],
        },
      },
    });
    expect((await answerOf(checking.deleteDuplicateCheckPreference())).status).toBe(200);
  });
});

describe('foreign client TypeScript SDK 8.0: scores', () => {
  const { ScoringRules: Scoring, EntityScores } = sdk;
  const operations = new Scoring.ScoringRulesOperations();
  const fieldRule = (Score: number, Value: string) =>
    filled(new Scoring.FieldRule(), {
      Score,
      Criteria: filled(new Scoring.Criteria(), {
        Comparator: 'equal',
        Field: filled(new Scoring.Field(), { APIName: 'City' }),
        Value,
      }),
    });
  const bodyWith = (values: object) =>
    filled(new Scoring.BodyWrapper(), { ScoringRules: [filled(new Scoring.ScoringRule(), { ...values })] });
  const entries = async (id: bigint) =>
    (await answerOf(new EntityScores.EntityScoresOperations('Score,Entity,Scoring_Rule', '').getEntityScore(id))).value
      ?.data;

  test('rules from their making to their end, and what they say of a record', async () => {
    const Module = new sdk.Modules.Modules();
    Module.setAPIName('Leads');
    const made = await answerOf(
      operations.createScoringRules(bodyWith({ Name: 'Cities', Module, FieldRules: [fieldRule(7, 'Rome')] })),
    );
    expect(made).toMatchObject({ status: 201, kind: 'ActionWrapper', value: { scoringRules: [{ code: 'SUCCESS' }] } });
    const id = BigInt(made.value.scoringRules[0].details.id);
    const rome = await lead({ City: 'Rome' });
    expect(await entries(rome)).toMatchObject([
      { score: 7, entity: { id: rome, module: { apiName: 'Leads' } }, scoringRule: { id, name: 'Cities' } },
    ]);

    const listed = await answerOf(
      operations.getScoringRules(await parametersOf([Scoring.GetScoringRulesParam.MODULE, 'Leads'])),
    );
    expect(listed).toMatchObject({
      ...{ status: 200, kind: 'ResponseWrapper' },
      value: {
        scoringRules: [
          {
            ...{ id: String(id), name: 'Cities', active: true, signalRules: [] },
            module: { apiName: 'Leads' },
            fieldRules: [{ score: 7, criteria: { comparator: 'equal', field: { apiName: 'City' }, value: 'Rome' } }],
          },
        ],
      },
    });
    const changed = await answerOf(operations.updateScoringRule(id, bodyWith({ FieldRules: [fieldRule(-2, 'Rome')] })));
    expect(changed).toMatchObject({ status: 200, kind: 'ActionWrapper' });
    await until(async () => (await entries(rome))?.[0]?.score === 5, 'the lead is scored anew');
    const renamed = bodyWith({ Id: String(id), Description: 'd' });
    expect(await answerOf(operations.updateScoringRules(renamed))).toMatchObject({ status: 200 });
    expect(await answerOf(operations.getScoringRule(id, new sdk.ParameterMap()))).toMatchObject({
      value: { scoringRules: [{ description: 'd', fieldRules: [{ score: 7 }, { score: -2 }] }] },
    });

    const run = filled(new Scoring.RoleRequestWrapper(), { ScoringRules: [id] });
    expect(await answerOf(operations.scoringRuleExecutionUsingRuleIds('Leads', run))).toMatchObject({
      ...{ status: 200, kind: 'SuccessResponse' },
      value: { details: { job_id: expect.anything() } },
    });
    const layouts = new sdk.Layouts.LayoutsOperations();
    const [layout] = (
      await answerOf(layouts.getLayouts(await parametersOf([sdk.Layouts.GetLayoutsParam.MODULE, 'Leads'])))
    ).value.layouts;
    const byLayout = filled(new Scoring.LayoutRequestWrapper(), {
      Layout: filled(new Scoring.Layout(), { Id: layout.id }),
    });
    expect(await answerOf(operations.scoringRuleExecutionUsingLayoutId('Leads', byLayout))).toMatchObject({
      ...{ status: 200, kind: 'SuccessResponse' },
    });

    const all = new EntityScores.EntityScoresOperations('Score,Positive_Score,Negative_Score', '');
    expect(await answerOf(all.getEntityScores(new sdk.ParameterMap(), new sdk.HeaderMap()))).toMatchObject({
      ...{ status: 200, kind: 'ResponseWrapper' },
      value: { data: expect.arrayContaining([expect.objectContaining({ score: 5, positiveScore: 7 })]) },
    });

    const cloned = await answerOf(operations.cloneScoringRule(id));
    expect(cloned).toMatchObject({ status: 200, kind: 'ActionWrapper' });
    const copy = BigInt(cloned.value.scoringRules[0].details.id);
    expect(await answerOf(operations.activateScoringRule(copy))).toMatchObject({ status: 200, kind: 'ActionWrapper' });
    expect(await answerOf(operations.deactivateScoringRule(id))).toMatchObject({ status: 200 });
    await until(async () => (await entries(rome))?.[0]?.scoringRule.name === 'Copy of Cities', 'the copy counts');
    expect(await answerOf(operations.deleteScoringRule(copy))).toMatchObject({ status: 200 });
    const ids = await parametersOf([Scoring.DeleteScoringRulesParam.IDS, String(id)]);
    expect(await answerOf(operations.deleteScoringRules(ids))).toMatchObject({ status: 200, kind: 'ActionWrapper' });
    expect((await answerOf(operations.getScoringRules(new sdk.ParameterMap()))).status).toBe(204);
  });
});
