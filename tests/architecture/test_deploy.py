"""The files for those who deploy say the same as the code."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

COMPOSE = yaml.safe_load(Path("docker-compose.yml").read_text())
CHAIN = {"prepare", "dedup", "entities", "index", "api"}


def test_compose_runs_every_service_of_the_chain() -> None:
    assert set(COMPOSE["services"]) >= CHAIN | {"kafka", "elasticsearch", "kibana", "prometheus", "grafana", "topics"}
    for name in CHAIN:
        assert COMPOSE["services"][name]["build"]["args"] == {"SERVICE": name}
        assert Path(f"services/isnad_{name}/__main__.py").is_file()
        assert Path(f"requirements/{name}.txt").is_file()


def test_what_dedup_keeps_is_in_a_volume() -> None:
    """Snapshots, and the compiled code for which the image names a folder that its user can write to."""
    dedup = COMPOSE["services"]["dedup"]
    (volume,) = dedup["volumes"]
    name, _, place = volume.partition(":")
    assert name in COMPOSE["volumes"]
    assert dedup["environment"]["ISNAD_STATE_FOLDER"].startswith(f"{place}/")
    assert dedup["environment"]["ISNAD_KAFKA"] == "kafka:9092"
    image = Path("deploy/Dockerfile").read_text()
    assert f"NUMBA_CACHE_DIR={place}/" in image
    assert f"--owner=isnad --group=isnad {place}\n" in image


def test_compose_opens_ports_on_this_machine_only() -> None:
    ports = [port for service in COMPOSE["services"].values() for port in service.get("ports", ())]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_prometheus_scrapes_every_worker_of_every_service_that_compose_starts() -> None:
    """A fixed target would be another one of several workers at each look, and all their counters one."""
    config = yaml.safe_load(Path("deploy/prometheus/prometheus.yml").read_text())
    (job,) = config["scrape_configs"]
    (found,) = job["dns_sd_configs"]
    assert "static_configs" not in job
    assert (set(found["names"]), found["type"], found["port"]) == (CHAIN, "A", 9100)
    assert job["relabel_configs"] == [{"source_labels": ["__meta_dns_name"], "target_label": "service"}]


@pytest.mark.skipif(
    not shutil.which("promtool"), reason="promtool is not installed (Debian: apt-get install prometheus)"
)
@pytest.mark.parametrize(
    "command", [["config", "deploy/prometheus/prometheus.yml"], ["rules", "deploy/prometheus/alerts.yml"]]
)
def test_promtool_accepts_the_prometheus_files(command: list[str]) -> None:
    done = subprocess.run(["promtool", "check", *command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def metric_names() -> set[str]:
    """Names as they appear in an exposition, from the one module that defines them."""
    return set(re.findall(r"\"(isnad_[a-z_]+)\"", Path("libs/isnad/metrics.py").read_text()))


@pytest.mark.parametrize("file", ["deploy/prometheus/alerts.yml", "deploy/grafana/dashboards/isnad.json"])
def test_alerts_and_dashboard_name_only_metrics_that_exist(file: str) -> None:
    text = Path(file).read_text()
    if file.endswith(".json"):
        text = " ".join(target["expr"] for panel in json.loads(text)["panels"] for target in panel.get("targets", ()))
    used = {re.sub(r"_(bucket|sum|count)$", "", name) for name in re.findall(r"\bisnad_[a-z_]+\b", text)}
    assert used
    assert used <= metric_names()
