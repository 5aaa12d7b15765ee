/** The rule that most codes of the API come from. */
export const openApi = '/crm/v8/openapi.json of the operation';
