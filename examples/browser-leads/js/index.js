/** Start of the form's page. Scripts live in files because the page's security policy allows no inline ones. */

init();

document.getElementById('leadForm').addEventListener('submit', async (event) => {
  event.preventDefault();
  const form = event.target;
  const button = document.getElementById('submitButton');
  if (button.getAttribute('aria-disabled') === 'true') return;
  clearMarks(form);
  showMessage('');
  // Stays focusable, so that keyboard users do not lose their place.
  button.setAttribute('aria-disabled', 'true');
  try {
    const { problem, field } = await submitData();
    if (problem && !markField(form, field, problem)) showMessage(problem);
  } finally {
    button.removeAttribute('aria-disabled');
  }
});
