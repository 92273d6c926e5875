// Draws each file with Mermaid in headless Chromium, as a page would; nothing of it may run.
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { chromium } from "playwright-core";

const browser = await chromium.launch({
  executablePath: process.env.WFC_CHROMIUM,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync"],
});
const page = await browser.newPage();
let [accepted, failed] = [0, 0];
let dialogs = 0;
page.on("dialog", (dialog) => { dialogs += 1; dialog.dismiss(); });
await page.setContent("<!doctype html><meta charset=utf-8><div id=out></div>");
await page.addScriptTag({ path: "node_modules/mermaid/dist/mermaid.min.js" });
await page.evaluate(() => mermaid.initialize({ startOnLoad: false, securityLevel: "strict", maxTextSize: 1e6, maxEdges: 5000 }));
const files = process.argv.slice(2);
for (const file of files) {
  const text = readFileSync(file, "utf8");
  const said = await page.evaluate(async (text) => {
    try {
      const { svg } = await mermaid.render("picture", text);
      document.getElementById("out").innerHTML = svg;
      return document.querySelector("#out script, #out [onload], #out [onclick]") ? "a script in the picture" : "";
    } catch (why) {
      return String(why.message ?? why);
    }
  }, text);
  if (said) {
    failed = 1;
    console.log(`${basename(file)}: ${said.split("\n").slice(0, 4).join(" ")}`);
  } else {
    accepted += 1;
  }
}
if (dialogs > 0) {
  failed = 1;
  console.log(`${dialogs} scripts ran`);
}
console.log(`${accepted} accepted`);
await browser.close();
process.exit(failed);
