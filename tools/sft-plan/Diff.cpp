#include "tools/sft-plan/Commands.h"

#include <algorithm>

namespace sft::tool {
namespace {

using Lines = std::vector<std::string>;

/// What stands between the lines that both begin with and both end with.
Lines changed(const Lines &first, const Lines &second) {
  auto [a, b] = std::ranges::mismatch(first, second);
  auto aEnd = first.end(), bEnd = second.end();
  while (aEnd != a && bEnd != b && *std::prev(aEnd) == *std::prev(bEnd)) {
    --aEnd;
    --bEnd;
  }
  Lines lines;
  std::for_each(a, aEnd, [&](auto &line) { lines.push_back("- " + line); });
  std::for_each(b, bEnd, [&](auto &line) { lines.push_back("+ " + line); });
  return lines;
}

const Lines &linesOf(const std::vector<Section> &sections,
                     const std::string &heading) {
  static const Lines none;
  auto found = std::ranges::find(sections, heading, &Section::first);
  return found == sections.end() ? none : found->second;
}

} // namespace

std::vector<Section> differences(const std::vector<Section> &first,
                                 const std::vector<Section> &second) {
  std::vector<Section> result;
  auto compare = [&](const std::string &heading) {
    Lines lines = changed(linesOf(first, heading), linesOf(second, heading));
    if (!lines.empty()) {
      result.push_back({heading, std::move(lines)});
    }
  };
  for (const Section &section : first) {
    compare(section.first);
  }
  for (const Section &section : second) {
    if (std::ranges::find(first, section.first, &Section::first) ==
        first.end()) {
      compare(section.first);
    }
  }
  return result;
}

} // namespace sft::tool
