"""A running instance, as ``congdoan ui`` starts it: web server, code server and daemon, asked over GraphQL."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pipelines.settings import PROJECT_DIR

LOCATION = {"repositoryLocationName": "pipelines.definitions", "repositoryName": "__repository__"}
Found = TypeVar("Found")


def until(ask: Callable[[], Found | None], seconds: float, what: str) -> Found:
    """The first answer that is not None or empty; fails when there is none within the time."""
    deadline = time.monotonic() + seconds
    while not (found := ask()):
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.5)
    return found


@dataclass(frozen=True)
class Instance:
    """A running instance on a data root."""

    url: str
    root: Path

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """The data that GraphQL answers; fails on errors."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(f"{self.url}/graphql", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=120) as answer:
            document = json.load(answer)
        assert "errors" not in document, document["errors"]
        return document["data"]

    def runs(self) -> list[dict[str, Any]]:
        """Every run with its job, status and tags, newest first."""
        query = "{runsOrError {... on Runs {results {runId jobName status tags {key value}}}}}"
        return self.ask(query)["runsOrError"]["results"]

    def finished(self, run_id: str) -> str | None:
        """How a run ended; None while it has not."""
        (status,) = [run["status"] for run in self.runs() if run["runId"] == run_id]
        return status if status in ("SUCCESS", "FAILURE", "CANCELED") else None

    def launch(self, job: str, assets: list[str], tags: dict[str, str]) -> str:
        """Launch a run of some assets of a job; its id."""
        parameters = {
            "selector": {
                **LOCATION,
                "pipelineName": job,
                "assetSelection": [{"path": asset.split("/")} for asset in assets],
            },
            "mode": "default",
            "runConfigData": {},
            "executionMetadata": {"tags": [{"key": key, "value": value} for key, value in tags.items()]},
        }
        launched = self.ask(
            """mutation($p: ExecutionParams!) {launchRun(executionParams: $p) {
            __typename ... on LaunchRunSuccess {run {runId}} ... on PythonError {message}}}""",
            p=parameters,
        )["launchRun"]
        assert launched["__typename"] == "LaunchRunSuccess", launched
        return launched["run"]["runId"]


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@contextmanager
def running_instance(root: Path, **settings: str) -> Iterator[Instance]:
    """``congdoan ui`` on a data root until the end of the block; the output is in ``ui.log`` beside it."""
    port = _free_port()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CONGDOAN_", "DAGSTER_"))}
    words = [sys.executable, "-m", "pipelines.cli", "ui", "--data-dir", str(root), "--port", str(port)]
    log = root.parent / "ui.log"
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            words, cwd=PROJECT_DIR, env=kept | settings, stdout=output, stderr=output, start_new_session=True
        )
        try:
            instance = Instance(f"http://127.0.0.1:{port}", root)
            until(lambda: _answers(instance, process, log), 240, f"a web server that answers, see {log}")
            yield instance
        finally:
            os.killpg(process.pid, signal.SIGINT)
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(timeout=30)


def _answers(instance: Instance, process: subprocess.Popen[bytes], log: Path) -> bool:
    assert process.poll() is None, log.read_text(encoding="utf-8")[-3000:]
    try:
        nodes = instance.ask("{repositoriesOrError {... on RepositoryConnection {nodes {name}}}}")
    except (urllib.error.URLError, ConnectionError):
        return False
    return bool(nodes["repositoriesOrError"].get("nodes"))
