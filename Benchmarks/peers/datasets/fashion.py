# Loci, Apache License 2.0.
"""Fashion-MNIST: the same set as ann-benchmarks' fashion-mnist-784-euclidean, from a Debian package."""
import gzip
import os

FOLDER = "/usr/share/datasets/fashion-mnist"
DESCRIPTION = (
    "Fashion-MNIST (Debian's dataset-fashion-mnist): 60,000 training images, 10,000 test images as queries, 784 raw pixels")
METRIC = "l2"
PACKAGES = ("dataset-fashion-mnist",)
PRESENT = FOLDER


def images(name):
    import numpy

    with gzip.open(os.path.join(FOLDER, name)) as file:
        return numpy.frombuffer(file.read(), "u1", offset=16).reshape(-1, 784).astype("f4")


def make(say):
    return images("train-images-idx3-ubyte.gz"), images("t10k-images-idx3-ubyte.gz")
