// The client of the language server: finds it, starts it, and offers the commands that need the editor.
'use strict';

const fs = require('fs');
const path = require('path');
const vscode = require('vscode');
const { LanguageClient, TransportKind } = require('vscode-languageclient/node');

const RELEASES = 'https://github.com/rulec/rulec/releases';

let client;

/** The server's path: as set, in the extension, or on the PATH. */
function findServer(context) {
  const set = vscode.workspace.getConfiguration('rulec').get('server.path');
  if (set) return fs.existsSync(set) ? set : undefined;
  const name = process.platform === 'win32' ? 'rulels.exe' : 'rulels';
  const packed = context.asAbsolutePath(path.join('server', name));
  const folders = (process.env.PATH || '').split(path.delimiter).filter(Boolean);
  return [packed, ...folders.map((folder) => path.join(folder, name))].find((file) => fs.existsSync(file));
}

function settings() {
  const all = vscode.workspace.getConfiguration('rulec');
  const names = ['falcoConfig', 'plugins', 'engineVersion', 'lints', 'inlayHints', 'codeLens'];
  return Object.fromEntries(names.map((name) => [name, all.get(name)]));
}

async function start(context) {
  const command = findServer(context);
  if (!command) {
    const chosen = await vscode.window.showErrorMessage(
      'The Falco rules language server (rulels) was not found. Install it, put it on the PATH or set rulec.server.path.',
      'Download',
      'Open settings',
    );
    if (chosen === 'Download') await vscode.env.openExternal(vscode.Uri.parse(RELEASES));
    if (chosen === 'Open settings') await vscode.commands.executeCommand('workbench.action.openSettings', 'rulec.server.path');
    return;
  }
  const run = { command, args: ['--stdio'], transport: TransportKind.stdio };
  client = new LanguageClient('rulec', 'Falco rules', { run, debug: run }, {
    documentSelector: [{ language: 'falco-rules' }, { language: 'yaml', scheme: 'file' }, { language: 'yaml', scheme: 'untitled' }],
    initializationOptions: settings(),
    synchronize: { configurationSection: 'rulec' },
    middleware: {
      workspace: {
        // Settings of this extension only, in the server's words.
        didChangeConfiguration: () => client.sendNotification('workspace/didChangeConfiguration', { settings: { rulec: settings() } }),
      },
    },
  });
  // What the server may ask the editor to do after an action, or on a click on a remark.
  client.registerFeature({
    fillClientCapabilities: (capabilities) => {
      capabilities.experimental = { ...capabilities.experimental, commands: ['rulec.rename', 'rulec.showReferences'] };
    },
    initialize: () => {},
    getState: () => ({ kind: 'static' }),
    clear: () => {},
  });
  await client.start();
}

/** Pages that the server made, by their addresses: documents that cannot be changed and need not be saved. */
const pages = new Map();
const pagesChanged = new vscode.EventEmitter();
const PAGE_SCHEME = 'rulec-page';

/** Shows Markdown, rendered, beside the editor. */
async function show(title, markdown) {
  const uri = vscode.Uri.from({ scheme: PAGE_SCHEME, path: `/${title.replaceAll('/', ' ')}.md` });
  pages.set(uri.toString(), markdown);
  pagesChanged.fire(uri);
  await vscode.workspace.openTextDocument(uri);
  await vscode.commands.executeCommand('markdown.showPreviewToSide', uri);
}

async function showEffectiveRule() {
  const editor = vscode.window.activeTextEditor;
  if (!editor || !client) return;
  const page = await client.sendRequest('rulec/effectiveRule', {
    textDocument: { uri: client.code2ProtocolConverter.asUri(editor.document.uri) },
    position: client.code2ProtocolConverter.asPosition(editor.selection.active),
  });
  if (page) await show('Effective rule', page);
  else vscode.window.showInformationMessage('There is no rule at the cursor.');
}

async function explainCode() {
  const editor = vscode.window.activeTextEditor;
  const here = editor
    ? vscode.languages.getDiagnostics(editor.document.uri).find((one) => one.source === 'rulec' && one.range.contains(editor.selection.active))
    : undefined;
  const known = here && here.code && (here.code.value || here.code);
  const code = await vscode.window.showInputBox({ prompt: 'Code of a diagnostic, such as E0102', value: known ? String(known) : '' });
  if (!code || !client) return;
  const page = await client.sendRequest('workspace/executeCommand', { command: 'rulec.explain', arguments: [code] });
  if (page) await show(code, page);
  else vscode.window.showInformationMessage(`There is no code ${code}.`);
}

function showReferences(uri, position, locations) {
  const convert = client.protocol2CodeConverter;
  return vscode.commands.executeCommand(
    'editor.action.showReferences',
    convert.asUri(uri),
    convert.asPosition(position),
    locations.map((one) => convert.asLocation(one)),
  );
}

/** Asks for the name of what an action has just made. */
function rename(uri, position) {
  const convert = client.protocol2CodeConverter;
  return vscode.commands.executeCommand('editor.action.rename', [convert.asUri(uri), convert.asPosition(position)]);
}

async function activate(context) {
  context.subscriptions.push(
    vscode.workspace.registerTextDocumentContentProvider(PAGE_SCHEME, {
      onDidChange: pagesChanged.event,
      provideTextDocumentContent: (uri) => pages.get(uri.toString()),
    }),
    vscode.commands.registerCommand('rulec.showEffectiveRule', showEffectiveRule),
    vscode.commands.registerCommand('rulec.explainCode', explainCode),
    vscode.commands.registerCommand('rulec.showReferences', showReferences),
    vscode.commands.registerCommand('rulec.rename', rename),
    vscode.commands.registerCommand('rulec.restartServer', async () => {
      if (client) await client.stop();
      client = undefined;
      await start(context);
    }),
  );
  await start(context);
}

function deactivate() {
  return client ? client.stop() : undefined;
}

module.exports = { activate, deactivate };
