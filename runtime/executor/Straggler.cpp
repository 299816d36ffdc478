#include "runtime/executor/Straggler.h"

#include <algorithm>

namespace sft::rt {
namespace {

bool isPossible(const fb::Plan &plan, const Transport &observer) {
  const auto &programs = *plan.rank_program();
  for (int rank = 0; rank < observer.size(); ++rank) {
    if (!observer.progressOf(rank) || programs[uint32_t(rank)] != programs[0]) {
      return false;
    }
  }
  return observer.size() > 1;
}

} // namespace

StragglerWatch::StragglerWatch(const fb::Plan &plan, const Transport &observer)
    : observer(observer), possible(isPossible(plan, observer)),
      alone(size_t(observer.size())), warned(size_t(observer.size())) {
  begin();
}

void StragglerWatch::begin() {
  since = std::chrono::steady_clock::now();
  firstStep = observer.progressOf(observer.rank())->step;
  looks = 0;
  std::ranges::fill(alone, 0);
}

std::optional<std::string> StragglerWatch::look() {
  if (!possible) {
    return std::nullopt;
  }
  int rank = lastAlone();
  if (rank >= 0) {
    ++alone[size_t(rank)];
  }
  if (++looks < kWindow) {
    return std::nullopt;
  }
  std::optional<std::string> verdict = judge();
  begin();
  return verdict;
}

/// The one rank that has not entered the collective in which all others are,
/// or -1.
int StragglerWatch::lastAlone() const {
  uint64_t least = UINT64_MAX, next = UINT64_MAX;
  int rank = -1;
  for (int each = 0; each < observer.size(); ++each) {
    uint64_t entered = observer.progressOf(each)->collective;
    if (entered < least) {
      next = std::exchange(least, entered);
      rank = each;
    } else {
      next = std::min(next, entered);
    }
  }
  return next == least ? -1 : rank;
}

std::optional<std::string> StragglerWatch::judge() {
  auto worst = std::ranges::max_element(alone);
  size_t rank = size_t(worst - alone.begin());
  uint64_t steps = observer.progressOf(observer.rank())->step - firstStep;
  if (*worst < kEnough || !steps || warned[rank]) {
    return std::nullopt;
  }
  warned[rank] = true;
  std::chrono::duration<double> time = std::chrono::steady_clock::now() - since;
  return format("straggler rank %zu: all others waited for it at %d of %d "
                "looks in %.1f s; a step takes %.3g s",
                rank, *worst, kWindow, time.count(),
                time.count() / double(steps));
}

} // namespace sft::rt
