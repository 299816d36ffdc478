//===- AttentionBlocks.h - What attention's kernels share -------*- C++ -*-===//
//
// FlashAttention (Dao et al. 2022) for a core with vector registers. A block of
// queries is packed transposed, [width, queries], so that scores come out as
// [keys, queries]: a register holds one key's scores for neighbouring queries,
// and the softmax over keys needs no sums across a register.
//
// Blocks of queries and keys are of one size: scores, packed queries and a
// block of keys stay in the core's own cache. Where a block of keys meets its
// own queries, `causal` hides half of it: strips of two registers of queries
// leave out the keys that none of theirs sees.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "dialects/sft/VectorLoops.h"

namespace sft {

/// What forward and backward share: one head of one sample at a time, one block
/// of its queries, one block of its keys.
class AttentionBuilder {
protected:
  /// Positions of a sequence that are worked on together.
  static constexpr int64_t kBlock = 64;

  AttentionBuilder(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value q,
                   mlir::Value k, double scale, bool causal);

  int64_t width() const { return shape[3]; }
  int64_t queryCount() const { return shape[1]; }

  /// Runs `body` for every head in `range` with `batch` and `head` set.
  void forEachHead(mlir::ValueRange range, llvm::function_ref<void()> body);
  /// Runs `body` for every block of queries, `firstQuery` and `queries` set.
  void forEachQueryBlock(llvm::function_ref<void()> body);
  /// The same for keys that some query of the block sees.
  void forEachKeyBlock(llvm::function_ref<void()> body);
  void forEachBlock(mlir::Value end, mlir::Value &first, mlir::Value &count,
                    llvm::function_ref<void()> body);
  /// Runs `body` for every strip of the block's queries, `strip` and `seen`
  /// set. A tile of a VectorProduct lies in one strip.
  void forEachStrip(llvm::function_ref<void()> body);
  /// Runs `body` for each register of the strip, with its first query in the
  /// block.
  void forEachRegister(llvm::function_ref<void(mlir::Value)> body);
  int64_t stripWidth() { return 2 * v.lanes(); }

  /// How many keys of the block the last of `count` queries from `query` sees.
  mlir::Value seenFrom(mlir::Value query, int64_t count);

  /// Indices of [batch, first + row, head, column].
  llvm::SmallVector<mlir::Value> at(mlir::Value first, mlir::Value row,
                                    mlir::Value column = {});
  /// packed[d, i] = factor * rows[firstQuery + i, d]; 0 past the last query.
  void pack(mlir::Value rows, double factor, mlir::Value packed);
  void packTile(mlir::Value rows, mlir::Value i, mlir::Value d, double factor,
                mlir::Value packed);
  /// packed[d, i] for queries from `i` to the block's last one.
  void packElements(mlir::Value rows, mlir::Value i, mlir::Value d,
                    double factor, mlir::Value packed);
  /// out[j, i] = rows[firstKey + j, :] . packed[:, i], for the strip and the
  /// keys that it sees.
  void scoreKeys(mlir::Value rows, mlir::Value packed, mlir::Value out);
  /// to[query i, :] = factor(i) to[query i, :] + sum over keys j of the block
  /// of a(i, j) from[key j, :]. The first block of keys finds `to` empty.
  void addToQueries(mlir::Value to, VectorProduct::Element a, mlir::Value from,
                    llvm::function_ref<mlir::Value(mlir::Value)> factor = {});
  /// to[key j, :] += sum over queries i of the block of a(j, i)
  /// from[query i, :]. The first block of queries that sees the keys finds
  /// `to` empty.
  void addToKeys(mlir::Value to, VectorProduct::Element a, mlir::Value from);
  /// `score` of key `key` and the queries from `query`, or -inf where the key
  /// is hidden from the query.
  mlir::Value hide(mlir::Value score, mlir::Value key, mlir::Value query);
  /// Element i of a vector over the queries of the block, 0 past the last one.
  void loadPerQuery(mlir::Value from, mlir::Value to);
  llvm::SmallVector<mlir::Value> perQuery(mlir::Value query) {
    return {batch, head, v.add(firstQuery, query)};
  }

  VectorBuilder v;
  llvm::SmallVector<int64_t> shape;
  int64_t keyCount;
  double scale;
  bool causal;
  mlir::Value batch, head, firstQuery, queries, firstKey, keys;
  /// The first query of a strip, in the block; how many keys of the block some
  /// query of the strip sees.
  mlir::Value strip, seen;
};

} // namespace sft
