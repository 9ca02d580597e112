"""Turns results into the terminal's table, README.md, results.json and a chart."""

import contextlib
import json
import re
from collections import Counter


def number(value):
    """Three significant digits, thousands whole."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def table(rows, header, markdown):
    """``rows`` of text under ``header``, aligned, as Markdown or for a terminal."""
    lines = [header, *rows]
    least = 1 if markdown else 0  # a rule without a dash makes no table
    widths = [max(least, *(len(str(row[i])) for row in lines)) for i in range(len(header))]
    padded = [
        [str(cell).ljust(width) for cell, width in zip(row, widths, strict=True)] for row in lines
    ]
    if not markdown:
        return "\n".join("  ".join(row).rstrip() for row in padded)
    rule = ["-" * width for width in widths]
    return "\n".join("| " + " | ".join(row) + " |" for row in [padded[0], rule, *padded[1:]])


def entry_rows(result):
    """One row an entry: label, median, quartiles, and how many times slower than the best."""
    best = [row["time"]["median"] for row in result["entries"].values() if "time" in row]
    best = (max if result["higher_is_better"] else min)(best, default=1)
    rows = []
    for row in result["entries"].values():
        if "time" not in row:
            rows.append((row["label"], "not measured", "", ""))
            continue
        time = row["time"]
        slower = best / time["median"] if result["higher_is_better"] else time["median"] / best
        rows.append(
            (
                row["label"],
                number(time["median"]),
                f"{number(time['q1'])} - {number(time['q3'])}",
                f"{slower:.2f}",
            )
        )
    return rows


def target_rows(key, result):
    rows = []
    for verdict in result["targets"]:
        over, under = (
            result["entries"].get(verdict[side], {}).get("label", verdict[side])
            for side in ("over", "under")
        )
        sense = {"<=": "≤", ">=": "≥"}[verdict["sense"]]
        ratio, met = "-", "not measured"
        if verdict["ratio"] is not None:
            ratio = f"{verdict['ratio']:.2f} ({verdict['q1']:.2f} - {verdict['q3']:.2f})"
            met = {True: "met", False: "**missed**", None: "disturbed: not judged"}[verdict["met"]]
        rows.append(
            (key, verdict["text"], f"{over} / {under}", ratio, f"{sense} {verdict['limit']:g}", met)
        )
    return rows


MISSES = "What is missed, and why"
TARGET_HEADER = ("", "target", "ratio", "of the medians (quartiles over the rounds)", "limit", "")


def sections(results, markdown):
    """The tables of all workloads and the ratios with their targets, as one text."""
    common, other = circumstances(results)
    parts = [common] if markdown else []
    targets = [row for key, result in results.items() for row in target_rows(key, result)]
    if targets:
        targets = [
            "### Targets" if markdown else "Targets",
            table(targets, TARGET_HEADER, markdown),
        ]
    if markdown:  # a reader's first question; on a terminal the end is what is seen
        parts += targets
    for key, result in results.items():
        title = f"{key}. {result['title']}"
        header = ("", result["unit"], "quartiles", "x the best")
        parts += [
            f"### {title}" if markdown else title,
            table(entry_rows(result), header, markdown),
        ]
        notes = remarks(result)
        if notes:
            parts.append("\n".join(f"{'- ' if markdown else '  '}{note}" for note in notes))
        if markdown and key in other:
            parts.append(other[key])
        phases = phase_rows(result)
        if phases:
            header = ("seconds", *phases[0])
            parts.append(table(phases[1], header, markdown))
    if not markdown:
        parts += targets
    for key, result in results.items():
        parts += profile_parts(key, result, markdown)
    return "\n\n".join(parts)


def remarks(result):
    """What a reader must know of single rows: failures, and rounds that others disturbed."""
    notes = []
    for row in result["entries"].values():
        if row.get("failure"):
            notes.append(f"{row['label']}: {row['failure']}")
        elif row.get("disturbed_rounds"):
            notes.append(
                f"{row['label']}: other processes used the cores in "
                f"{row['disturbed_rounds']} of {row['time']['rounds']} rounds"
            )
    return notes


def circumstances(results):
    """Date, machine and versions of most results, as a line; and a line for each other one."""
    places = {key: place(result) for key, result in results.items()}
    (most, _), *_ = Counter(places.values()).most_common(1)
    versions, other = {}, {}
    for key, result in results.items():
        own = {(p, n): v for p, found in result["versions"].items() for n, v in found.items()}
        if places[key] == most and all(versions.get(what, v) == v for what, v in own.items()):
            versions |= own
        else:
            other[key] = f"{places[key]}, {libraries(own)}."
    return f"{most}, {libraries(versions)}.", other


def place(result):
    machine = result["machine"]
    gpu = f", {machine['gpus']} x {machine['gpu']}" if "gpu" in machine else ""
    cores = f"{machine['cores_used']} of {machine['cores']}"
    return (
        f"{result['date']}; {machine['cpu']}{gpu}, {cores} cores, threads of each: "
        f"{machine['threads']}, {machine['system']}, load {machine['load']} before the run; "
        f"Python {machine['python']}"
    )


def libraries(versions):
    """``versions`` of (peer, library) in words."""
    found = {}
    for (_, name), version in versions.items():
        found.setdefault(name, set()).add(version)
    return ", ".join(f"{name} {' and '.join(sorted(found[name]))}" for name in sorted(found))


def phase_rows(result):
    """(names, rows) of the phases of a fresh process, or None."""
    timed = [row for row in result["entries"].values() if row.get("phases")]
    if not timed:
        return None
    names = tuple(timed[0]["phases"])
    return names, [
        (row["label"], *(f"{row['phases'][name]:.2f}" for name in names)) for row in timed
    ]


def profile_parts(key, result, markdown):
    parts = []
    for entry, rows in result.get("profile", {}).items():
        title = f"{key}, {result['entries'][entry]['label']}: where the time goes"
        parts += [
            f"### {title}" if markdown else title,
            table(
                [
                    (
                        f"{row['share']:.0%}",
                        row["calls"],
                        f"`{row['function']}`" if markdown else row["function"],
                    )
                    for row in rows
                ],
                ("own time", "calls", "function"),
                markdown,
            ),
        ]
    return parts


def replace_between(path, name, text):
    """Put ``text`` between the two marker comments of ``name`` in a Markdown file.

    Raises
    ------
    ValueError   if the file lacks a marker
    """
    begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
    page = path.read_text(encoding="utf-8")
    if begin not in page or end not in page:
        raise ValueError(f"{path.name} needs the lines '{begin}' and '{end}'")
    head, _, rest = page.partition(begin)
    tail = rest.partition(end)[2]
    path.write_text(f"{head}{begin}\n{text}\n{end}{tail}", encoding="utf-8")


def numbered(key):
    """What to sort keys by, so that W2 comes before W10."""
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", key)]


def unexplained(page, results):
    """(workload, target) pairs that were missed while the page's text says nothing of the workload.

    The text is what stands in the section on misses, which people write.
    """
    text = page.read_text(encoding="utf-8").partition(f"### {MISSES}")[2].partition("\n#")[0]
    return [
        (key, verdict["text"])
        for key, result in results.items()
        for verdict in result["targets"]
        if verdict["met"] is False and f"**{key}" not in text
    ]


def merge(path, results):
    """``results`` of this run over those that ``path`` holds of workloads that did not run."""
    before = {}
    with contextlib.suppress(FileNotFoundError):
        before = json.loads(path.read_text(encoding="utf-8"))
    merged = before | results
    merged = {key: merged[key] for key in sorted(merged, key=numbered)}
    path.write_text(json.dumps(merged, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return merged


COLOURS = {
    "ours": "#d1495b",
    "torch": "#edae49",
    "torch-compiled": "#f5d491",
    "mxnet": "#00798c",
    "jax": "#9aa0a6",
    "jax-kernels": "#6b7177",
}


def chart(path, results):
    """A panel of bars for each workload, with the quartiles as whiskers; PNG.

    Raises
    ------
    ImportError   without matplotlib
    """
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    drawn = {
        key: result
        for key, result in results.items()
        if any("time" in row for row in result["entries"].values())
    }
    if not drawn:
        return
    bars = [
        [row for row in result["entries"].values() if "time" in row] for result in drawn.values()
    ]
    figure, axes = plt.subplots(
        len(drawn),
        figsize=(8, sum(1.1 + 0.36 * len(rows) for rows in bars)),
        squeeze=False,
        height_ratios=[1.5 + len(rows) for rows in bars],
        layout="constrained",
    )
    for axis, (key, result), rows in zip(axes[:, 0], drawn.items(), bars, strict=True):
        times = [row["time"] for row in rows]
        medians = [time["median"] for time in times]
        whiskers = [
            [time["median"] - time["q1"] for time in times],
            [time["q3"] - time["median"] for time in times],
        ]
        drawn_bars = axis.barh(
            [row["label"] for row in rows],
            medians,
            xerr=whiskers,
            color=[COLOURS[row["peer"]] for row in rows],
            error_kw={"ecolor": "#444444", "capsize": 2},
        )
        axis.bar_label(drawn_bars, [f" {number(value)}" for value in medians], padding=4)
        axis.invert_yaxis()
        axis.margins(x=0.14)
        axis.spines[["top", "right"]].set_visible(False)
        better = "more" if result["higher_is_better"] else "less"
        axis.set_xlabel(f"{result['unit']}, {better} is better", fontsize=8)
        # From the figure's left edge: the titles are longer than the bars' part is wide.
        axis.annotate(
            f"{key}. {result['title']}",
            (0, 1.04),
            xycoords=("figure fraction", "axes fraction"),
            fontsize=9,
            fontweight="bold",
        )
        axis.tick_params(labelsize=8)
    figure.savefig(path, dpi=120, metadata={"Software": None})
    plt.close(figure)
