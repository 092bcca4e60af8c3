#!/bin/sh
# Loci, Apache License 2.0.
# Builds the fuzz targets with libFuzzer and the address sanitizer, and runs each for some seconds. What it finds is kept in
# Fuzz/.build/found; what it tried that was new, in Fuzz/.build/corpus.
#   sh scripts/fuzz.sh SECONDS
set -eu
cd "$(dirname "$0")/../Fuzz"

seconds=${1:-60}
swift=${SWIFT:-swift}
seed=${LOCI_TEST_SEED:-42}

# The targets have a main function, which Swift's own -sanitize=fuzzer does not allow: coverage is asked for by name, and libFuzzer
# linked without its main.
toolchain=$(dirname "$(readlink -f "$(command -v "$swift")")")/..
library=
for file in "$toolchain"/lib/clang/*/lib/linux/libclang_rt.fuzzer_no_main-"$(uname -m)".a; do
    if [ -f "$file" ]; then library=$file; fi
done
if [ -z "$library" ]; then
    echo "fuzz: the toolchain of '$swift' has no libFuzzer (libclang_rt.fuzzer_no_main): use Swift for Linux from swift.org" >&2
    exit 1
fi
"$swift" build -c release --sanitize=address \
    -Xswiftc -sanitize-coverage=edge,indirect-calls,trace-cmp,inline-8bit-counters,pc-table \
    -Xlinker "$library" -Xlinker -lstdc++
mkdir -p .build/found
for target in FilterFuzz AttributesFuzz WordQueryFuzz; do
    mkdir -p ".build/corpus/$target"
    echo "fuzz: $target for $seconds s, seed $seed" >&2
    # Swift keeps some memory until the end: leaks are not what is looked for.
    ASAN_OPTIONS="detect_leaks=0 ${ASAN_OPTIONS:-}" ".build/release/$target" ".build/corpus/$target" "Seeds/$target" \
        -max_total_time="$seconds" -seed="$seed" -max_len=4096 -artifact_prefix=.build/found/
done
