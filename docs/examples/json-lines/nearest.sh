#!/bin/sh
# Loci, Apache License 2.0.
# Lines in, lines out: colours by name into a collection, and for each wanted colour the names that come nearest.
set -eu
database=${1:-colours.loci}

loci build "$database" colours --from colours.jsonl --metric l2 --quantization float32 --quiet >/dev/null
# More of them come over a pipe, from whatever makes them; each batch is a commit.
printf '%s\n' '{"id": "pink", "vector": [1, 0.75, 0.8], "attributes": {"warm": true}}' |
    loci add "$database" colours --from - --quiet >/dev/null
loci query "$database" colours --queries wanted.jsonl --k 2 --output found.jsonl --quiet >/dev/null
python3 -c '
import json
names = [json.loads(line)["id"] for line in open("wanted.jsonl")]
for line in open("found.jsonl"):
    found = json.loads(line)
    print(names[found["query"]], "is like", " and ".join(neighbor["id"] for neighbor in found["neighbors"]))'
