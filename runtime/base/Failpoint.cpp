#include "runtime/base/Failpoint.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

namespace sft::rt {
namespace {

struct Armed {
  std::string name;
  std::optional<uint64_t> rank, step, onlyHit;
  FailAction action = FailAction::None;
  int argument = 0;
  uint64_t hits = 0;
};

struct ActionName {
  std::string_view name;
  FailAction action;
  bool takesArgument;
};

constexpr std::array kActions = {
    ActionName{"kill", FailAction::Kill, false},
    ActionName{"segv", FailAction::Segv, false},
    ActionName{"stop", FailAction::Stop, false},
    ActionName{"spin", FailAction::Spin, false},
    ActionName{"sleep", FailAction::Sleep, true},
    ActionName{"exit", FailAction::Exit, true},
    ActionName{"eio", FailAction::Eio, false},
    ActionName{"enospc", FailAction::Enospc, false},
    ActionName{"short", FailAction::Short, false},
    ActionName{"skip", FailAction::Skip, false},
    ActionName{"flipbit", FailAction::FlipBit, false},
    ActionName{"nan", FailAction::Nan, false},
    ActionName{"bigalloc", FailAction::BigAlloc, false},
};

std::mutex mutex; ///< guards `armed`
std::vector<Armed> armed;
thread_local int contextRank = 0;
thread_local uint64_t contextStep = 0;

/// Cuts `text` at the first `separator`; the rest stays in `text`.
std::string_view cut(std::string_view &text, char separator) {
  size_t at = text.find(separator);
  std::string_view head = text.substr(0, at);
  text.remove_prefix(at == text.npos ? text.size() : at + 1);
  return head;
}

template <typename T> bool parseNumber(std::string_view text, T &value) {
  const char *end = text.data() + text.size();
  auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && stop == end;
}

bool parseCondition(std::string_view text, Armed &point) {
  std::string_view key = cut(text, '=');
  uint64_t value = 0;
  if (!parseNumber(text, value)) {
    return false;
  }
  auto *field = key == "rank"   ? &point.rank
                : key == "step" ? &point.step
                : key == "hit"  ? &point.onlyHit
                                : nullptr;
  if (!field || field->has_value()) {
    return false;
  }
  *field = value;
  return true;
}

bool parseAction(std::string_view text, Armed &point) {
  bool hasArgument = text.ends_with(')');
  std::string_view name = cut(text, '(');
  for (const ActionName &known : kActions) {
    if (known.name == name && known.takesArgument == hasArgument) {
      point.action = known.action;
      return hasArgument ? parseNumber(text.substr(0, text.size() - 1),
                                       point.argument) &&
                               point.argument >= 0
                         : text.empty();
    }
  }
  return false;
}

bool parsePoint(std::string_view text, Armed &point) {
  size_t colon = text.rfind(':');
  if (colon == text.npos || !parseAction(text.substr(colon + 1), point)) {
    return false;
  }
  std::string_view conditions = text.substr(0, colon);
  bool conditional = conditions.find('@') != conditions.npos;
  point.name = cut(conditions, '@');
  if (point.name.empty() || conditional == conditions.empty()) {
    return false;
  }
  while (!conditions.empty()) {
    if (!parseCondition(cut(conditions, ','), point)) {
      return false;
    }
  }
  return true;
}

[[maybe_unused]] Status parse(std::string_view spec,
                              std::vector<Armed> &points) {
  while (!spec.empty()) {
    std::string_view text = cut(spec, ';');
    if (!parsePoint(text, points.emplace_back())) {
      return Status::error(
          Code::Usage, 40,
          format("SFT_FAILPOINT: cannot read \"%s\"; expected "
                 "name[@rank=N,step=N,hit=N]:action, action one of kill segv "
                 "stop spin sleep(ms) exit(n) eio enospc short skip flipbit "
                 "nan bigalloc",
                 std::string(text).c_str()));
    }
  }
  return {};
}

bool matches(Armed &point, std::string_view name) {
  if (point.name != name ||
      point.rank.value_or(contextRank) != uint64_t(contextRank) ||
      point.step.value_or(contextStep) != contextStep) {
    return false;
  }
  ++point.hits;
  return point.onlyHit.value_or(point.hits) == point.hits;
}

/// The armed point that `name` fires now, copied out of the lock.
std::optional<Armed> find(std::string_view name) {
  std::lock_guard lock(mutex);
  for (Armed &point : armed) {
    if (matches(point, name)) {
      return point;
    }
  }
  return std::nullopt;
}

[[noreturn]] void spin() {
  // Volatile: else the loop has no effect and may be optimised away.
  for (volatile uint64_t turns = 0;;) {
    turns = turns + 1;
  }
}

/// Does what needs no help of the caller; None once that is over.
FailAction carryOut(const Armed &point) {
  switch (point.action) {
  case FailAction::Kill:
    raise(SIGKILL);
    return FailAction::None;
  case FailAction::Segv:
    *static_cast<volatile int *>(nullptr) = 0;
    return FailAction::None;
  case FailAction::Stop:
    raise(SIGSTOP);
    return FailAction::None;
  case FailAction::Spin:
    spin();
  case FailAction::Sleep:
    std::this_thread::sleep_for(std::chrono::milliseconds(point.argument));
    return FailAction::None;
  case FailAction::Exit:
    std::exit(point.argument);
  default:
    return point.action;
  }
}

} // namespace

namespace detail {

std::atomic<bool> failpointsArmed{false};

void setContext(int rank, uint64_t step) {
  contextRank = rank;
  contextStep = step;
}

FailAction hit(const char *name) {
  std::optional<Armed> point = find(name);
  return point ? carryOut(*point) : FailAction::None;
}

} // namespace detail

Status armFailpoints(const char *spec) {
  std::string_view text = spec ? spec : "";
#ifdef SFT_FAILPOINTS
  std::vector<Armed> points;
  SFT_RETURN_IF_ERROR(parse(text, points));
  std::lock_guard lock(mutex);
  armed = std::move(points);
  detail::failpointsArmed.store(!armed.empty());
  return {};
#else
  return text.empty() ? Status()
                      : Status::error(Code::Usage, 40,
                                      "SFT_FAILPOINT is set, but this build "
                                      "has no failpoints (SFT_FAILPOINTS=OFF)");
#endif
}

int failErrno(FailAction action) {
  return action == FailAction::Eio      ? EIO
         : action == FailAction::Enospc ? ENOSPC
         : action == FailAction::Short  ? ENOSPC
                                        : 0;
}

} // namespace sft::rt
