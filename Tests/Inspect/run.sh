#!/bin/sh
# Loci, Apache License 2.0.
# The page of `loci inspect` in headless Chromium, by the DevTools protocol. The last line is the result.
#
#   LOCI_BIN           the program under test; else the last built one of this tree
#   LOCI_CHROMIUM      the browser; else the one that is installed
#   LOCI_SCREENSHOTS   a folder for pictures of the pages
set -eu
# No caches in the tree.
export PYTHONDONTWRITEBYTECODE=1
here=$(cd "$(dirname "$0")" && pwd)
tree=$(cd "$here/../.." && pwd)

if [ -z "${LOCI_BIN:-}" ]; then
    for candidate in "$tree/.build/checks/release/loci" "$tree/.build/debug/loci" "$tree/.build/release/loci"; do
        if [ -x "$candidate" ] && { [ -z "${LOCI_BIN:-}" ] || [ "$candidate" -nt "$LOCI_BIN" ]; }; then LOCI_BIN=$candidate; fi
    done
fi
if [ ! -x "${LOCI_BIN:-}" ]; then
    echo "FAILED: there is no program to test: build it, or set LOCI_BIN"
    echo "0 passed, 1 failed, 0 skipped"
    exit 1
fi
export LOCI_BIN

if ! command -v python3 >/dev/null 2>&1; then
    echo "python3 is not installed"
    echo "0 passed, 0 failed, 1 skipped"
    exit 0
fi
browser=${LOCI_CHROMIUM:-}
for candidate in chromium chromium-browser google-chrome google-chrome-stable; do
    if [ -z "$browser" ]; then browser=$(command -v "$candidate" || true); fi
done
if [ -z "$browser" ]; then
    echo "Chromium is not installed: the pages of loci inspect are not looked at (Debian: apt-get install chromium)"
    echo "0 passed, 0 failed, 1 skipped"
    exit 0
fi

python3 "$here/page.py"
