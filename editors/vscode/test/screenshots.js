// Pictures for the documentation, from the real VS Code: screenshots.js RULELS FOLDER
'use strict';

const path = require('node:path');
const { openEditor } = require('./editor');
const { FILES } = require('../../sample');

async function main() {
  const [server, folder] = process.argv.slice(2).map((one) => path.resolve(one));
  const settings = {
    'rulec.server.path': server,
    'workbench.colorTheme': 'Default Light Modern',
    'editor.fontSize': 13,
    'workbench.layoutControl.enabled': false,
    'window.commandCenter': false,
    'breadcrumbs.enabled': false,
  };
  const editor = await openEditor({ files: FILES, settings, width: 1120, height: 560 });
  const { page } = editor;
  const shot = async (name) => {
    await page.waitForTimeout(600);
    await page.screenshot({ path: path.join(folder, `vscode-${name}.png`) });
    console.log(`vscode-${name}.png`);
  };
  try {
    await editor.open('local_rules.yaml');
    await page.locator('.squiggly-error').first().waitFor();
    await editor.keys('Control+Shift+M');
    await page.locator('.markers-panel .monaco-list-row', { hasText: 'proc.nmae' }).first().waitFor();
    await shot('diagnostics');
    await editor.keys('Control+Shift+M');

    await editor.go(10, 44);
    const fix = page.locator('.action-widget .monaco-list-row', { hasText: 'proc.name' });
    await editor.until(() => editor.keys('Escape', 'Control+.'), fix);
    await shot('fixes');
    await fix.first().click();

    await editor.go(10, 8);
    await editor.until(() => editor.keys('Control+K', 'Control+I'), page.locator('.monaco-hover:visible', { hasText: 'evt.type in' }));
    await shot('hover');
    await editor.keys('Escape');

    await editor.go(11, 5);
    await editor.keys('End');
    await page.keyboard.type(' and proc.a');
    await editor.completions();
    await editor.keys('ArrowDown');
    // Beside the list, what the proposal means.
    await editor.until(() => editor.keys('Control+Space'), page.locator('.suggest-details-container:visible'));
    await shot('completion');
    await editor.keys('Escape');
    for (let left = 0; left < ' and proc.a'.length; left += 1) await editor.keys('Backspace');

    await editor.go(7, 10);
    // Room for both.
    await editor.keys('Control+B');
    await editor.command('Falco rules: Show effective rule');
    await editor.showsPage('busybox');
    await shot('effective-rule');
  } catch (error) {
    await shot('failure');
    throw error;
  } finally {
    await editor.close();
  }
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
