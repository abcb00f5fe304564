"""Kafka, Elasticsearch and the services on one machine, from packages, with nothing but Python."""
