// Photographs of pages, in both themes: what a reader sees first, and of some what a click shows.

const { execFileSync } = require("node:child_process");
const path = require("node:path");
const { open, start } = require("./browser.cjs");

const { WFC_ROOT: root, WFC_WORK: work, WFC_BIN: wfc } = process.env;
const EXAMPLES = "examples";

const click = (what) => async (page) => {
  await page.locator(what).first().click();
};

const SUBJECTS = [
  { name: "retail-order-careless", spec: `${EXAMPLES}/retail-order-careless`, at: "flow/FulfilOrder", after: click(".finding[data-number='2']") },
  { name: "retail-order", spec: `${EXAMPLES}/retail-order`, at: "services" },
  { name: "loan-broker", spec: `${EXAMPLES}/loan-broker`, at: "flow/ApplyForLoan", after: click(".thing[aria-label^='command, reserved'] .shape") },
  { name: "mortgage", spec: `${EXAMPLES}/mortgage`, at: "events" },
  { name: "services-60", spec: "services-60.wfc", at: "services/overview" },
  { name: "steps-300", spec: "steps-300.wfc", at: "flow" },
];

(async () => {
  const browser = await start();
  try {
    for (const { name, spec, at, after } of SUBJECTS) {
      const file = path.join(work, `${name}.html`);
      const cwd = spec.startsWith(EXAMPLES) ? root : work;
      execFileSync(wfc, ["graph", spec, "-o", file], { cwd, stdio: ["ignore", "ignore", "inherit"] });
      for (const colorScheme of ["light", "dark"]) {
        const { page, context } = await open(browser, `file://${file}#${at}`, { colorScheme, viewport: { width: 1280, height: 800 } });
        await after?.(page);
        // The pointer leaves no trace, and what fades has faded.
        await page.mouse.move(0, 0);
        await page.waitForTimeout(300);
        await page.screenshot({ path: path.join(work, `page-${name}-${colorScheme}.png`) });
        await context.close();
      }
    }
  } finally {
    await browser.close();
  }
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
