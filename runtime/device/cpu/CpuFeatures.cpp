#include "runtime/device/cpu/CpuFeatures.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

namespace sft::rt {
namespace {

/// "+avx512_vnni", "sse4.1" -> "avx512vnni", "sse41": LLVM and Linux differ in
/// punctuation first of all.
std::string normalized(std::string text) {
  std::erase_if(text, [](char c) { return c == '+' || c == '.' || c == '_'; });
  return text;
}

/// LLVM's name -> Linux's name, both normalized, where they differ.
std::string linuxName(const std::string &llvmName) {
  static const std::map<std::string, std::string> renamed = {
      {"lzcnt", "abm"},
      {"pclmul", "pclmulqdq"},
      {"rdrnd", "rdrand"},
      {"sse3", "pni"},
      {"sahf", "lahflm"},
      {"crc32", "sse42"},
      {"prfchw", "3dnowprefetch"},
      {"64bit", "lm"},
      {"x87", "fpu"},
      {"cmov", "cmov"},
      {"sha", "shani"}};
  auto found = renamed.find(llvmName);
  return found == renamed.end() ? llvmName : found->second;
}

std::set<std::string> readFlags() {
  std::ifstream file("/proc/cpuinfo");
  std::set<std::string> flags;
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("flags", 0) == 0) {
      std::istringstream words(line.substr(line.find(':') + 1));
      for (std::string word; words >> word;) {
        flags.insert(normalized(word));
      }
      break;
    }
  }
  return flags;
}

} // namespace

Status checkCpuFeatures(const std::string &chip,
                        std::span<const std::string> features) {
  static const std::set<std::string> flags = readFlags();
  for (const std::string &feature : features) {
    if (!flags.contains(linuxName(normalized(feature)))) {
      return Status::error(
          Code::Config, 601,
          format("the plan's kernels were compiled for \"%s\" and need the CPU "
                 "feature \"%s\", which this machine does not have; compile "
                 "again with --target-chip=native here",
                 chip.c_str(), feature.c_str()));
    }
  }
  return {};
}

} // namespace sft::rt
