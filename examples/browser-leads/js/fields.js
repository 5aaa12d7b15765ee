// biome-ignore-all lint/correctness/noUnusedVariables: these scripts share their functions through the page
/** What the CRM refuses, in words, at the field that it is about. */

const fieldLabels = { First_Name: 'First name', Last_Name: 'Last name', Email: 'E-mail', Company: 'Company' };

/**
 * A refusal of the CRM in plain language. What has no words here is told by the CRM's own, with its code for whoever helps.
 * @param {{ code: string, message: string, details?: object }} refusal
 */
function plainText({ code, message, details = {} }) {
  const field = details.api_name;
  const label = fieldLabels[field] ?? field;
  if (code === 'MANDATORY_NOT_FOUND' && label) return `${label} is needed.`;
  if (code === 'INVALID_DATA' && field === 'Email') return 'Write an e-mail address such as ana@example.com.';
  if (code === 'INVALID_DATA' && details.maximum_length) {
    return `${label} is too long: at most ${details.maximum_length} characters.`;
  }
  if (code === 'INVALID_DATA' && label) return `The CRM cannot take this as ${label.toLowerCase()}.`;
  if (code === 'DUPLICATE_DATA' && label) return `There is a lead with this ${label.toLowerCase()} already.`;
  if (code === 'NO_PERMISSION') return 'Your profile in the CRM does not allow this.';
  // The page may have asked for too little, which no new sign-in mends: so whoever wrote it is told, too.
  if (code === 'OAUTH_SCOPE_MISMATCH') return `The access that you granted does not cover this. ${code}: ${message}`;
  return `${message} (${code})`;
}

/** Says at an input what is wrong with it. The mark goes when the input is changed. */
function markInput(input, text) {
  const line = document.createElement('p');
  line.className = 'field-problem';
  line.id = `${input.id}Problem`;
  line.setAttribute('role', 'alert');
  line.textContent = text;
  input.after(line);
  input.setAttribute('aria-invalid', 'true');
  input.setAttribute('aria-describedby', line.id);
  input.addEventListener('input', () => clearMark(input), { once: true });
  input.focus();
}

function clearMark(input) {
  input.removeAttribute('aria-invalid');
  input.removeAttribute('aria-describedby');
  document.getElementById(`${input.id}Problem`)?.remove();
}

/** Marks the input of the field that was refused, if the form has it. */
function markField(form, field, text) {
  const input = [...form.querySelectorAll('input')].find((each) => each.dataset.field === field);
  if (!input || !field) return false;
  markInput(input, text);
  return true;
}

function clearMarks(form) {
  for (const input of form.querySelectorAll('input[aria-invalid]')) clearMark(input);
}
