// biome-ignore-all lint/correctness/noUnusedVariables: these scripts share their functions through the page
/** Start of the list's page: when to fetch, and what can be done with a row. */

let listedFor = null;

/** The buttons of a row. */
function leadActions(lead) {
  return [actionOf('Edit', lead, () => edit(lead.id)), actionOf('Delete', lead, () => deleteR(lead.id))];
}

/** Fetches the list when someone signs in and takes it away when they sign out. */
function followSession(state) {
  const signedInTo = state.status === 'signed_in' ? state.apiDomain : null;
  if (signedInTo === listedFor) return;
  listedFor = signedInTo;
  if (signedInTo === null) return hideLeads();
  setText('listNote', 'Loading…');
  listView();
}

if (init()) {
  connectList(listView);
  ZCRM.API.AUTH.onChange(followSession);
  followSession(ZCRM.API.AUTH.getState());
}

const flash = sessionStorage.getItem('flash');
sessionStorage.removeItem('flash');
if (flash) showMessage(flash, 'success');
