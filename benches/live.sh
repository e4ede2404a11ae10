#!/usr/bin/env bash
# What the daemon costs per delivered event, and whether it keeps up: a loop that opens and closes files at full speed
# on one CPU, the daemon on another, with the rule files given. Needs root, a release build and two CPUs.
#
#   RULES_DIR=... benches/live.sh [seconds]
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:-10}
ruled=${RULED:-target/release/ruled}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cat > "$folder/falco.yaml" <<EOF
stdout_output: {enabled: false}
file_output: {enabled: true, filename: $folder/alerts}
log_stderr: true
log_syslog: false
watch_config_files: false
webserver: {enabled: false}
load_plugins: [container]
plugins: [{name: container, library_path: libcontainer.so}]
EOF

rules=()
for name in falco_rules.yaml falco-incubating_rules.yaml falco-sandbox_rules.yaml; do
    rules+=(-r "${RULES_DIR:?names the folder with the official rules}/official/$name")
done

taskset -c 1 "$ruled" -c "$folder/falco.yaml" "${rules[@]}" -v > "$folder/out" 2> "$folder/err" &
daemon=$!
# It is ready when the first alert comes.
until [ -s "$folder/alerts" ]; do
    kill -0 "$daemon" || { cat "$folder/err"; exit 1; }
    head -c 1 /etc/shadow > "$folder/canary"
    sleep 0.2
done
before=$(awk '{print $14 + $15}' "/proc/$daemon/stat")
taskset -c 0 perl -e '
    my $end = time + $ARGV[0]; my $n = 0;
    while (time < $end) { for (1 .. 1000) { open(my $f, "<", "/etc/hostname"); close($f); } $n += 1000 }
    print "$n rounds of open and close in $ARGV[0] s\n"' "$seconds"
sleep 1
after=$(awk '{print $14 + $15}' "/proc/$daemon/stat")
kill -INT "$daemon"
wait "$daemon" || true
grep -E "^(Probe|Elapsed|Start-up|Resources)" "$folder/err"
delivered=$(sed -n 's/^Probe: seen [0-9]*, delivered \([0-9]*\),.*/\1/p' "$folder/err")
awk -v ticks=$((after - before)) -v delivered="$delivered" 'BEGIN {
    printf "%.0f ns of CPU for each delivered event, reading and judging it\n", ticks * 1e7 / delivered
}'
