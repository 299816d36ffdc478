"""members.py REPORT: a bucket's members, each with a reason and a way out, are all
that it sends."""

import json
import sys

with open(sys.argv[1]) as report:
    collectives = json.load(report)["collectives"]
buckets = [c for c in collectives if c["why"].startswith("bucket of")]
assert buckets
for bucket in buckets:
    members = bucket["members"]
    assert bucket["why"].startswith(f"bucket of {len(members)};"), bucket
    assert sum(m["bytes"] for m in members) == bucket["bytes"], bucket
    assert all(m["why"] and m["avoid"] for m in members), bucket
alone = [c for c in collectives if c not in buckets]
assert alone and all(not c["members"] and c["avoid"] for c in alone)
