// What a reader does with a page, done in a real browser. Each test says its name; the first that fails ends
// the run.

const assert = require("node:assert/strict");
const { execFileSync, spawn } = require("node:child_process");
const fs = require("node:fs");
const http = require("node:http");
const path = require("node:path");
const readline = require("node:readline");
const { open, start } = require("./browser.cjs");

const [root, work] = [process.env.WFC_ROOT, process.env.WFC_WORK];
const wfc = process.env.WFC_BIN;
const fileUrl = (file) => `file://${file}`;

function drawn(spec, name, ...options) {
  const file = path.join(work, name);
  execFileSync(wfc, ["graph", spec, "-o", file, ...options], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
  return file;
}

// Nothing was asked for but the page itself, and nothing went wrong.
function isQuiet(seen, url) {
  assert.deepEqual(seen.requests, [url]);
  assert.deepEqual(seen.errors, []);
  assert.equal(seen.dialogs, 0);
}

const tests = {
  "search finds, jumps and highlights": async ({ browser, careless }) => {
    const { page, seen } = await open(browser, careless);
    await page.keyboard.press("/");
    await page.keyboard.type("paymentta");
    await page.waitForSelector("#hits li[role=option]");
    assert.equal(await page.getAttribute("#query", "aria-expanded"), "true");
    const words = await page.textContent("#hits li[aria-selected=true]");
    assert.match(words, /PaymentTaken/);
    await page.keyboard.press("Enter");
    assert.match(await page.textContent("#details h2"), /PaymentTaken/);
    assert.equal(await page.locator(".thing.is-picked").count(), 1);
    const box = await page.locator(".thing.is-picked").boundingBox();
    const stage = await page.locator("#stage").boundingBox();
    assert.ok(box.x >= stage.x && box.x + box.width <= stage.x + stage.width && box.y >= stage.y, "it is in sight");
    await page.fill("#query", "no such thing");
    assert.match(await page.textContent("#hits"), /nothing is called so/);
    isQuiet(seen, careless);
  },

  "a click shows what it is, where it is written, and what was found": async ({ browser, careless }) => {
    const { page, seen } = await open(browser, careless);
    await page.selectOption("#subject", { label: "FulfilOrder" });
    await page.click(".thing[aria-label*='charged'] .shape");
    const details = await page.textContent("#details");
    for (const words of ["command", "charged", "Payments.Charge", "Payments", "fulfil_order.wfc", "Written in", "Leads to"]) {
      assert.ok(details.includes(words), `${words} in ${details}`);
    }
    assert.match(await page.textContent("#details .is-meant"), /charged/);
    // An edge, by its wide unseen line.
    const edge = page.locator(".line .hit").first();
    await edge.dispatchEvent("click");
    assert.match(await page.textContent("#details"), /from .* to /);
    await page.keyboard.press("Escape");
    assert.equal(await page.isHidden("#details"), true);
    isQuiet(seen, careless);
  },

  "a finding leads to its nodes, its help and its run": async ({ browser, careless }) => {
    const { page, seen } = await open(browser, careless);
    const n = await page.locator(".finding").count();
    assert.ok(n >= 5, `${n} findings`);
    const runs = await page.evaluate(() => JSON.parse(document.getElementById("data").textContent).findings.findIndex((it) => it.run !== null));
    await page.click(`.finding[data-number="${runs}"]`);
    assert.equal(await page.getAttribute(`.finding[data-number="${runs}"]`, "aria-pressed"), "true");
    assert.ok(await page.locator(".is-picked").count() > 0, "something stands out");
    assert.match(await page.textContent("#details"), /What to do/);
    assert.match(await page.textContent("#details"), /wfc explain /);
    await page.click("#details .action");
    assert.equal(await page.getAttribute(".view[data-view=sequence]", "aria-current"), "page");
    await page.locator("#stage").focus();
    await page.keyboard.press("n");
    assert.equal(await page.getAttribute(".finding[data-number='0']", "aria-pressed"), "true");
    // Its number in the picture leads to it as well.
    await page.keyboard.press("Escape");
    await page.click("#picture .badge >> nth=0");
    assert.equal(await page.locator(".finding[aria-pressed=true]").count(), 1);
    isQuiet(seen, careless);
  },

  "an address leads to its picture": async ({ browser, careless }) => {
    const at = async (page) => [await page.getAttribute(".view[aria-current]", "data-view"), await page.locator("#subject option:checked").textContent()];
    const { page } = await open(browser, `${careless}#flow/ReturnOrder`);
    assert.deepEqual(await at(page), ["flow", "ReturnOrder"]);
    await page.click(".thing[aria-label*='paidBack'] .shape");
    const { page: again } = await open(browser, page.url());
    assert.match(await again.textContent("#details h2"), /paidBack/);
    const { page: other } = await open(browser, `${careless}#matrix`);
    assert.equal((await at(other))[0], "matrix");
    const { page: lost } = await open(browser, `${careless}#%E0%A4%A/<img>`);
    assert.equal((await at(lost))[0], "flow");
  },

  "lines are hidden by kind": async ({ browser }) => {
    const { page } = await open(browser, fileUrl(drawn("examples/loan-broker", "broker.html")));
    await page.click(".view[data-view=services]");
    await page.click("#kinds summary");
    const before = await page.locator(".line:visible .edge").count();
    await page.click("#kind-list label:has-text('commands')");
    const after = await page.locator(".line:visible .edge").count();
    assert.ok(after < before && after > 0, `${before} lines, then ${after}`);
    await page.click("#kind-list label:has-text('commands')");
    assert.equal(await page.locator(".line:visible .edge").count(), before);
  },

  "it moves by wheel, drag, pinch, keys and buttons": async ({ browser, careless }) => {
    const { page } = await open(browser, careless, { hasTouch: true });
    const view = async () => (await page.getAttribute("#picture svg", "viewBox")).split(" ").map(Number);
    const at = await page.locator("#stage").boundingBox();
    const [x, y] = [at.x + at.width / 2, at.y + at.height / 2];
    const first = await view();
    await page.mouse.move(x, y);
    await page.mouse.wheel(0, -300);
    const nearer = await view();
    assert.ok(nearer[2] < first[2], "the wheel brings it nearer");
    const ahead = (seen) => [seen[0] + seen[2] / 2, seen[1] + seen[3] / 2];
    assert.ok(Math.abs(ahead(nearer)[0] - ahead(first)[0]) < 1, "what is under the pointer stays there");
    await page.mouse.down();
    await page.mouse.move(x + 90, y + 40, { steps: 4 });
    await page.mouse.up();
    const moved = await view();
    assert.ok(moved[0] < nearer[0] && moved[1] < nearer[1], "it follows the pointer");
    assert.equal(await page.isHidden("#details"), true, "a drag is no click");
    await page.click("#fit");
    const whole = await view();
    await page.click("#closer");
    assert.ok((await view())[2] < whole[2]);
    await page.locator("#stage").focus();
    await page.keyboard.press("-");
    await page.keyboard.press("ArrowRight");
    assert.ok((await view())[0] > whole[0]);
    await page.keyboard.press("0");
    assert.deepEqual(await view(), whole);
    const touch = (type, points) => page.evaluate(([kind, list]) => {
      list.forEach(([id, px, py]) => document.getElementById("stage").dispatchEvent(new PointerEvent(kind, { pointerId: id, clientX: px, clientY: py, button: 0, bubbles: true, pointerType: "touch" })));
    }, [type, points]);
    await page.evaluate(() => { document.getElementById("stage").setPointerCapture = () => {}; });
    await touch("pointerdown", [[11, x - 40, y], [12, x + 40, y]]);
    await touch("pointermove", [[11, x - 60, y], [12, x + 60, y]]);
    await touch("pointermove", [[11, x - 120, y], [12, x + 120, y]]);
    await touch("pointerup", [[11, x - 120, y], [12, x + 120, y]]);
    assert.ok((await view())[2] < whole[2] * 0.8, "two fingers apart bring it nearer");
  },

  "it works by keyboard and says what things are": async ({ browser, careless }) => {
    const { page, seen } = await open(browser, careless);
    await page.locator("#stage").focus();
    await page.keyboard.press("Enter");
    const first = await page.evaluate(() => document.activeElement.getAttribute("aria-label"));
    assert.ok(first, "a node is in focus");
    await page.keyboard.press("ArrowDown");
    const second = await page.evaluate(() => document.activeElement.getAttribute("aria-label"));
    assert.notEqual(second, first);
    await page.keyboard.press("Enter");
    assert.equal(await page.isVisible("#details"), true);
    // Everything that can be used has a name.
    const nameless = await page.evaluate(() => [...document.querySelectorAll("button,select,input,[role=button]")]
      .filter((it) => !(it.getAttribute("aria-label") || it.textContent.trim() || it.labels?.length || it.closest("label")?.textContent.trim()))
      .map((it) => it.outerHTML));
    assert.deepEqual(nameless, []);
    isQuiet(seen, careless);
  },

  "light and dark follow the reader, until a switch says otherwise; paper is light": async ({ browser, careless }) => {
    const ground = (page) => page.evaluate(() => getComputedStyle(document.querySelector(".bar")).backgroundColor);
    const box = (page) => page.evaluate(() => getComputedStyle(document.querySelector(".thing .shape")).fill);
    const light = await open(browser, careless, { colorScheme: "light" });
    const dark = await open(browser, careless, { colorScheme: "dark" });
    assert.equal(await ground(light.page), "rgb(255, 255, 255)");
    assert.notEqual(await ground(dark.page), "rgb(255, 255, 255)");
    assert.notEqual(await box(dark.page), await box(light.page));
    await dark.page.emulateMedia({ media: "print", colorScheme: "dark" });
    assert.equal(await box(dark.page), await box(light.page));
    assert.equal(await dark.page.isHidden(".tools"), true);
    await dark.page.emulateMedia({ media: "screen", colorScheme: "dark" });
    await dark.page.click("#theme");
    assert.equal(await ground(dark.page), "rgb(255, 255, 255)");
  },

  "a page starts in the light it was made for, whatever the system wants, and the switch still works": async ({ browser }) => {
    const ground = (page) => page.evaluate(() => getComputedStyle(document.querySelector(".bar")).backgroundColor);
    const page = (name, theme) => fileUrl(drawn("examples/retail-order-careless", name, "--theme", theme));
    const dark = await open(browser, page("dark.html", "dark"), { colorScheme: "light" });
    assert.notEqual(await ground(dark.page), "rgb(255, 255, 255)");
    const light = await open(browser, page("light.html", "light"), { colorScheme: "dark" });
    assert.equal(await ground(light.page), "rgb(255, 255, 255)");
    await light.page.click("#theme");
    assert.notEqual(await ground(light.page), "rgb(255, 255, 255)");
    await light.page.reload();
    assert.notEqual(await ground(light.page), "rgb(255, 255, 255)", "a switch is remembered");
  },

  "hostile names run nothing and break nothing": async ({ browser }) => {
    const name = (text) => `\`${text}\``;
    const evil = [
      "</script><script>window.hit=1</script>",
      "<img src=x onerror=window.hit=1>",
      "\"><svg onload=window.hit=1>",
      "{{data}}{{script}}",
      "]]><!--",
      "javascript:window.hit=1",
      "\u202Eesrever' onmouseover='window.hit=1",
    ];
    const spec = path.join(work, "hostile.wfc");
    const text = `/// ${evil[0]} ${evil[1]}\nservice ${name(evil[1])} {\n  team "</style><script>window.hit=1</script>"\n` +
      evil.map((it, at) => `  /// ${it}\n  command ${name(`${it}${at}`)}() { fails ${name(`${it}F${at}`)} }\n`).join("") +
      `  event ${name(evil[3])}()\n}\nworkflow ${name(evil[0])}() {\n  orchestrated by ${name(evil[1])}\n  success Ok\n` +
      evil.map((it, at) => `  step ${name(`${it}s${at}`)} = ${name(evil[1])}.${name(`${it}${at}`)}()\n`).join("") +
      `  publish ${name(evil[3])}()\n  end Ok\n}\n`;
    fs.writeFileSync(spec, text);
    const url = fileUrl(drawn(spec, "hostile.html"));
    const { page, seen } = await open(browser, url);
    const sheets = await page.evaluate(() => JSON.parse(document.getElementById("data").textContent).sheets.length);
    assert.ok(sheets >= 4, `${sheets} sheets`);
    for (const view of await page.locator(".view").all()) {
      await view.click();
      for (const element of (await page.locator("#picture .thing").all()).slice(0, 12)) {
        await element.dispatchEvent("click");
        await element.dispatchEvent("mouseover");
      }
      for (const line of (await page.locator("#picture .edge").all()).slice(0, 12)) await line.dispatchEvent("click");
      for (const line of (await page.locator("#picture .hit").all()).slice(0, 6)) await line.dispatchEvent("click");
    }
    for (const finding of await page.locator(".finding").all()) await finding.click();
    await page.fill("#query", "window.hit");
    assert.ok(await page.locator("#hits li").count() > 0);
    assert.equal(await page.evaluate(() => window.hit), undefined);
    assert.equal(await page.locator("img, #picture script, .panel script").count(), 0);
    isQuiet(seen, url);
  },

  "the policy of a page lets no script and no request through": async ({ browser, careless }) => {
    let hits = 0;
    const listener = http.createServer((_, answer) => { hits += 1; answer.end(); });
    await new Promise((resolve) => listener.listen(0, "127.0.0.1", resolve));
    const { page } = await open(browser, careless);
    const tried = await page.evaluate(async (there) => {
      const script = document.createElement("script");
      script.textContent = "window.hit = 1";
      const [image, frame, sheet, far] = ["img", "iframe", "link", "script"].map((tag) => document.createElement(tag));
      image.src = frame.src = far.src = `${there}x`;
      sheet.rel = "stylesheet";
      sheet.href = `${there}x.css`;
      document.body.append(script, image, frame, sheet, far);
      document.body.style.backgroundImage = `url(${there}x.png)`;
      navigator.sendBeacon(there);
      const asked = await fetch(there).then(() => "asked", () => "refused");
      return { hit: window.hit, asked };
    }, `http://127.0.0.1:${listener.address().port}/`);
    await page.waitForTimeout(500);
    listener.close();
    assert.deepEqual(tried, { hit: undefined, asked: "refused" });
    assert.equal(hits, 0);
  },

  "a narrow window has room for everything": async ({ browser, careless }) => {
    const { page } = await open(browser, careless, { viewport: { width: 390, height: 760 } });
    for (const view of ["services", "matrix", "flow"]) {
      await page.click(`.view[data-view=${view}]`);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= 390, `${view} is ${wide} wide`);
      const stage = await page.locator("#stage").boundingBox();
      assert.ok(stage.height > 250, `the picture is ${stage.height} high`);
    }
  },

  "wfc serve: what is saved is seen, and what is broken is told": async ({ browser }) => {
    const folder = path.join(work, "served");
    fs.cpSync(path.join(root, "examples/retail-order"), folder, { recursive: true });
    const spec = path.join(folder, "fulfil_order.wfc");
    const good = fs.readFileSync(spec, "utf8");
    const server = spawn(wfc, ["serve", folder, "--port", "0", "--open", "no"], { stdio: ["ignore", "pipe", "ignore"] });
    try {
      const [url] = await new Promise((resolve) => readline.createInterface({ input: server.stdout }).once("line", (line) => resolve([line])));
      const { page, seen } = await open(browser, url);
      await page.click(".view[data-view=flow]");
      await page.waitForSelector(".thing[aria-label*='charged']");
      await page.click(".thing[aria-label*='charged'] .shape");
      const begin = Date.now();
      fs.writeFileSync(spec, good.replaceAll("packed", "wrapped"));
      await page.waitForSelector(".thing[aria-label*='wrapped']", { timeout: 20000 });
      console.log(`  seen ${Date.now() - begin} ms after it was saved`);
      assert.match(await page.textContent("#details h2"), /charged/, "what was picked is still picked");
      fs.writeFileSync(spec, `${good.replaceAll("packed", "wrapped")}\nworkflow <script>window.hit=1</script> {`);
      await page.waitForSelector("#trouble:not([hidden])", { timeout: 20000 });
      assert.match(await page.textContent("#trouble"), /last good picture/);
      assert.match(await page.textContent("#broken"), /syntax-error/);
      assert.match(await page.textContent("#broken figcaption"), /fulfil_order.wfc:\d+/);
      assert.ok(await page.locator(".thing[aria-label*='wrapped']").count() > 0, "the last good picture is there");
      fs.writeFileSync(spec, good);
      await page.waitForSelector("#trouble", { state: "hidden", timeout: 20000 });
      await page.waitForSelector(".thing[aria-label*='packed']");
      assert.equal(await page.evaluate(() => window.hit), undefined);
      assert.ok(seen.requests.every((it) => it.startsWith(url)), seen.requests.join(" "));
      assert.deepEqual(seen.errors, []);
      server.kill("SIGINT");
      await page.waitForSelector("body.is-lost", { timeout: 20000 });
    } finally {
      server.kill("SIGKILL");
    }
  },
};

(async () => {
  const browser = await start();
  try {
    const careless = fileUrl(drawn("examples/retail-order-careless", "careless.html"));
    for (const [name, test] of Object.entries(tests)) {
      await test({ browser, careless });
      console.log(`ok: ${name}`);
    }
    console.log(`page: ${Object.keys(tests).length} tests passed in ${browser.version()}`);
  } finally {
    await browser.close();
  }
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
