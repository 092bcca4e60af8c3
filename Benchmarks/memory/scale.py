# Loci, Apache License 2.0.
"""Makes a conversation of N turns for `loci memory bench`: sessions of 25 turns, texts of 5 to 30 words that are drawn as Zipf has it,
vectors in clusters; and questions of words and vectors near those of a turn. The same N and seed make the same files.

    python3 scale.py N FOLDER [--dimension 384] [--queries 1000] [--seed 1]
"""
import argparse
import json
import os

import numpy as np


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("turns", type=int)
    parser.add_argument("folder")
    parser.add_argument("--dimension", type=int, default=384)
    parser.add_argument("--queries", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    random = np.random.default_rng(options.seed)
    # A word of few letters for each rank; ranks are drawn by Zipf's law among 30,000.
    letters = "bcdfghklmnprstvw", "aeiou"
    ranks = 1.0 / np.arange(1, 30_001) ** 1.05
    # As Generator.choice draws with probabilities, with the sums made once: the same numbers, in a tenth of the time.
    sums = (ranks / ranks.sum()).cumsum()
    sums /= sums[-1]

    def draw(count):
        return sums.searchsorted(random.random(count), side="right")

    def word(rank):
        text, number = "", rank + 16 * 5
        while number > 0:
            text += letters[0][number % 16] + letters[1][number // 16 % 5]
            number //= 80
        return text

    words = [word(rank) for rank in range(30_000)]
    topics = random.standard_normal((2_000, options.dimension)).astype(np.float32)
    common = random.standard_normal(options.dimension).astype(np.float32)
    os.makedirs(options.folder, exist_ok=True)
    vectors = np.lib.format.open_memmap(
        os.path.join(options.folder, "turns.npy"), "w+", np.float32, (options.turns, options.dimension))
    sessions, texts = [], []
    for start in range(0, options.turns, 25):
        turns = []
        for row in range(start, min(options.turns, start + 25)):
            drawn = draw(random.integers(5, 31))
            text = " ".join(words[rank] for rank in drawn) + ("?" if row % 4 == 0 else ".")
            texts.append(drawn)
            turns.append({"id": f"D{start // 25}:{row - start}", "speaker": ("Alice", "Bob")[row % 2], "text": text})
        near = topics[random.integers(0, len(topics), len(turns))]
        block = near + common + random.standard_normal(near.shape).astype(np.float32)
        vectors[start : start + len(turns)] = block / np.linalg.norm(block, axis=1, keepdims=True)
        sessions.append({"id": f"S{start // 25}", "turns": turns})
    vectors.flush()
    queries, rows = [], random.integers(0, options.turns, options.queries)
    near = np.empty((options.queries, options.dimension), np.float32)
    for index, row in enumerate(rows):
        own = random.choice(texts[row], size=4)
        other = draw(5)
        queries.append({
            "id": f"q{index}", "text": " ".join(words[rank] for rank in [*own, *other]) + "?", "category": "made",
            "evidence": [sessions[row // 25]["turns"][row % 25]["id"]],
        })
        near[index] = vectors[row] + 0.06 * random.standard_normal(options.dimension)
    np.save(os.path.join(options.folder, "queries.npy"), near / np.linalg.norm(near, axis=1, keepdims=True))
    with open(os.path.join(options.folder, "talk.json"), "w") as file:
        json.dump(
            {"name": f"made-{options.turns}", "conversations": [{"id": "made", "sessions": sessions, "queries": queries}]},
            file)


if __name__ == "__main__":
    main()
