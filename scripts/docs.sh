#!/bin/sh
# Loci, Apache License 2.0.
# Writes the documentation of the library `Loci` as a web site to .build/docs, by the toolchain's docc.
set -eu
cd "$(dirname "$0")/.."

swift=${SWIFT:-swift}
output=.build/docs
graphs=.build/docs-build/graphs
docc=$(dirname "$(command -v "$swift")")/docc
if [ ! -x "$docc" ]; then docc=$(xcrun --find docc 2>/dev/null || command -v docc || true); fi
if [ -z "$docc" ]; then
    echo "docc is missing: it comes with the Swift toolchain" >&2
    exit 1
fi

# A build folder of its own: these flags would have everything compiled anew in the usual one. The graphs stay, as a
# module that did not change is not compiled and writes none.
all="$PWD/.build/docs-build/symbol-graphs"
mkdir -p "$all"
"$swift" build --scratch-path .build/docs-build --target Loci \
    -Xswiftc -emit-symbol-graph -Xswiftc -emit-symbol-graph-dir -Xswiftc "$all"
# Only what the library's users see: its own symbols, not those of the modules below it.
rm -rf "$graphs" "$output"
mkdir -p "$graphs"
cp "$all"/Loci.symbols.json "$graphs"
for extension in "$all"/Loci@*.symbols.json; do
    if [ -f "$extension" ]; then cp "$extension" "$graphs"; fi
done

catalogue=$(find Sources/Loci docs -name '*.docc' -type d 2>/dev/null | head -n 1)
"$docc" convert ${catalogue:+"$catalogue"} --additional-symbol-graph-dir "$graphs" --output-dir "$output" \
    --fallback-display-name Loci --fallback-bundle-identifier loci.Loci --transform-for-static-hosting
echo "documentation: $output/documentation/loci/index.html"
