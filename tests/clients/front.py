"""A proxy behind which `https://webservices….autotask.net` is the sandbox, for libraries that look up the zone at an
address of their own.

Nothing of a library is changed: it honours the variables that any program honours, `HTTPS_PROXY` for the way and
`REQUESTS_CA_BUNDLE` or `SSL_CERT_FILE` for whom to trust. The proxy ends TLS with a certificate made for this run, and
leads nowhere but to the sandbox: no test can reach the real thing.
"""

import http.client
import http.server
import json
import os
import re
import ssl
import tempfile
import threading
import unittest.mock
import urllib.parse

import trustme

# The zone to which the sandbox sends everybody here.
ZONE = "https://webservices5.autotask.net/ATServicesRest/"


class Front:
    """The proxy, while it is used in `with`; `hosts` are those that were asked for, in order."""

    def __init__(self, sandbox):
        self.hosts = []
        self.address = urllib.parse.urlsplit(sandbox.url).netloc
        self._send_elsewhere()
        authority = trustme.CA()
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("*.autotask.net").configure_cert(self.tls)
        self._folder = tempfile.TemporaryDirectory()
        trusted = os.path.join(self._folder.name, "trusted.pem")
        authority.cert_pem.write_to_path(trusted)
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.front = self
        way = f"http://127.0.0.1:{self._server.server_port}"
        # Of two spellings the small one counts.
        variables = {"HTTPS_PROXY": way, "https_proxy": way, "REQUESTS_CA_BUNDLE": trusted, "SSL_CERT_FILE": trusted}
        self._variables = unittest.mock.patch.dict(os.environ, variables)

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self._variables.start()
        return self

    def __exit__(self, *_):
        self._variables.stop()
        self._server.shutdown()
        self._server.server_close()
        self._folder.cleanup()

    def _send_elsewhere(self):
        connection = http.client.HTTPConnection(self.address)
        rule = json.dumps({"fault": "zoneElsewhere", "url": ZONE})
        connection.request("POST", "/_sandbox/faults", rule, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        if answer.status != 200:
            raise RuntimeError(f"the sandbox keeps its zone: {answer.read()}")
        connection.close()


class Handler(http.server.BaseHTTPRequestHandler):
    """One connection: first the wish for a host, then, within TLS, requests to it."""

    protocol_version = "HTTP/1.1"
    is_inside = False

    def do_CONNECT(self):
        self.server.front.hosts.append(self.path)
        if not re.fullmatch(r"webservices\d*\.autotask\.net:443", self.path):
            self.send_error(403)
            return
        self.send_response_only(200)
        self.end_headers()
        self.connection = self.server.front.tls.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb")
        self.is_inside = True
        # Older Pythons ask with HTTP/1.0, after which there would be nothing more.
        self.close_connection = False

    def forward(self):
        if not self.is_inside:
            self.server.front.hosts.append(self.path)
            self.send_error(403)
            return
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        sandbox = http.client.HTTPConnection(self.server.front.address)
        sandbox.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            sandbox.putheader(name, value)
        sandbox.endheaders(body)
        answer = sandbox.getresponse()
        content = answer.read()
        sandbox.close()
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        self.wfile.flush()

    do_GET = do_POST = do_PATCH = do_DELETE = forward

    def finish(self):
        super().finish()
        self.connection.close()

    def log_message(self, *_):
        """Says nothing: what matters, the tests see."""
