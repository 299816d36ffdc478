//===- FlightReport.h - Where every rank stands -----------------*- C++ -*-===//
#pragma once

#include "runtime/comm/Communicator.h"
#include "runtime/executor/Listing.h"

namespace sft::rt {

/// Says for a stuck job, first in one line, then in one a rank, what the rank
/// finished last and what is pending, with op, source line and microbatch.
/// `observer` is a rank of this process that stands still.
std::string flightReport(const fb::Plan &plan, const Transport &observer,
                         std::chrono::milliseconds timeout);

/// Writes flight-rank-N.jsonl to the working directory: a line for the rank,
/// then one for each instruction around its position. Best effort.
void writeFlightRecord(const fb::Plan &plan, const Transport &transport);

} // namespace sft::rt
