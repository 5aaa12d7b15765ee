// Fills in and sends the form of a passkey when its button is pressed: the only page code that the platform's own pages
// have, because browsers give passkeys to scripts only. Without it the button is not shown.
for (const form of document.querySelectorAll('form[data-passkey]')) {
  if (!window.PublicKeyCredential?.parseRequestOptionsFromJSON) continue;
  form.hidden = false;
  const failed = form.querySelector('[role=alert]');
  form.addEventListener('submit', async (event) => {
    if (form.elements.answer.value !== '') return;
    event.preventDefault();
    failed.hidden = true;
    try {
      const options = JSON.parse(form.dataset.options);
      const credential =
        form.dataset.passkey === 'create'
          ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
          : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
      form.elements.answer.value = JSON.stringify(credential);
      form.requestSubmit();
    } catch {
      failed.hidden = false;
    }
  });
}
