"""Reads articles from files and sends them to `articles.raw`."""
