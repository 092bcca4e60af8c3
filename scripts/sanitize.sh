#!/bin/sh
# Loci, Apache License 2.0.
# Builds the tests under a sanitizer, in a folder of their own, and runs those of a pattern.
#   sh scripts/sanitize.sh thread|address PATTERN [SKIPPED]
set -eu
cd "$(dirname "$0")/.."

sanitizer=$1
pattern=$2
skipped=${3:-'^$'}
swift=${SWIFT:-swift}
folder=.build/$sanitizer

"$swift" build --build-tests --sanitize="$sanitizer" --scratch-path "$folder"
if [ "$sanitizer" = thread ] && [ "$(uname -s)" = Linux ]; then
    # Without it whoever has to wait for a Mutex seems to hold no lock: Tests/Fault/mutex.c tells why.
    clang -std=gnu11 -Wall -Wextra -Werror -O1 -fPIC -shared -o "$folder/mutex.so" Tests/Fault/mutex.c -ldl
    LD_PRELOAD=$PWD/$folder/mutex.so
    export LD_PRELOAD
fi
# Swift keeps some memory until the end: leaks are not what is looked for.
TSAN_OPTIONS="halt_on_error=1 ${TSAN_OPTIONS:-}" ASAN_OPTIONS="detect_leaks=0 ${ASAN_OPTIONS:-}" \
    "$swift" test --skip-build --sanitize="$sanitizer" --scratch-path "$folder" --filter "$pattern" --skip "$skipped"
