// Reads AsyncAPI documents with the official parser: node parse-asyncapi.js FILE...
const { readFileSync } = require("node:fs");
const { Parser } = require("@asyncapi/parser");

async function main() {
  const parser = new Parser();
  let passed = 0;
  let failed = 0;
  for (const path of process.argv.slice(2)) {
    const { document, diagnostics } = await parser.parse(readFileSync(path, "utf8"), { source: path });
    // 0 is an error; the others are advice.
    const errors = diagnostics.filter((it) => it.severity === 0);
    if (document && errors.length === 0) {
      passed += 1;
    } else {
      failed += 1;
      for (const error of errors) {
        console.log(`${path}: ${error.path.join(".")}: ${error.message}`);
      }
    }
  }
  console.log(`parsed: ${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

main();
