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

import grpc

PROTO = pathlib.Path(__file__).resolve().parents[2] / "proto"


def requests():
    """One request; the stream stays open until the daemon ends it or the program is interrupted."""
    yield outputs.request()
    stay = grpc_open.wait
    stay()


def channel(options):
    """A connection: a Unix socket in the clear, or TCP with mutual TLS."""
    if options.target.startswith("unix:"):
        return grpc.insecure_channel(options.target)
    read = lambda name: pathlib.Path(name).read_bytes()
    credentials = grpc.ssl_channel_credentials(read(options.ca), read(options.key), read(options.cert))
    return grpc.secure_channel(options.target, credentials)


def show(alert):
    """One alert as a line of JSON."""
    print(
        json.dumps(
            {
                "time": alert.time.ToJsonString(),
                "priority": schema.priority.Name(alert.priority).capitalize(),
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

    global outputs, schema, grpc_open
    import threading

    grpc_open = threading.Event()
    sys.path.insert(0, options.proto)
    outputs, services = grpc.protos_and_services("falco/outputs.proto")
    schema = grpc.protos("falco/schema.proto")

    with channel(options) as connection:
        if options.version:
            version, version_services = grpc.protos_and_services("falco/version.proto")
            print(version_services.serviceStub(connection).version(version.request(), timeout=10).version)
            return
        stub = services.serviceStub(connection)
        alerts = stub.get(outputs.request()) if options.get else stub.sub(requests())
        try:
            for number, alert in enumerate(alerts, start=1):
                show(alert)
                if number == options.count:
                    break
        except KeyboardInterrupt:
            pass
        finally:
            grpc_open.set()


if __name__ == "__main__":
    main()
