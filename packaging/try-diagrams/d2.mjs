// Compiles and draws each file with D2; the first word of trouble is printed, and the exit code is 1.
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { D2 } from "@terrastruct/d2";

const d2 = new D2();
let failed = 0;
const files = process.argv.slice(2);
for (const file of files) {
  try {
    const compiled = await d2.compile(readFileSync(file, "utf8"), { layout: "dagre" });
    const svg = await d2.render(compiled.diagram, compiled.renderOptions);
    if (/<script/i.test(svg.replace(/<style[\s\S]*?<\/style>/g, ""))) throw new Error("a script in the picture");
  } catch (why) {
    failed = 1;
    console.log(`d2        ${basename(file)}: ${String(why.message ?? why).split("\n").slice(0, 3).join(" ")}`);
  }
}
console.log(`d2        ${files.length} pictures`);
process.exit(failed);
