# Loci, Apache License 2.0.
"""How each block is run. A block that nothing here speaks of fails the test: nothing is left out in silence."""

# A build of the collection that documents speak of, where the document begins with it as given.
CLIP = "loci build photos.loci clip --from clip.npy --ids names.txt --metric cosine --degree 16"
ATTRIBUTES = [
    "loci set photos.loci clip cat.jpg --attributes '{\"year\": 2024, \"album\": \"sea\", \"caption\": \"a night train by the sea\"}'",
    "loci index photos.loci clip --add caption:text:english",
]
REMEMBERED = 'loci remember agent.loci acme/alice "My sister Ana moved to Porto." --session monday --speaker Alice'

# What runs before the shell blocks of a document; each document has a folder of its own, each block goes on where the last one ended.
SETUP = {
    "docs/inspect.md": [CLIP, *ATTRIBUTES, REMEMBERED],
    "docs/words.md": [CLIP, ATTRIBUTES[0]],
    "docs/filters.md": [CLIP, *ATTRIBUTES, "loci build papers.loci chunks --from clip.npy --metric cosine --degree 16"],
    "docs/repair.md": [CLIP],
}

# Substitutions in shell blocks: (pattern, replacement, why).
SUBSTITUTIONS = [
    ("swift build", "swift build --package-path {tree}/docs/examples/text-search --scratch-path {tree}/.build/text-search",
     "the library is found by a path in the tree, and is built once"),
    (".build/debug/TextSearch", "{tree}/.build/text-search/debug/TextSearch", "as above"),
    ("0.12 -0.03 …", "0.12 -0.03 0.7", "an ellipsis stands for the rest of a vector; those of the test have three numbers"),
    ("/backup/", "backup/", "the test writes below its own folder only"),
    ("localhost:6379", "localhost:{port}", "the usual port may be taken"),
    ("--host 0.0.0.0", "--host 127.0.0.1", "the test listens for itself only"),
]

# (document, beginning of the first line): how it is run, where the language does not say it.
KINDS = {
    ("docs/filters.md", ".year >= 1980 and"): "filters",
    ("docs/filters.md", "not exists .rating"): "filters",
    ("docs/filters.md", "the filter is not understood"): "filter error",
    ("docs/words.md", "night train"): "words",
    ("docs/words.md", "the query is not understood"): "words error",
    ("docs/protocol.md", "*2"): "wire",
    ("docs/protocol.md", "ECHO"): "wire",
    ("docs/protocol.md", "VADD key"): "syntax",
    ("docs/protocol.md", "LOCI.CREATE key"): "syntax",
    ("docs/protocol.md", "MEM.REMEMBER namespace"): "syntax",
    ("docs/protocol.md", "BLK.APPEND store"): "syntax",
    ("docs/protocol.md", "MEM.REMEMBER acme"): "redis commands",
    ("docs/protocol.md", "BLK.APPEND talk"): "redis commands",
}

# What is not run, with the reason; an empty beginning means all blocks of the document.
NOT_RUN = {
    ("README.md", "make demo"): "takes minutes, and is the test itself: see that the targets are there",
    ("docs/architecture.md", "loci  (LociCommand)"): "a picture",
    ("docs/filters.md", "filter     ="): "a grammar: Tests/LociAttributesTests compares the parser with it",
    ("docs/words.md", "query  ="): "a grammar: Tests/LociWordsTests compares the parser with it",
    ("docs/words.md", ".package("): "a line of Package.swift, with the address left open",
    ("Benchmarks/README.md", ""): "measures for minutes to hours",
    ("Benchmarks/Sources/README.md", ""): "measures for minutes",
}

# Swift blocks are bodies of functions: what is there before them.
PHOTOS = """
let photos = try Database.open("photos.loci").collection("clip")
let (query, vector): ([Float], [Float]) = ([0.1, 0.2, 0.3], [0.3, 0.1, -0.2])
"""
SWIFT = {
    ("README.md", "// Package.swift"): """
let (query, vector): ([Float], [Float]) = ([0.1, 0.2, 0.3], [0.3, 0.1, -0.2])
let (another, chunks): ([Float], [[Float]]) = ([0.2, 0.1, 0.9], [[1, 0, 0], [0, 1, 0]])
let (captions, names) = (try VectorFile.open("more.npy"), (0..<3_000).map { VectorID("caption \\($0)") })
_ = try Database.open("photos.loci").createCollection("captions", CollectionConfiguration(metric: .cosine))
""",
    ("docs/filters.md", "try Filter"): "",
    ("docs/inspect.md", "let inspection"): PHOTOS + 'let store = try MemoryStore.open("agent.loci")',
    ("docs/words.md", "try photos.createIndex"): PHOTOS,
    ("docs/words.md", "let found"): PHOTOS + 'try photos.createIndex("caption", words: WordAnalysis(language: .english))',
    ("docs/memory.md", "import LociMemory"): "",
    ("docs/blocks.md", "import LociMemory"): "",
    ("docs/server.md", "import Loci"): "",
}
# Swift blocks that go on until they are stopped.
SERVES = {("docs/server.md", "import Loci"): True}


def of(table, block, default=None):
    """The entry of a block in a table by document and beginning."""
    for (document, beginning), value in table.items():
        if document == block.document and block.first.startswith(beginning):
            return value
    return default
