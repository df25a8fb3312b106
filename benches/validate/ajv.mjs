// Validates NDJSON with ajv: ajv.mjs SCHEMA INPUT
import { createReadStream, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { createRequire } from "node:module";

const Ajv = createRequire(process.cwd() + "/")("ajv");
const [schema, input] = process.argv.slice(2);
const validate = new Ajv({ strict: false, validateFormats: false, allErrors: true }).compile(
  JSON.parse(readFileSync(schema, "utf8")),
);

let records = 0;
let invalid = 0;
for await (const line of createInterface({ input: createReadStream(input), crlfDelay: Infinity })) {
  records += 1;
  if (!validate(JSON.parse(line))) invalid += 1;
}
console.log(`${records} records, ${invalid} invalid`);
