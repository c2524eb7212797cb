// Parses an AsyncAPI document with the parser of the AsyncAPI Initiative. An error is exit code 1.
import { readFileSync } from "node:fs";
import { Parser } from "@asyncapi/parser";

const diagnostics = await new Parser().validate(readFileSync(process.argv[2], "utf8"));
const errors = diagnostics.filter((each) => each.severity === 0);
for (const each of errors) console.error(`${each.path.join(".")}: ${each.message}`);
console.log(`${errors.length} errors, ${diagnostics.length - errors.length} hints`);
process.exitCode = errors.length ? 1 : 0;
