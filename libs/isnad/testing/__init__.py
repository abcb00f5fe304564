"""Stand-ins for the outside world, for the tests of isnad and of programs built on it."""
