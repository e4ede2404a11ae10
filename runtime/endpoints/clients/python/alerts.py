#!/usr/bin/env python3
"""Prints the daemon's alerts, one JSON object a line.

    pip install grpcio grpcio-tools
    alerts.py                                        # unix:///run/falco/falco.sock, all alerts as they come
    alerts.py --get                                  # only those that are waiting
    alerts.py --target localhost:5060 --ca ca.crt --cert client.crt --key client.key
"""

import argparse
import json
import pathlib
import sys
import threading

import grpc

PROTO = pathlib.Path(__file__).resolve().parents[2] / "proto"


def requests(request, done):
    """One request; the stream stays open until the daemon ends it or this program is done."""
    yield request
    done.wait()


def channel(options):
    """A connection: a Unix socket in the clear, or TCP with mutual TLS."""
    if options.target.startswith("unix:"):
        return grpc.insecure_channel(options.target)
    files = [pathlib.Path(name).read_bytes() for name in (options.ca, options.key, options.cert)]
    return grpc.secure_channel(options.target, grpc.ssl_channel_credentials(*files))


def show(alert, priorities):
    """One alert as a line of JSON."""
    print(
        json.dumps(
            {
                "time": alert.time.ToJsonString(),
                "priority": priorities.Name(alert.priority).capitalize(),
                "rule": alert.rule,
                "source": alert.source,
                "hostname": alert.hostname,
                "tags": list(alert.tags),
                "output": alert.output,
                "output_fields": dict(alert.output_fields),
            },
            sort_keys=True,
        ),
        flush=True,
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--target", default="unix:///run/falco/falco.sock")
    parser.add_argument("--get", action="store_true", help="only the alerts that are waiting")
    parser.add_argument("--version", action="store_true", help="the daemon's version")
    parser.add_argument("--count", type=int, default=0, help="end after so many alerts")
    parser.add_argument("--proto", default=str(PROTO), help="directory with falco/outputs.proto")
    parser.add_argument("--ca")
    parser.add_argument("--cert")
    parser.add_argument("--key")
    options = parser.parse_args()

    sys.path.insert(0, options.proto)
    outputs, services = grpc.protos_and_services("falco/outputs.proto")
    priorities = grpc.protos("falco/schema.proto").priority

    with channel(options) as connection:
        if options.version:
            version, version_services = grpc.protos_and_services("falco/version.proto")
            print(version_services.serviceStub(connection).version(version.request(), timeout=10).version)
            return
        stub = services.serviceStub(connection)
        done = threading.Event()
        request = outputs.request()
        alerts = stub.get(request) if options.get else stub.sub(requests(request, done))
        try:
            for number, alert in enumerate(alerts, start=1):
                show(alert, priorities)
                if number == options.count:
                    break
        except KeyboardInterrupt:
            pass
        finally:
            done.set()


if __name__ == "__main__":
    main()
