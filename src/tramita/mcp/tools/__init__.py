"""The tools, always in this order: what reads, works in the house, reaches people outside, decides on proposals."""

from tramita.mcp.tools import deciding, outgoing, reading, working
from tramita.mcp.tools.shapes import Tool

IN_ORDER = (*reading.TOOLS, *working.TOOLS, *outgoing.TOOLS, *deciding.TOOLS)
TOOLS: dict[str, Tool] = {tool.name: tool for tool in IN_ORDER}
