"""The command `isnad`, and the local stack that it runs."""
