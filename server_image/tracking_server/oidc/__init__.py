"""`auth: oidc`: people sign on by a browser, programs send a bearer token, both under one URL.

docs/decisions/2026-11-26-openid-connect-inside-the-server.md has the reasons.
"""
