#!/bin/sh
# Loci, Apache License 2.0.
# Every code block of the documents and every example, run as they stand there. The last line is the result.
#
#   LOCI_BIN           the program under test; else the last built one of this tree
#   LOCI_TEST_VENV     where the Python environments are made; else .build/documentation-tests
. "$(dirname "$0")/../Parts/parts.sh"

require python3 redis-cli openssl
environments "$tree/.build/documentation-tests"
if environment client redis==6.4.0 mcp==1.30.0; then
    part "$environments/client/bin/python" main
else
    skipped=1
fi
result
