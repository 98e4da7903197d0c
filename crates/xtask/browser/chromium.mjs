// Starts Debian's Chromium for all test files, and prints the address at which they connect to it. The
// browser ends with this process, which ends when its standard input closes.

import { createRequire } from "node:module";
import { join } from "node:path";

const packages = createRequire(join(process.env.MAMORI_PACKAGES, "package.json"));
const { chromium } = packages("playwright-core");

const args = ["--host-resolver-rules=MAP localhost 127.0.0.1"];
// As root its own sandbox does not work.
if (process.getuid() === 0) args.push("--no-sandbox");
const server = await chromium.launchServer({ executablePath: "/usr/bin/chromium", args, host: "127.0.0.1" });
console.log(server.wsEndpoint());
process.stdin.resume();
process.stdin.on("end", async () => {
  await server.close();
  process.exit(0);
});
