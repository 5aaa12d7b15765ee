/** Start of the form's page. Scripts live in files because the page's security policy allows no inline ones. */

const inputOfField = { First_Name: 'firstName', Last_Name: 'lastName', Email: 'email', Company: 'company' };

init();

document.getElementById('leadForm').addEventListener('submit', async (event) => {
  event.preventDefault();
  const button = document.getElementById('submitButton');
  if (button.getAttribute('aria-disabled') === 'true') return;
  markField(null);
  showMessage('');
  // Stays focusable, so that keyboard users do not lose their place.
  button.setAttribute('aria-disabled', 'true');
  try {
    const { field } = await submitData();
    markField(inputOfField[field]);
  } finally {
    button.removeAttribute('aria-disabled');
  }
});

/** Points at the field that the CRM refused. */
function markField(id) {
  for (const input of document.querySelectorAll('#leadForm input')) {
    if (input.id === id) {
      input.setAttribute('aria-invalid', 'true');
      input.setAttribute('aria-describedby', 'message');
      input.focus();
    } else {
      input.removeAttribute('aria-invalid');
      input.removeAttribute('aria-describedby');
    }
  }
}
