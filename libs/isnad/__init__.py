"""Isnad (إسناد): the chain through which a report came down. What the services share."""
