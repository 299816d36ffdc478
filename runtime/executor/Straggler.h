//===- Straggler.h - A rank for which all others wait -----------*- C++ -*-===//
#pragma once

#include "runtime/executor/FlightReport.h"

#include <optional>

namespace sft::rt {

/// Finds a rank that makes all others wait, from looks at everybody's progress
/// now and then: the step loop does nothing for it. Of one look nothing
/// follows, somebody is always last; of being last and alone in nearly
/// all of a window of looks it does.
///
/// Only for plans whose ranks all run one program (others enter different
/// numbers of collectives), and only where all ranks can be seen.
class StragglerWatch {
public:
  StragglerWatch(const fb::Plan &plan, const Transport &observer);

  /// What to warn of (SFT0431) after this look, if anything; each rank once.
  std::optional<std::string> look();

private:
  /// Two ranks that are equally quick may be last by turns, as a coin falls: so
  /// much happens once in days.
  static constexpr int kWindow = 30, kEnough = 28;

  void begin();
  std::optional<std::string> judge();
  int lastAlone() const;

  const Transport &observer;
  bool possible;
  std::chrono::steady_clock::time_point since;
  uint64_t firstStep = 0;
  int looks = 0;
  std::vector<int> alone;   ///< looks at which a rank was; by rank
  std::vector<bool> warned; ///< by rank
};

} // namespace sft::rt
