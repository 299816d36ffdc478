"""Fortunes as hashed bags of words.

Downloads the Debian package `fortunes`, if it is not there yet, and unpacks it
without installing it. Every text is a row of 16384 features: word w counts at
crc32(w) % 16384; rows have length 1. The label is the file it stands in.
"""
import pathlib
import re
import subprocess
import sys
import zlib

import numpy as np

FEATURES = 16384
LONGEST = 128  # words of a text
FILES = ["computers", "definitions", "knghtbrd", "people", "songs-poems",
         "zippy"]


UNAVAILABLE = 69  # of sysexits


def download(package, out):
    command = ["apt-get", "-q", "-o", "APT::Sandbox::User=root", "download"]
    try:
        subprocess.run(command + [package], cwd=out, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        print("text/data.py: cannot download:", error, file=sys.stderr)
        sys.exit(UNAVAILABLE)


def fetch(package, out):
    """The folder that the package unpacks to."""
    folder = out / package
    if not folder.exists():
        download(package, out)
        (archive,) = out.glob(package + "_*.deb")
        subprocess.run(["dpkg-deb", "-x", archive, folder], check=True)
    return folder


def texts(path):
    whole = path.read_text(encoding="utf-8", errors="replace")
    return [t for t in re.split(r"^%$", whole, flags=re.M) if t.strip()]


def features(text):
    """Ascending columns and their values, a vector of length 1."""
    words = re.findall(r"[a-z']+", text.lower())[:LONGEST]
    hashed = [zlib.crc32(word.encode()) % FEATURES for word in words]
    columns, counts = np.unique(np.array(hashed, int), return_counts=True)
    return columns, counts / max(np.linalg.norm(counts), 1)


def write(path, rows):
    """libsvm text: indices count from 1."""
    with open(path, "w") as file:
        for label, (columns, values) in rows:
            cells = (f"{c + 1}:{v:.6g}" for c, v in zip(columns, values))
            print(label, *cells, file=file)


def main():
    out = pathlib.Path(sys.argv[1])
    fortunes = fetch("fortunes", out) / "usr/share/games/fortunes"
    rows = [(label, features(text)) for label, name in enumerate(FILES)
            for text in texts(fortunes / name)]
    order = np.random.default_rng(0).permutation(len(rows))
    held_out = len(rows) // 5
    write(out / "test.svm", [rows[i] for i in order[:held_out]])
    write(out / "train.svm", [rows[i] for i in order[held_out:]])


if __name__ == "__main__":
    main()
