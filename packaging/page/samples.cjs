// Two systems that are too large for one look, the same at each run: 60 services, and 300 steps.

const fs = require("node:fs");
const path = require("node:path");

const AREAS = {
  Selling: ["Shop", "Basket", "Catalogue", "Prices", "Vouchers", "Reviews", "Search", "Wishes"],
  Money: ["Payments", "Billing", "Ledger", "Refunds", "Credit", "Fraud", "Taxes", "Payouts"],
  Stock: ["Warehouse", "Inventory", "Picking", "Packing", "Returns", "Suppliers", "Purchasing"],
  Delivery: ["Shipping", "Couriers", "Routes", "Customs", "Lockers", "Tracking", "Damages"],
  People: ["Customers", "Accounts", "Identity", "Consent", "Loyalty", "Support", "Calls", "Mail"],
  Partners: ["Merchants", "Contracts", "Commissions", "Onboarding", "Audits", "Affiliates", "Feeds"],
  Insight: ["Reports", "Forecasts", "Metering", "Experiments", "Segments", "Alerts", "Archive", "Exports"],
  Field: ["Stores", "Tills", "Staff", "Shifts", "Repairs", "Rentals", "Keys"],
};

function services60() {
  const all = Object.entries(AREAS).flatMap(([area, names]) => names.map((name) => ({ area, name })));
  let text = "// Sixty services of a trading company, and what they do for each other.\nid CaseId\n\n";
  all.forEach(({ area, name }, at) => {
    const fails = at % 3 === 0 ? " { fails Refused undone by Withdraw idempotent by case }" : " { idempotent by case }";
    text += `/// ${name}, in the area of ${area.toLowerCase()}.\nservice ${name} {\n  team "${area.toLowerCase()}"\n`;
    text += `  command Enter(case: CaseId)${fails.replace("undone by Withdraw", "undone by Withdraw(case)")}\n  command Withdraw(case: CaseId) { idempotent by case }\n`;
    text += `  query Look(case: CaseId) -> int\n  event ${name}Changed(case: CaseId)\n}\n\n`;
  });
  // Each area has a head that conducts its own people, asks a neighbour and tells the next area.
  const areas = Object.values(AREAS);
  areas.forEach((names, n) => {
    const [head, ...rest] = names;
    const near = areas[(n + 1) % areas.length];
    text += `/// Keeps ${Object.keys(AREAS)[n].toLowerCase()} in order.\nworkflow Keep${head} {\n  orchestrated by ${head}\n  correlated by case\n  starts when ${areas[(n + 5) % areas.length][2]}Changed\n  success Kept${head}\n  failure Missed${head}\n`;
    rest.forEach((name, at) => {
      const id = name.toLowerCase();
      if (at % 2 === 0) text += `  step ${id} = ${name}.Enter(case) { timeout 5s${all.findIndex((it) => it.name === name) % 3 === 0 ? `\n    on Refused { undo all; end Missed${head} }` : ""} }\n`;
      else text += `  step ${id} = ${name}.Look(case) { timeout 2s }\n`;
    });
    text += `  step asked = ${near[3]}.Look(case) { timeout 2s }\n  publish ${head}Changed(case)\n  end Kept${head}\n}\n\n`;
  });
  // And many hear of each other.
  for (let n = 0; n < all.length - 1; n += 2) {
    const [from, to] = [all[(n * 7) % all.length].name, all[(n * 11 + 3) % all.length].name];
    if (from === to) continue;
    text += `workflow Tell${n} {\n  choreographed\n  correlated by case\n  starts when ${from}Changed\n  success Told${n} reached by ${to}Changed owned by ${to}\n  participant ${to} {\n    when ${from}Changed {\n      promises within 1d\n      publish ${to}Changed(case)\n    }\n  }\n}\n\n`;
  }
  return text;
}

function steps300() {
  const stages = 30;
  let text = "// Thirty stages of ten steps each: a ship is built.\nid HullId\n\n";
  const yards = ["Yard", "Steel", "Engines", "Electrics", "Fitters", "Painters", "Surveyor", "Harbour"];
  yards.forEach((name) => {
    text += `service ${name} {\n  team "${name.toLowerCase()}"\n  command Do(hull: HullId, stage: int) { undone by TakeBack(hull) idempotent by hull, stage }\n  command Try(hull: HullId, stage: int) { fails Rejected undone by TakeBack(hull) idempotent by hull, stage }\n  command TakeBack(hull: HullId) { idempotent by hull }\n  query Inspect(hull: HullId, stage: int) -> bool\n}\n\n`;
  });
  text += "/// From the keel to the sea.\nworkflow BuildShip(hull: HullId) {\n  orchestrated by Yard\n  success Launched\n  failure GivenUp(reason: string)\n  within 900d else { undo all; end GivenUp(\"too late\") }\n";
  const work = ["cut", "bent", "welded", "cleaned", "fitted", "wired", "tested", "painted"];
  for (let stage = 1; stage <= stages; stage += 1) {
    text += `  scope stage${stage} {\n`;
    work.forEach((verb, at) => {
      const yard = yards[(stage * 3 + at) % yards.length];
      const isTried = at === 2 && stage % 5 === 0;
      const refusal = isTried ? ` {\n      on Rejected { undo all; end GivenUp("stage ${stage}") }\n    }` : "";
      text += `    step ${verb}${stage} = ${yard}.${isTried ? "Try" : "Do"}(hull, ${stage * 10 + at})${refusal}\n`;
    });
    text += `    step checked${stage} = Surveyor.Inspect(hull, ${stage})\n    if not checked${stage} { step mended${stage} = Fitters.Do(hull, ${stage * 10 + 9}) }\n  }\n`;
  }
  return `${text}  end Launched\n}\n`;
}

const [folder] = process.argv.slice(2);
fs.writeFileSync(path.join(folder, "services-60.wfc"), services60());
fs.writeFileSync(path.join(folder, "steps-300.wfc"), steps300());
