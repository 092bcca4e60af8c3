#!/bin/sh
# Loci, Apache License 2.0.
# The page of `loci inspect` in headless Chromium, by the DevTools protocol. The last line is the result.
#
#   LOCI_BIN           the program under test; else the last built one of this tree
#   LOCI_CHROMIUM      the browser; else the one that is installed (Debian: apt-get install chromium)
#   LOCI_SCREENSHOTS   a folder for pictures of the pages
. "$(dirname "$0")/../Parts/parts.sh"

require python3
part python3 page
result
