#!/usr/bin/env python3
"""Draws a Grafana dashboard from the data of its queries, without Grafana.

    render.py DASHBOARD.json PICTURE.png [--prometheus http://127.0.0.1:9090] [--minutes 5] [--scrape 15]

Each panel stands in its place of the grid with its title, unit and legend; variables match everything. Needs matplotlib.
"""

import argparse
import json
import math
import re
import time
import urllib.parse
import urllib.request
from datetime import datetime, timezone

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.patches import FancyBboxPatch
from PIL import Image

COLOURS = [
    "#56A64B", "#E0B400", "#3274D9", "#FF780A", "#E02F44", "#8F3BB8", "#0F9BA8", "#B877D9", "#7C6F47", "#A2195B",
    "#96D98D", "#8A6D00", "#8AB8FF", "#FFB357", "#FF7383", "#4B1B75", "#6ED0E0", "#DEB6F2", "#3F4650", "#F29191",
]  # fmt: skip
PAGE, PANEL, EDGE, TEXT, FAINT, GRID = "#f4f5f5", "#ffffff", "#dcdee2", "#24292e", "#6b7178", "#e6e8ea"
# Pixels: one column and one row of the grid, and the space between panels.
COLUMN, ROW, GAP, HEADER = 60, 30, 8, 56
WIDTH = 24 * COLUMN + 2 * GAP
DPI = 100


class Prometheus:
    """The server, and the range to look at."""

    def __init__(self, url, minutes, scrape):
        self.url = url.rstrip("/")
        self.end = int(time.time())
        self.start = self.end - int(minutes * 60)
        self.step = max(1, (self.end - self.start) // 300)
        self.scrape = scrape

    def expression(self, text, variables):
        """The query with Grafana's variables replaced as Grafana does."""
        own = {
            "__rate_interval": f"{max(self.step + self.scrape, 4 * self.scrape)}s",
            "__interval": f"{self.step}s",
            "__range": f"{self.end - self.start}s",
            "__range_s": str(self.end - self.start),
        }

        def value(match):
            name = match.group(1) or match.group(2)
            if name in own:
                return own[name]
            return variables.get(name) or ".*"

        return re.sub(r"\$(?:\{(\w+)(?::\w+)?\}|(\w+))", value, text)

    def ask(self, path, **parameters):
        url = f"{self.url}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        with urllib.request.urlopen(url, timeout=20) as answer:
            return json.load(answer)["data"]["result"]

    def range(self, query):
        found = self.ask("query_range", query=query, start=self.start, end=self.end, step=self.step)
        return [(one["metric"], [(t, float(v)) for t, v in one["values"]]) for one in found]

    def instant(self, query):
        found = self.ask("query", query=query, time=self.end)
        return [(one["metric"], [(one["value"][0], float(one["value"][1]))]) for one in found]


def scaled(value, steps):
    for size, unit in steps:
        if abs(value) >= size:
            return value / size, unit
    return value / steps[-1][0], steps[-1][1]


def shown(value, unit):
    """A value as Grafana prints it, nearly."""
    if math.isnan(value) or math.isinf(value):
        return "–"

    def number(value):
        if value == 0:
            return "0"
        digits = max(0, 2 - int(math.floor(math.log10(abs(value)))))
        text = f"{value:.{min(digits, 3)}f}"
        return text.rstrip("0").rstrip(".") if "." in text else text

    if unit == "s":
        if value == 0:
            return "0 s"
        if abs(value) >= 60:
            value, name = scaled(value, [(86400, "days"), (3600, "hours"), (60, "mins")])
        else:
            value, name = scaled(value, [(1, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns")])
        return f"{number(value)} {name}"
    if unit == "bytes":
        value, name = scaled(value, [(1 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB"), (1, "B")])
        return f"{number(value)} {name}"
    if unit == "percentunit":
        return f"{number(value * 100)}%"
    if unit == "percent":
        return f"{number(value)}%"
    value, name = scaled(value, [(1e9, " Bil"), (1e6, " Mil"), (1e3, " K"), (1, "")]) if abs(value) >= 1 else (value, "")
    after = {"cps": " c/s", "ops": " ops/s", "reqps": " req/s"}.get(unit, "")
    return f"{number(value)}{name}{after}"


class Page:
    """The picture: everything in pixels from its upper left corner."""

    def __init__(self, height):
        self.height = height
        self.figure = plt.figure(figsize=(WIDTH / DPI, height / DPI), dpi=DPI, facecolor=PAGE)
        self.renderer = self.figure.canvas.get_renderer()

    def axes(self, x, y, w, h):
        return self.figure.add_axes([x / WIDTH, 1 - (y + h) / self.height, w / WIDTH, h / self.height])

    def text(self, x, y, text, size=9, color=TEXT, weight="normal", ha="left", va="center"):
        self.figure.text(
            x / WIDTH, 1 - y / self.height, text.replace("$", r"\$"), fontsize=size, color=color, fontweight=weight, ha=ha, va=va
        )

    def width(self, text, size, weight="normal"):
        font = matplotlib.font_manager.FontProperties(family="sans-serif", size=size, weight=weight)
        return self.renderer.get_text_width_height_descent(text.replace("$", r"\$"), font, False)[0]

    def cut(self, text, size, room, weight="normal"):
        if self.width(text, size, weight) <= room:
            return text
        while text and self.width(text + "…", size, weight) > room:
            text = text[:-1]
        return text + "…"

    def box(self, x, y, w, h, face=PANEL, edge=EDGE, round=3):
        self.figure.add_artist(
            FancyBboxPatch(
                (x, self.height - y - h), w, h, boxstyle=f"round,pad=0,rounding_size={round}", transform=None,
                facecolor=face, edgecolor=edge, linewidth=0.8, zorder=-2,
            )
        )  # fmt: skip

    def line(self, x1, y1, x2, y2, color=EDGE, width=0.8):
        h = self.height
        self.figure.add_artist(
            plt.Line2D([x1 / WIDTH, x2 / WIDTH], [1 - y1 / h, 1 - y2 / h], color=color, linewidth=width, zorder=-1)
        )


def name_of(labels, pattern):
    if pattern and pattern != "__auto":
        return re.sub(r"\{\{\s*(\w+)\s*\}\}", lambda match: labels.get(match.group(1), ""), pattern).strip()
    inside = ", ".join(f'{key}="{value}"' for key, value in labels.items() if key != "__name__")
    return f"{labels.get('__name__', '')}{{{inside}}}"


def series(panel, server, variables):
    """What the panel's queries give: names, labels and points."""
    found = []
    for target in panel.get("targets", []):
        query = server.expression(target["expr"], variables)
        instant = target.get("instant") and not target.get("range")
        for labels, points in server.instant(query) if instant else server.range(query):
            found.append((name_of(labels, target.get("legendFormat", "")), labels, points))
    return found


def no_data(page, x, y, w, h):
    page.text(x + w / 2, y + h / 2, "No data", size=11, color=FAINT, ha="center")


def ticks(top, unit):
    """Marks of an axis from 0: some four of them, at round values of the unit."""
    base = 1.0
    if unit == "bytes":
        base = float(1024 ** max(0, int(math.log(max(top, 1), 1024))))
    rough = top / base / 4
    power = 10 ** math.floor(math.log10(rough))
    step = next(power * m for m in (1, 2, 2.5, 5, 10) if power * m >= rough * 0.999) * base
    return [step * i for i in range(int(math.ceil(top / step - 1e-9)) + 1)]


def timeseries(page, panel, found, unit, server, x, y, w, h):
    found = [one for one in found if one[2]]
    if not found:
        return no_data(page, x, y, w, h)
    # The legend below, in as many lines as it needs, up to a third of the panel.
    lines, at, line = [], x, []
    for index, (name, _, _) in enumerate(found):
        name = page.cut(name or "Value", 8, w - 24)
        needs = page.width(name, 8) + 34
        if at + needs > x + w and line:
            lines.append(line)
            at, line = x, []
        line.append((at, index, name))
        at += needs
    lines.append(line)
    most = max(1, int(h / 3 / 16))
    hidden = sum(len(line) for line in lines[most:])
    lines = lines[:most]
    foot = 16 * len(lines) + 4
    for number, line in enumerate(lines):
        for at, index, name in line:
            level = y + h - foot + 16 * number + 10
            page.line(at, level, at + 13, level, color=COLOURS[index % len(COLOURS)], width=2.6)
            page.text(at + 18, level, name, size=8)
    if hidden:
        page.text(x + w, y + h - 6, f"and {hidden} more", size=7.5, color=FAINT, ha="right")

    values = [v for _, _, points in found for _, v in points if math.isfinite(v)]
    top = max(values, default=0)
    marks = ticks(top * 1.04 if top > 0 else 1, unit)
    labels = [shown(mark, unit) for mark in marks]
    left = max(page.width(label, 8) for label in labels) + 8
    ax = page.axes(x + left, y + 4, w - left - 6, h - foot - 26)
    ax.set_facecolor(PANEL)
    for index, (_, _, points) in enumerate(found):
        colour = COLOURS[index % len(COLOURS)]
        pieces = [[]]
        for t, v in points:
            if not math.isfinite(v) or (pieces[-1] and t - pieces[-1][-1][0] > 1.5 * server.step):
                pieces.append([])
            if math.isfinite(v):
                pieces[-1].append((t, v))
        for piece in filter(None, pieces):
            ts, vs = zip(*piece)
            ax.plot(ts, vs, color=colour, linewidth=1.4, marker="o" if len(ts) == 1 else None, markersize=3, clip_on=False)
            ax.fill_between(ts, vs, color=colour, alpha=0.07, linewidth=0)
    ax.set_ylim(0, marks[-1])
    ax.set_xlim(server.start, server.end)
    ax.set_yticks(marks, labels)
    span = server.end - server.start
    room = max(2, int((w - left) / 90))
    every = next(s for s in (10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600, 86400) if span / s <= room)
    edge = span * 26 / (w - left)
    times = [t for t in range(server.start + -server.start % every, server.end, every) if t < server.end - edge]
    form = "%H:%M:%S" if every < 60 else "%H:%M"
    ax.set_xticks(times, [datetime.fromtimestamp(t, timezone.utc).strftime(form) for t in times])
    ax.tick_params(length=0, labelsize=8, colors=FAINT, pad=4)
    ax.grid(color=GRID, linewidth=0.7)
    ax.set_axisbelow(True)
    for side in ax.spines.values():
        side.set_visible(False)


def last(points):
    return points[-1][1] if points else math.nan


def stat(page, panel, found, unit, server, x, y, w, h):
    if not found:
        return no_data(page, x, y, w, h)
    each = w / len(found)
    with_name = panel.get("options", {}).get("textMode") == "value_and_name" or len(found) > 1
    for index, (name, _, points) in enumerate(found):
        middle = x + each * (index + 0.5)
        text, size = shown(last(points), unit), 26
        while size > 10 and page.width(text, size, "bold") > each - 12:
            size -= 1
        if with_name:
            page.text(middle, y + h * 0.22, page.cut(name, 10, each - 8), size=10, ha="center")
        page.text(middle, y + h * (0.64 if with_name else 0.5), text, size=size, color="#37872D", weight="bold", ha="center")


def reduced(panel, points):
    calc = (panel.get("options", {}).get("reduceOptions", {}).get("calcs") or ["lastNotNull"])[0]
    values = [v for _, v in points if math.isfinite(v)]
    if not values:
        return math.nan
    return {"sum": sum(values), "mean": sum(values) / len(values), "max": max(values), "min": min(values)}.get(calc, values[-1])


def piechart(page, panel, found, unit, server, x, y, w, h):
    parts = [(name, reduced(panel, points), COLOURS[i % len(COLOURS)]) for i, (name, _, points) in enumerate(found)]
    parts = sorted((part for part in parts if part[1] > 0), key=lambda part: -part[1])
    if not parts:
        return no_data(page, x, y, w, h)
    size = min(h - 16, w * 0.42)
    ax = page.axes(x + 4, y + (h - size) / 2, size, size)
    hole = {"width": 0.36, "edgecolor": PANEL, "linewidth": 1.2}
    ax.pie([part[1] for part in parts], colors=[part[2] for part in parts], startangle=90, counterclock=False, wedgeprops=hole)
    left, right = x + size + 24, x + w - 6
    most = int((h - 30) / 18)
    top = y + max(10, (h - 18 * (min(len(parts), most) + 1)) / 2)
    page.text(right, top, "Value", size=8, color="#3274D9", weight="bold", ha="right")
    for index, (name, value, colour) in enumerate(parts[:most]):
        level = top + 18 * (index + 1)
        number = shown(value, unit)
        page.line(left, level, left + 11, level, color=colour, width=2.6)
        page.text(left + 16, level, page.cut(name, 8, right - left - 24 - page.width(number, 8)), size=8)
        page.text(right, level, number, size=8, ha="right")


def bargauge(page, panel, found, unit, server, x, y, w, h):
    parts = [(name, reduced(panel, points)) for name, _, points in found]
    if not parts:
        return no_data(page, x, y, w, h)
    each, top = min(34, h / len(parts)), max(value for _, value in parts) or 1
    for index, (name, value) in enumerate(parts):
        level = y + each * index
        page.text(x, level + 7, page.cut(name, 8, w), size=8)
        page.box(x, level + 15, w - 70, each - 20, face=GRID, edge="none")
        page.box(x, level + 15, max(1, (w - 70) * value / top), each - 20, face=COLOURS[0], edge="none")
        page.text(x + w, level + each / 2 + 4, shown(value, unit), size=9, ha="right", weight="bold")


def table(page, panel, found, unit, server, x, y, w, h):
    """Columns as Grafana's for an instant query: time, labels, value; `organize` and `sortBy` are done."""
    hidden, renamed, order = {}, {}, None
    for step in panel.get("transformations", []):
        if step["id"] == "organize":
            hidden, renamed = step["options"].get("excludeByName", {}), step["options"].get("renameByName", {})
        if step["id"] == "sortBy":
            order = step["options"]["sort"][0]
    if not found:
        return no_data(page, x, y, w, h)
    columns = ["Time"] + sorted({key for _, labels, _ in found for key in labels}) + ["Value"]
    columns = [column for column in columns if not hidden.get(column)]
    rows = []
    for _, labels, points in found:
        stamp = datetime.fromtimestamp(points[-1][0], timezone.utc).strftime("%Y-%m-%d %H:%M:%S")
        values = {**labels, "Time": stamp, "Value": last(points)}
        rows.append([values.get(column, "") for column in columns])
    heads = [renamed.get(column, column) for column in columns]
    if order and order["field"] in heads:
        at = heads.index(order["field"])
        rows.sort(key=lambda row: row[at], reverse=order.get("desc", False))
    text = [[shown(cell, unit) if isinstance(cell, float) else cell for cell in row] for row in rows]
    # A column is as wide as it must; what remains is divided among all.
    widths = [max(page.width(line[i], 8.5, "bold") for line in [heads] + text) + 16 for i in range(len(heads))]
    while sum(widths) > w:
        widest = widths.index(max(widths))
        widths[widest] = max(60, widths[widest] - 10)
    widths = [width + (w - sum(widths)) / len(widths) for width in widths]
    at = x
    for i, head in enumerate(heads):
        number = columns[i] == "Value"
        page.text(at + widths[i] - 8 if number else at + 4, y + 10, head, 8.5, "#3274D9", "bold", "right" if number else "left")
        at += widths[i]
    page.line(x, y + 22, x + w, y + 22)
    high = 24
    for count, line in enumerate(text):
        level = y + 22 + high * count
        if level + high > y + h:
            break
        at = x
        for i, cell in enumerate(line):
            number = columns[i] == "Value"
            cell = page.cut(cell, 8.5, widths[i] - 10)
            page.text(at + widths[i] - 8 if number else at + 4, level + high / 2, cell, 8.5, ha="right" if number else "left")
            at += widths[i]
        page.line(x, level + high, x + w, level + high, color=GRID)


KINDS = {"timeseries": timeseries, "stat": stat, "piechart": piechart, "bargauge": bargauge, "table": table}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dashboard")
    parser.add_argument("picture")
    parser.add_argument("--prometheus", default="http://127.0.0.1:9090")
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--scrape", type=int, default=15, help="seconds between two scrapes, for $__rate_interval")
    options = parser.parse_args()
    with open(options.dashboard, encoding="utf-8") as file:
        dashboard = json.load(file)
    server = Prometheus(options.prometheus, options.minutes, options.scrape)
    matplotlib.rcParams["font.family"] = "sans-serif"

    choices = [v for v in dashboard.get("templating", {}).get("list", []) if v["type"] != "datasource"]
    variables = {choice["name"]: choice.get("allValue") or ".*" for choice in choices}
    panels = dashboard["panels"]
    bottom = max(panel["gridPos"]["y"] + panel["gridPos"]["h"] for panel in panels)
    page = Page(HEADER + bottom * ROW + GAP)

    page.text(16, 30, dashboard["title"], size=14, weight="bold")
    at = 16 + page.width(dashboard["title"], 14, "bold") + 30
    for choice in choices:
        label = choice.get("label") or choice["name"]
        wide = page.width(label, 9) + 50
        page.box(at, 18, wide, 24)
        page.text(at + 8, 30, label, size=9, color="#3274D9")
        page.text(at + wide - 8, 30, "All", size=9, ha="right")
        at += wide + 10
    clock = [datetime.fromtimestamp(t, timezone.utc).strftime(f) for t, f in ((server.start, "%Y-%m-%d %H:%M:%S"), (server.end, "%H:%M:%S"))]
    page.text(WIDTH - 16, 30, f"{clock[0]} to {clock[1]} UTC", size=9, color=FAINT, ha="right")

    missing = 0
    for panel in panels:
        grid = panel["gridPos"]
        x, y = GAP + grid["x"] * COLUMN + GAP / 2, HEADER + grid["y"] * ROW + GAP / 2
        w, h = grid["w"] * COLUMN - GAP, grid["h"] * ROW - GAP
        if panel["type"] == "row":
            page.text(x + 4, y + h / 2, "▾ " + panel["title"], size=10.5, weight="bold")
            continue
        page.box(x, y, w, h)
        page.text(x + 10, y + 15, panel.get("title", ""), size=9.5, weight="bold")
        unit = panel.get("fieldConfig", {}).get("defaults", {}).get("unit", "")
        found = series(panel, server, variables)
        missing += not found
        KINDS[panel["type"]](page, panel, found, unit, server, x + 10, y + 30, w - 20, h - 36)
    page.figure.savefig(options.picture, dpi=DPI, facecolor=PAGE)
    # 256 colours are enough, and make small files.
    drawn = Image.open(options.picture).convert("RGB")
    few = drawn.quantize(256, method=Image.Quantize.MAXCOVERAGE, kmeans=3, dither=Image.Dither.NONE)
    few.save(options.picture, optimize=True)
    print(f"{options.picture}: {len(panels)} panels, {missing} without data")


if __name__ == "__main__":
    main()
