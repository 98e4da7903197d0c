// Single-key shortcuts: a key activates the control with that `data-key`, which the page shows on the
// button. They are ignored while a text field has the focus. Pages do not load this script for staff
// members who switched shortcuts off.

const isWriting = (element) =>
  element instanceof HTMLElement &&
  (element.isContentEditable || element.matches("textarea, select, input:not([type=radio], [type=checkbox])"));

function press(element) {
  if (element.matches("textarea")) {
    element.focus();
    return;
  }
  if (element.matches("input[type=radio]")) element.focus();
  element.click();
  if (element.matches("summary") && element.parentElement.open) {
    element.parentElement.querySelector("textarea, select")?.focus();
  }
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.repeat) return;
  if (event.key === "Escape" && isWriting(event.target)) {
    event.target.blur();
    return;
  }
  if (isWriting(event.target) || document.querySelector("dialog[open]")) return;
  const key = event.key.toLowerCase();
  // view.js handles these: `v` is held and not pressed, `j` and `k` move between the items.
  if (!/^[a-z0-9]$/.test(key) || "vjk".includes(key)) return;
  const element = document.querySelector(`[data-key="${key}"]`);
  if (!element) return;
  event.preventDefault();
  press(element);
});
