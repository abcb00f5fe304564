"""Search, stories and push over HTTP."""
