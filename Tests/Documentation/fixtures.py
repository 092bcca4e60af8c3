# Loci, Apache License 2.0.
"""The files that the documents speak of: small, and the same every time."""
import json
import os
import pathlib
import random
import struct
import subprocess

DIMENSION = 3


def npy(path, rows):
    """A file of NumPy's of float32, without NumPy."""
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({len(rows)}, {len(rows[0])}), }}"
    header += " " * (63 - (10 + len(header)) % 64) + "\n"
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode())
        for row in rows:
            file.write(struct.pack(f"<{len(row)}f", *row))


def make(folder, tree):
    """Writes all of it into a folder."""
    folder = pathlib.Path(folder)
    source = random.Random(7)

    def rows(count):
        return [[source.gauss(0, 1) for _ in range(DIMENSION)] for _ in range(count)]

    npy(folder / "clip.npy", rows(3_000))
    names = ["cat.jpg", "dog.jpg", "bird.jpg"] + [f"{number}.jpg" for number in range(3, 3_000)]
    (folder / "names.txt").write_text("\n".join(names) + "\n")
    npy(folder / "more.npy", rows(3_000))
    (folder / "more.txt").write_text("".join(f"more-{number}.jpg\n" for number in range(3_000)))
    for name in ("queries.npy", "wanted.npy", "q.npy"):
        npy(folder / name, rows(200))
    lines = [{"id": f"new-{number}.jpg", "vector": row} for number, row in enumerate(rows(50))]
    producer = folder / "bin" / "producer"
    producer.parent.mkdir()
    producer.write_text("#!/bin/sh\ncat <<'END'\n" + "\n".join(map(json.dumps, lines)) + "\nEND\n")
    producer.chmod(0o755)
    (folder / "backup").mkdir()
    # A conversation, in the two forms that verbs take.
    said = ["Alice: My sister Ana moved to Porto.", "Bob: Is she happy there?", "Alice: She found a flat by the river."]
    (folder / "talk.jsonl").write_text("".join(json.dumps({"stream": "monday", "text": text}) + "\n" for text in said))
    turns = [{"id": f"t{n}", "speaker": text[: text.index(":")], "text": text} for n, text in enumerate(said)]
    queries = [{"id": f"q{n}", "text": "Where does Ana live?", "category": "places", "evidence": ["t0"]} for n in range(200)]
    (folder / "talks.json").write_text(
        json.dumps({"name": "talks", "conversations": [{"id": "c", "sessions": [{"id": "s", "turns": turns}], "queries": queries}]}))
    npy(folder / "turns.npy", rows(len(turns)))
    os.symlink(pathlib.Path(tree) / "data", folder / "data")
    certificates(folder)


def certificates(folder):
    """A server's certificate, and that of who signed it: itself."""
    (folder / "secret.txt").write_text("a long password\n")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
         "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", str(folder / "key.pem"), "-out", str(folder / "chain.pem")],
        check=True, capture_output=True)
    (folder / "ca.pem").write_bytes((folder / "chain.pem").read_bytes())
