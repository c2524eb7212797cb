"""The example of a portal, over HTTP: each way out, access, bad input, uploads, the warehouse."""
