#!/bin/sh
# Loci, Apache License 2.0.
# The checks that are no unit tests, one after the other, each with the time it took. LOCI_BIN is the program under test.
set -eu
cd "$(dirname "$0")/.."

for part in Cross EndToEnd Server MCP Inspect Documentation; do
    start=$(date +%s)
    sh "Tests/$part/run.sh"
    echo "--- Tests/$part: $(($(date +%s) - start)) s"
done
if command -v python3 >/dev/null; then
    python3 Benchmarks/test.py
else
    echo "python3 is missing: the tests of Benchmarks are skipped" >&2
fi
