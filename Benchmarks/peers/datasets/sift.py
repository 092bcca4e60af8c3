# Loci, Apache License 2.0.
"""A million SIFT descriptors of the pictures in Debian's background packages.

Not the INRIA set of the same size: figures of the two cannot be compared."""
import glob
import os
import re

FOLDERS = ("/usr/share/backgrounds", "/usr/share/wallpapers")
DESCRIPTION = (
    "OpenCV's SIFT descriptors (128 values, 0 to 255) of the pictures in Debian's background packages: 1,000,000 distinct, "
    "10,000 queries from themes that have no picture in the base. Not INRIA's SIFT1M")
METRIC = "l2"
PACKAGES = (
    "gnome-backgrounds", "plasma-workspace-wallpapers", "mate-backgrounds", "lomiri-wallpapers-16.04",
    "lomiri-wallpapers-20.04", "sway-backgrounds", "ukui-wallpapers",
)
PRESENT = "/usr/share/wallpapers"
BASE, QUERIES, FROM_ONE_THEME = 1_000_000, 10_000, 2_500
VARIANT = re.compile(
    r"([-_]?(dark|light|cold|warm|radioactive|no-logo|d|l|\d+x\d+|[0-9][AB]))+\.\w+$", flags=re.IGNORECASE)


def theme(path):
    """What a picture shows: one picture comes in several sizes and shades, which must not lie on both sides."""
    parts = path.split("/")
    if "contents" in parts:
        return parts[parts.index("contents") - 1]
    return VARIANT.sub("", parts[-1].lower())


def pictures():
    found = [
        path
        for folder in FOLDERS
        for ending in ("jpg", "jpeg", "png", "webp")
        for path in glob.glob(f"{folder}/**/*.{ending}", recursive=True)
    ]
    return sorted(p for p in found if "screenshot" not in p and "/Sway_" not in p and not os.path.islink(p))


def descriptors(path, extractor):
    """The distinct descriptors of a picture, at most 2,560 pixels long; None where it has too few."""
    import cv2

    image = cv2.imread(path, cv2.IMREAD_GRAYSCALE)
    if image is None:
        return None
    longest = max(image.shape)
    if longest > 2560:
        image = cv2.resize(image, None, fx=2560 / longest, fy=2560 / longest, interpolation=cv2.INTER_AREA)
    _, found = extractor.detectAndCompute(image, None)
    if found is None or len(found) < 50:
        return None
    from datasets.distinct import distinct

    return distinct(found.astype("f4"))


def make(say):
    import cv2
    import numpy

    from datasets.distinct import distinct

    extractor = cv2.SIFT_create(nfeatures=0, contrastThreshold=0.012, edgeThreshold=12)
    paths = pictures()
    themes, total = {}, 0
    for number, path in enumerate(paths):
        found = descriptors(path, extractor)
        if found is not None:
            themes.setdefault(theme(path), []).append(found)
            total += len(found)
        if number % 25 == 24:
            say(f"sift: {number + 1} of {len(paths)} pictures, {total:,} descriptors")
    random = numpy.random.default_rng(7)
    names = sorted(themes)
    random.shuffle(names)
    held, held_names = [], set()
    for name in names:
        if sum(map(len, held)) >= 1.6 * QUERIES and len(held) >= 12:
            break
        rows = numpy.concatenate(themes[name])
        held.append(rows[random.permutation(len(rows))[:FROM_ONE_THEME]])
        held_names.add(name)
    base = distinct(numpy.concatenate([rows for name in names if name not in held_names for rows in themes[name]]))
    queries = distinct(numpy.concatenate(held))
    if len(base) < BASE or len(queries) < QUERIES:
        raise RuntimeError(
            f"{len(base):,} descriptors and {len(queries):,} queries were found, {BASE:,} and {QUERIES:,} are needed: "
            f"install  {' '.join(PACKAGES)}")
    return base[random.permutation(len(base))[:BASE]], queries[random.permutation(len(queries))[:QUERIES]]
