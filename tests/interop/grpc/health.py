"""A gRPC health server. Usage: health.py [--key KEY] [--tls CERTIFICATE KEY] [--none]

Says the port that it listens on. The server as a whole and `shop` serve, `billing` does not, `search` is unknown.
With `--key` calls have to bring it in `x-key`; with `--none` there is no health service.
"""

import argparse
import concurrent.futures
import signal

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

Status = health_pb2.HealthCheckResponse


class Key(grpc.ServerInterceptor):
    def __init__(self, key):
        self._key = key
        self._refuse = grpc.unary_unary_rpc_method_handler(
            lambda _request, context: context.abort(grpc.StatusCode.UNAUTHENTICATED, "x-key is missing")
        )

    def intercept_service(self, continuation, call):
        given = dict(call.invocation_metadata).get("x-key")
        return continuation(call) if given == self._key else self._refuse


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--key")
    parser.add_argument("--tls", nargs=2)
    parser.add_argument("--none", action="store_true")
    options = parser.parse_args()
    interceptors = [Key(options.key)] if options.key else []
    server = grpc.server(concurrent.futures.ThreadPoolExecutor(4), interceptors=interceptors)
    if not options.none:
        servicer = health.HealthServicer()
        for service, status in [
            ("", Status.SERVING),
            ("shop", Status.SERVING),
            ("billing", Status.NOT_SERVING),
            ("search", Status.UNKNOWN),
        ]:
            servicer.set(service, status)
        health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
    if options.tls:
        certificate, key = (open(path, "rb").read() for path in options.tls)
        credentials = grpc.ssl_server_credentials([(key, certificate)])
        port = server.add_secure_port("127.0.0.1:0", credentials)
    else:
        port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    signal.pause()


main()
