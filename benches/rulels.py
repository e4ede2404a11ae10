#!/usr/bin/env python3
"""Latency of the language server, measured by a client: benches/rulels.py SERVER FILE...

The files are one workspace in the given order; the first is edited. Prints medians and 95th percentiles in
milliseconds, the number of analyses of a burst, and the peak of the server's memory."""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time


class Client:
    def __init__(self, server):
        self.process = subprocess.Popen([server, "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.next = 0

    def write(self, message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def read(self):
        length = 0
        while (line := self.process.stdout.readline().strip()):
            name, value = line.split(b":")
            if name == b"Content-Length":
                length = int(value)
        return json.loads(self.process.stdout.read(length))

    def tell(self, method, params):
        self.write({"method": method, "params": params})

    def ask(self, method, params):
        self.next += 1
        self.write({"id": self.next, "method": method, "params": params})
        while True:
            message = self.read()
            if message.get("id") == self.next and "method" not in message:
                return message.get("result")

    def diagnostics(self, uri, version):
        while True:
            message = self.read()
            params = message.get("params") or {}
            if message.get("method") == "textDocument/publishDiagnostics" and params.get("uri") == uri:
                if params.get("version") == version:
                    return params["diagnostics"]


def show(name, times):
    times = sorted(1000 * one for one in times)
    print(f"{name:38} p50 {statistics.median(times):7.2f}  p95 {times[int(len(times) * 0.95)]:7.2f}  max {times[-1]:7.2f}")


def main():
    server, files = sys.argv[1], sys.argv[2:]
    folder = tempfile.mkdtemp()
    names = [os.path.basename(path) for path in files]
    for path in files:
        shutil.copy(path, folder)
    with open(os.path.join(folder, "rulec.toml"), "w") as toml:
        toml.write("rules = " + json.dumps(names) + "\n")
    uri = f"file://{folder}/{names[0]}"
    text = open(os.path.join(folder, names[0])).read()
    client = Client(server)
    begun = time.perf_counter()
    client.ask("initialize", {"capabilities": {"general": {"positionEncodings": ["utf-8"]}}, "processId": None,
                              "workspaceFolders": [{"uri": f"file://{folder}", "name": "bench"}]})
    client.tell("initialized", {})
    client.tell("textDocument/didOpen", {"textDocument": {"uri": uri, "languageId": "yaml", "version": 1, "text": text}})
    client.diagnostics(uri, 1)
    print(f"start to first diagnostics: {1000 * (time.perf_counter() - begun):.1f} ms, {len(text)} bytes edited")

    lines = text.split("\n")
    row = next(i for i, line in enumerate(lines) if "spawned_process" in line and "macro" not in line)
    column = lines[row].index("spawned_process") + len("spawned_process")
    here = {"line": row, "character": column}
    version = 1
    times = []
    for step in range(400):
        version += 1
        insert = step % 2 == 0
        end = here if insert else {"line": row, "character": column + 1}
        begun = time.perf_counter()
        client.tell("textDocument/didChange", {"textDocument": {"uri": uri, "version": version},
                    "contentChanges": [{"range": {"start": here, "end": end}, "text": "x" if insert else ""}]})
        client.diagnostics(uri, version)
        times.append(time.perf_counter() - begun)
    show("change to diagnostics", times)
    place = {"textDocument": {"uri": uri}, "position": {"line": row, "character": column - 3}}
    for method in ["completion", "hover", "definition", "documentSymbol", "semanticTokens/full", "codeLens"]:
        times = []
        for _ in range(100):
            begun = time.perf_counter()
            client.ask(f"textDocument/{method}", place)
            times.append(time.perf_counter() - begun)
        show(method, times)
    before = client.ask("rulec/status", None)["analyses"]
    begun = time.perf_counter()
    for _ in range(50):
        version += 1
        client.tell("textDocument/didChange", {"textDocument": {"uri": uri, "version": version},
                    "contentChanges": [{"range": {"start": here, "end": here}, "text": "x"}]})
    client.diagnostics(uri, version)
    print(f"burst of 50 edits: {1000 * (time.perf_counter() - begun):.1f} ms, "
          f"{client.ask('rulec/status', None)['analyses'] - before} analyses")
    status = open(f"/proc/{client.process.pid}/status").read()
    print("memory:", " ".join(line for line in status.split("\n") if line.startswith(("VmHWM", "VmRSS"))))
    client.process.kill()
    shutil.rmtree(folder)


main()
