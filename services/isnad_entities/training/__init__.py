"""Training and measuring of taggers; nothing here runs in a service."""
