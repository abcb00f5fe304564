"""An API for the commands that ask one."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qsl, urlsplit

import pytest
from tests.unit.serving import serving


class Api:
    """Answers every request alike and keeps what was asked."""

    def __init__(self) -> None:
        self.status = 200
        self.body = b"{}"
        self.asked: list[tuple[str, str]] = []
        self.method = ""
        self.path = ""
        self.headers: dict[str, str] = {}
        api = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                api.method = self.command
                api.headers = {name.lower(): value for name, value in self.headers.items()}
                api.path = urlsplit(self.path).path
                api.asked = parse_qsl(urlsplit(self.path).query, keep_blank_values=True)
                self.send_response(api.status)
                self.end_headers()
                self.wfile.write(api.body)

            do_DELETE = do_GET  # noqa: N815  the base class looks for it by this name

            def log_message(self, *_):
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"


@pytest.fixture
def api() -> Iterator[Api]:
    running = Api()
    with serving(running.server):
        yield running
