/** Texts of a client's page. */
export const clientTexts = {
  tabsLabel: 'Parts of this application',
  tabs: {
    secret: 'Client Secret',
    code: 'Generate Code',
    settings: 'Settings',
    snippets: 'Snippets',
    activity: 'Activity',
  },
};
