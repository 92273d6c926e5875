// The page: which picture is seen, what is picked in it, and what is hidden.

const VIEW_NAMES = { flow: "Flow", services: "Services", sequence: "Runs", events: "Events", compensation: "Undoing", matrix: "Matrix" };

function sheetName(sheet) {
  const parts = [VIEW_NAMES[sheet.view] ?? sheet.view, sheet.subject, sheet.system].filter(Boolean);
  return parts.join(" · ");
}

const page = {
  data: JSON.parse(byId("data").textContent),
  sheet: 0,
  picked: null,
  hidden: new Set(),
};

const stageElement = byId("stage");
const holder = byId("picture");
const colours = new CSSStyleSheet();
document.adoptedStyleSheets = [colours];

const stage = makeStage(stageElement, holder, (what, at) => page.pick(what, at));
const map = makeMap(byId("map"), stage);
stage.whenMoved(map.draw);
const sheetNow = () => page.data.sheets[page.sheet];
const part = (what, at) => holder.querySelectorAll(`[data-${what}="${at}"]`);

page.say = (text) => {
  byId("status").textContent = text;
};

// ---- which picture -------------------------------------------------------------------------------

page.show = (at, keep) => {
  page.sheet = Math.max(0, Math.min(at, page.data.sheets.length - 1));
  const sheet = sheetNow();
  byId("empty").hidden = Boolean(sheet);
  byId("stale").hidden = !page.data.stale || !sheet;
  drawChoices();
  if (!sheet) {
    holder.replaceChildren();
    return;
  }
  map.fill(sheet.nodes.map((node) => node.at), sheet.size);
  stage.show(pictureOf(sheet.svg), sheet.size, keep);
  stageElement.setAttribute("aria-label", `Picture: ${sheetName(sheet)}, ${plural(sheet.nodes.length, "node")}`);
  drawKinds();
  hideKinds();
};

// Another picture, and something in it.
page.open = (at, what = null, n = 0) => {
  if (at !== page.sheet) {
    page.picked = null;
    page.show(at, false);
    page.say(sheetName(sheetNow()));
  }
  page.pick(what, n);
};

function drawChoices() {
  const { sheets } = page.data;
  const now = sheetNow();
  const views = [...new Set(sheets.map((sheet) => sheet.view))];
  const order = Object.keys(VIEW_NAMES);
  views.sort((a, b) => order.indexOf(a) - order.indexOf(b));
  byId("views").replaceChildren(...views.map((view) => make("button", {
    type: "button",
    class: "view",
    "data-view": view,
    "aria-current": view === now?.view ? "page" : false,
    click: () => page.open(sheets.findIndex((sheet) => sheet.view === view)),
  }, VIEW_NAMES[view] ?? view)));
  const same = sheets.map((sheet, at) => ({ sheet, at })).filter(({ sheet }) => sheet.view === now?.view);
  const options = same.map(({ sheet, at }) => make("option", { value: String(at), selected: at === page.sheet },
    [sheet.subject || "everything", sheet.system].filter(Boolean).join(" · ")));
  byId("subject").replaceChildren(...options);
  byId("subject").value = String(page.sheet);
  byId("subject-label").hidden = same.length < 2;
}

byId("subject").addEventListener("change", (event) => page.open(Number(event.target.value)));

// ---- lines by kind --------------------------------------------------------------------------------

function drawKinds() {
  const kinds = new Map();
  sheetNow().edges.forEach((edge, at) => edge && !kinds.has(edge.kind) && kinds.set(edge.kind, at));
  byId("kinds").hidden = kinds.size === 0;
  byId("kind-list").replaceChildren(...[...kinds].map(([kind, at]) => {
    const box = make("input", { type: "checkbox", checked: !page.hidden.has(kind), "data-kind": kind });
    box.addEventListener("change", () => {
      if (box.checked) page.hidden.delete(kind);
      else page.hidden.add(kind);
      hideKinds();
    });
    return make("label", {}, box, sample(at), kind);
  }));
}

// A piece of line that looks like those in the picture.
function sample(at) {
  const line = holder.querySelector(`.line[data-edge="${at}"] .edge`);
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 26 8");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", "sample");
  if (line) {
    const copy = line.cloneNode(false);
    copy.setAttribute("d", "M0 4L26 4");
    svg.append(copy);
  }
  return make("span", { class: "picture" }, svg);
}

function hideKinds() {
  sheetNow().edges.forEach((edge, at) => {
    if (edge) part("edge", at).forEach((element) => element.classList.toggle("is-hidden", page.hidden.has(edge.kind)));
  });
}

// ---- what is picked -------------------------------------------------------------------------------

// `what` is a node, an edge, a group or a finding; null for nothing.
page.pick = (what, at = 0) => {
  const before = page.picked;
  page.picked = what ? { what, at } : null;
  if (what === "finding" && !isSeen(at)) {
    const best = page.data.sheets.findIndex((sheet) => [...sheet.nodes, ...sheet.edges].some((it) => it?.findings.includes(at)));
    if (best >= 0) page.show(best, false);
  }
  mark();
  drawPanel();
  remember();
  if (!what) {
    if (before && document.activeElement?.closest?.(".panel")) stageElement.focus();
    return;
  }
  const first = what === "finding" ? sheetNow()?.nodes.find((node) => node.findings.includes(at)) : sheetNow()?.[`${what}s`][at];
  const box = first?.at ?? boxOf(what, at);
  if (box) stage.reveal(box);
  document.querySelector(".panel").scrollTop = 0;
};

const isSeen = (finding) => [...(sheetNow()?.nodes ?? []), ...(sheetNow()?.edges ?? [])].some((it) => it?.findings.includes(finding));

function boxOf(what, at) {
  const element = what === "finding" ? holder.querySelector(`[data-finding="${at}"]`) : part(what, at)[0];
  if (!element) return null;
  const { x, y, width, height } = element.getBBox();
  return [x, y, width, height];
}

// What is picked stands out, with what is connected to it.
function mark() {
  holder.querySelectorAll(".is-picked,.is-near").forEach((it) => it.classList.remove("is-picked", "is-near"));
  holder.querySelector("[tabindex='0']")?.setAttribute("tabindex", "-1");
  holder.classList.toggle("has-picked", page.picked !== null && page.picked.what !== "group");
  document.querySelectorAll(".finding").forEach((it) => {
    const isIt = page.picked?.what === "finding" && Number(it.dataset.number) === page.picked.at;
    it.setAttribute("aria-pressed", String(isIt));
  });
  if (!page.picked || !sheetNow()) return;
  const { what, at } = page.picked;
  const add = (kind, n, name) => part(kind, n).forEach((it) => it.classList.add(name));
  const { nodes, edges } = sheetNow();
  if (what === "finding") {
    nodes.forEach((node, n) => node.findings.includes(at) && add("node", n, "is-picked"));
    edges.forEach((edge, n) => {
      if (!edge?.findings.includes(at)) return;
      add("edge", n, "is-picked");
      [edge.from, edge.to].forEach((end) => add("node", end, "is-near"));
    });
    return;
  }
  add(what, at, "is-picked");
  if (what === "node") {
    part("node", at)[0]?.setAttribute("tabindex", "0");
    edges.forEach((edge, n) => {
      if (edge && (edge.from === at || edge.to === at)) {
        add("edge", n, "is-near");
        add("node", edge.from === at ? edge.to : edge.from, "is-near");
      }
    });
  }
  if (what === "edge") [edges[at].from, edges[at].to].forEach((n) => add("node", n, "is-near"));
}

function drawPanel() {
  const details = byId("details");
  const { picked } = page;
  details.hidden = !picked;
  document.body.classList.toggle("has-details", Boolean(picked));
  if (!picked) return details.replaceChildren();
  const body = picked.what === "finding" ? findingPanel(page, picked.at) : thingPanel(page, sheetNow(), picked.what, picked.at);
  details.replaceChildren(...body.filter(Boolean));
}

// Where else the same thing is drawn, once a view.
page.elsewhere = (entity) => {
  const found = new Map();
  page.data.sheets.forEach((sheet, at) => {
    if (at === page.sheet) return;
    const node = sheet.nodes.findIndex((it) => it.entity === entity);
    const key = `${sheet.view} ${sheet.system}`;
    if (node >= 0 && !found.has(key)) found.set(key, { sheet: at, node, words: sheet.subject || sheet.view !== "flow" ? sheetName(sheet) : `${sheetName(sheet)} · everything` });
  });
  return [...found.values()];
};

// The sheet with the part that a box of an overview stands for.
page.partOf = (thing) => {
  const { view, system, subject } = sheetNow();
  const [, number] = /^(\d+) /.exec(thing.name ?? "") ?? [];
  if (!number || !subject.endsWith("overview")) return -1;
  const begin = `${subject.slice(0, -"overview".length)}part ${number},`;
  return page.data.sheets.findIndex((sheet) => sheet.view === view && sheet.system === system && sheet.subject.startsWith(begin));
};

// ---- findings -------------------------------------------------------------------------------------

function drawFindings() {
  const { findings, broken } = page.data;
  const n = (severity) => findings.filter((finding) => finding.severity === severity).length;
  const counts = [[n("error"), "error"], [n("warning"), "warning"], [n("info"), "note"]].filter(([count]) => count > 0);
  byId("findings-head").textContent = findings.length ? counts.map(([count, word]) => plural(count, word)).join(", ") : "No findings";
  byId("finding-list").replaceChildren(...findings.map((finding, at) => findingItem(page, finding, at)));
  const trouble = byId("trouble");
  trouble.hidden = broken.length === 0;
  trouble.textContent = page.data.stale && page.data.sheets.length
    ? "The text cannot be drawn as it is: this is the last good picture."
    : "The text has errors, so that something may be missing.";
  const list = byId("broken");
  list.hidden = broken.length === 0;
  const more = broken.length > MOST_BROKEN ? [make("p", {}, `and ${broken.length - MOST_BROKEN} more`)] : [];
  list.replaceChildren(make("h2", {}, plural(broken.length, "error")), ...broken.slice(0, MOST_BROKEN).map((finding) => brokenItem(page, finding)), ...more);
}

// The first ones are the causes, most of the time.
const MOST_BROKEN = 5;

function nextFinding(step) {
  const { findings } = page.data;
  if (!findings.length) return;
  const at = page.picked?.what === "finding" ? page.picked.at + step : step > 0 ? 0 : -1;
  page.pick("finding", (at + findings.length) % findings.length);
}

// ---- keys -----------------------------------------------------------------------------------------

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

// The nearest node in a direction; what lies straight ahead counts as nearer.
function neighbour(at, [dx, dy]) {
  const middle = ([x, y, w, h]) => [x + w / 2, y + h / 2];
  const { nodes } = sheetNow();
  const [x, y] = middle(nodes[at].at);
  let best = null;
  nodes.forEach((node, n) => {
    const [nx, ny] = middle(node.at);
    const along = (nx - x) * dx + (ny - y) * dy;
    const beside = Math.abs((nx - x) * dy) + Math.abs((ny - y) * dx);
    const far = along + 2 * beside;
    if (n !== at && along > 1 && (!best || far < best.far)) best = { n, far };
  });
  return best?.n ?? at;
}

function goTo(at) {
  const element = part("node", at)[0];
  if (!element) return;
  holder.querySelector("[tabindex='0']")?.setAttribute("tabindex", "-1");
  element.setAttribute("tabindex", "0");
  element.focus({ preventScroll: true });
  stage.reveal(sheetNow().nodes[at].at);
}

stageElement.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !sheetNow()) return;
  const node = event.target.closest?.("[data-node]");
  const at = node ? Number(node.dataset.node) : null;
  const arrow = ARROWS[event.key];
  if (arrow && at !== null) goTo(neighbour(at, arrow));
  else if (arrow && event.target === stageElement) stage.pan(-60 * arrow[0], -60 * arrow[1]);
  else if ((event.key === "Enter" || event.key === " ") && at !== null) page.pick("node", at);
  else if (event.key === "Enter" && event.target === stageElement) goTo(page.picked?.what === "node" ? page.picked.at : 0);
  else if (event.key === "Escape" && at !== null && !page.picked) stageElement.focus();
  else return;
  event.preventDefault();
  event.stopPropagation();
});

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.("input,select,textarea")) return;
  const does = {
    "/": () => byId("query").focus(),
    "+": () => stage.zoom(1.25),
    "=": () => stage.zoom(1.25),
    "-": () => stage.zoom(0.8),
    "0": () => stage.fit(),
    f: () => stage.fit(),
    n: () => nextFinding(1),
    p: () => nextFinding(-1),
    Escape: () => { byId("kinds").open = false; page.pick(null); },
  }[event.key];
  if (!does) return;
  event.preventDefault();
  does();
});

byId("closer").addEventListener("click", () => stage.zoom(1.25));
byId("further").addEventListener("click", () => stage.zoom(0.8));
byId("fit").addEventListener("click", () => stage.fit());

// ---- light and dark -------------------------------------------------------------------------------

const dark = matchMedia("(prefers-color-scheme: dark)");
// What whoever made the page wants, until its reader switches. A switch is remembered for pages that start alike.
const start = document.documentElement.dataset.start || null;
const SWITCHED = start ? `wfc-theme-${start}` : "wfc-theme";
let wanted = start;
try {
  wanted = localStorage.getItem(SWITCHED) ?? start;
} catch {
  // A page from a file may not be allowed to remember anything.
}

function paint() {
  const theme = wanted ?? (dark.matches ? "dark" : "light");
  document.documentElement.dataset.theme = theme;
  byId("theme").textContent = theme === "dark" ? "☀" : "☾";
  byId("theme").title = theme === "dark" ? "Light" : "Dark";
}

byId("theme").addEventListener("click", () => {
  wanted = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
  try {
    localStorage.setItem(SWITCHED, wanted);
  } catch {
    // Then for as long as the page is open.
  }
  paint();
});
dark.addEventListener("change", paint);

// ---- what is new, and where we were ---------------------------------------------------------------

const keyOf = (sheet) => [sheet.view, sheet.system, sheet.subject].join("\n");

function remember() {
  const sheet = sheetNow();
  if (!sheet) return;
  const { picked } = page;
  const entity = picked?.what === "node" ? sheet.nodes[picked.at].entity : "";
  const words = [sheet.view, sheet.subject, sheet.system, entity].map(encodeURIComponent).join("/");
  history.replaceState(null, "", `#${words.replace(/\/+$/, "")}`);
}

function recall() {
  const [view, subject = "", system = "", entity = ""] = location.hash.slice(1).split("/").map((word) => {
    try {
      return decodeURIComponent(word);
    } catch {
      return "";
    }
  });
  const at = page.data.sheets.findIndex((it) => it.view === view && it.subject === subject && it.system === system);
  // A view alone is its first picture.
  const first = page.data.sheets.findIndex((it) => it.view === view);
  page.show(Math.max(at, at < 0 ? first : 0, 0), false);
  const node = entity ? sheetNow()?.nodes.findIndex((it) => it.entity === entity) : -1;
  if (node >= 0) page.pick("node", node);
}

function fill() {
  document.title = page.data.title;
  byId("title").textContent = page.data.title;
  colours.replaceSync(page.data.style);
  drawFindings();
}

// The same picture, the same place in it, and the same thing picked, as far as they are still there.
page.update = (data) => {
  const key = sheetNow() ? keyOf(sheetNow()) : "";
  const { picked } = page;
  const before = picked && picked.what !== "finding" ? sheetNow()[`${picked.what}s`][picked.at] : null;
  page.data = data;
  page.picked = null;
  fill();
  const at = data.sheets.findIndex((sheet) => keyOf(sheet) === key);
  page.show(Math.max(at, 0), at >= 0);
  const same = (it) => it && it.kind === before.kind && (before.entity ? it.entity === before.entity : nameOf(it) === nameOf(before));
  const again = before && at >= 0 ? sheetNow()[`${picked.what}s`].findIndex(same) : -1;
  page.picked = again >= 0 ? { what: picked.what, at: again } : null;
  mark();
  drawPanel();
  page.say(data.broken.length ? "the text has errors" : "drawn anew");
};

page.lost = (isLost) => {
  document.body.classList.toggle("is-lost", isLost);
  if (isLost) page.say("wfc serve does not answer");
};

makeFinder(byId("query"), byId("hits"), page);
paint();
fill();
recall();
mark();
drawPanel();
follow(page);
