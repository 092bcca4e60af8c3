# Loci, Apache License 2.0.
"""The official client for Python, version 2, which asks for a newer protocol first, and goes back to the one that begins with initialize."""

import asyncio
import contextlib
import sys

from mcp import Client, MCPError, StdioServerParameters
from mcp.client.stdio import stdio_client

import scenario
from checks import LOCI
from report import Report


class Connection:
    def __init__(self, client):
        self.client = client
        self.info = (client.protocol_version, client.server_info.name, client.instructions)

    async def call(self, tool, arguments):
        result = await self.client.call_tool(tool, arguments)
        return result.content[0].text, result.structured_content, result.is_error

    @staticmethod
    def plain(entries):
        return [entry.model_dump(mode="json", by_alias=True, exclude_none=True) for entry in entries]

    async def tools(self):
        return self.plain((await self.client.list_tools()).tools)

    async def resources(self):
        return self.plain((await self.client.list_resources()).resources)

    async def templates(self):
        return self.plain((await self.client.list_resource_templates()).resource_templates)

    async def read(self, uri):
        return (await self.client.read_resource(uri)).contents[0].text

    async def refused(self, request):
        try:
            return await request
        except MCPError as error:
            return error.error.code


@contextlib.asynccontextmanager
async def connect(folder, arguments):
    server = StdioServerParameters(command=LOCI, args=["mcp", folder.database, *arguments], env=folder.environment)
    async with Client(stdio_client(server)) as client:
        yield Connection(client)


report = Report("client 2")
asyncio.run(asyncio.wait_for(scenario.run(report, connect), 300))
sys.exit(report.finish())
