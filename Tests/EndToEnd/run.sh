#!/bin/sh
# Loci, Apache License 2.0.
# The command line and the library as a new user would use them, on the small set in `data`.
set -eu
cd "$(dirname "$0")/../.."

SWIFT=${SWIFT:-swift}
loci=${LOCI_BIN:-$($SWIFT build --show-bin-path)/loci}
work=$(mktemp -d "${TMPDIR:-/tmp}/loci-end-to-end.XXXXXX")
trap 'rm -rf "$work"' EXIT INT TERM

fail() {
    echo "end to end: $1" >&2
    exit 1
}

# A number out of one line of JSON.
field() { sed -n "s/.*\"$1\":\([0-9.eE+-]*\).*/\1/p" | head -n 1; }

# What is in `data` is what the commands make.
"$loci" generate --count 2500 --dimension 48 --seed 3 --clusters 5 --to "$work/base.fvecs"
"$loci" generate --count 100 --skip 2500 --dimension 48 --seed 3 --clusters 5 --to "$work/queries.fvecs"
cmp "$work/base.fvecs" data/clustered.fvecs || fail "generate makes other vectors"
cmp "$work/queries.fvecs" data/queries.fvecs || fail "generate makes other queries"
"$loci" truth --from data/clustered.fvecs --queries data/queries.fvecs --metric l2 --k 10 --output "$work/truth.ivecs"
cmp "$work/truth.ivecs" data/truth.ivecs || fail "truth finds other neighbours"

# Every quantization, to the last digit of its recall.
for quantization in float32 float16 lvq8 lvq4 lvq4x4 lvq4x8; do
    "$loci" build "$work/db.loci" "$quantization" --from data/clustered.fvecs --quantization "$quantization" >/dev/null
    for window in 10 20 40; do
        recall=$("$loci" query "$work/db.loci" "$quantization" --queries data/queries.fvecs \
            --ground-truth data/truth.ivecs --window "$window" --json | field recall)
        echo "$quantization $window $recall"
    done
done >"$work/recall.txt"
if [ "${LOCI_UPDATE_GOLDEN:-0}" = 1 ]; then cp "$work/recall.txt" data/expected-recall.txt; fi
diff "$work/recall.txt" data/expected-recall.txt || fail "the recall is not what data/expected-recall.txt says"
"$loci" check "$work/db.loci" >"$work/check.txt" || fail "check found $(cat "$work/check.txt")"

# The same bytes on one thread and on two, and with the portable kernels.
"$loci" build "$work/one.loci" c --from data/clustered.fvecs --threads 1 >/dev/null
"$loci" build "$work/two.loci" c --from data/clustered.fvecs --threads 2 >/dev/null
LOCI_KERNELS=portable "$loci" build "$work/portable.loci" c --from data/clustered.fvecs >/dev/null
cmp "$work/one.loci" "$work/two.loci" || fail "the number of threads changed the database"
cmp "$work/one.loci" "$work/portable.loci" || fail "the kernels changed the database"

# A build that chooses for itself: within the bytes, the recall that was asked for, and the same on any number of threads.
for threads in 1 3; do
    "$loci" build "$work/planned$threads.loci" c --from data/clustered.fvecs --recall 0.9 --max-bytes-per-vector 250 \
        --degree 24 --threads "$threads" 2>"$work/plan$threads.txt" >/dev/null
done
cmp "$work/plan1.txt" "$work/plan3.txt" || fail "the number of threads changed the plan"
cmp "$work/planned1.loci" "$work/planned3.loci" || fail "the number of threads changed the planned collection"
grep -q "chosen: " "$work/plan1.txt" || fail "the plan does not say what was chosen"
bytes=$("$loci" info "$work/planned1.loci" c --json | field bytes_per_vector)
awk "BEGIN { exit !($bytes <= 250) }" || fail "a vector takes $bytes bytes of 250"
recall=$("$loci" query "$work/planned1.loci" c --queries data/queries.fvecs --ground-truth data/truth.ivecs --json |
    field recall)
awk "BEGIN { exit !($recall >= 0.88) }" || fail "the planned collection reaches $recall of 0.9"
if "$loci" build "$work/planned1.loci" d --from data/clustered.fvecs --max-bytes-per-vector 20 2>"$work/plan.txt"; then
    fail "20 bytes were enough"
fi
grep -q "nothing was built" "$work/plan.txt" || fail "the plan said $(cat "$work/plan.txt")"

# Out and in again.
"$loci" export "$work/db.loci" float32 --to "$work/out.fvecs" >/dev/null
cmp data/clustered.fvecs "$work/out.fvecs" || fail "float32 did not come back as it went in"

# An embedding program, which builds the library and nothing of the command line.
$SWIFT build --product Embedded --package-path docs/examples/embedded --scratch-path .build/embedded \
    >"$work/build.txt" 2>&1 || fail "the embedding example did not build: $(tail -n 20 "$work/build.txt")"
if [ -n "$(find .build/embedded/debug/ArgumentParser.build -name '*.o' 2>/dev/null)" ]; then
    fail "an embedding program builds the command line's parts"
fi
.build/embedded/debug/Embedded "$work/embedded.loci" >"$work/embedded.txt"
grep -q '^sound$' "$work/embedded.txt" || fail "the embedding example printed $(cat "$work/embedded.txt")"
echo "end to end: passed"
