# Loci, Apache License 2.0.
"""WordNet's glosses with their examples, one a line: what `loci-benchmarks words` asks for.

    python3 Benchmarks/peers/glosses.py > glosses.txt

Debian's wordnet-base has them after the bar of each line of its data files."""
import sys

FOLDER = "/usr/share/wordnet"


def main():
    for part in ("noun", "verb", "adj", "adv"):
        with open(f"{FOLDER}/data.{part}", encoding="latin1") as file:
            for line in file:
                # Lines of the licence begin with blanks.
                if not line.startswith(" ") and "|" in line:
                    sys.stdout.write(line.split("|", 1)[1].strip() + "\n")


if __name__ == "__main__":
    main()
