#!/usr/bin/env bash
# What replaying costs: processor time against decompressing the same capture, start-up, memory, copies of the rules.
#
# CAPTURES_DIR, RULES_DIR and CONFORMANCE_DIR name the reference data. `benches/replay.sh [rounds]` (default 10) builds
# the release binary (unless RULED names one) and prints the figures; every round runs everything once, and the least of all rounds counts.
set -euo pipefail

: "${CAPTURES_DIR:?names the captures}" "${RULES_DIR:?names the rule files}" "${CONFORMANCE_DIR:?names the cases}"
rounds=${1:-10}
root=$(cd "$(dirname "$0")/.." && pwd)
official=$RULES_DIR/official
ruled=${RULED:-$root/target/release/ruled}
if [[ -z ${RULED:-} ]]; then
    cargo build --quiet --release --manifest-path "$root/Cargo.toml" -p ruled --bin ruled
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export TZ=UTC FALCO_HOSTNAME=lab

gzip -dc "$CAPTURES_DIR/bench.scap" > "$scratch/bench.scap"
empty=$CONFORMANCE_DIR/captures/empty.scap
stable=(-r "$official/falco_rules.yaml")
all3=("${stable[@]}" -r "$official/falco-incubating_rules.yaml" -r "$official/falco-sandbox_rules.yaml")

# Ten copies of the three files: rules, macros and lists get a suffix wherever they are defined or mentioned.
mkdir "$scratch/copies"
for copy in 0 1 2 3 4 5 6 7 8 9; do
    for file in falco falco-incubating falco-sandbox; do
        name="$official/${file}_rules.yaml"
        awk -v suffix="_copy$copy" '
            FNR == 1 { pass++ }
            pass < 4 {
                if (match($0, /^- (macro|list): */)) names[substr($0, RLENGTH + 1)] = 1
                next
            }
            /^- rule: / { print $0 suffix; next }
            # Plugins and exceptions keep their names.
            /^ *- name: / { print; next }
            {
                line = ""; rest = $0
                # Words of a name; a field (with a dot) or an option of a program is none.
                while (match(rest, /[A-Za-z_][A-Za-z0-9_.-]*/)) {
                    word = substr(rest, RSTART, RLENGTH)
                    line = line substr(rest, 1, RSTART - 1)
                    # An event may be called like a macro.
                    named = (word in names) && line !~ /evt\.type *(= *|in *[(][^()]*)$/
                    line = line word (named ? suffix : "")
                    rest = substr(rest, RSTART + RLENGTH)
                }
                print line rest
            }' "$official"/falco_rules.yaml "$official"/falco-incubating_rules.yaml \
            "$official"/falco-sandbox_rules.yaml "$name" > "$scratch/copies/$copy-$file.yaml"
    done
done
copies=()
for copy in 0 1 2 3 4 5 6 7 8 9; do
    for file in falco falco-incubating falco-sandbox; do copies+=(-r "$scratch/copies/$copy-$file.yaml"); done
done

TIMEFORMAT='%3U %3S'
# Processor seconds of a command and what it starts, kept as the least of all rounds under a name.
declare -A least
keep() {
    if [[ -z ${least[$1]:-} ]] || awk "BEGIN { exit !($2 < ${least[$1]}) }"; then least[$1]=$2; fi
}
cpu() {
    local name=$1
    shift
    local times
    times=$({ time "$@" > /dev/null 2> "$scratch/$name.err"; } 2>&1)
    keep "$name" "$(awk '{ print $1 + $2 }' <<< "$times")"
}
replay() {
    local name=$1 capture=$2
    shift 2
    cpu "$name" "$ruled" -c "$CAPTURES_DIR/golden/falco.yaml" -v -o engine.kind=replay \
        -o "engine.replay.capture_file=$capture" "$@"
    keep "$name.first" "$(sed -n 's/^Start-up: \([0-9.]*\) ms.*/\1/p' "$scratch/$name.err")"
    keep "$name.code" "$(sed -n 's/^Start-up: .*machine code \([0-9.]*\),.*/\1/p' "$scratch/$name.err")"
    keep "$name.rss" "$(sed -n 's/^Resources: .* CPU, \([0-9.]*\) MiB; .*/\1/p' "$scratch/$name.err")"
    keep "$name.child" "$(sed -n 's/^Resources: .*process: .* CPU, \([0-9.]*\) MiB$/\1/p' "$scratch/$name.err")"
}

for ((round = 0; round < rounds; round++)); do
    cpu gzip gzip -dc "$CAPTURES_DIR/bench.scap"
    replay stable "$scratch/bench.scap" "${stable[@]}"
    replay stable.empty "$empty" "${stable[@]}"
    replay all3 "$scratch/bench.scap" "${all3[@]}"
    replay all3.empty "$empty" "${all3[@]}"
    replay copies "$scratch/bench.scap" "${copies[@]}"
    replay copies.empty "$empty" "${copies[@]}"
done

events=$(sed -n 's/.*Captured Events: \([0-9]*\),.*/\1/p' "$scratch/stable.err")
echo "gzip -dc: ${least[gzip]} s CPU; $events events; least of $rounds rounds"
for name in stable all3 copies; do
    awk -v name="$name" -v run="${least[$name]}" -v empty="${least[$name.empty]}" -v gzip="${least[gzip]}" \
        -v events="$events" -v first="${least[$name.empty.first]}" -v code="${least[$name.empty.code]}" \
        -v rss="${least[$name.rss]}" -v child="${least[$name.child]}" 'BEGIN {
        cost = run - empty
        printf "%-7s %.3f s CPU above start-up (%.2f of gzip, %.3f us an event); rules to first event %.1f ms, ", \
            name, cost, cost / gzip, cost / events * 1e6, first
        printf "machine code %.1f ms; start-up %.3f s CPU; peak memory %.1f MiB, child %.1f MiB\n", \
            code, empty, rss, child
    }'
done
awk -v ten="${least[copies]}" -v ten0="${least[copies.empty]}" -v one="${least[all3]}" -v one0="${least[all3.empty]}" \
    'BEGIN { printf "ten copies cost %.2f of one\n", (ten - ten0) / (one - one0) }'
