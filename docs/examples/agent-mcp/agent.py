# Loci, Apache License 2.0.
"""An agent's loop with a memory over the Model Context Protocol. Where a model would speak, a script does: it answers with what was recalled.

    python3 agent.py DATABASE
"""
import asyncio
import sys

from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

# What the user says, and on which day.
TALK = [
    ("monday", "My sister Ana moved to Porto last week."),
    ("monday", "I am allergic to peanuts, by the way."),
    ("friday", "Which city did my sister Ana move to?"),
    ("friday", "Am I allergic to peanuts?"),
]


class Agent:
    def __init__(self, session):
        self.session = session

    async def call(self, tool, **arguments):
        result = await self.session.call_tool(tool, arguments)
        if result.isError:
            raise RuntimeError(result.content[0].text)
        return result.structuredContent

    async def hear(self, day, text):
        """One turn of the loop: recall what matters, answer, remember what was said."""
        answer = "I see."
        if text.endswith("?"):
            found = await self.call("recall", query=text, k=1)
            answer = "You said: " + found["passages"][0]["text"]
        else:
            await self.call("remember", text=text, session=day, speaker="user")
        return answer


async def main():
    server = StdioServerParameters(command="loci", args=["mcp", sys.argv[1], "--namespace", "agent", "--model", "hashing"])
    async with stdio_client(server) as streams, ClientSession(*streams) as session:
        await session.initialize()
        agent = Agent(session)
        for day, text in TALK:
            print("user:", text)
            print("agent:", await agent.hear(day, text))


asyncio.run(main())
