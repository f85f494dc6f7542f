#!/usr/bin/env python3
"""TLS, proxies and redirects, as `befriend run` meets them: against servers of our own."""
import http.server
import os
import shutil
import socket
import socketserver
import ssl
import subprocess
import threading
import time
import unittest

from support import BINARY, Home, run_all


class Homeserver(http.server.BaseHTTPRequestHandler):
    """Refuses every token: befriend then ends and says so, which shows that it got the answer."""
    redirects = False
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = b'{"errcode":"M_UNKNOWN_TOKEN","error":"no"}'
        self.send_response(302 if self.redirects else 401)
        if self.redirects:
            self.send_header("Location", "https://elsewhere.example/")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Redirecting(Homeserver):
    redirects = True


class Proxy(socketserver.StreamRequestHandler):
    """Notes what is asked for, and connects it when it is a CONNECT."""
    seen = []

    def handle(self):
        line = self.rfile.readline().decode().strip()
        headers = []
        while (header := self.rfile.readline().decode().strip()):
            headers.append(header)
        Proxy.seen.append((line, headers))
        if not line.startswith("CONNECT "):
            return
        host, port = line.split()[1].rsplit(":", 1)
        with socket.create_connection((host, int(port))) as far:
            self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            thread = threading.Thread(target=copy, args=(far, self.connection), daemon=True)
            thread.start()
            copy(self.connection, far)


def copy(source, target):
    try:
        while (data := source.recv(65536)):
            target.sendall(data)
    except OSError:
        pass


def certificate(home):
    """A certificate for localhost that signs itself: (certificate, key)."""
    if not shutil.which("openssl"):
        raise unittest.SkipTest("openssl is not installed")
    paths = [os.path.join(home.path, name) for name in ("cert.pem", "key.pem")]
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-days", "30", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
                    "-out", paths[0], "-keyout", paths[1]], check=True, capture_output=True)
    return paths


class Serving:
    def __init__(self, handler, cert=None, key=None):
        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        if cert:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(cert, key)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.server.handle_error = lambda *_: None  # refused handshakes are what is tested
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def bot(home, homeserver, ca_file="", wait_for="", **environment):
    """Runs until it ends by itself or its log has `wait_for`: (exit code or None, log)."""
    config = os.path.join(home.path, "befriend.toml")
    with open(config, "w", encoding="utf-8") as file:
        file.write(f'[store]\nfile = "{home.path}/befriend.db"\n[matrix]\nhomeserver = "{homeserver}"\n'
                   + (f'ca_file = "{ca_file}"\n' if ca_file else ""))
    log_path = os.path.join(home.path, "log")
    with open(log_path, "wb") as log:
        process = subprocess.Popen([BINARY, "run", "--config", config], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                   env=home.environment(BEFRIEND_MATRIX_ACCESS_TOKEN="wrong", **environment))

    def read():
        with open(log_path, encoding="utf-8") as file:
            return file.read()

    end = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < end and not (wait_for and wait_for in read()):
        time.sleep(0.05)
    code = process.poll()
    if code is None:
        process.kill()
        process.wait()
    return code, read()


REFUSED = "does not accept the access token"


def test_a_trusted_server_is_believed():
    with Home() as home:
        cert, key = certificate(home)
        with Serving(Homeserver, cert, key) as server:
            code, log = bot(home, f"https://localhost:{server.port}", ca_file=cert)
            assert code == 1 and REFUSED in log, (code, log)


def test_an_unknown_certificate_is_not():
    with Home() as home:
        cert, key = certificate(home)
        with Serving(Homeserver, cert, key) as server:
            code, log = bot(home, f"https://localhost:{server.port}", wait_for="no trusted connection")
            assert code is None and "no trusted connection" in log and REFUSED not in log, (code, log)


def test_a_certificate_of_another_name_is_not():
    with Home() as home:
        cert, key = certificate(home)
        with Serving(Homeserver, cert, key) as server:
            code, log = bot(home, f"https://127.0.0.1:{server.port}", ca_file=cert, wait_for="no trusted connection")
            assert code is None and "no trusted connection" in log and REFUSED not in log, (code, log)


def test_a_proxy_is_a_tunnel_and_can_be_left_out():
    with Home() as home:
        cert, key = certificate(home)
        with Serving(Homeserver, cert, key) as server, Serving(Proxy) as proxy:
            url = f"https://localhost:{server.port}"
            through = f"http://me:secret@127.0.0.1:{proxy.port}"
            code, log = bot(home, url, ca_file=cert, HTTPS_PROXY=through)
            assert code == 1 and REFUSED in log, (code, log)
            line, headers = Proxy.seen[-1]
            assert line == f"CONNECT localhost:{server.port} HTTP/1.1", line
            assert "Proxy-Authorization: Basic bWU6c2VjcmV0" in headers, headers
            assert "wrong" not in str(Proxy.seen), "the proxy saw the token"
            count = len(Proxy.seen)
            code, log = bot(home, url, ca_file=cert, HTTPS_PROXY=through, NO_PROXY="localhost")
            assert code == 1 and len(Proxy.seen) == count, (code, Proxy.seen)


def test_a_redirect_is_named_and_not_followed():
    with Home() as home, Serving(Redirecting) as server:
        code, log = bot(home, f"http://127.0.0.1:{server.port}", wait_for="redirects")
        assert code is None and "redirects to another address" in log, (code, log)


if __name__ == "__main__":
    run_all(globals())
