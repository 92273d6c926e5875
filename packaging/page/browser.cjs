// A headless Chromium that lets nothing out, for the tests of pages and for their pictures.

const { chromium } = require(process.env.WFC_PLAYWRIGHT);

const QUIET = [
  "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", "--force-color-profile=srgb", "--hide-scrollbars",
];

// As root Chromium has no sandbox to offer.
async function start() {
  const args = process.getuid?.() === 0 ? ["--no-sandbox", ...QUIET] : QUIET;
  return chromium.launch({ executablePath: process.env.WFC_CHROMIUM, args });
}

// A page that remembers what it asked for and what went wrong in it.
async function open(browser, url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  const seen = { requests: [], errors: [], dialogs: 0 };
  page.on("request", (request) => seen.requests.push(request.url()));
  page.on("pageerror", (error) => seen.errors.push(String(error)));
  page.on("console", (message) => message.type() === "error" && seen.errors.push(message.text()));
  page.on("dialog", (dialog) => { seen.dialogs += 1; dialog.dismiss(); });
  await page.goto(url);
  return { page, seen, context };
}

module.exports = { start, open };
