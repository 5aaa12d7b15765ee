// biome-ignore-all lint/correctness/noUnusedVariables: these scripts share their functions through the page
/** What both pages share: the sign-in panel, the choice of where to start, messages, and reading answers of the CRM. */

const startKey = 'lead_desk_start';
/** Set in this tab while nothing may open by itself: after a sign-out, and while the person chooses. */
const waitKey = 'lead_desk_wait';
const startLabels = { us: 'Global', cn: 'China' };

const sessionTexts = {
  signed_out: ['Not signed in', 'Sign in to work with the leads of your organization.'],
  signing_in: ['Signing in', 'Finish in the sign-in window, then come back here.'],
  access_denied: [
    'You did not allow access',
    'The answer was access_denied; no token was stored. You can sign in again.',
  ],
  popup_blocked: ['Not signed in', 'Your browser held back the sign-in window. Choose Sign in to open it.'],
  window_closed: ['Not signed in', 'The sign-in window was closed before access was granted.'],
};

const answerTexts = {
  '': `No answer from the CRM: the network failed, or it refuses calls from ${window.location.origin} because this origin is no JavaScript domain of the client.`,
  '{}': 'Nothing was sent, because no one is signed in.',
};

/** The accounts server to start at: the person's earlier choice, or the first one. */
function chosenAccountsUrl(accountsUrls) {
  const start = localStorage.getItem(startKey);
  return accountsUrls[start] ?? Object.values(accountsUrls)[0];
}

/** Whether to sign in without being asked: there is nothing to choose, or the person has chosen before. */
function maySignInAtOnce(accountsUrls) {
  if (sessionStorage.getItem(waitKey)) return false;
  return Object.keys(accountsUrls).length < 2 || localStorage.getItem(startKey) in accountsUrls;
}

/** Offers the accounts servers as radio buttons. Another choice starts the page over with it. */
function offerStarts(accountsUrls) {
  const current = chosenAccountsUrl(accountsUrls);
  const options = Object.entries(accountsUrls).map(([id, url]) => {
    const label = document.createElement('label');
    const radio = document.createElement('input');
    Object.assign(radio, { type: 'radio', name: 'start', value: id, checked: url === current });
    label.append(radio, startLabels[id] ?? id.toUpperCase());
    return label;
  });
  const box = document.getElementById('startOptions');
  box.replaceChildren(...options);
  box.addEventListener('change', (event) => {
    sessionStorage.setItem(waitKey, 'true');
    localStorage.setItem(startKey, event.target.value);
    window.location.reload();
  });
}

/** Shows who is signed in, or why no one is. */
function showSession(state) {
  const { status, error, location } = state;
  const [title, hint] = sessionTexts[status === 'signed_out' && error ? error : status] ?? [
    'Not signed in',
    `The sign-in ended with ${error ?? 'no answer'}.`,
  ];
  const place = location ? `Signed in at data centre ${location.toUpperCase()}` : 'Signed in';
  const signedIn = status === 'signed_in';
  setText('sessionTitle', signedIn ? place : title);
  setText('sessionHint', signedIn ? `Calls go to ${state.apiDomain}.` : hint);
  document.getElementById('session').dataset.status = error ?? status;
  const signInButton = document.getElementById('signInButton');
  signInButton.hidden = signedIn;
  signInButton.textContent = status === 'signing_in' ? 'Start over' : 'Sign in';
  document.getElementById('signOutButton').hidden = !signedIn;
  const choice = document.getElementById('startChoice');
  choice.hidden = signedIn || choice.querySelectorAll('input').length < 2;
}

/**
 * Makes the two buttons of the panel work; browsers allow a window only on a click like this one.
 * @param {{ getState(): object, signIn(options: object): Promise<unknown>, signOut(): unknown }} auth
 */
function connectSessionButtons(auth) {
  document.getElementById('signInButton').addEventListener('click', () => {
    const choice = document.querySelector('input[name="start"]:checked');
    if (choice) localStorage.setItem(startKey, choice.value);
    sessionStorage.removeItem(waitKey);
    const restart = auth.getState().status === 'signing_in';
    // The outcome, good or bad, is shown by showSession.
    auth.signIn({ restart }).catch(() => {});
  });
  document.getElementById('signOutButton').addEventListener('click', () => {
    showMessage('');
    sessionStorage.setItem(waitKey, 'true');
    auth.signOut();
  });
}

/**
 * Reads the string that every call of the SDK gives. `problem` is empty when the call succeeded.
 * @returns {{ data: object, problem: string, field: string | undefined }}
 */
function readAnswer(resp) {
  if (resp in answerTexts) return { data: {}, problem: answerTexts[resp], field: undefined };
  let data;
  try {
    data = JSON.parse(resp);
  } catch {
    return { data: {}, problem: 'The CRM gave an answer that is no JSON.', field: undefined };
  }
  const failed = data.status === 'error' ? data : data.data?.find?.((item) => item.status === 'error');
  if (!failed) return { data, problem: '', field: undefined };
  return { data, problem: plainText(failed), field: failed.details?.api_name };
}

/** Shows a problem or, with kind `success`, good news; an empty text hides the line. */
function showMessage(text, kind = 'error') {
  const line = document.getElementById('message');
  line.className = `message ${kind}`;
  line.textContent = text;
  line.hidden = !text;
}

/** Says what to do when the SDK's file is not there. */
function tellMissingSdk(file) {
  setText('sessionTitle', 'The browser SDK is missing');
  setText('sessionHint', `${file} was not found. Build it with "npm run build", then reload this page.`);
  document.getElementById('submitButton')?.setAttribute('disabled', '');
}

function setText(id, text) {
  document.getElementById(id).textContent = text;
}
