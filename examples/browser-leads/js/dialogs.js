// biome-ignore-all lint/correctness/noUnusedVariables: these scripts share their functions through the page
/** The two dialogs of the list. Each gives a promise of the person's answer. */

/** Shows a dialog and waits until it closes; true when the person confirmed. Escape counts as no. */
function askDialog(dialog) {
  dialog.returnValue = 'cancel';
  // No submit button, so that Enter in a field saves.
  dialog.querySelector('button[value="cancel"]').onclick = () => dialog.close('cancel');
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'ok'), { once: true });
  });
}

/** Asks for the values of a lead, and says at its field what was wrong before. Gives null when the person cancels. */
async function askForValues(lead, problem, field) {
  const dialog = document.getElementById('editDialog');
  const inputs = [...dialog.querySelectorAll('input')];
  for (const input of inputs) input.value = lead[input.name] ?? '';
  const line = document.getElementById('editProblem');
  clearMarks(dialog);
  const asked = askDialog(dialog);
  // Only an input that is shown can take the focus.
  const marked = problem && markField(dialog, field, problem);
  line.textContent = marked ? '' : problem;
  line.hidden = line.textContent === '';
  const confirmed = await asked;
  return confirmed ? Object.fromEntries(inputs.map((input) => [input.name, input.value])) : null;
}

/** Asks whether to delete. */
function askToDelete(name) {
  setText('deleteText', `${name} goes to the recycle bin of the CRM.`);
  return askDialog(document.getElementById('deleteDialog'));
}
