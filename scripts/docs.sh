#!/bin/sh
# Loci, Apache License 2.0.
# Writes the documentation of the libraries `Loci` and `LociMemory` as web sites to .build/docs, by the toolchain's docc. Fails on any warning.
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
"$swift" build --scratch-path .build/docs-build --target LociMemory \
    -Xswiftc -emit-symbol-graph -Xswiftc -emit-symbol-graph-dir -Xswiftc "$all"
rm -rf "$output"
mkdir -p "$output"
for module in Loci LociMemory; do
    # Only what the library's users see: its own symbols, not those of the modules below it.
    rm -rf "$graphs"
    mkdir -p "$graphs"
    cp "$all/$module.symbols.json" "$graphs"
    for extension in "$all/$module"@*.symbols.json; do
        if [ -f "$extension" ]; then cp "$extension" "$graphs"; fi
    done
    "$docc" convert "Sources/$module/$module.docc" --additional-symbol-graph-dir "$graphs" --output-dir "$output/$module" \
        --fallback-display-name "$module" --fallback-bundle-identifier "loci.$module" --transform-for-static-hosting \
        --warnings-as-errors
    echo "documentation: $output/$module/documentation/$(echo "$module" | tr '[:upper:]' '[:lower:]')/index.html"
done
