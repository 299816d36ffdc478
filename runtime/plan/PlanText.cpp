#include "runtime/plan/PlanText.h"

#include "runtime/base/Status.h"
#include "runtime/comm/Communicator.h"

namespace sft::rt {
namespace {

/// Longest name that a message shows.
constexpr size_t kMaxShownName = 120;

/// "AllReduce" -> "all_reduce".
std::string snakeCase(std::string_view name) {
  std::string text;
  for (char c : name) {
    bool upper = c >= 'A' && c <= 'Z';
    text += upper && !text.empty() ? "_" : "";
    text += upper ? char(c - 'A' + 'a') : c;
  }
  return text;
}

} // namespace

std::string quoted(const flatbuffers::String *name) {
  std::string text = name->str();
  if (text.size() > kMaxShownName) {
    text = text.substr(0, kMaxShownName) + "...";
  }
  return "\"" + text + "\"";
}

std::string mnemonic(const fb::Instruction &instruction) {
  if (const fb::Collective *collective = instruction.op_as_Collective()) {
    return snakeCase(fb::EnumNameCollectiveKind(collective->kind()));
  }
  return snakeCase(fb::EnumNameOperation(instruction.op_type()));
}

std::string placeOf(const fb::Plan &plan, const fb::Instruction &instruction) {
  if (instruction.location() >= plan.locations()->size()) {
    return "an unknown place";
  }
  const fb::Location &place = *plan.locations()->Get(instruction.location());
  std::string file = quoted(place.file());
  return format("%s:%u:%u (%s)", file.substr(1, file.size() - 2).c_str(),
                place.line(), place.column(), quoted(place.op()).c_str());
}

std::string siteText(const fb::Plan &plan, const fb::Program &program,
                     uint32_t function, uint32_t index) {
  const fb::Function &owner = *program.functions()->Get(function);
  const fb::Instruction &instruction = *owner.instructions()->Get(index);
  return format(
      "function %s instruction %u (%s) at %s", quoted(owner.name()).c_str(),
      index, mnemonic(instruction).c_str(), placeOf(plan, instruction).c_str());
}

std::string shapeText(const fb::Buffer &buffer) {
  std::string text;
  for (int64_t dim : *buffer.shape()) {
    text += std::to_string(dim) + "x";
  }
  return text + name(DataType(buffer.type()));
}

} // namespace sft::rt
