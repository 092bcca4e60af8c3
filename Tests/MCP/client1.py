# Loci, Apache License 2.0.
"""The official client for Python, version 1."""

import asyncio
import contextlib
import sys

from mcp import ClientSession, McpError, StdioServerParameters
from mcp.client.stdio import stdio_client

import scenario
from checks import LOCI
from report import Report


class Connection:
    def __init__(self, session, answer):
        self.session = session
        self.info = (answer.protocolVersion, answer.serverInfo.name, answer.instructions)

    async def call(self, tool, arguments):
        result = await self.session.call_tool(tool, arguments)
        return result.content[0].text, result.structuredContent, result.isError

    async def tools(self):
        return [tool.model_dump(exclude_none=True) for tool in (await self.session.list_tools()).tools]

    async def resources(self):
        return [entry.model_dump(mode="json") for entry in (await self.session.list_resources()).resources]

    async def templates(self):
        return [entry.model_dump(mode="json") for entry in (await self.session.list_resource_templates()).resourceTemplates]

    async def read(self, uri):
        return (await self.session.read_resource(uri)).contents[0].text

    async def refused(self, request):
        try:
            return await request
        except McpError as error:
            return error.error.code


@contextlib.asynccontextmanager
async def connect(folder, arguments):
    server = StdioServerParameters(command=LOCI, args=["mcp", folder.database, *arguments], env=folder.environment)
    async with stdio_client(server) as (reading, writing), ClientSession(reading, writing) as session:
        answer = await session.initialize()
        await session.send_ping()
        yield Connection(session, answer)


report = Report("client 1")
asyncio.run(asyncio.wait_for(scenario.run(report, connect), 300))
sys.exit(report.finish())
