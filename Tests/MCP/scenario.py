# Loci, Apache License 2.0.
"""What a client does with a memory, told to either generation of the official client.

`connect(arguments)` is a connection to a new process of `loci mcp`; its methods are plain data:
call(tool, arguments) -> (text, data, is_error); tools() -> [dict]; resources(), templates() -> [dict];
read(uri) -> text; refused(coroutine) -> the code of the error; info -> (version, name, instructions).
"""

import json

from checks import Folder

UNITS = [
    {"text": "My sister Ana moved to Porto.", "speaker": "Alice", "session": "monday", "time": "2026-05-01T10:00:00Z"},
    {"text": "That is lovely, what does she do there?", "speaker": "Assistant", "session": "monday"},
    {"text": "She builds boats.", "speaker": "Alice", "session": "monday"},
    {"text": "The dentist is on Friday at nine.", "speaker": "Alice", "session": "tuesday/late", "metadata": {"topic": "dates"}},
]


async def run(report, connect):
    with Folder() as folder:
        async with connect(folder, []) as client:
            await first(report, client)
        async with connect(folder, []) as client:
            await second(report, client)
        async with connect(folder, ["--namespace", "acme/alice", "--any-namespace"]) as client:
            await any_namespace(report, client)
        async with connect(folder, ["--read-only"]) as client:
            await read_only(report, client)


async def first(report, client):
    """A new memory: nothing there, then something."""
    version, name, instructions = client.info
    report.equal("the version that is agreed on", version, "2025-11-25")
    report.equal("the name of the server", name, "loci")
    report.expect("instructions", instructions and "recall" in instructions, instructions)

    tools = {tool["name"]: tool for tool in await client.tools()}
    report.equal("the tools", sorted(tools), ["blocks_append", "blocks_forget", "blocks_info", "blocks_open", "forget", "list", "recall", "remember"])
    for name, tool in tools.items():
        schema = tool["inputSchema"]
        report.expect(f"{name} takes no other arguments", schema["additionalProperties"] is False, schema)
        report.expect(f"{name} is described", len(tool["description"]) > 40, tool)
    report.equal("recall changes nothing", tools["recall"]["annotations"]["readOnlyHint"], True)
    report.equal("forget destroys", tools["forget"]["annotations"]["destructiveHint"], True)
    schemas(report, tools)

    report.equal("no resources", await client.resources(), [])
    text, data, is_error = await client.call("recall", {"query": "Where does Ana live?"})
    report.equal("a recall of nothing", (text, data["passages"], is_error), ("Nothing has been remembered yet.", [], False))

    text, data, is_error = await client.call("remember", {"units": UNITS})
    report.equal("remember", (is_error, [unit["id"] for unit in data["units"]]), (False, ["t1.1", "t1.2", "t1.3", "t2.1"]))
    text, data, _ = await client.call("remember", {"text": "Tea is served at five.", "key": "tea"})
    report.equal("remember under a key", data["units"], [{"id": "t3.1", "new": True}])
    text, data, _ = await client.call("remember", {"text": "Tea is served at five.", "key": "tea"})
    report.equal("the same again", data["units"], [{"id": "t3.1", "new": False}])

    text, data, _ = await client.call("recall", {"query": "Where does Ana live?", "k": 2})
    report.equal("recall finds it", data["passages"][0]["id"], "t1.1")
    report.expect(
        "its text", "[t1.1 | monday | 2026-05-01T10:00:00Z] Alice: My sister Ana moved to Porto." in text.split("\n"), text
    )
    _, data, _ = await client.call("recall", {"query": "when?", "filter": '.meta.topic == "dates"', "explain": True})
    report.equal("recall with a filter", [passage["id"] for passage in data["passages"]], ["t2.1"])
    report.expect("recall explains", data["passages"][0]["stages"], data)

    text, data, is_error = await client.call("blocks_open", {"query": "Where does Ana live?"})
    report.equal("nothing to open", (text, data["blocks"], is_error), ("Nothing has been appended yet.", [], False))
    texts = [f"{unit['speaker']}: {unit['text']}" for unit in UNITS]
    _, data, _ = await client.call("blocks_append", {"texts": texts, "stream": "monday"})
    report.equal("blocks_append", (data["from"], data["to"], data["blocks"]), (0, 4, [1]))


def schemas(report, tools):
    """Schemas must be schemas, and say of arguments what the server says."""
    import jsonschema

    validators = {}
    for name, tool in tools.items():
        for key in ("inputSchema", "outputSchema"):
            try:
                jsonschema.Draft202012Validator.check_schema(tool[key])
                report.expect(f"{key} of {name}", True)
            except jsonschema.SchemaError as error:
                report.expect(f"{key} of {name}", False, error)
        validators[name] = jsonschema.Draft202012Validator(tool["inputSchema"])
    for name, arguments, holds in [
        ("remember", {"text": "a"}, True),
        ("remember", {"units": UNITS}, True),
        ("remember", {"text": "a", "vector": [1]}, False),
        ("remember", {"text": "a", "supersedes": "x"}, False),
        ("remember", {"text": "a", "namespace": "other"}, False),
        ("recall", {}, False),
        ("recall", {"query": "a", "k": 0}, False),
        ("recall", {"query": "a", "stages": ["dense"]}, True),
        ("forget", {"ids": ["t1.1"]}, True),
        ("forget", {"ids": []}, False),
        ("list", {"kind": "session", "limit": 1000}, True),
        ("list", {"kind": "x"}, False),
        ("blocks_append", {"texts": ["a"], "stream": "s"}, True),
        ("blocks_append", {"texts": []}, False),
        ("blocks_append", {"texts": ["a"], "vectors": [1]}, False),
        ("blocks_open", {}, False),
        ("blocks_open", {"query": "a", "blocks": 4, "stream": "s", "window": 2, "best": 3}, True),
        ("blocks_open", {"query": "a", "blocks": 0}, False),
        ("blocks_info", {"limit": 5}, True),
        ("blocks_forget", {"stream": "s"}, True),
        ("blocks_forget", {"streams": ["s"]}, False),
    ]:
        report.equal(f"the schema of {name} on {arguments}", validators[name].is_valid(arguments), holds)


async def second(report, client):
    """Another process on the same file: what was remembered is there."""
    _, data, _ = await client.call("recall", {"query": "What does Ana build?", "k": 3})
    report.expect("recall after a restart", "t1.3" in [passage["id"] for passage in data["passages"]], data)
    _, data, _ = await client.call("list", {"session": "monday", "limit": 2})
    report.equal("list", ([unit["id"] for unit in data["units"]], data["next"]), (["t1.1", "t1.2"], "t1.2"))
    _, data, _ = await client.call("list", {"session": "monday", "after": data["next"]})
    report.equal("list goes on", ([unit["id"] for unit in data["units"]], "next" in data), (["t1.3"], False))
    text, data, _ = await client.call("blocks_open", {"query": "Where does Ana live?", "best": 1})
    report.equal("the best of what was opened", text, "[monday | 0] Alice: My sister Ana moved to Porto.")
    report.equal("it is the same as data", data["best"][0]["text"], "Alice: My sister Ana moved to Porto.")
    _, data, _ = await client.call("blocks_info", {})
    report.equal("blocks_info", (data["streams"], data["blocks"]), ([{"stream": "monday", "to": 4}], 1))
    _, data, _ = await client.call("list", {"sessions": True})
    report.equal("sessions", data["sessions"], ["monday", "tuesday/late", "default"])

    resources = await client.resources()
    report.equal("resources", [entry["uri"] for entry in resources], ["memory://default", "memory://default/sessions"])
    info = json.loads(await client.read("memory://default"))
    report.equal("the resource of a namespace", (info["units"]["turn"], info["sessions"]), (5, 3))
    sessions = json.loads(await client.read("memory://default/sessions"))
    report.equal("the resource of sessions", sessions["sessions"][1]["uri"], "memory://default/session/tuesday%2Flate")
    text = await client.read(sessions["sessions"][1]["uri"])
    report.equal("the resource of a session", text, "[t2.1 | tuesday/late] Alice: The dentist is on Friday at nine.\n")
    templates = await client.templates()
    report.equal("templates", [entry["uriTemplate"] for entry in templates], ["memory://default/session/{session}"])

    report.equal("an unknown resource", await client.refused(client.read("memory://default/session/nosuch")), -32002)
    report.equal("a resource of another namespace", await client.refused(client.read("memory://other")), -32602)
    report.equal("an unknown tool", await client.refused(client.call("nosuch", {})), -32602)
    for name, arguments, reason in [
        ("remember", {"text": ""}, "empty"),
        ("remember", {"text": "a", "namespace": "other"}, "is not served here"),
        ("remember", {"text": "another", "key": "tea"}, "tea"),
        ("recall", {"query": "a", "k": "many"}, "k: it must be a whole number"),
        ("recall", {"query": "a", "filter": "=="}, "filter"),
        ("forget", {"ids": ["t9.9"]}, "t9.9"),
        ("forget", {"all": True}, "confirm"),
        ("list", {"session": "nosuch"}, "nosuch"),
    ]:
        text, _, is_error = await client.call(name, arguments)
        report.expect(f"{name} of {arguments}", is_error and reason in text, text)

    _, data, _ = await client.call("remember", {"text": "Ana moved on to Faro.", "supersedes": "t1.1"})
    _, data, _ = await client.call("recall", {"query": "Where does Ana live?", "k": 20})
    found = [passage["id"] for passage in data["passages"]]
    report.expect("what is superseded is not recalled", "t1.1" not in found and "t3.2" in found, found)
    _, data, _ = await client.call("forget", {"session": "tuesday/late"})
    report.equal("forget", data["forgotten"], 1)
    _, data, _ = await client.call("recall", {"query": "When is the dentist?", "k": 20})
    report.expect("what is forgotten is not recalled", "t2.1" not in [passage["id"] for passage in data["passages"]], data)


async def any_namespace(report, client):
    _, data, _ = await client.call("recall", {"query": "Ana"})
    report.equal("another namespace has nothing", data["passages"], [])
    await client.call("remember", {"text": "Alice likes figs."})
    _, data, _ = await client.call("list", {"namespaces": True})
    report.equal("the namespaces", data["namespaces"], ["acme/alice", "default"])
    _, data, _ = await client.call("list", {"namespace": "default"})
    report.equal("a namespace that is named", len(data["units"]), 5)
    text = await client.read("memory://acme%2Falice/session/default")
    report.equal("a resource of a namespace with a slash", text, "[t1.1 | default] Alice likes figs.\n")
    _, data, _ = await client.call("forget", {"all": True, "confirm": True})
    report.equal("forget all", data["forgotten"], 1)


async def read_only(report, client):
    report.equal("tools for reading", [tool["name"] for tool in await client.tools()], ["recall", "list", "blocks_open", "blocks_info"])
    text, _, is_error = await client.call("remember", {"text": "a"})
    report.expect("remember is refused", is_error and "reading only" in text, text)
    text, _, is_error = await client.call("blocks_append", {"texts": ["a"]})
    report.expect("blocks_append is refused", is_error and "reading only" in text, text)
    _, data, _ = await client.call("recall", {"query": "Ana"})
    report.expect("recall for reading", data["passages"], data)
