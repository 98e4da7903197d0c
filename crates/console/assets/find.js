// Ctrl-K opens a copy of the header's search form in a dialog, on every page. Without this script the
// form in the header works the same.

const form = document.querySelector("form.find");
if (form) {
  const dialog = document.createElement("dialog");
  const copy = form.cloneNode(true);
  const label = copy.querySelector("label");
  const input = copy.querySelector("input");
  input.id = "find-anywhere";
  label.htmlFor = input.id;
  label.className = "";
  dialog.setAttribute("aria-label", label.textContent);
  dialog.append(copy);
  document.body.append(dialog);
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.key.toLowerCase() !== "k") return;
    event.preventDefault();
    if (!dialog.open) dialog.showModal();
    input.focus();
    input.select();
  });
}
