"""A small text of its own: sentences of few words, in which the last subject is
the one that was spoken of before. train.txt and test.txt share no sentence.
"""
import pathlib
import random
import sys

ADJECTIVES = "small old red quiet brave happy young grey".split()
ANIMALS = "fox owl bear mouse goose toad cat wolf".split()
VERBS = "sees follows wakes calls meets finds".split()
ENDS = "sings softly,runs away,sleeps again,waits there".split(",")


def sentence(draw):
    first, second = draw.sample(ANIMALS, 2)
    return (f"the {draw.choice(ADJECTIVES)} {first} {draw.choice(VERBS)} the "
            f"{draw.choice(ADJECTIVES)} {second}, and the {second} "
            f"{draw.choice(ENDS)}.\n")


def main():
    out = pathlib.Path(sys.argv[1])
    draw = random.Random(5)
    lines = list(dict.fromkeys(sentence(draw) for _ in range(3300)))
    (out / "train.txt").write_text("".join(lines[300:]), encoding="ascii")
    (out / "test.txt").write_text("".join(lines[:300]), encoding="ascii")


if __name__ == "__main__":
    main()
