// Finds by name, in all pictures.

const MOST_HITS = 12;

function score(words, query) {
  const at = words.indexOf(query);
  if (at === 0) return 3;
  if (at > 0) return /[\s./:_-]/.test(words[at - 1]) ? 2 : 1;
  // All words in any order.
  const parts = query.split(/\s+/).filter(Boolean);
  return parts.length > 1 && parts.every((part) => words.includes(part)) ? 0.5 : 0;
}

function find(data, current, query) {
  const wanted = query.trim().toLowerCase();
  if (!wanted) return [];
  const best = new Map();
  data.sheets.forEach((sheet, at) => {
    sheet.nodes.forEach((node, n) => {
      const points = Math.max(2 * score(nameOf(node).toLowerCase(), wanted), score(`${node.text} ${node.entity}`.toLowerCase(), wanted));
      if (points === 0) return;
      const hit = { sheet: at, node: n, points: points + (at === current ? 10 : 0) };
      // The same thing in one view is told once: where it is seen best.
      const key = `${sheet.view} ${nameOf(node)} ${node.entity || n}`;
      if ((best.get(key)?.points ?? 0) < hit.points) best.set(key, hit);
    });
  });
  return [...best.values()].sort((a, b) => b.points - a.points || a.sheet - b.sheet || a.node - b.node).slice(0, MOST_HITS);
}

function makeFinder(input, list, page) {
  let hits = [];
  let chosen = -1;

  function draw() {
    list.replaceChildren(...hits.map((hit, at) => {
      const sheet = page.data.sheets[hit.sheet];
      const node = sheet.nodes[hit.node];
      return make("li", { role: "option", id: `hit-${at}`, "aria-selected": at === chosen ? "true" : "false", pointerdown: (event) => { event.preventDefault(); take(at); } },
        make("span", {}, nameOf(node)), make("small", {}, `${node.kind.split(":")[0]} · ${sheetName(sheet)}`));
    }));
    if (hits.length === 0 && input.value.trim()) list.append(make("li", { class: "none" }, "nothing is called so"));
    const open = input.value.trim() !== "" && document.activeElement === input;
    list.hidden = !open;
    input.setAttribute("aria-expanded", String(open));
    if (chosen >= 0) input.setAttribute("aria-activedescendant", `hit-${chosen}`);
    else input.removeAttribute("aria-activedescendant");
    list.children[chosen]?.scrollIntoView({ block: "nearest" });
  }

  function take(at) {
    const hit = hits[at];
    if (!hit) return;
    input.value = "";
    hits = [];
    input.blur();
    page.open(hit.sheet, "node", hit.node);
  }

  input.addEventListener("input", () => {
    hits = find(page.data, page.sheet, input.value);
    chosen = hits.length ? 0 : -1;
    draw();
    if (input.value.trim()) page.say(hits.length ? plural(hits.length, "hit") : "nothing is called so");
  });
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && hits.length) chosen = (chosen + step + hits.length) % hits.length;
    else if (event.key === "Enter") take(chosen);
    else if (event.key === "Escape") { input.value = ""; hits = []; input.blur(); byId("stage").focus(); }
    else return;
    event.preventDefault();
    event.stopPropagation();
    draw();
  });
  input.addEventListener("blur", draw);
  input.addEventListener("focus", draw);
}
