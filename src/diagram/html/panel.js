// What stands beside the picture: the thing that was clicked, or the finding, with its source.

// Places near each other are shown as one piece of text.
function excerpts(data, places) {
  const pieces = [];
  for (const place of [...places].sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
    const last = pieces[pieces.length - 1];
    if (last && last.file === place[0] && place[1] <= last.end + 2) {
      last.places.push(place);
      last.end = Math.max(last.end, place[3]);
    } else {
      pieces.push({ file: place[0], end: place[3], places: [place] });
    }
  }
  return pieces.map((piece) => excerpt(data, piece.places));
}

// One line, with what is meant in it marked.
function row(text, n, places) {
  const chars = [...text];
  const start = chars.length - [...text.trimStart()].length;
  const marks = places.filter(([, line, , endLine]) => n >= line && n <= endLine).map(([, line, column, endLine, endColumn]) =>
    [n === line ? column - 1 : start, n === endLine ? endColumn - 1 : chars.length]).sort((a, b) => a[0] - b[0]);
  const parts = [];
  let done = 0;
  for (const [from, to] of marks) {
    if (to <= Math.max(from, done)) continue;
    const begin = Math.max(from, done);
    parts.push(chars.slice(done, begin).join(""), make("mark", {}, chars.slice(begin, to).join("")));
    done = to;
  }
  parts.push(chars.slice(done).join(""));
  const number = make("span", { class: "number", "aria-hidden": "true" }, String(n));
  return make("span", { class: marks.length ? "row is-meant" : "row" }, number, ...parts, "\n");
}

function excerpt(data, places) {
  const [[file, line, column]] = places;
  const end = Math.max(...places.map((place) => place[3]));
  const { path, lines } = data.files[file];
  const numbers = Object.keys(lines).map(Number).filter((n) => n >= line - 1 && n <= Math.min(end + 1, line + 16));
  const rows = numbers.map((n) => row(lines[n], n, places));
  if (numbers.length && end > numbers[numbers.length - 1]) {
    rows.push(make("span", { class: "row" }, make("span", { class: "number" }, ""), "…\n"));
  }
  return make("figure", { class: "excerpt" },
    make("figcaption", {}, `${path}:${line}:${column}`),
    make("pre", { tabindex: "0" }, ...rows));
}

function badge(number, severity) {
  return make("span", { class: `number-badge ${severity}`, "aria-hidden": "true" }, String(number + 1));
}

function listOf(head, items) {
  return items.length === 0 ? null : make("div", { class: "block" }, make("h3", {}, head), make("ul", {}, ...items.map((item) => make("li", {}, item))));
}

function link(text, onClick, note) {
  return make("button", { type: "button", class: "link", click: onClick }, text, note ? make("small", {}, ` ${note}`) : null);
}

function closing(onClose) {
  return make("button", { type: "button", class: "tool close", "aria-label": "Close", click: onClose }, "×");
}

const nameOf = (node) => node.name || node.text || node.kind;

// A node, an edge or a frame.
function thingPanel(page, sheet, what, at) {
  const { data } = page;
  const thing = sheet[`${what}s`][at];
  const node = (n) => link(nameOf(sheet.nodes[n]), () => page.pick("node", n));
  const lines = sheet.edges.map((edge, n) => ({ edge, n })).filter(({ edge }) => edge);
  const along = ({ edge, n }, end) => {
    const item = node(edge[end]);
    const words = edge.text || edge.kind;
    return make("span", {}, item, " ", make("button", { type: "button", class: "link soft", click: () => page.pick("edge", n) }, words));
  };
  const isEdge = what === "edge";
  const name = isEdge ? thing.text || thing.kind : nameOf(thing);
  const body = [
    closing(() => page.pick(null)),
    make("p", { class: "kicker" }, thing.kind),
    make("h2", {}, name),
    !isEdge && thing.text && thing.text !== name ? make("p", { class: "said" }, thing.text) : null,
    isEdge ? make("p", { class: "said" }, "from ", node(thing.from), " to ", node(thing.to)) : null,
    page.partOf(thing) === -1 ? null : make("p", {}, make("button", { type: "button", class: "action", click: () => page.open(page.partOf(thing)) }, "Open this part")),
    thing.circular ? make("p", { class: "warning" }, "lies on a circle of services that need each other") : null,
    thing.doc ? make("p", { class: "doc" }, thing.doc) : null,
    thing.facts?.length ? make("dl", { class: "facts" }, ...thing.facts.flatMap(([key, value]) => [make("dt", {}, key), make("dd", {}, value)])) : null,
    listOf("Findings", thing.findings.map((n) => findingLink(page, n))),
  ];
  if (what === "node") {
    body.push(listOf("Leads to", lines.filter(({ edge }) => edge.from === at).map((line) => along(line, "to"))));
    body.push(listOf("Comes from", lines.filter(({ edge }) => edge.to === at).map((line) => along(line, "from"))));
  }
  if (thing.places.length) {
    body.push(make("div", { class: "block" }, make("h3", {}, "Written in"), ...excerpts(data, thing.places).slice(0, 6)));
  }
  // What has no name of its own is known by its workflow, which is drawn everywhere.
  const hasName = thing.entity && name.includes(thing.entity.split("/").pop());
  const elsewhere = hasName ? page.elsewhere(thing.entity) : [];
  body.push(listOf("Also in", elsewhere.map(({ sheet: other, node: n, words }) => link(words, () => page.open(other, "node", n)))));
  return body;
}

function findingLink(page, number) {
  const { severity, rule } = page.data.findings[number];
  return make("button", { type: "button", class: "link", click: () => page.pick("finding", number) }, badge(number, severity), ` ${rule}`);
}

function findingPanel(page, number) {
  const finding = page.data.findings[number];
  return [
    closing(() => page.pick(null)),
    make("p", { class: `kicker ${finding.severity}` }, badge(number, finding.severity), ` ${finding.severity}: ${finding.rule}`),
    make("h2", { class: "message" }, ...prose(finding.message)),
    ...findingBody(page, finding),
  ];
}

function findingBody(page, finding) {
  const { run } = finding;
  return [
    finding.whatIf ? make("p", { class: "said" }, ...prose(finding.whatIf)) : null,
    finding.help.length ? make("div", { class: "block help" }, make("h3", {}, "What to do"), make("ul", {}, ...finding.help.map((help) => make("li", {}, ...prose(help))))) : null,
    ...finding.labels.slice(0, 8).map(([place, text]) => make("div", { class: "block" }, text ? make("p", { class: "label-text" }, ...prose(text)) : null, excerpt(page.data, [place]))),
    finding.witness.length ? make("div", { class: "block" }, make("h3", {}, "How it comes to that"), make("ol", { class: "witness" }, ...finding.witness.map((step) => make("li", {}, ...prose(step))))) : null,
    run === null ? null : make("p", {}, make("button", { type: "button", class: "action", click: () => page.open(run) }, "Show this run as a picture")),
    finding.reports ? make("p", { class: "reports" }, ...prose(finding.reports), make("br", {}), make("code", {}, `wfc explain ${finding.rule.split("/")[0]}`)) : null,
  ];
}

function findingItem(page, finding, number) {
  const [place] = finding.labels[0] ?? [];
  const where = place ? `${page.data.files[place[0]].path.split(/[/\\]/).pop()}:${place[1]}` : "";
  return make("li", {},
    make("button", { type: "button", class: "finding", "data-number": String(number), click: () => page.pick("finding", number) },
      badge(number, finding.severity),
      make("span", { class: "finding-text" },
        make("span", { class: "finding-rule" }, finding.rule, make("span", { class: "unseen" }, `, ${finding.severity}`), make("small", {}, ` ${where}`)),
        make("span", { class: "finding-message" }, ...prose(finding.message)))));
}

function brokenItem(page, finding) {
  return make("div", { class: "block" },
    make("p", { class: "message" }, ...prose(finding.message), finding.rule ? make("small", {}, ` ${finding.rule}`) : null),
    ...findingBody(page, { ...finding, witness: [], reports: "" }));
}
