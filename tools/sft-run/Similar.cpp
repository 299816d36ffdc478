#include "tools/sft-run/Similar.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace {

/// Levenshtein's distance, row by row.
size_t distance(const std::string &a, const std::string &b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      size_t replaced = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

} // namespace

std::string mostSimilar(const std::string &word,
                        std::span<const std::string> candidates) {
  std::string best;
  size_t least = SIZE_MAX;
  for (const std::string &candidate : candidates) {
    size_t edits = distance(word, candidate);
    if (edits < least && edits <= std::max<size_t>(candidate.size() / 3, 1)) {
      least = edits;
      best = candidate;
    }
  }
  return best;
}
