"""For maintainers: resolve the versions of Kafka, Elasticsearch and the compiler again and pin what comes.

    python -m isnad_cli.local.relock

Versions are chosen here; what they depend on is resolved by jgo, downloaded, and written down with size and checksum.
"""

import hashlib
import tempfile
from pathlib import Path

import click
from jgo.maven import MavenContext, PythonResolver

from isnad_cli.local.artifacts import Artifact, Part, render

ELASTICSEARCH = "org.elasticsearch.distribution.integ-test-zip:elasticsearch:8.18.0"
COMPILER = "org.eclipse.jdt:ecj:3.40.0"
KAFKA = "org.apache.kafka:kafka_2.13:4.1.0"
KAFKA_LOGGING = "org.apache.logging.log4j:log4j-slf4j-impl:2.24.3"
"""Kafka's own list lacks the link from its logging interface to log4j; the version is that of its log4j."""


def _parts(coordinate: str) -> tuple[str, str, str]:
    group, name, version = coordinate.split(":")
    return group, name, version


def _pin(context: MavenContext, part: Part, group: str, name: str, version: str, packaging: str = "jar") -> Artifact:
    file = context.project(group, name).at_version(version).artifact(packaging=packaging).resolve()
    content = file.read_bytes()
    return Artifact(
        part=part,
        group=group,
        name=name,
        version=version,
        packaging=packaging,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
    )


def _resolve(context: MavenContext) -> tuple[Artifact, ...]:
    found = [
        _pin(context, "elasticsearch", *_parts(ELASTICSEARCH), packaging="zip"),
        _pin(context, "compiler", *_parts(COMPILER)),
    ]
    asked, brought = context.resolver.resolve([context.create_dependency(KAFKA)])
    jars = {(jar.groupId, jar.artifactId, jar.version) for jar in [*brought, *asked]}
    # Not resolved together with Kafka: what this one manages would then replace versions that Kafka asks for.
    jars.add(_parts(KAFKA_LOGGING))
    found += [_pin(context, "kafka", *jar) for jar in sorted(jars)]
    return tuple(found)


@click.command()
def relock() -> None:
    """Write `artifacts.lock.toml` anew."""
    with tempfile.TemporaryDirectory() as folder:
        artifacts = _resolve(MavenContext(resolver=PythonResolver(), repo_cache=Path(folder), timeout=60))
    lock = Path(__file__).with_name("artifacts.lock.toml")
    lock.write_text(render(artifacts), encoding="utf-8")
    click.echo(f"{lock}: {len(artifacts)} artifacts, {sum(a.size for a in artifacts) / 1e6:.0f} MB")


if __name__ == "__main__":
    relock()
