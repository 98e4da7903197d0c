// Ctrl-K opens a copy of the header's search form in a dialog, on every page, and shows results while the
// text is typed. Without this script the form in the header finds the same.

/** How long the text must stay the same before it is searched for, in milliseconds. */
const PAUSE = 200;

const form = document.querySelector("form.find");
if (form) {
  const dialog = document.createElement("dialog");
  const copy = form.cloneNode(true);
  const label = copy.querySelector("label");
  const input = copy.querySelector("input");
  const list = document.createElement("ul");
  const status = document.createElement("p");
  list.className = "list";
  status.className = "hint";
  status.setAttribute("role", "status");
  input.id = "find-anywhere";
  label.htmlFor = input.id;
  label.className = "";
  copy.querySelector("kbd")?.remove();
  dialog.setAttribute("aria-label", label.textContent);
  dialog.append(copy, status, list);
  document.body.append(dialog);

  /** A text in its own element. */
  const small = (text, tone = "faint", tag = "span") => {
    const element = document.createElement(tag);
    element.className = `${tone} small`;
    element.textContent = text;
    return element;
  };

  /** A link, or the button of a form without fields. */
  const control = (row) => {
    const name = document.createElement("bdi");
    name.textContent = row.name;
    const control = document.createElement(row.is_form ? "button" : "a");
    control.append(small(row.kind), " ", name);
    for (const about of row.about) control.append(" ", small(about, "about"));
    if (!row.is_form) {
      control.href = row.path;
      return control;
    }
    const sent = document.createElement("form");
    sent.method = "post";
    sent.action = row.path;
    const token = document.createElement("input");
    token.type = "hidden";
    token.name = "csrf";
    token.value = document.querySelector("meta[name=csrf]").content;
    sent.append(token, control);
    return sent;
  };

  const show = ({ rows, none }, text) => {
    list.replaceChildren(...rows.map((row) => {
      const item = document.createElement("li");
      item.append(control(row));
      if (row.account) item.append(small(row.account, "faint", "p"));
      return item;
    }));
    status.textContent = rows.length === 0 && text ? none : "";
  };

  let asked = 0;
  const search = async () => {
    const text = input.value.trim();
    const number = ++asked;
    const answer = await fetch(`/console/find/results?q=${encodeURIComponent(text)}`);
    // A later search may have been answered first; a session may have ended.
    if (number !== asked || !answer.ok || answer.redirected) return;
    const results = await answer.json();
    if (number === asked) show(results, text);
  };

  let pause;
  input.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(search, PAUSE);
  });
  dialog.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || event.isComposing) return;
    const stops = [input, ...list.querySelectorAll("a, button")];
    const next = stops[stops.indexOf(document.activeElement) + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
  });
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.key.toLowerCase() !== "k") return;
    event.preventDefault();
    if (!dialog.open) dialog.showModal();
    input.focus();
    input.select();
  });
}
