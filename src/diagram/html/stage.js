// The picture that is seen: moved by pointer, wheel, pinch and keys. It tells what was clicked, and knows
// nothing of what that means.

const NEAREST = 8;
const FURTHEST = 0.02;
// Below the one nobody reads anything, so that a picture begins at its top instead of being seen as a whole; what
// somebody has asked for is shown at least as large as the other.
const LEGIBLE = 0.5;
const READABLE = 0.66;
const MARGIN = 14;

function makeStage(element, holder, onPick) {
  let svg = null;
  let size = [1, 1];
  let view = { x: 0, y: 0, scale: 1 };
  let untouched = true;
  let onView = () => {};
  const pointers = new Map();
  let dragged = false;
  let spread = 0;

  const box = () => element.getBoundingClientRect();

  function apply() {
    if (!svg) return;
    const { width, height } = box();
    svg.setAttribute("viewBox", `${view.x} ${view.y} ${width / view.scale} ${height / view.scale}`);
    element.style.setProperty("--grid", `${24 * view.scale}px`);
    element.style.setProperty("--grid-x", `${-view.x * view.scale}px`);
    element.style.setProperty("--grid-y", `${-view.y * view.scale}px`);
    onView({ x: view.x, y: view.y, w: width / view.scale, h: height / view.scale });
  }

  function whole() {
    const { width, height } = box();
    const [w, h] = [size[0] + 2 * MARGIN, size[1] + 2 * MARGIN];
    return Math.min((width - 16) / w, (height - 16) / h, 1.4);
  }

  function place(scale, atTop) {
    const { width, height } = box();
    const [w, h] = [width / scale, height / scale];
    view = { scale, x: (size[0] - w) / 2, y: (size[1] - h) / 2 };
    if (atTop && size[1] > h) view.y = -2 * MARGIN;
    if (atTop && size[0] > w) view.x = -2 * MARGIN;
    apply();
  }

  function fit() {
    untouched = true;
    place(whole(), false);
  }

  function begin() {
    const scale = whole();
    untouched = true;
    place(scale < LEGIBLE ? READABLE : scale, scale < LEGIBLE);
  }

  function zoom(factor, at) {
    const { left, top, width, height } = box();
    const [px, py] = at ? [at.x - left, at.y - top] : [width / 2, height / 2];
    const scale = Math.min(NEAREST, Math.max(FURTHEST, view.scale * factor));
    view.x += px / view.scale - px / scale;
    view.y += py / view.scale - py / scale;
    view.scale = scale;
    untouched = false;
    apply();
  }

  function pan(dx, dy) {
    view.x -= dx / view.scale;
    view.y -= dy / view.scale;
    untouched = false;
    apply();
  }

  // Brings a box of the picture into sight, near enough to be read.
  function reveal([x, y, w, h]) {
    const { width, height } = box();
    const scale = Math.max(view.scale, READABLE);
    const seen = { left: view.x, top: view.y, right: view.x + width / view.scale, bottom: view.y + height / view.scale };
    const inSight = x > seen.left && y > seen.top && x + w < seen.right && y + h < seen.bottom;
    if (inSight && scale === view.scale) return;
    view = { scale, x: x + w / 2 - width / scale / 2, y: y + h / 2 - height / scale / 2 };
    untouched = false;
    apply();
  }

  function centre(x, y) {
    const { width, height } = box();
    view.x = x - width / view.scale / 2;
    view.y = y - height / view.scale / 2;
    untouched = false;
    apply();
  }

  function show(picture, newSize, keep) {
    svg = picture;
    size = newSize;
    holder.replaceChildren(picture);
    if (keep && !untouched) apply();
    else begin();
  }

  element.addEventListener("wheel", (event) => {
    if (event.target.closest(".tools,.map")) return;
    event.preventDefault();
    const unit = event.deltaMode === 1 ? 16 : 1;
    if (event.shiftKey) pan(-(event.deltaX || event.deltaY) * unit, 0);
    else zoom(Math.exp(-event.deltaY * unit * (event.ctrlKey ? 0.01 : 0.0016)), { x: event.clientX, y: event.clientY });
  }, { passive: false });

  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || event.target.closest(".tools,.map")) return;
    pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (pointers.size === 1) dragged = false;
    spread = 0;
  });
  element.addEventListener("pointermove", (event) => {
    const before = pointers.get(event.pointerId);
    if (!before) return;
    const now = { x: event.clientX, y: event.clientY };
    const [dx, dy] = [now.x - before.x, now.y - before.y];
    if (pointers.size === 1 && !dragged && Math.hypot(dx, dy) < 5) return;
    if (!dragged) element.setPointerCapture(event.pointerId);
    dragged = true;
    element.classList.add("is-moved");
    pointers.set(event.pointerId, now);
    if (pointers.size === 1) return pan(dx, dy);
    const [a, b] = [...pointers.values()];
    const middle = { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
    const apart = Math.hypot(a.x - b.x, a.y - b.y);
    pan(dx / 2, dy / 2);
    if (spread) zoom(apart / spread, middle);
    spread = apart;
  });
  const release = (event) => {
    pointers.delete(event.pointerId);
    spread = 0;
    if (pointers.size === 0) element.classList.remove("is-moved");
  };
  element.addEventListener("pointerup", release);
  element.addEventListener("pointercancel", release);

  element.addEventListener("click", (event) => {
    if (dragged || event.target.closest(".tools,.map")) return;
    for (const what of ["finding", "node", "edge", "group"]) {
      const hit = event.target.closest(`[data-${what}]`);
      // The ground of a frame is the ground of the picture; its name and its line are its own.
      if (hit && !(what === "group" && event.target.tagName === "rect")) return onPick(what, Number(hit.dataset[what]));
    }
    onPick(null);
  });
  element.addEventListener("dblclick", (event) => {
    if (!event.target.closest("[data-node],.tools,.map")) zoom(1.6, { x: event.clientX, y: event.clientY });
  });

  new ResizeObserver(() => (untouched ? begin() : apply())).observe(element);

  let printed = null;
  addEventListener("beforeprint", () => {
    if (!svg) return;
    printed = svg.getAttribute("viewBox");
    svg.setAttribute("viewBox", `${-MARGIN} ${-MARGIN} ${size[0] + 2 * MARGIN} ${size[1] + 2 * MARGIN}`);
  });
  addEventListener("afterprint", () => printed && svg?.setAttribute("viewBox", printed));

  return {
    show,
    fit,
    zoom,
    pan,
    reveal,
    centre,
    whenMoved(listener) {
      onView = listener;
    },
  };
}
