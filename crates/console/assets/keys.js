// Single-key shortcuts: a key activates the control with that `data-key`, which the page shows on the
// button. They are ignored while a text field has the focus. `?` lists those of the page. Pages do not
// load this script for staff members who switched shortcuts off.

const isWriting = (element) =>
  element instanceof HTMLElement &&
  (element.isContentEditable || element.matches("textarea, select, input:not([type=radio], [type=checkbox])"));

function press(element) {
  if (element.matches("textarea, select")) {
    element.focus();
    return;
  }
  if (element.matches("input[type=radio]")) element.focus();
  element.click();
  if (element.matches("summary") && element.parentElement.open) {
    element.parentElement.querySelector("textarea, select")?.focus();
  }
}

/** Returns the text of a control's label without its key. */
function labelOf(element) {
  const label = element.labels?.[0] ?? element;
  const copy = label.cloneNode(true);
  for (const part of copy.querySelectorAll("kbd, input, select, textarea")) part.remove();
  return copy.textContent.trim();
}

/** Lists the keys of the page in the dialog, after those that every page has. */
function list(dialog) {
  const rows = dialog.querySelector("dl");
  for (const old of rows.querySelectorAll("[data-listed]")) old.remove();
  const seen = new Set(["v"]);
  for (const element of document.querySelectorAll("[data-key]")) {
    const { key } = element.dataset;
    if (seen.has(key)) continue;
    seen.add(key);
    const row = document.createElement("div");
    const [term, meaning] = [document.createElement("dt"), document.createElement("dd")];
    const cap = document.createElement("kbd");
    cap.textContent = key.toUpperCase();
    term.append(cap);
    // Two fieldsets have a measure of the same name.
    const group = element.closest("fieldset")?.querySelector("legend")?.textContent;
    meaning.textContent = group ? `${group}: ${labelOf(element)}` : labelOf(element);
    row.dataset.listed = "";
    row.append(term, meaning);
    rows.append(row);
  }
}

const help = document.querySelector("#keys-help");
for (const row of help?.querySelectorAll("[data-on]") ?? []) row.hidden = !document.querySelector(row.dataset.on);

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.repeat) return;
  if (event.key === "Escape" && isWriting(event.target)) {
    event.target.blur();
    return;
  }
  if (isWriting(event.target) || document.querySelector("dialog[open]")) return;
  if (event.key === "?" && help) {
    event.preventDefault();
    list(help);
    help.showModal();
    return;
  }
  const key = event.key.toLowerCase();
  // view.js and items.js handle these: `v` is held and not pressed, `c` and `l` change how a clear
  // picture looks, `j` and `k` move between the items.
  if (!/^[a-z0-9]$/.test(key) || "vcljk".includes(key)) return;
  const element = document.querySelector(`[data-key="${key}"]`);
  if (!element) return;
  event.preventDefault();
  press(element);
});
