# Loci, Apache License 2.0.
"""A vector set by redis-py: what works with Redis works here, on a file that survives."""
import os

import redis

client = redis.Redis.from_url(os.environ.get("REDIS_URL", "redis://localhost:6379"), decode_responses=True)
colours = {"red": [1, 0, 0], "orange": [1, 0.65, 0], "teal": [0, 0.5, 0.5], "blue": [0, 0, 1]}

vectors = client.vset()
for name, vector in colours.items():
    vectors.vadd("colours", vector, name)
vectors.vsetattr("colours", "red", {"warm": True})
vectors.vsetattr("colours", "orange", {"warm": True})

print("near tomato:", vectors.vsim("colours", [1, 0.39, 0.28], count=2))
print("warm and near teal:", vectors.vsim("colours", "teal", filter=".warm", count=1))

# What vector sets lack: how much of the true neighbours a search finds, measured on the live index.
recall = client.execute_command("LOCI.RECALL", "colours")
print("recall:", dict(zip(recall[::2], recall[1::2]))["recall"])
