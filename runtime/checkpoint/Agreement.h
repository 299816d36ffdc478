//===- Agreement.h - Ranks tell each other how it went ----------*- C++ -*-===//
#pragma once

#include "runtime/comm/Communicator.h"

namespace sft::rt {

/// Every rank's text, in rank order, on every rank. Collective.
Expected<std::vector<std::string>> gatherTexts(Communicator &world,
                                               const std::string &text);

/// Rank 0's text on every rank. Collective.
Expected<std::string> broadcastText(Communicator &world,
                                    const std::string &text);

/// Ok where `mine` is Ok on all ranks; else, on all ranks alike, the error of
/// the lowest rank that has one. Collective.
Status agree(Communicator &world, const Status &mine);

} // namespace sft::rt
