"""The desk as tools for a language model: the Model Context Protocol at `/mcp`, a face like the pages and the API.

Whatever a tool does goes through the services and queries that the pages use, as the owner of the token.
"""
