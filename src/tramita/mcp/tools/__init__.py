"""The tools, always in this order: what reads, what works in the house, what reaches people outside."""

from tramita.mcp.tools import outgoing, reading, working
from tramita.mcp.tools.shapes import Tool

TOOLS: dict[str, Tool] = {tool.name: tool for tool in (*reading.TOOLS, *working.TOOLS, *outgoing.TOOLS)}
