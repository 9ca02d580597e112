"""A web server of the machine's own, for tests of downloads."""

import functools
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        """Say nothing."""

    def do_GET(self):
        self.server.asked.append(self.path)
        if self.path.startswith("/cut/"):  # promises more than it sends
            self.send_response(200)
            self.send_header("Content-Length", "100")
            self.end_headers()
            self.wfile.write(b"short")
            return
        super().do_GET()


@pytest.fixture
def server(monkeypatch):
    """``server(folder)`` serves a folder and gives its address; ``server.asked`` lists paths."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    running = []

    def serve(folder):
        web = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
        web.asked = serve.asked = []
        threading.Thread(target=web.serve_forever, daemon=True).start()
        running.append(web)
        return f"http://127.0.0.1:{web.server_port}"

    yield serve
    for web in running:
        web.shutdown()
        web.server_close()
