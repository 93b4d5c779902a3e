/**
 * Prints the sum of a vitest JSON report as `N passed, N failed, N skipped` and fails when anything failed or
 * was skipped. Usage: `node tally.ts REPORT STATUS`, with the exit status of the test command.
 */
import { readFileSync } from "node:fs";

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

const [reportFile = "", status = "1"] = process.argv.slice(2);
const report = JSON.parse(readFileSync(reportFile, "utf8")) as Report;

// A file that does not load, or whose set-up throws, has failed although no test of it did.
const failedFiles = report.testResults.filter(
  (file) =>
    file.status === "failed" && !file.assertionResults.some(({ status }) => status === "failed"),
);
const passed = report.numPassedTests;
const skipped = report.numPendingTests + report.numTodoTests;
let failed = report.numFailedTests + failedFiles.length;
if (failed === 0 && (status !== "0" || passed === 0)) failed = 1;

console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = failed + skipped > 0 ? 1 : 0;
