// Says what failed, and how many tests passed and failed in all: `summary.mjs <other failures> <vitest report>...`
import { existsSync, readFileSync } from 'node:fs';

const [, , others, ...paths] = process.argv;
let passed = 0;
let failed = 0;
for (const path of paths) {
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  if (text === '') continue;
  const report = JSON.parse(text);
  passed += report.numPassedTests;
  failed += report.numFailedTests;
  for (const { name, status, message, assertionResults } of report.testResults) {
    const tests = assertionResults.filter((test) => test.status === 'failed');
    for (const { fullName, failureMessages } of tests) {
      console.log(`failed: ${fullName}\n  ${failureMessages.join('\n').slice(0, 1500)}`);
    }
    // A file that cannot be loaded, or whose set-up fails, has no failed test.
    if (status === 'failed' && tests.length === 0) {
      failed += 1;
      console.log(`failed: ${name}\n  ${String(message).slice(0, 1500)}`);
    }
  }
}
// Whatever went wrong beside the tests counts too: nobody is to read "0 failed" above a failure.
if (others !== '0' && failed === 0) failed = 1;
if (passed === 0 && failed === 0) failed = 1;
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
