// The items of a page. One is the current item: the one whose picture has the largest area on the
// screen, the one that has the focus, or, after `J`, `K` or an arrow key, the next or previous one. Only
// the controls of the current item are in the tab order, so that Tab leaves the items after these.

const items = [...document.querySelectorAll(".item")];
const hasKeys = !document.body.classList.contains("keyless");

/** Returns the area of an element that is on the screen, and its whole area, in pixels. */
export function areas(element) {
  const { top, bottom, left, right, width, height } = element.getBoundingClientRect();
  const wide = Math.min(right, innerWidth) - Math.max(left, 0);
  // What the header at the top covers is not seen.
  const high = Math.min(bottom, innerHeight) - Math.max(top, covered());
  return { visible: Math.max(0, wide) * Math.max(0, high), whole: width * height };
}

/** Returns the height of the header while it stays at the top of the screen. */
function covered() {
  const header = document.querySelector("header.top");
  if (!header || !["sticky", "fixed"].includes(getComputedStyle(header).position)) return 0;
  return Math.max(0, header.getBoundingClientRect().bottom);
}

const controls = (item) => item.querySelectorAll("a[href], button, input:not([type=hidden]), select, summary, textarea");
/** Returns what is measured of an item: its picture, or the whole item if it has none. */
const shown = (item) => item.querySelector(".frame") ?? item;

let current = null;
let isMoving = false;
let isHeld = () => false;

/** Returns the current item. */
export const currentItem = () => current;

/** Keeps the current item for as long as `held` returns true: while a picture is viewed clear. */
export function holdWhile(held) {
  isHeld = held;
}

function mark(item) {
  if (current === item) return;
  current?.removeAttribute("data-current");
  current = item;
  current?.setAttribute("data-current", "");
  for (const one of items) {
    for (const control of controls(one)) control.tabIndex = one === current ? 0 : -1;
  }
}

function markLargest() {
  if (isMoving || isHeld()) return;
  const focused = items.find((item) => item.contains(document.activeElement) && areas(shown(item)).visible > 0);
  let largest = null;
  let most = 0;
  for (const item of items) {
    const { visible } = areas(shown(item));
    // A little more, so that two pictures of the same size do not take turns.
    if (visible > most + 1) [largest, most] = [item, visible];
  }
  // Without an item on the screen the current one stays, so that Tab still finds it.
  mark(focused ?? largest ?? current ?? items[0] ?? null);
}

function move(by) {
  const at = items.indexOf(current);
  const next = items[at < 0 ? 0 : Math.min(items.length - 1, Math.max(0, at + by))];
  if (!next) return;
  document.dispatchEvent(new Event("mamori:move"));
  mark(next);
  isMoving = true;
  next.scrollIntoView({ block: "nearest", behavior: "instant" });
  controls(next)[0]?.focus({ preventScroll: true });
  // The scroll event of this movement comes with the next frame.
  requestAnimationFrame(() => requestAnimationFrame(() => (isMoving = false)));
}

/** Returns the item above or below the current one: the nearest of the next row in that direction. */
function inRow(direction) {
  const from = current?.getBoundingClientRect();
  if (!from) return 0;
  const at = items.indexOf(current);
  const beyond = items
    .map((item, place) => ({ place, box: item.getBoundingClientRect() }))
    .filter(({ box }) => (direction > 0 ? box.top >= from.bottom - 1 : box.bottom <= from.top + 1));
  const distance = ({ box }) => Math.abs(box.top - from.top) * 10_000 + Math.abs(box.left - from.left);
  const nearest = beyond.sort((one, other) => distance(one) - distance(other))[0];
  return nearest ? nearest.place - at : 0;
}

let isAwaited = false;
function markSoon() {
  if (isAwaited) return;
  isAwaited = true;
  requestAnimationFrame(() => {
    isAwaited = false;
    markLargest();
  });
}

const isWriting = (element) => element.matches?.("textarea, select, input:not([type=radio], [type=checkbox])");

const ARROWS = { ArrowRight: () => 1, ArrowLeft: () => -1, ArrowDown: () => inRow(1), ArrowUp: () => inRow(-1) };
document.addEventListener("keydown", (event) => {
  if (isWriting(event.target) || document.querySelector("dialog[open]")) return;
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  const key = event.key.toLowerCase();
  if (hasKeys && (key === "j" || key === "k")) {
    event.preventDefault();
    move(key === "j" ? 1 : -1);
  } else if (event.key in ARROWS && current?.contains(event.target)) {
    event.preventDefault();
    move(ARROWS[event.key]());
  }
});

if (items.length > 0) {
  addEventListener("scroll", markSoon, { passive: true });
  addEventListener("resize", markSoon, { passive: true });
  document.addEventListener("focusin", markSoon);
  document.addEventListener("focusout", markSoon);
  // A picture that comes late changes the layout.
  document.addEventListener("load", markSoon, { capture: true, passive: true });
  markLargest();
}
