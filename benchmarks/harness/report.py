"""Turns results into the terminal's table, README.md, results.json and a chart."""

import contextlib
import json


def number(value):
    """Three significant digits, thousands whole."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def table(rows, header, markdown):
    """``rows`` of text under ``header``, aligned, as Markdown or for a terminal."""
    lines = [header, *rows]
    widths = [max(len(str(row[i])) for row in lines) for i in range(len(header))]
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


TARGET_HEADER = ("", "target", "ratio", "of the medians (quartiles over the rounds)", "limit", "")


def sections(results, markdown):
    """The tables of all workloads, then the ratios with their targets, as one text."""
    parts, targets = [], []
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
        if markdown:
            parts.append(circumstances(result))
        phases = phase_rows(result)
        if phases:
            header = ("seconds", *phases[0])
            parts.append(table(phases[1], header, markdown))
        targets += target_rows(key, result)
    if targets:
        parts += ["### Targets" if markdown else "Targets", table(targets, TARGET_HEADER, markdown)]
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


def circumstances(result):
    machine = result["machine"]
    found = {}
    for versions in result["versions"].values():
        for name, version in versions.items():
            found.setdefault(name, set()).add(version)
    versions = ", ".join(f"{name} {' and '.join(sorted(found[name]))}" for name in sorted(found))
    gpu = f", {machine['gpus']} x {machine['gpu']}" if "gpu" in machine else ""
    cores = f"{machine['cores_used']} of {machine['cores']}"
    return (
        f"{result['date']}; {machine['cpu']}{gpu}, {cores} cores, threads of each: "
        f"{machine['threads']}, {machine['system']}, load {machine['load']} before the run; "
        f"Python {machine['python']}, {versions}."
    )


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


def merge(path, results):
    """``results`` of this run over those that ``path`` holds of workloads that did not run."""
    before = {}
    with contextlib.suppress(FileNotFoundError):
        before = json.loads(path.read_text(encoding="utf-8"))
    merged = before | results
    merged = {key: merged[key] for key in sorted(merged)}
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
