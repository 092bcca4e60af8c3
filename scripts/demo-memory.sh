#!/bin/sh
# Loci, Apache License 2.0.
# Remembers a conversation in demo/, asks it, shows why, changes and forgets a part of it, and measures recall beside
# vectors alone and words alone. Run by `make demo-memory`; LOCI names another binary.
#
# The conversation is data/conversation.json: three friends, nine weeks, 60 questions with the turns that answer them.
set -eu
cd "$(dirname "$0")/.."

loci=${LOCI:-.build/release/loci}
if [ ! -x "$loci" ]; then
    echo "demo-memory: there is no $loci; run  make demo-memory" >&2
    exit 1
fi
folder=demo
database=$folder/memory.loci
namespace=demo/friends
conversation=data/conversation.json
mkdir -p "$folder"
rm -f "$database" "$database-lock"

say() { printf '\n# %s\n\n' "$1"; }

# Shows a command as it would be typed, in lines of a terminal.
show() {
    printf '$ loci'
    width=6
    for argument in "$@"; do
        room=0
        case "$argument" in
        *' '*) argument="\"$argument\"" ;;
        # An option stays beside its value.
        --*) room=6 ;;
        esac
        if [ $((width + ${#argument} + room)) -gt 100 ]; then
            printf ' \\\n   '
            width=3
        fi
        printf ' %s' "$argument"
        width=$((width + ${#argument} + 1))
    done
    printf '\n'
}

run() {
    show "$@"
    "$loci" "$@"
}

# The two passages that answer best, in lines of a terminal.
ask() {
    show recall "$database" "$namespace" "$@" --k 2 --text
    "$loci" recall "$database" "$namespace" "$@" --k 2 --text >"$folder/answer.txt"
    sed 's/^/- /' "$folder/answer.txt" | fold -s -w 96 | sed -e 's/^[^-]/  &/' -e 's/ *$//'
}

is_installed() { "$loci" model list | awk -v name="$1" '$1 == name { found = 1 } END { exit !found }'; }

# What remembers below is the last one. A sentence transformer would take too long here.
models=hashing
if is_installed wordllama; then models="$models wordllama"; fi
model=${models##* }

# conversation.json has a turn a line: "id" becomes "key", and the session's name is put before it.
awk '/^[{]"id": "s[0-9]+", "date"/ { session = $2; gsub(/[",]/, "", session) }
    /^[{]"id": "D[0-9]+:/ {
        sub(/^[{]"id"/, "{\"session\": \"" session "\", \"key\""); sub(/,$/, ""); print
    }' "$conversation" >"$folder/conversation.jsonl"

say "Nine weeks of talk: a line a turn, with its session, time, speaker and key"
head -n 2 "$folder/conversation.jsonl"

say "Remember it, by the model $model; what comes again under a key is not stored again"
run remember "$database" "$namespace" --from "$folder/conversation.jsonl" --model "$model"
run remember "$database" "$namespace" --from "$folder/conversation.jsonl"
run memory list "$database"

say "Ask it"
ask "Who is lending Ruth a concertina?"
echo
ask "What did the doctor find lacking in Ruth's body?"
echo
ask "What is Maja's line in the play about a pond?"
echo
ask "What has Ruth knitted for the baby, and which one fits?"
echo
ask "When is the naming party?"

say "Why these? What each stage gave to the score"
run recall "$database" "$namespace" "When was Ruth's interview at Hull?" --k 3 --explain

say "Plans change: the new takes the place of the old, which stays in the history"
# Written times have fractions of a second: the moment between lies a second from both.
sleep 1
before=$(date -u +%Y-%m-%dT%H:%M:%SZ)
sleep 1
run remember "$database" "$namespace" \
    "Kofi has moved the naming party to the thirty-first. Their mum's garden is under water." \
    --session s29 --speaker Ruth --time 2025-05-08T18:20:00Z --key D29:1 --supersedes t28.10
run memory history "$database" "$namespace" t28.10
echo
ask "When is the naming party?"
echo
ask "When is the naming party?" --as-of "$before"

say "Forget: Ruth's blood is nobody's business"
run forget "$database" "$namespace" --id t5.8
run compact "$database"
echo
ask "What did the doctor find lacking in Ruth's body?"

say "How much of the evidence is recalled: 60 questions, 21 of them in words far from their answers"
for name in $models; do
    show memory bench "$conversation" --stages all --model "$name"
    "$loci" memory bench "$conversation" --stages all --model "$name" --quiet >"$folder/recall-$name.txt"
done
echo
printf '%-10s %-14s %6s %6s %6s %6s %8s %6s\n' model "recall by" R@1 R@3 R@5 R@10 NDCG@10 MRR
for name in $models; do
    # Of the table with every stage, the lines and columns that matter most.
    awk -v model="$name" '
        BEGIN {
            label["dense"] = "vectors alone"; label["BM25"] = "words alone"
            label["RRF"] = "both, by ranks"; label["default"] = "Loci"
        }
        $1 == "configuration" { for (field = 1; field <= NF; field++) at[$field] = field }
        ($1 in label) && $2 ~ /^[0-9.]+$/ {
            printf "%-10s %-14s %6s %6s %6s %6s %8s %6s\n", model, label[$1], $(at["R@1"]), $(at["R@3"]), $(at["R@5"]),
                $(at["R@10"]), $(at["N@10"]), $(at["MRR"])
        }' "$folder/recall-$name.txt"
done
cat <<END

In percent; R@5 is the share of the evidence that is among the first five passages.
What each stage adds is in $folder/recall-*.txt.
END

say "What to try next"
if [ "$model" = hashing ]; then
    cat <<END
Vectors that know what words mean, 16 MB; then run this again:
  loci model install wordllama

END
fi
cat <<END
A sentence transformer, slower and better:
  loci model install minilm
  loci memory bench $conversation --stages all --model minilm

Within a budget of tokens, in the order of time:
  loci recall $database $namespace "When is the launch at the bookshop?" --budget 120 --in-order

What is there, and all of it in one file:
  loci memory units $database $namespace --session s19
  loci memory export $database $namespace --to $folder/friends.jsonl
END
if "$loci" --help | grep -q '^ *mcp '; then
    cat <<END

For an agent, by the Model Context Protocol:
  loci mcp --help
END
fi
