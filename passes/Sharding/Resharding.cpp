#include "passes/Sharding/Resharding.h"

#include "dialects/sft/Components.h"
#include "passes/Sharding/Shardings.h"

#include <map>
#include <queue>

using namespace mlir;

namespace sft {

int64_t localBytes(Type global, ShardingAttr sharding, MeshAttr mesh) {
  return bytesOf(localType(global, sharding, mesh));
}

ShardingAttr applyMove(ShardingAttr sharding, const Move &move) {
  if (move.kind == Move::Permute) {
    return move.after;
  }
  Axes partial(sharding.getPartial());
  llvm::erase_if(partial, [&](int64_t axis) {
    return llvm::is_contained(move.axes, axis);
  });
  auto dimOf = [&](int64_t d) {
    return Axes(sharding.getDims()[size_t(d)].asArrayRef());
  };
  if (move.kind == Move::Mask) {
    llvm::append_range(partial, move.axes);
    llvm::sort(partial);
    return sharding.withPartial(partial, ReduceKind::Sum);
  }
  if (move.kind == Move::AllReduce) {
    return sharding.withPartial(partial, sharding.getReduce());
  }
  auto dim = size_t(move.dim);
  Axes axes = dimOf(move.dim);
  if (move.kind == Move::ReduceScatter || move.kind == Move::Part) {
    llvm::append_range(axes, move.axes);
    return sharding.withPartial(partial, sharding.getReduce())
        .withDim(dim, axes);
  }
  axes.truncate(axes.size() - move.axes.size());
  sharding = sharding.withDim(dim, axes);
  if (move.kind == Move::AllToAll) {
    Axes there = dimOf(move.to);
    llvm::append_range(there, move.axes);
    sharding = sharding.withDim(size_t(move.to), there);
  }
  return sharding;
}

//===----------------------------------------------------------------------===//
// Permutations
//===----------------------------------------------------------------------===//

/// The axes that a permutation between two lists moves ranks along: what the
/// lists begin and end with alike, each rank has in common with its sender.
static void addMoving(ArrayRef<int64_t> a, ArrayRef<int64_t> b, Axes &axes) {
  while (!a.empty() && !b.empty() && a.front() == b.front()) {
    a = a.drop_front();
    b = b.drop_front();
  }
  while (!a.empty() && !b.empty() && a.back() == b.back()) {
    a = a.drop_back();
    b = b.drop_back();
  }
  for (ArrayRef<int64_t> list : {a, b}) {
    for (int64_t axis : list) {
      if (!llvm::is_contained(axes, axis)) {
        axes.push_back(axis);
      }
    }
  }
}

static Axes movingAxes(ShardingAttr before, ShardingAttr after) {
  Axes axes;
  for (auto [a, b] : llvm::zip_equal(before.getDims(), after.getDims())) {
    addMoving(a.asArrayRef(), b.asArrayRef(), axes);
  }
  llvm::sort(axes);
  return axes;
}

/// Coordinates on `axes` of member `index` of a group; 0 on all others.
static SmallVector<int64_t> placeOf(int64_t index, ArrayRef<int64_t> axes,
                                    MeshAttr mesh) {
  SmallVector<int64_t> place(mesh.getSizes().size(), 0);
  for (int64_t axis : llvm::reverse(axes)) {
    place[size_t(axis)] = index % mesh.getSizes()[size_t(axis)];
    index /= mesh.getSizes()[size_t(axis)];
  }
  return place;
}

/// The number of the part that is held there, by dimension, all in one.
static int64_t partAt(ArrayRef<int64_t> place, ShardingAttr sharding,
                      MeshAttr mesh) {
  int64_t part = 0;
  for (DenseI64ArrayAttr dim : sharding.getDims()) {
    for (int64_t axis : dim.asArrayRef()) {
      part = part * mesh.getSizes()[size_t(axis)] + place[size_t(axis)];
    }
  }
  return part;
}

SmallVector<int64_t> sendersOf(const Move &permute, MeshAttr mesh) {
  int64_t members = mesh.sizeOf(permute.axes);
  SmallVector<int64_t> from(size_t(members), -1), wanted;
  std::map<int64_t, SmallVector<int64_t>> holders; // by part, last one first
  for (int64_t m = members; m-- > 0;) {
    SmallVector<int64_t> place = placeOf(m, permute.axes, mesh);
    int64_t has = partAt(place, permute.before, mesh);
    int64_t wants = partAt(place, permute.after, mesh);
    wanted.push_back(wants);
    if (has == wants) {
      from[size_t(m)] = m;
    } else {
      holders[has].push_back(m);
    }
  }
  for (auto [sender, wants] : llvm::zip_equal(from, llvm::reverse(wanted))) {
    if (sender < 0) {
      sender = holders[wants].pop_back_val();
    }
  }
  return from;
}

namespace {

/// Whether the parts of both are alike, so that ranks need only change places.
bool sameParts(ShardingAttr a, ShardingAttr b, MeshAttr mesh) {
  return llvm::all_of_zip(a.getDims(), b.getDims(), [&](auto one, auto other) {
    return mesh.sizeOf(one.asArrayRef()) == mesh.sizeOf(other.asArrayRef());
  });
}

bool startsWith(ArrayRef<int64_t> list, ArrayRef<int64_t> prefix) {
  return list.take_front(prefix.size()) == prefix;
}

/// What a rank sends in `move`, `before` being its bytes before it.
int64_t bytesSent(const Move &move, int64_t before, int64_t parts) {
  switch (move.kind) {
  case Move::AllReduce:
    return 2 * before * (parts - 1) / parts;
  case Move::AllGather:
    return before * (parts - 1);
  case Move::ReduceScatter:
  case Move::AllToAll:
    return before * (parts - 1) / parts;
  case Move::Permute:
    return before;
  case Move::Part:
  case Move::Mask:
    return 0;
  }
  llvm_unreachable("unknown move");
}

/// Search state: a sharding and the way to it.
struct Reached {
  double seconds;
  ShardingAttr sharding;
  Resharding way;
  bool operator>(const Reached &other) const { return seconds > other.seconds; }
};

/// `sharding`, but cut as `other` is.
ShardingAttr withDims(ShardingAttr sharding, ShardingAttr other) {
  return ShardingAttr::get(sharding.getContext(), other.getDims(),
                           sharding.getPartial(), sharding.getReduce());
}

class Search {
public:
  Search(Type global, ShardingAttr to, MeshAttr mesh)
      : global(global), to(to), mesh(mesh) {}

  Resharding run(ShardingAttr from) {
    open.push({0, from, {}});
    while (true) {
      Reached now = open.top();
      open.pop();
      if (now.sharding == to) {
        return now.way;
      }
      if (!done.insert(now.sharding).second) {
        continue;
      }
      expand(now);
    }
  }

private:
  ArrayRef<int64_t> wanted(size_t dim) const {
    return to.getDims()[dim].asArrayRef();
  }

  void go(const Reached &from, Move move) {
    int64_t before = localBytes(global, from.sharding, mesh);
    int64_t sent = bytesSent(move, before, mesh.sizeOf(move.axes));
    // A part costs a copy: next to nothing, but not nothing.
    bool isLocal = move.kind == Move::Part || move.kind == Move::Mask;
    double seconds = isLocal ? double(before) / (10 * kBandwidth)
                             : kLatency + double(sent) / kBandwidth;
    Reached next{from.seconds + seconds, applyMove(from.sharding, move),
                 from.way};
    next.way.moves.push_back(std::move(move));
    next.way.seconds = next.seconds;
    next.way.bytes += sent;
    open.push(std::move(next));
  }

  void expand(const Reached &now) {
    Axes over;
    for (int64_t axis : now.sharding.getPartial()) {
      if (!llvm::is_contained(to.getPartial(), axis)) {
        over.push_back(axis);
      }
    }
    if (!over.empty()) {
      go(now, {Move::AllReduce, over});
    }
    Axes missing;
    for (int64_t axis : to.getPartial()) {
      if (!llvm::is_contained(now.sharding.getPartial(), axis)) {
        missing.push_back(axis);
      }
    }
    if (!missing.empty() && !meet(missing, now.sharding.shardedAxes())) {
      go(now, {Move::Mask, missing});
    }
    for (size_t d = 0; d < to.getDims().size(); ++d) {
      ArrayRef<int64_t> have = now.sharding.getDims()[d].asArrayRef();
      if (startsWith(wanted(d), have)) {
        extend(now, d, over);
      } else {
        shrink(now, d);
        reorder(now, d);
      }
    }
    permute(now, withDims(now.sharding, to));
  }

  /// Ranks change places for `after`, if that is all it takes.
  void permute(const Reached &now, ShardingAttr after) {
    if (after != now.sharding && sameParts(now.sharding, after, mesh) &&
        !meet(after.shardedAxes(), after.getPartial())) {
      go(now, {Move::Permute, movingAxes(now.sharding, after), 0, 0,
               now.sharding, after});
    }
  }

  /// The axes of dimension `d` that it is to be cut over first, first.
  void reorder(const Reached &now, size_t d) {
    ArrayRef<int64_t> have = now.sharding.getDims()[d].asArrayRef();
    Axes order(wanted(d).take_while(
        [&](int64_t axis) { return llvm::is_contained(have, axis); }));
    llvm::copy_if(have, std::back_inserter(order), [&](int64_t axis) {
      return !llvm::is_contained(order, axis);
    });
    permute(now, now.sharding.withDim(d, order));
  }

  /// Cuts dimension `d` over its next axis, or several parts of one.
  void extend(const Reached &now, size_t d, ArrayRef<int64_t> over) {
    ArrayRef<int64_t> next =
        wanted(d).drop_front(size_t(now.sharding.getDims()[d].size()));
    for (size_t n = 1; n <= next.size() && areOfOne(next.take_front(n)); ++n) {
      Axes axes(next.take_front(n));
      if (llvm::all_of(axes, [&](int64_t axis) {
            return llvm::is_contained(over, axis);
          })) {
        go(now, {Move::ReduceScatter, axes, int64_t(d)});
      } else if (!meet(now.sharding.shardedAxes(), axes) &&
                 !meet(now.sharding.getPartial(), axes)) {
        go(now, {Move::Part, axes, int64_t(d)});
      }
    }
  }

  /// Parts of one axis, which one message serves as well as the axis itself.
  bool areOfOne(ArrayRef<int64_t> axes) const {
    return llvm::all_of(axes, [&](int64_t axis) {
      return mesh.ownerOf(axis) == mesh.ownerOf(axes.front());
    });
  }

  /// Takes the last axes of dimension `d` away, or to where one is wanted.
  void shrink(const Reached &now, size_t d) {
    ArrayRef<int64_t> have = now.sharding.getDims()[d].asArrayRef();
    for (size_t n = 1; n <= have.size(); ++n) {
      go(now, {Move::AllGather, Axes(have.take_back(n)), int64_t(d)});
      if (areOfOne(have.take_back(n))) {
        exchange(now, d, have.take_back(n));
      }
    }
  }

  /// Takes `last` from dimension `d` to where it comes next.
  void exchange(const Reached &now, size_t d, ArrayRef<int64_t> last) {
    for (size_t e = 0; e < to.getDims().size(); ++e) {
      ArrayRef<int64_t> there = now.sharding.getDims()[e].asArrayRef();
      if (startsWith(wanted(e), there) &&
          startsWith(wanted(e).drop_front(there.size()), last)) {
        go(now, {Move::AllToAll, Axes(last), int64_t(d), int64_t(e)});
      }
    }
  }

  Type global;
  ShardingAttr to;
  MeshAttr mesh;
  std::priority_queue<Reached, std::vector<Reached>, std::greater<>> open;
  DenseSet<Attribute> done;
};

} // namespace

bool canReshard(Type global, ShardingAttr from, ShardingAttr to) {
  if (!isa<CsrType>(global)) {
    return true;
  }
  return startsWith(from.getDims()[0].asArrayRef(),
                    to.getDims()[0].asArrayRef()) &&
         from.getDims().drop_front() == to.getDims().drop_front();
}

Resharding planResharding(Type global, ShardingAttr from, ShardingAttr to,
                          MeshAttr mesh) {
  return from == to ? Resharding() : Search(global, to, mesh).run(from);
}

} // namespace sft
