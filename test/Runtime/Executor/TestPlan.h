//===- TestPlan.h - A small plan made by hand -------------------*- C++ -*-===//
//
// Linear regression: prediction = x w, mean square loss, gradient descent; data
// parallel over axis "data". Inputs "x" [batch, features] and "y" [batch, 1],
// parameter "w", outputs "loss", "guard" and "prediction".
//
//===----------------------------------------------------------------------===//
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace sft::test {

struct TestPlan {
  uint32_t ranks = 1;
  int64_t batch = 8, features = 3;
  double learningRate = 0.05;
  /// Names a test_* kernel that every step begins with; empty: none.
  std::string fault = {};
  int64_t faultExtent = 1;
  /// Launches of test_nothing before each step.
  int padding = 0;
  /// Targets lie in [0, limit), as if they were indices; 0: anywhere.
  uint64_t targetLimit = 0;
  /// All-reduces run on stream 1, that of the gradient beside `padding`.
  bool streams = false;

  /// The image of the plan file.
  std::vector<std::byte> build() const;
  /// Writes it.
  void write(const std::string &path) const;
};

} // namespace sft::test
