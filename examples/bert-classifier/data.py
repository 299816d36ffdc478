"""Opinions of up to fifteen words, and whether they are good ones.

Words of praise and of blame stand among words that say nothing; "not" turns the
next of them around. The label is 1 where there is more praise than blame. Token
0 stands before each text, token 1 behind it. In other.npz the labels are the
other way round: a task to fine-tune for.
"""
import pathlib
import sys

import numpy as np

LENGTH = 16
START, END, NOT = 0, 1, 2
PRAISE, BLAME, REST = range(3, 11), range(11, 19), range(19, 32)


def opinion(draw):
    """Tokens of one text and its balance of praise."""
    tokens, balance = [START], 0
    for _ in range(draw.integers(3, 8)):
        sign = draw.choice((1, -1))
        turned = draw.random() < 0.3
        word = draw.choice(PRAISE if (sign > 0) != turned else BLAME)
        tokens += [NOT, word] if turned else [word]
        balance += sign
        if draw.random() < 0.5:
            tokens.append(draw.choice(REST))
    return tokens, balance


def opinions(draw, count):
    rows, labels = [], []
    while len(rows) < count:
        tokens, balance = opinion(draw)
        if balance and len(tokens) <= LENGTH:
            rows.append(tokens + [END] * (LENGTH - len(tokens)))
            labels.append(balance > 0)
    return {"tokens": np.array(rows, np.int32),
            "label": np.array(labels, np.int32)}


def main():
    out = pathlib.Path(sys.argv[1])
    draw = np.random.default_rng(3)
    train, test = opinions(draw, 12000), opinions(draw, 1200)
    np.savez(out / "train.npz", **train)
    np.savez(out / "test.npz", **test)
    np.savez(out / "other.npz", tokens=train["tokens"],
             label=1 - train["label"])
    np.savez(out / "other-test.npz", tokens=test["tokens"],
             label=1 - test["label"])


if __name__ == "__main__":
    main()
