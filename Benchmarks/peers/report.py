# Loci, Apache License 2.0.
"""The Markdown of a set, from its JSON alone."""
from curve import RECALLS
from summary import bytes_beside, newest, verdict

KEY = (
    "A rate is what an engine gives when the recall *or more* is asked for, interpolated between settings (log rate, linear "
    "recall). Each sweep begins at the fastest setting that returns ten neighbours. **≥** that setting is already above the "
    "recall, and stands for it: the figure is a lower bound. **≤** the same of the engine divided by. **~** of both: their "
    "fastest settings are compared, at unlike recalls. **—** not reached.")


def table(heads, rows):
    """A Markdown table: text on the left in the first column, figures on the right in the others."""
    lines = ["| " + " | ".join(heads) + " |", "| --- |" + " ---: |" * (len(heads) - 1)]
    return lines + ["| " + " | ".join(map(str, row)) + " |" for row in rows] + [""]


def rate_text(rate):
    return "—" if not rate else f"{'≥' if rate['bound'] else ''}{rate['rate']:,.0f}"


def ratio_text(found):
    return "—" if not found else f"{found['relation']}{found['ratio']:.2f}"


def spread_text(found):
    return "—" if not found else f"{found['relation']}{found['ratio']:.2f} ({found['least']:.2f}–{found['most']:.2f})"


def figure(value, pattern="{:,.0f}"):
    return "—" if value is None else pattern.format(value)


def by_rate(names, rates, anchor):
    """Names with the fastest at 0.95 first, the anchor last."""
    def key(name):
        rate = rates[name].get("0.95")
        return (name == anchor, -(rate["rate"] if rate else 0))
    return sorted(names, key=key)


def markdown(result):
    about, machine, anchor = result["set"], result["machine"], result["anchor"]
    wall, cpu = result["summary"]["wall"], result["summary"]["cpu"]
    heads = [f"{recall:g}" for recall in RECALLS]
    keys = [str(recall) for recall in RECALLS]
    names = by_rate(wall["rates"], wall["rates"], anchor)
    gigabytes = machine["memory_bytes"] / 2**30
    out = [
        f"# {about['name']}: {about['count']:,} × {about['dimension']}, {about['metric']}", "",
        f"{about['description']}. {about['queries']:,} queries, recall@{result['k']} against exact neighbours.", "",
        f"{machine['processor']} ({', '.join(machine['instructions'])}), {machine['processors']} processors, "
        f"{gigabytes:.0f} GiB, {machine['system']}. {commits(result)} {result['date']}.", "",
        f"    {result['command']}", "",
        f"![Recall against queries a second]({about['name']}.svg)", "",
        f"Each peer is searched between two sweeps of {anchor}, beside Loci: {anchor} – peer – Loci – {anchor}, each in a "
        f"process of its own on one processor, {passes(result)} of each setting. Ratios are taken within a "
        f"sandwich, to the mean of its two sweeps of {anchor}; with several sandwiches the median, and (least–most).", "", KEY, "",
    ]
    if wall["anchor_drift"] is not None:
        out += [
            f"Between the two sweeps of a sandwich {anchor} moved by up to {wall['anchor_drift']:.0%} (wall), "
            f"{cpu['anchor_drift']:.0%} (processor time): do not rank engines that lie closer than that.", ""]
    out += [f"## Ratio to {anchor} at recall@{result['k']}, wall time", ""]
    out += table(["engine", *heads], [
        [name, *(spread_text(wall["ratios"][name][key]) if name == "loci" else ratio_text(wall["ratios"][name][key]) for key in keys)]
        for name in names if name in wall["ratios"]])
    out += ["The same by the processes' processor time:", ""]
    out += table(["engine", *heads], [
        [name, *(ratio_text(cpu["ratios"][name][key]) for key in keys)] for name in names if name in cpu["ratios"]])
    out += ["## Is Loci ahead?", "", "Loci's rate over the peer's, in the same sandwich:", ""]
    out += table(["peer", *heads], [
        [name, *(beside_text(wall, name, key) for key in keys)]
        for name in names if name in wall["loci_beside"] and not name.startswith("loci")])
    out += ["## Queries a second", "", f"Wall time, one thread, the rates of each sandwich multiplied so that its {anchor} is at its usual speed (the median of all "
            "sandwiches): so they lie as the ratios do. What was measured is in the JSON.", ""]
    out += table(["engine", *heads, "highest recall"], [
        [name, *(rate_text(wall["rates"][name][key]) for key in keys),
         f"{max(point['recall'] for point in wall['curves'][name]):.4f}"] for name in names])
    out += space_and_time(result, names)
    out += targets(result)
    out += opening(result)
    out += engines(result)
    return "\n".join(out)


def passes(result):
    return "one pass" if result["passes"] == 1 else f"the best of {result['passes']} passes"


def commits(result):
    """The commits of the sandwiches that are kept: more than one where engines were measured at different times."""
    last = newest(result["sandwiches"]) or "unknown"
    older = [commit for commit in dict.fromkeys(row["commit"] or "unknown" for row in result["sandwiches"]) if commit != last]
    text = f"Loci's commit {last}."
    if older:
        text += f" Some peers were measured beside {', '.join(older)}; Loci's own rates and ratios are without those."
    return text


def beside_text(summary, name, key):
    found = summary["loci_beside"][name][key]
    word = verdict(found, summary["rates"]["loci"][key], summary["rates"][name][key])
    return f"{ratio_text(found)} {word}" if found else word


def space_and_time(result, names):
    count, known = result["set"]["count"], result["engines"]
    anchor = known.get(result["anchor"], {}).get("build")
    rows = []
    for name in [*names, *(n for n in known if n not in names and known[n].get("build"))]:
        engine = known.get(name, {})
        build = engine.get("build")
        if not build or engine.get("kernels"):
            continue
        rows.append([
            name, figure(build["disk_bytes"] / count),
            figure(build["disk_bytes"] / anchor["disk_bytes"] if anchor else None, "{:.2f}"),
            figure(engine["resident_bytes"] / count if engine.get("resident_bytes") else None),
            figure(build["cpu_s"], "{:,.1f}"), figure(build["wall_s"], "{:,.1f}"),
            figure(build["cpu_s"] / anchor["cpu_s"] if anchor else None, "{:.2f}"), figure(build["peak_bytes"] / 2**20),
            figure(engine.get("load_s"), "{:.3f}")])
    threads = sorted({e["build"]["threads"] for e in known.values() if e.get("build")})
    return [
        "## Space and build", "",
        "Bytes are a vector's. Resident: the growth from before the index was loaded to after a sweep; of Loci the pages of the "
        "database that a sweep touched, and its own memory without the queries. "
        f"Builds on {' or '.join(map(str, threads))} threads: of the peers the building call alone, of Loci the whole process with its "
        "reading and writing. Peak: the building process, data included. Load: opening the saved index with a warm page cache.",
        "",
        *table(["engine", "on disk", f"of {result['anchor']}'s", "resident", "build, CPU s", "wall s",
                f"CPU of {result['anchor']}'s", "peak MiB", "load s"], rows)]


def targets(result):
    rows = []
    for name, row in bytes_beside(result["engines"], result["set"]["count"]).items():
        for target in row["targets"]:
            rows.append([
                name, figure(row["bytes_per_vector"]), f"{target['limit']:g} × {target['engine']}'s",
                f"{target['share']:.3f}", "yes" if target["met"] else "no"])
    if not rows:
        return []
    return ["## Bytes on disk beside the targets", "", *table(["engine", "bytes a vector", "target", "is", "met"], rows)]


def opening(result):
    seen = result.get("opening")
    if not seen or "error" in seen:
        return []
    rows = [
        [name, f"{row['wall_ms']:.1f}", f"{row['least_wall_ms']:.1f}", f"{row['cpu_ms']:.1f}"]
        for name, row in (("start, open, answer one query, end", seen["answer"]), ("start, print the version, end", seen["idle"]))]
    return [
        "## From a process's start to its first answer", "",
        f"Loci with a warm page cache, {seen['answer']['runs']} runs. The peers' load times are in the table above, without the "
        "start of Python.", "", *table(["process", "wall ms, median", "least", "CPU ms"], rows)]


def engines(result):
    rows = []
    for name, engine in result["engines"].items():
        rows.append([
            name, engine.get("version") or "—", engine.get("configuration") or "—", engine.get("call") or "—", engine["status"],
            (engine.get("reason") or "").replace("|", "/")])
    lines = [
        "| " + " | ".join(["engine", "version", "configuration", "call", "outcome", "why"]) + " |", "| --- |" + " --- |" * 5]
    return [
        "## Engines", "",
        "Call: `batch` is one Python call for all queries, `single` one for each (some microseconds, a handicap above 20,000 a "
        "second), `command` the command line's own measurement.", "",
        *lines, *("| " + " | ".join(row) + " |" for row in rows), ""]
