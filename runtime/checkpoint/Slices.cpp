#include "runtime/checkpoint/Slices.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <numeric>

namespace sft::rt {
namespace {

/// The place in `box`'s storage of the element at global `index`.
size_t place(const Box &box, std::span<const int64_t> index) {
  int64_t at = 0;
  for (size_t d = 0; d < index.size(); ++d) {
    at = at * box.size[d] + index[d] - box.offset[d];
  }
  return size_t(at);
}

/// Moves `index` to the next run of `box` (all dimensions but the last);
/// false behind the last one.
bool nextRun(const Box &box, std::vector<int64_t> &index) {
  for (size_t d = index.size() - std::min<size_t>(index.size(), 1); d-- > 0;) {
    if (++index[d] < box.offset[d] + box.size[d]) {
      return true;
    }
    index[d] = box.offset[d];
  }
  return false;
}

} // namespace

int64_t Box::elements() const {
  return std::accumulate(size.begin(), size.end(), int64_t(1),
                         std::multiplies<>());
}

Box intersect(const Box &a, const Box &b) {
  Box common;
  for (size_t d = 0; d < a.size.size(); ++d) {
    int64_t begin = std::max(a.offset[d], b.offset[d]);
    int64_t end = std::min(a.offset[d] + a.size[d], b.offset[d] + b.size[d]);
    common.offset.push_back(begin);
    common.size.push_back(std::max<int64_t>(end - begin, 0));
  }
  return common;
}

int64_t copyOverlap(const Box &from, const std::byte *fromData, const Box &to,
                    std::byte *toData, size_t elementBytes) {
  Box common = intersect(from, to);
  int64_t elements = common.elements();
  if (elements == 0) {
    return 0;
  }
  size_t runBytes =
      (common.size.empty() ? 1 : size_t(common.size.back())) * elementBytes;
  std::vector<int64_t> index = common.offset;
  do {
    std::memcpy(toData + place(to, index) * elementBytes,
                fromData + place(from, index) * elementBytes, runBytes);
  } while (nextRun(common, index));
  return elements;
}

} // namespace sft::rt
