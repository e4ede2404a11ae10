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
        # Notifications that came while an answer was waited for.
        self.seen = []

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
            self.seen.append(message)

    def diagnostics(self, uri, version):
        while True:
            message = self.seen.pop(0) if self.seen else self.read()
            params = message.get("params") or {}
            if message.get("method") == "textDocument/publishDiagnostics" and params.get("uri") == uri:
                if params.get("version") == version:
                    return params["diagnostics"]


def show(name, times):
    times = sorted(1000 * one for one in times)
    print(f"{name:38} least {times[0]:7.2f}  p50 {statistics.median(times):7.2f}  p95 {times[int(len(times) * 0.95)]:7.2f}  max {times[-1]:7.2f}")


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
    # Where nothing has been typed, every field and macro is proposed.
    empty = {"textDocument": {"uri": uri}, "position": {"line": row, "character": column - len("spawned_process")}}
    times = []
    for _ in range(100):
        begun = time.perf_counter()
        client.ask("textDocument/completion", empty)
        times.append(time.perf_counter() - begun)
    show("completion of nothing yet", times)
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
    memory(client, "memory")
    cancelled(client, uri)
    memory(client, "memory after 600 requests that were cancelled")
    client.process.kill()
    shutil.rmtree(folder)
    large(server, text)


def memory(client, what):
    status = open(f"/proc/{client.process.pid}/status").read()
    print(f"{what}:", " ".join(line for line in status.split("\n") if line.startswith(("VmHWM", "VmRSS"))))


def cancelled(client, uri):
    """How long a request that nobody wants any more goes on, and a hover behind many slow requests waits."""
    times, hovers = [], []
    for _ in range(30):
        ids = []
        for _ in range(20):
            client.next += 1
            ids.append(client.next)
            client.write({"id": client.next, "method": "textDocument/codeLens", "params": {"textDocument": {"uri": uri}}})
        begun = time.perf_counter()
        place = {"textDocument": {"uri": uri}, "position": {"line": 0, "character": 0}}
        waiting = set(ids)
        for number in ids:
            client.tell("$/cancelRequest", {"id": number})
        client.next += 1
        hover = client.next
        client.write({"id": hover, "method": "textDocument/hover", "params": place})
        while waiting or hover:
            number = client.read().get("id")
            now = time.perf_counter() - begun
            if number == hover:
                hovers.append(now)
                hover = None
            elif number in waiting:
                waiting.discard(number)
                if not waiting:
                    times.append(now)
    show("20 requests cancelled: last answer", times)
    show("hover behind them", hovers)


def large(server, text):
    """Keystrokes in a file of 2.2 MB: the official rules again and again, under other names."""
    parts, size, number = [], 0, 0
    while size < 2_200_000:
        part = text.replace("- rule: ", f"- rule: R{number} ") if number else text
        parts.append(part)
        size += len(part)
        number += 1
    whole = "\n".join(parts)
    folder = tempfile.mkdtemp()
    with open(os.path.join(folder, "large_rules.yaml"), "w") as file:
        file.write(whole)
    uri = f"file://{folder}/large_rules.yaml"
    client = Client(server)
    client.ask("initialize", {"capabilities": {}, "processId": None,
                              "workspaceFolders": [{"uri": f"file://{folder}", "name": "large"}]})
    client.tell("initialized", {})
    begun = time.perf_counter()
    client.tell("textDocument/didOpen", {"textDocument": {"uri": uri, "languageId": "yaml", "version": 1, "text": whole}})
    client.diagnostics(uri, 1)
    print(f"large file: {len(whole)} bytes, opened in {1000 * (time.perf_counter() - begun):.0f} ms")
    line = whole.split("\n").index("- rule: Directory traversal monitored file read")
    place = {"line": line, "character": 20}
    times, keys = [], []
    for version in range(2, 32):
        begun = time.perf_counter()
        client.tell("textDocument/didChange", {"textDocument": {"uri": uri, "version": version},
                    "contentChanges": [{"range": {"start": place, "end": place}, "text": "x"}]})
        client.ask("textDocument/hover", {"textDocument": {"uri": uri}, "position": place})
        keys.append(time.perf_counter() - begun)
        client.diagnostics(uri, version)
        times.append(time.perf_counter() - begun)
    show("large file: keystroke and hover", keys)
    show("large file: keystroke to diagnostics", times)
    client.process.kill()
    shutil.rmtree(folder)


main()
