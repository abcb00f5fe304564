"""Models come from the hub by its ordinary client: only the files that are read, and errors in words.

The hub is a server of this test's own, on this machine, that answers as the Hugging Face hub does.
"""

import json
import os
import subprocess
import sys
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from tests.unit.isnad_entities.pretrained.tiny_model import write_model

COMMIT = "6" * 40
REFUSED = {"org/closed": (403, "GatedRepo"), "org/none": (404, "RepoNotFound")}
FETCH = """
import json, sys
from isnad.errors import SetupError
from isnad_entities.pretrained.folder import folder_of, graph_files, graph_in
answers = []
for model, revision in json.loads(sys.argv[1]):
    try:
        folder = folder_of(model, revision, graph_files())
        graph_in(folder, model)
        answers.append(sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()))
    except SetupError as exc:
        answers.append(str(exc))
print(json.dumps(answers))
"""


class Hub(BaseHTTPRequestHandler):
    """A hub with a model that has all sorts of files, one without a graph, and one behind terms."""

    folder: Path
    """Where its files lie."""

    def log_message(self, *_: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        parts = self.path.split("?")[0].strip("/").split("/")
        if parts[:2] == ["api", "models"]:
            self._describe("/".join(parts[2:4]), parts[5] if len(parts) > 5 else "main")
        else:
            self._send((self.folder / "/".join(parts[4:])).read_bytes(), {"ETag": f'"{abs(hash(self.path))}"'})

    def _describe(self, model: str, revision: str) -> None:
        if model in REFUSED:
            status, code = REFUSED[model]
            self._send(b"{}", {"X-Error-Code": code, "X-Error-Message": code}, status)
        elif revision != "main":
            self._send(b"{}", {"X-Error-Code": "RevisionNotFound"}, 404)
        else:
            there = [path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*") if path.is_file()]
            files = [{"rfilename": name} for name in there if model == "org/tagger" or not name.endswith(".onnx")]
            self._send(json.dumps({"id": model, "modelId": model, "sha": COMMIT, "siblings": files}).encode(), {})

    def _send(self, content: bytes, headers: dict[str, str], status: int = HTTPStatus.OK) -> None:
        self.send_response(status)
        for name, value in {"X-Repo-Commit": COMMIT, "Content-Length": str(len(content)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(content)


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    folder = write_model(
        tmp_path_factory.mktemp("hub") / "model", ["O", "PER"], {"محمد": "PER"}, graph="onnx/model.onnx"
    )
    for other in ("pytorch_model.bin", "model.safetensors", "modeling.py", "onnx/model_fp16.onnx", "README.md"):
        (folder / other).write_bytes(b"not wanted")
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Ours", (Hub,), {"folder": folder}))
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def fetch(asked, cache, **environ):
    """What each (model, revision) comes to, in a process of its own: the files in its folder, or the error."""
    done = subprocess.run(
        [sys.executable, "-c", FETCH, json.dumps(asked)],
        env={"PATH": os.defpath, "HF_HOME": str(cache), "HF_HUB_DISABLE_PROGRESS_BARS": "1", **environ},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_what_is_read_is_fetched_once_and_all_else_is_said(hub, tmp_path):
    asked = [
        ["org/tagger", ""],
        ["org/bare", ""],
        ["org/closed", ""],
        ["org/none", ""],
        ["org/tagger", "v9"],
        ["a b", ""],
    ]
    fetched, bare, closed, none, revision, no_id = fetch(asked, tmp_path, HF_ENDPOINT=hub)
    assert fetched == ["config.json", "onnx/model.onnx", "tokenizer.json", "tokenizer_config.json"]
    assert "isnad entities export org/bare --output FOLDER" in bare
    assert "agreed to its terms" in closed
    assert "no such model on the hub" in none
    assert "no revision v9" in revision
    assert "no id of the hub" in no_id

    again, other = fetch([["org/tagger", ""], ["org/other", ""]], tmp_path, HF_ENDPOINT=hub, HF_HUB_OFFLINE="1")
    assert again == fetched
    assert "the cache of the hub lacks such a model, and HF_HUB_OFFLINE is set" in other

    nobody = "http://127.0.0.1:9"
    again, other = fetch([["org/tagger", ""], ["org/other", ""]], tmp_path, HF_ENDPOINT=nobody)
    assert again == fetched
    assert "and the hub can't be reached" in other
