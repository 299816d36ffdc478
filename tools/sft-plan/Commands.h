//===- Commands.h - What sft-plan can say about a plan ----------*- C++ -*-===//
//
// A plan becomes a JSON document once; text is made out of that document. Names
// in it are as the file has them: `textLine` escapes them.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "runtime/plan/PlanFile.h"
#include "runtime/plan/plan_generated.h"

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace sft::tool {

using Json = nlohmann::ordered_json;

/// Everything in the plan but its machine code.
Json modelOf(const rt::PlanFile &file);
/// Sums for each program and entry; see Options.cpp for what.
Json statsOf(const rt::PlanFile &file);

/// What differs between the sums of two plans: leaves are {"first": ...,
/// "second": ...}, null where one plan lacks it. Empty where nothing does.
Json changesOf(const rt::PlanFile &first, const rt::PlanFile &second);

/// A heading and the lines below it.
using Section = std::pair<std::string, std::vector<std::string>>;
std::vector<Section> showText(const Json &model);
std::vector<Section> statsText(const Json &stats);
std::vector<Section> changesText(const Json &changes);

/// Lines with - and + under the headings where two plans differ; none where
/// they do not.
std::vector<Section> differences(const std::vector<Section> &first,
                                 const std::vector<Section> &second);

/// `all_reduce sum g -> g on "data", tag 2`.
std::string instructionText(const fb::Plan &plan, const fb::Program &program,
                            const fb::Instruction &instruction);
/// The group's axes: "data,pipe".
std::string groupText(const fb::Plan &plan, uint32_t group);

/// Adds to a number in a document, which may not be there yet.
void add(Json &number, uint64_t amount);
/// "1.25 MB": three digits and the unit that suits them.
std::string scaled(const Json &number, const char *unit);
/// One line for a terminal: control characters escaped, newlines included.
std::string textLine(const std::string &text);

} // namespace sft::tool
