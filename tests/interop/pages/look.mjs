// Looks at pages as people would: in three widths, light and dark, with and without script; and lets axe look for
// accessibility errors. Usage: node look.mjs [--out FOLDER] URL...
//   or: node look.mjs --until TEXT URL, which opens a page once and waits for it to say so by itself.
// Prints one JSON object a line: {url, width, scheme, script, title, plots, overflow, violations: [{id, help, where}]}.
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const axe = createRequire(import.meta.url).resolve("axe-core");
const args = process.argv.slice(2);
const until = args[0] === "--until" ? args.splice(0, 2)[1] : null;
const out = args[0] === "--out" ? args.splice(0, 2)[1] : null;
const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
try {
  if (until) await wait(args[0], until);
  for (const [at, url] of until ? [] : args.entries()) {
    for (const width of [360, 800, 1280]) {
      for (const colorScheme of ["light", "dark"]) {
        await look(at, url, width, colorScheme, true);
      }
    }
    await look(at, url, 800, "light", false);
  }
} finally {
  await browser.close();
}

async function look(at, url, width, colorScheme, javaScriptEnabled) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme, javaScriptEnabled, bypassCSP: true });
  const page = await context.newPage();
  const failed = [];
  page.on("requestfailed", (request) => failed.push(request.url()));
  page.on("response", (answer) => answer.status() >= 400 && failed.push(`${answer.status()} ${answer.url()}`));
  await page.goto(url, { waitUntil: "load" });
  const name = `${at}-${width}-${colorScheme}${javaScriptEnabled ? "" : "-noscript"}.png`;
  if (out) await page.screenshot({ path: `${out}/${name}`, fullPage: true });
  const seen = { url, width, scheme: colorScheme, script: javaScriptEnabled, title: await page.title(), failed };
  // How large text in plots is shown, in pixels.
  seen.plots = await page.locator("svg:visible").evaluateAll((plots) =>
    plots.map((plot) => Math.min(...[...plot.querySelectorAll("text")].map((text) =>
      parseFloat(getComputedStyle(text).fontSize) * (plot.viewBox.baseVal ? plot.getBoundingClientRect().width / plot.viewBox.baseVal.width : 1)))));
  seen.text = (await page.locator("main").innerText()).slice(0, 2000);
  if (javaScriptEnabled) {
    seen.overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    await page.addScriptTag({ path: axe });
    const found = await page.evaluate(() => window.axe.run());
    seen.violations = found.violations.map(({ id, help, nodes }) => ({ id, help, where: nodes.map((node) => node.html) }));
  }
  console.log(JSON.stringify(seen));
  await context.close();
}

async function wait(url, text) {
  const page = await browser.newPage();
  await page.goto(url, { waitUntil: "load" });
  const before = await page.locator(".verdict").innerText();
  console.log(JSON.stringify({ url, before }));
  await page.locator(".verdict", { hasText: text }).waitFor({ timeout: 30000 });
  console.log(JSON.stringify({ url, after: await page.locator(".verdict").innerText(), title: await page.title() }));
}
