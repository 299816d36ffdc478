//===- Expect.h - Asserting what the loader says of a plan ------*- C++ -*-===//
#pragma once

#include "runtime/plan/PlanFile.h"
#include "runtime/plan/Verify.h"
#include "test/Runtime/Plan/SamplePlans.h"

#include <gtest/gtest.h>

namespace sft::rt::test {

inline Status statusOf(std::vector<std::byte> image) {
  return PlanFile::fromBytes(std::move(image)).takeError();
}

inline Status statusOf(PlanBuilder &plan) { return statusOf(plan.finish()); }

/// The error has this number and names each of `parts`.
inline void expectError(const Status &status, int id,
                        const std::vector<std::string> &parts,
                        Code code = Code::Data) {
  EXPECT_EQ(status.id(), id) << status.toString();
  EXPECT_EQ(status.code(), code) << status.toString();
  for (const std::string &part : parts) {
    EXPECT_NE(status.toString().find(part), std::string::npos)
        << "no \"" << part << "\" in: " << status.toString();
  }
}

inline void expectError(PlanBuilder &plan, int id,
                        const std::vector<std::string> &parts) {
  expectError(statusOf(plan), id, parts);
}

inline void expectOk(PlanBuilder &plan) {
  Status status = statusOf(plan);
  EXPECT_TRUE(status.ok()) << status.toString();
}

} // namespace sft::rt::test
