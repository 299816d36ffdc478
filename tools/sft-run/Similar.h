//===- Similar.h - Did you mean ... ? ---------------------------*- C++ -*-===//
#pragma once

#include <span>
#include <string>

/// The candidate that is at most a third of its length in edits away from
/// `word`, or "".
std::string mostSimilar(const std::string &word,
                        std::span<const std::string> candidates);
