/* browser.js -- drives the page in Chromium and prints what a person would see as one line of JSON a step.
 *
 *     node browser.js MODULES CHROMIUM URL JOB.json
 *
 * The job: {"steps": [{"name", "paste" or "files", "redact"}], "screenshots": folder or null}. */
"use strict";

const fs = require("fs");
const path = require("path");

const [modules, browserPath, url, jobPath] = process.argv.slice(2);
const {chromium} = require(path.join(modules, "playwright-core"));
const axe = fs.readFileSync(path.join(modules, "axe-core", "axe.min.js"), "utf8");
const job = JSON.parse(fs.readFileSync(jobPath, "utf8"));
const LOOKS = [
    {name: "light", colorScheme: "light", viewport: {width: 1100, height: 800}},
    {name: "dark", colorScheme: "dark", viewport: {width: 1100, height: 800}},
    {name: "small", colorScheme: "light", viewport: {width: 320, height: 640}},
    {name: "small-dark", colorScheme: "dark", viewport: {width: 320, height: 640}},
];

/* What stands on the page after a diagnosis. */
function look() {
    const texts = selector => [...document.querySelectorAll(selector)].map(element => element.innerText.trim());
    return {
        headlines: texts(".diagnosis h2"),
        confidence: texts(".diagnosis > .confidence:not(h3 + p)"),
        facts: texts(".diagnosis dl"),
        sections: texts(".diagnosis h3"),
        steps: texts(".diagnosis > ol:first-of-type > li"),
        evidence: texts(".evidence strong"),
        marks: texts(".text mark"),
        copies: texts(".command button").length,
        pictures: document.querySelectorAll("svg.timeline .shape").length,
        links: [...document.querySelectorAll("#results a")].map(link => [link.protocol, link.rel]),
        downloads: texts("[aria-label='Download the report'] button"),
        status: document.getElementById("status").innerText,
        focus: document.activeElement.innerText || document.activeElement.id,
        text: document.getElementById("results").innerText,
        wide: document.documentElement.scrollWidth > document.documentElement.clientWidth,
    };
}

async function ask(page, step) {
    await page.locator("#clear").click();
    if (step.paste !== undefined) {
        await page.locator("#log").fill(step.paste);
    }
    if (step.files) {
        await page.locator("#files").setInputFiles(step.files);
    }
    if (step.redact === false) {
        await page.locator("#redact").uncheck();
    }
    await page.locator("#log").focus();
    await page.keyboard.press("Control+Enter");
    await page.waitForFunction(() => /^(Done|There)/.test(document.getElementById("status").innerText));
}

async function accessibility(page) {
    await page.evaluate(axe);
    const found = await page.evaluate(() => window.axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}));
    return found.violations.map(violation => ({id: violation.id, impact: violation.impact,
        nodes: violation.nodes.map(node => node.html.slice(0, 200)).slice(0, 3)}));
}

async function walk(page) {
    /* What the tab key reaches from the top of a new page, without a mouse. */
    const reached = [];
    for (let i = 0; i < 12; i++) {
        await page.keyboard.press("Tab");
        reached.push(await page.evaluate(() => document.activeElement.id || document.activeElement.className || document.activeElement.tagName));
    }
    return reached;
}

async function downloaded(page) {
    const waiting = page.waitForEvent("download");
    await page.locator("[aria-label='Download as JSON']").first().click();
    const file = await (await waiting).path();
    return JSON.parse(fs.readFileSync(file, "utf8")).schema;
}

async function dropped(page, file) {
    const bytes = [...fs.readFileSync(file)];
    const transfer = await page.evaluateHandle(([data, name]) => {
        const made = new DataTransfer();
        made.items.add(new File([new Uint8Array(data)], name));
        return made;
    }, [bytes, path.basename(file)]);
    await page.dispatchEvent("#log", "drop", {dataTransfer: transfer});
    return page.locator("#chosen").innerText();
}

async function visit(browser, style) {
    /* Scripts that the test brings along (axe) need more than the page's policy; so one visit keeps it. */
    const context = await browser.newContext({viewport: style.viewport, colorScheme: style.colorScheme, bypassCSP: true, acceptDownloads: true});
    const page = await context.newPage();
    await page.goto(url);
    const keys = await walk(page);
    await ask(page, job.steps[0]);
    if (job.screenshots) {
        await page.screenshot({path: path.join(job.screenshots, `${style.name}.png`), fullPage: true});
    }
    const seen = await page.evaluate(look);
    const violations = await accessibility(page);
    await context.close();
    return {look: style.name, wide: seen.wide, violations, keys};
}

async function main() {
    const browser = await chromium.launch({executablePath: browserPath, args: ["--no-sandbox", "--disable-gpu"]});
    const say = line => console.log(JSON.stringify(line));
    const context = await browser.newContext({acceptDownloads: true});
    const page = await context.newPage();
    const foreign = [];
    const complaints = [];
    page.on("request", request => {
        if (!request.url().startsWith(url) && !request.url().startsWith(`blob:${url}`)) {
            foreign.push(request.url());
        }
    });
    page.on("console", message => { if (message.type() === "error") { complaints.push(message.text()); } });
    page.on("pageerror", error => complaints.push(String(error)));
    await page.goto(url);
    for (const step of job.steps) {
        await ask(page, step);
        say({step: step.name, ...await page.evaluate(look)});
        if (step.redact === false) {
            say({warned: await page.locator("#redact-warning").isVisible()});
            await page.locator("#redact").check();
        }
    }
    say({downloaded: await downloaded(page)});
    await page.locator("#clear").click();
    say({dropped: await dropped(page, job.drop)});
    await page.locator("#diagnose").click();
    await page.waitForFunction(() => document.getElementById("status").innerText.startsWith("Done"));
    say({step: "drop", ...await page.evaluate(look)});
    await page.locator("#clear").click();
    await page.locator("#diagnose").click();
    say({empty: await page.locator("#status").innerText()});
    await context.close();
    for (const style of LOOKS) {
        say(await visit(browser, style));
    }
    say({foreign, complaints});
    await browser.close();
}

main().catch(error => {
    console.error(error);
    process.exit(1);
});
