"""`isnad replay`: the history of a topic through a stage again, after an upgrade."""
