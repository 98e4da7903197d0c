// Shows a picture clearly while a key or the pointer is held. The server records the view before
// the first byte leaves; letting go, or leaving the page, clears the canvas and ends the view. A view
// begins only while more than half of the picture is on the screen, so that no view is recorded of a
// picture that the reviewer did not see.
//
// The picture is grey or coloured, and in its place or as large as the window, as `data-tint` and
// `data-size` of the body say; `C` and `L` change them on this page. That is one view either way.

import { areas, currentItem, holdWhile } from "./items.js";

const csrf = document.querySelector("meta[name=csrf]")?.content ?? "";
const LASTS_MAX_MS = 120_000;
const TOGGLE_MS = 10_000;
const HEARTBEAT_MS = 5_000;
/** The part of a picture that must be on the screen for a view to begin. */
const VISIBLE_MIN = 0.5;

const headers = { accept: "application/json" };

/** Returns the server's message about a request that failed; empty if it sent none. */
async function why(answer) {
  const { happened, todo } = await answer.json().catch(() => ({}));
  return happened ? `${happened}. ${todo}` : "";
}

class View {
  constructor(place) {
    this.place = place;
    this.item = place.closest(".item");
    this.frame = place.querySelector(".frame");
    this.button = place.querySelector("button");
    this.status = place.querySelector("[role=status]");
    this.isToggle = place.dataset.view === "toggle";
    this.open = null;
    this.button.hidden = false;
    const blurred = this.frame.querySelector("img");
    blurred?.addEventListener("error", () => this.frame.replaceChildren(this.sentence(this.frame.dataset.broken)));
    if (blurred?.complete && blurred.naturalWidth === 0) blurred.dispatchEvent(new Event("error"));
    if (this.isToggle) {
      this.button.addEventListener("click", () => (this.open ? this.end() : this.begin(TOGGLE_MS)));
    } else {
      this.button.addEventListener("pointerdown", (event) => {
        this.button.setPointerCapture(event.pointerId);
        this.begin(LASTS_MAX_MS);
      });
      for (const over of ["pointerup", "pointercancel", "lostpointercapture", "blur"]) {
        this.button.addEventListener(over, () => this.end());
      }
      this.button.addEventListener("keydown", (event) => {
        if (event.repeat || (event.key !== " " && event.key !== "Enter")) return;
        event.preventDefault();
        this.begin(LASTS_MAX_MS);
      });
      this.button.addEventListener("keyup", () => this.end());
    }
    this.button.addEventListener("contextmenu", (event) => event.preventDefault());
  }

  isVisible() {
    const { visible, whole } = areas(this.frame);
    return visible > whole * VISIBLE_MIN;
  }

  async begin(lasts) {
    if (this.open) return;
    if (!this.isVisible()) {
      this.status.textContent = this.status.dataset.unseen;
      return;
    }
    const open = (this.open = { view: null, timers: [], canvas: null });
    try {
      const body = new URLSearchParams(this.place.dataset.by);
      body.set("item", this.place.dataset.item);
      body.set("csrf", csrf);
      const begun = await fetch(this.place.dataset.openView, { method: "POST", body, headers });
      if (!begun.ok) throw new Error(await why(begun));
      const { view, picture } = await begun.json();
      open.view = view;
      if (this.open !== open) return this.close(open);
      open.timers.push(setTimeout(() => this.end(), lasts));
      open.timers.push(setInterval(() => this.heartbeat(open), HEARTBEAT_MS));
      const bytes = await fetch(picture, { headers });
      if (!bytes.ok) throw new Error(await why(bytes));
      const bitmap = await createImageBitmap(await bytes.blob());
      if (this.open === open) this.draw(open, bitmap);
      bitmap.close();
      refreshNeeded();
    } catch (error) {
      this.status.textContent = error.message || this.status.dataset.failed;
      this.status.classList.add("bad");
      this.end();
    }
  }

  sentence(text) {
    const sentence = document.createElement("p");
    sentence.textContent = text;
    return sentence;
  }

  draw(open, bitmap) {
    open.canvas = document.createElement("canvas");
    open.canvas.width = bitmap.width;
    open.canvas.height = bitmap.height;
    open.canvas.getContext("2d").drawImage(bitmap, 0, 0);
    this.frame.append(open.canvas);
  }

  async heartbeat(open) {
    const answer = await this.post(open, "heartbeat").catch(() => null);
    if (!answer?.ok && this.open === open) this.end();
  }

  end() {
    const open = this.open;
    if (!open) return;
    this.open = null;
    for (const timer of open.timers) clearInterval(timer);
    if (open.canvas) {
      open.canvas.width = 0;
      open.canvas.remove();
    }
    this.close(open);
  }

  close(open) {
    if (!open.view) return;
    const body = new URLSearchParams({ csrf });
    navigator.sendBeacon(`/console/views/${open.view}/close`, body);
  }

  post(open, what) {
    const body = new URLSearchParams({ csrf });
    return fetch(`/console/views/${open.view}/${what}`, { method: "POST", body, headers });
  }
}

const views = [...document.querySelectorAll("[data-open-view]")].map((place) => new View(place));
const endAll = () => views.forEach((view) => view.end());
addEventListener("blur", endAll);
addEventListener("pagehide", endAll);
document.addEventListener("visibilitychange", endAll);

// Which views are still needed, as the server says after each view. Only the text is replaced: the
// pictures of the answer are not loaded, so no view is recorded for them.
function refreshNeeded() {
  const needed = document.querySelector("#views-needed");
  if (!needed) return;
  // The pages permit no parser of text (trusted types); a request parses its own answer.
  const request = new XMLHttpRequest();
  // The answer to a form has the form's address, below that of its page: /console/cases/ID/decide.
  const path = location.pathname.split("/");
  request.open("GET", path.length > 4 ? path.slice(0, 4).join("/") : location.href);
  request.responseType = "document";
  request.addEventListener("load", () => {
    const now = request.response?.querySelector("#views-needed");
    if (request.status !== 200 || !now) return;
    needed.className = now.className;
    needed.replaceChildren(...now.childNodes);
  });
  request.send();
}

holdWhile(() => views.some((view) => view.open));
document.addEventListener("mamori:move", endAll);
// The blurred picture is loaded once its button is pressed; the page stays, so that nothing is lost.
for (const link of document.querySelectorAll("a[data-blurred]")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    const picture = document.createElement("img");
    picture.alt = link.textContent;
    picture.src = link.href;
    link.closest(".item-view").querySelector(".frame").replaceChildren(picture);
  });
}

const viewOf = (item) => views.find((view) => view.item === item);

/** Changes how clear pictures look on this page. */
function change(name, [one, other]) {
  const { dataset } = document.body;
  dataset[name] = dataset[name] === one ? other : one;
}

const isWriting = (element) => element.matches?.("textarea, select, input:not([type=radio], [type=checkbox])");
const hasKeys = !document.body.classList.contains("keyless");
document.addEventListener("keydown", (event) => {
  if (!hasKeys || isWriting(event.target) || document.querySelector("dialog[open]")) return;
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.repeat) return;
  const key = event.key.toLowerCase();
  const view = viewOf(currentItem());
  if (key === "c") change("tint", ["grey", "colour"]);
  else if (key === "l") change("size", ["medium", "large"]);
  else if (key === "v" && view?.isToggle) view.button.click();
  else if (key === "v") view?.begin(LASTS_MAX_MS);
});
document.addEventListener("keyup", (event) => {
  if (event.key.toLowerCase() === "v") views.filter((view) => !view.isToggle).forEach((view) => view.end());
});
