//===- TestPasses.h - Passes that only tests use ----------------*- C++ -*-===//
#pragma once

namespace sft {

/// --test-print-factor-rules: a remark at each op that has a sharding rule.
void registerTestPasses();

} // namespace sft
