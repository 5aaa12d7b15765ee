import * as sdk from '@zohocrm/typescript-sdk-8.0';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Answer,
  answerOf,
  bodyOf,
  createdId,
  filled,
  parametersOf,
  record,
  records,
  written,
} from './sdk-session.ts';
import { openSdkStage, type SdkStage } from './sdk-stage.ts';

/** Settings and people through the public TypeScript SDK. */
const scope = ['modules', 'settings', 'users', 'org', 'features', 'apis', 'change_owner']
  .map((family) => `ZohoCRM.${family}.ALL`)
  .join();
let stage: SdkStage;
beforeAll(async () => {
  stage = await openSdkStage();
  await stage.connected('settings', scope);
});
afterAll(() => stage.close());

const lead = async (values: object = {}): Promise<bigint> =>
  createdId(
    await answerOf(
      records('Leads').createRecords(bodyOf(record({ Last_Name: 'Lovelace', Company: 'Engines', ...values }))),
    ),
  );
const idOf = (answer: Answer, key: string): bigint => answer.value[key][0].details.id;
const anId = { id: expect.any(BigInt) };

describe('foreign client TypeScript SDK 8.0: metadata', () => {
  test.each(['Leads', 'Deals', 'Quotes'])('layouts, related lists and views of %s', async (name) => {
    const layouts = new sdk.Layouts.LayoutsOperations();
    const listed = await answerOf(layouts.getLayouts(await parametersOf([sdk.Layouts.GetLayoutsParam.MODULE, name])));
    expect(listed).toMatchObject({ status: 200, kind: 'ResponseWrapper' });
    const [layout] = listed.value.layouts;
    expect(layout).toMatchObject({ id: expect.any(BigInt), name: 'Standard', apiName: 'Standard__s' });
    const [section] = layout.sections;
    expect(section.fields[0]).toMatchObject({ id: expect.any(BigInt), apiName: expect.any(String) });
    const one = await answerOf(
      layouts.getLayout(layout.id, await parametersOf([sdk.Layouts.GetLayoutParam.MODULE, name])),
    );
    expect(one.value.layouts).toEqual([layout]);

    const lists = new sdk.RelatedLists.RelatedListsOperations();
    const { GetRelatedListsParam, GetRelatedListParam } = sdk.RelatedLists;
    const related = await answerOf(lists.getRelatedLists(await parametersOf([GetRelatedListsParam.MODULE, name])));
    expect(related).toMatchObject({ status: 200, kind: 'ResponseWrapper' });
    const [notes] = related.value.relatedLists;
    expect(notes).toMatchObject({
      ...{ apiName: 'Notes', module: { apiName: 'Notes' }, href: `${name}/{ENTITYID}/Notes`, sequenceNumber: '1' },
    });
    const list = await answerOf(lists.getRelatedList(notes.id, await parametersOf([GetRelatedListParam.MODULE, name])));
    expect(list.value.relatedLists).toEqual([notes]);

    const views = new sdk.CustomViews.CustomViewsOperations();
    const { GetCustomViewsParam, GetCustomViewParam } = sdk.CustomViews;
    const all = await answerOf(views.getCustomViews(await parametersOf([GetCustomViewsParam.MODULE, name])));
    expect(all).toMatchObject({ status: 200, kind: 'ResponseWrapper' });
    expect(all.value.customViews[0]).toMatchObject({ name: `All ${name}`, default1: true, category: 'public_views' });
    const { id } = all.value.customViews[0];
    const view = await answerOf(views.getCustomView(id, await parametersOf([GetCustomViewParam.MODULE, name])));
    expect(view.value.customViews[0].fields[0]).toMatchObject({ id: expect.any(BigInt), apiName: expect.any(String) });
  });

  test('the home currency', async () => {
    const currencies = new sdk.Currencies.CurrenciesOperations();
    const listed = await answerOf(currencies.getCurrencies());
    expect(listed).toMatchObject({ status: 200, kind: 'ResponseWrapper' });
    const [home] = listed.value.currencies;
    expect(home).toMatchObject({ id: expect.any(BigInt), isoCode: 'USD', symbol: '$', isBase: true, isActive: true });
    expect((await answerOf(currencies.getCurrency(home.id))).value.currencies).toEqual([home]);
  });

  test('features and the list of APIs', async () => {
    const features = await answerOf(new sdk.Features.FeaturesOperations().getFeatureDetail('user_licenses'));
    expect(features).toMatchObject({
      ...{ status: 200, kind: 'ResponseWrapper' },
      value: { features: [{ apiName: 'user_licenses', details: { usedCount: { total: expect.any(Number) } } }] },
    });
    const { value, kind } = await answerOf(new sdk.Apis.APIsOperations().getSupportedAPI());
    expect(kind).toBe('ResponseWrapper');
    const coql = value.apis.find((each: { path: string }) => each.path === '/crm/v8/coql');
    expect(coql.operationTypes).toMatchObject([{ method: 'POST', oauthScope: 'ZohoCRM.coql.READ' }]);
  });

  test('roles and profiles', async () => {
    const roles = new sdk.Roles.RolesOperations();
    const body = (members: object) =>
      filled(new sdk.Roles.BodyWrapper(), { Roles: [filled(new sdk.Roles.Role(), { ...members })] });
    const [ceo] = (await answerOf(roles.getRoles())).value.roles;
    expect(ceo).toMatchObject({ id: expect.any(BigInt), name: 'CEO', createdTimeS: expect.any(Date) });
    const ReportingTo = filled(new sdk.Roles.ReportingTo(), { Id: ceo.id });
    const created = await answerOf(roles.createRoles(body({ Name: 'Engineer', ReportingTo, ShareWithPeers: true })));
    expect(created).toMatchObject({
      status: 201,
      kind: 'ActionWrapper',
      value: { roles: [written('Role added', anId)] },
    });
    const role = idOf(created, 'roles');
    expect((await answerOf(roles.updateRole(role, body({ Description: 'builds' })))).value).toEqual({
      roles: [written('Role updated', { id: role })],
    });
    expect((await answerOf(roles.getRole(role))).value.roles).toMatchObject([
      {
        id: role,
        name: 'Engineer',
        description: 'builds',
        reportingTo: { id: ceo.id, name: 'CEO' },
        shareWithPeers: true,
      },
    ]);
    const heir = await parametersOf([sdk.Roles.DeleteRoleParam.TRANSFER_TO_ID, ceo.id]);
    expect((await answerOf(roles.deleteRole(role, heir))).value).toEqual({
      roles: [written('Role Deleted', { id: role })],
    });

    const profiles = new sdk.Profiles.ProfilesOperations();
    const [, standard] = (await answerOf(profiles.getProfiles())).value.profiles;
    expect(standard).toMatchObject({ id: expect.any(BigInt), name: 'Standard', custom: false, type: 'normal_profile' });
    const copy = filled(new sdk.Profiles.Profile(), { Name: 'Copy', Description: 'A copy' });
    const wrapper = filled(new sdk.Profiles.BodyWrapper(), { Profiles: [copy] });
    const cloned = await answerOf(profiles.cloneProfiles(standard.id, wrapper));
    expect(cloned.value.profiles).toMatchObject([written('profile created successfully', anId)]);
    const profile = idOf(cloned, 'profiles');
    const [shown] = (await answerOf(profiles.getProfile(profile))).value.profiles;
    expect(shown).toMatchObject({ id: profile, name: 'Copy', custom: true, sections: expect.any(Array) });
    expect(shown.permissionsDetails).toContainEqual(
      expect.objectContaining({ name: 'Crm_Implied_View_Leads', module: 'Leads', enabled: true }),
    );
    const transfer = await parametersOf([sdk.Profiles.DeleteProfileParam.TRANSFER_TO, standard.id]);
    expect(await answerOf(profiles.deleteProfile(profile, transfer))).toMatchObject({
      status: 200,
      kind: 'ActionWrapper',
    });
  });

  test('users, and who owns a record', async () => {
    const users = new sdk.Users.UsersOperations();
    const ref = <Model extends object>(model: Model, id: bigint) => filled(model, { Id: id });
    const [manager] = (await answerOf(new sdk.Roles.RolesOperations().getRoles())).value.roles.slice(1);
    const [, standard] = (await answerOf(new sdk.Profiles.ProfilesOperations().getProfiles())).value.profiles;
    const body = (members: object) =>
      filled(new sdk.Users.BodyWrapper(), { Users: [filled(new sdk.Users.Users(), { ...members })] });
    const created = await answerOf(
      users.createUsers(
        body({
          ...{ FirstName: 'Charles', LastName: 'Babbage', Email: 'charles@in.example' },
          ...{ Role: ref(new sdk.Users.Role(), manager.id), Profile: ref(new sdk.Users.Profile(), standard.id) },
        }),
      ),
    );
    expect(created).toMatchObject({
      status: 201,
      kind: 'ActionWrapper',
      value: { users: [written('User added', anId)] },
    });
    const user = idOf(created, 'users');
    expect((await answerOf(users.updateUser(user, body({ City: 'London', Phone: '+44 20 0000' })))).value).toEqual({
      users: [written('User updated', { id: user })],
    });
    // Users are records to this SDK: their members keep the names of the wire.
    expect((await answerOf(users.getUser(user))).value.users).toMatchObject([
      {
        ...{
          id: user,
          full_name: 'Charles Babbage',
          email: 'charles@in.example',
          city: 'London',
          phone: '+44 20 0000',
          confirm: false,
        },
        ...{
          role: { id: manager.id, name: 'Manager' },
          profile: { name: 'Standard' },
          created_time: expect.any(Date),
        },
      },
    ]);
    const count = await answerOf(users.usersCount(await parametersOf([sdk.Users.UsersCountParam.TYPE, 'AllUsers'])));
    expect(count).toEqual({ status: 200, kind: 'CountWrapper', value: { count: 2 } });

    const record = await lead();
    const Owner = filled(new sdk.ChangeOwner.Owner(), { Id: user });
    const given = await answerOf(
      new sdk.ChangeOwner.ChangeOwnerOperations('Leads').singleUpdate(
        record,
        filled(new sdk.ChangeOwner.BodyWrapper(), { Owner, Notify: false }),
      ),
    );
    expect(given.value.data).toEqual([written('owner is successfully updated', { id: record })]);
    const { value } = await answerOf(records('Leads').getRecord(record));
    expect(value.data[0].Owner).toMatchObject({ id: user, name: 'Charles Babbage' });
    expect((await answerOf(users.deleteUser(user))).value).toEqual({ users: [written('User deleted', {})] });
  });

  test('territories', async () => {
    const territories = new sdk.Territories.TerritoriesOperations();
    const [top] = (await answerOf(territories.getTerritories())).value.territories;
    expect(top).toMatchObject({
      id: expect.any(BigInt),
      permissionType: 'read_write_delete',
      createdTime: expect.any(Date),
    });
    const body = (members: object) =>
      filled(new sdk.Territories.BodyWrapper(), {
        Territories: [filled(new sdk.Territories.Territories(), { ...members })],
      });
    const LeadRuleCriteria = filled(new sdk.Territories.Criteria(), {
      Field: filled(new sdk.Territories.Field(), { APIName: 'City' }),
      ...{ Comparator: 'equal', Value: 'Northport' },
    });
    const ReportingTo = filled(new sdk.Territories.ReportingTo(), { Id: top.id });
    const created = await answerOf(
      territories.createTerritories(body({ Name: 'North', ReportingTo, LeadRuleCriteria })),
    );
    expect(created).toMatchObject({
      ...{ status: 201, kind: 'ActionWrapper' },
      value: { territories: [written('Territory Created Successfully', anId)] },
    });
    const id = idOf(created, 'territories');
    expect((await answerOf(territories.updateTerritory(id, body({ Description: 'cold' })))).value.territories).toEqual([
      written('Territory Updated Successfully', { id }),
    ]);
    const [north] = (await answerOf(territories.getTerritory(id))).value.territories;
    expect(north).toMatchObject({
      ...{ id, name: 'North', description: 'cold', reportingTo: { id: top.id } },
      leadRuleCriteria: { comparator: 'equal', field: { apiName: 'City' }, value: 'Northport' },
    });
    const children = await answerOf(territories.getChildTerritory(top.id));
    expect(children.value.territories).toContainEqual(north);
    const account = createdId(
      await answerOf(records('Accounts').createRecords(bodyOf(record({ Account_Name: 'Placed' })))),
    );
    const place = bodyOf(record({ Territories: [filled(new sdk.Record.Territory(), { Id: id })] }));
    expect(await answerOf(records('Accounts').assignTerritoryToRecord(account, place))).toMatchObject({
      ...{ status: 200, kind: 'ActionWrapper' },
      value: { data: [{ code: 'SUCCESS', status: 'success' }] },
    });
    expect((await answerOf(records('Accounts').getRecord(account))).value.data[0].Territories).toMatchObject([{ id }]);
    expect((await answerOf(records('Accounts').removeTerritoriesFromRecord(account, place))).status).toBe(200);
    expect((await answerOf(territories.deleteTerritory(id))).value.territories).toEqual([
      written('Given Territory Removed Successfully', { id }),
    ]);
  });

  test('pipelines', async () => {
    const layouts = await answerOf(
      new sdk.Layouts.LayoutsOperations().getLayouts(await parametersOf([sdk.Layouts.GetLayoutsParam.MODULE, 'Deals'])),
    );
    const pipelines = new sdk.Pipeline.PipelineOperations(layouts.value.layouts[0].id);
    const [standard] = (await answerOf(pipelines.getPipelines())).value.pipeline;
    expect(standard).toMatchObject({ default1: true, maps: expect.any(Array) });
    const [first, second] = standard.maps;
    expect(first).toMatchObject({
      displayValue: 'Qualification',
      forecastType: 'Open',
      forecastCategory: { name: 'Pipeline' },
    });
    const Maps = [first, second].map(({ id, displayValue }, index) =>
      filled(new sdk.Pipeline.Maps(), { Id: id, DisplayValue: displayValue, SequenceNumber: index + 1 }),
    );
    const renewals = filled(new sdk.Pipeline.Pipeline(), { DisplayValue: 'Renewals', Default: false, Maps });
    const created = await answerOf(
      pipelines.createPipeline(filled(new sdk.Pipeline.BodyWrapper(), { Pipeline: [renewals] })),
    );
    expect(created).toMatchObject({
      status: 201,
      kind: 'ActionWrapper',
      value: { pipeline: [written('Pipeline created', anId)] },
    });
    const shown = await answerOf(pipelines.getPipeline(idOf(created, 'pipeline')));
    expect(shown.value.pipeline).toMatchObject([
      { displayValue: 'Renewals', default1: false, maps: [{ id: first.id }, {}] },
    ]);
  });

  test('variables', async () => {
    const variables = new sdk.Variables.VariablesOperations();
    const groups = await answerOf(new sdk.VariableGroups.VariableGroupsOperations().getVariableGroups());
    expect(groups).toMatchObject({
      status: 200,
      kind: 'ResponseWrapper',
      value: { variableGroups: [{ apiName: 'General' }] },
    });
    const VariableGroup = filled(new sdk.Variables.VariableGroup(), { Id: groups.value.variableGroups[0].id });
    const body = (members: object) =>
      filled(new sdk.Variables.BodyWrapper(), { Variables: [filled(new sdk.Variables.Variable(), { ...members })] });
    const rate = { Name: 'Rate', APIName: 'Rate', Type: new sdk.Choice('integer'), Value: 5, VariableGroup };
    const created = await answerOf(variables.createVariables(body(rate)));
    expect(created).toMatchObject({
      status: 201,
      kind: 'ActionWrapper',
      value: { variables: [written('variable added', anId)] },
    });
    const id = idOf(created, 'variables');
    expect((await answerOf(variables.updateVariableByApiname('Rate', body({ Value: 7 })))).value).toEqual({
      variables: [written('variable updated', { id })],
    });
    expect((await answerOf(variables.getVariableById(id))).value.variables).toMatchObject([
      { id, apiName: 'Rate', type: 'integer', value: 7, variableGroup: { apiName: 'General' } },
    ]);
    expect((await answerOf(variables.deleteVariable(id))).value).toEqual({
      variables: [written('variable deleted', { id })],
    });
  });
});
