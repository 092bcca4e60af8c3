# Loci, Apache License 2.0.
"""The table of runs with little memory, from their JSON."""


def same_recall(rows):
    """Whether every run that ended found the same in its window."""
    found = {}
    for row in rows:
        if "recall" in row:
            found.setdefault(row["window"], set()).add(row["recall"])
    return all(len(recalls) == 1 for recalls in found.values())


def mebibytes(count):
    return f"{count / 2**20:,.0f}"


def markdown(result):
    rows = result["rows"]
    free = {row["window"]: row["queries_per_second"] for row in rows if row["share"] is None}
    out = [
        f"# {result['collection']} with less memory than it takes", "",
        f"The database is {mebibytes(result['index_bytes'])} MiB. A limit covers the page cache, and on top of the share the "
        "process's own memory (its queries, mostly). Each run begins with none of the database in the page cache and answers "
        f"{result['queries']:,} queries twice on one thread; the faster pass counts. Commit {result['commit'] or 'unknown'}. "
        f"{result['date']}.", "",
        f"Recall is {'the same in all runs' if same_recall(rows) else 'NOT the same in all runs'}.", "",
        "| share of the index | limit, MiB | page cache, MiB | read, MiB | window | recall@10 | queries/s | of unlimited |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for row in rows:
        share = "no limit" if row["share"] is None else f"{row['share']} %"
        limit = "—" if row["limit_bytes"] is None else mebibytes(row["limit_bytes"])
        if "error" in row:
            reason = row["error"].replace("|", "/")
            out.append(f"| {share} | {limit} | — | — | {row['window']} | — | — | {reason} |")
            continue
        rate = row["queries_per_second"]
        out.append(
            f"| {share} | {limit} | {mebibytes(row['cached_bytes'])} | {mebibytes(row['read_bytes'])} | {row['window']} | "
            f"{row['recall']:.4f} | {rate:,.0f} | {rate / free[row['window']]:.3f} |")
    return "\n".join(out) + "\n"
