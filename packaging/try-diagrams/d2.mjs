// Compiles each file with D2, and draws what is hostile; the first word of trouble is printed, and the exit code is 1.
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { D2 } from "@terrastruct/d2";

const d2 = new D2();
let [accepted, failed] = [0, 0];
const files = process.argv.slice(2);
for (const file of files) {
  try {
    const text = readFileSync(file, "utf8");
    const compiled = await d2.compile(text, { layout: "dagre" });
    // Drawing takes most of the time, and tells something only where a name may do more than be read.
    if (/alert|onload/.test(text)) {
      const svg = await d2.render(compiled.diagram, compiled.renderOptions);
      if (/<script/i.test(svg.replace(/<style[\s\S]*?<\/style>/g, ""))) throw new Error("a script in the picture");
    }
    accepted += 1;
  } catch (why) {
    failed = 1;
    console.log(`${basename(file)}: ${String(why.message ?? why).split("\n").slice(0, 3).join(" ")}`);
  }
}
console.log(`${accepted} accepted`);
process.exit(failed);
