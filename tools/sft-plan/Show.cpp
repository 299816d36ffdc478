#include "tools/sft-plan/Commands.h"

#include <cinttypes>

namespace sft::tool {
namespace {

using rt::format;

std::string text(const Json &value) {
  return value.is_string()
             ? value.get<std::string>()
             : value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// "name: value" of everything but the programs.
Section head(const Json &model) {
  Section section{"plan", {}};
  for (const auto &[key, value] : model.items()) {
    if (key != "programs") {
      section.second.push_back(
          format("%-14s%s", key.c_str(), text(value).c_str()));
    }
  }
  return section;
}

std::string bufferLine(size_t index, const Json &buffer) {
  uint64_t offset = buffer["offset"], bytes = buffer["bytes"];
  std::string parent =
      buffer.contains("parent") ? " in buffer " + text(buffer["parent"]) : "";
  return format("%5zu  %12" PRIu64 " %12" PRIu64 "  %-9s %-20s ", index, offset,
                bytes, text(buffer["kind"]).c_str(),
                text(buffer["shape"]).c_str()) +
         text(buffer["name"]) + parent;
}

Section buffers(const Json &program) {
  Section section{"program " + text(program["name"]) + ": buffers", {}};
  section.second.push_back(
      "index        offset        bytes  kind      shape                name");
  for (size_t i = 0; i < program["buffers"].size(); ++i) {
    section.second.push_back(bufferLine(i, program["buffers"][i]));
  }
  return section;
}

Section function(const Json &program, const Json &function) {
  Section section{"program " + text(program["name"]) + ": function " +
                      text(function["name"]),
                  {}};
  size_t index = 0;
  for (const Json &instruction : function["instructions"]) {
    section.second.push_back(format("%5zu  ", index++) +
                             text(instruction["text"]) + "    ; " +
                             text(instruction["at"]));
  }
  return section;
}

} // namespace

std::vector<Section> showText(const Json &model) {
  std::vector<Section> sections = {head(model)};
  for (const Json &program : model["programs"]) {
    sections.push_back({"program " + text(program["name"]),
                        {"arena_bytes   " + text(program["arena_bytes"]),
                         "ranks         " + text(program["ranks"]),
                         "entries       " + text(program["entries"])}});
    sections.push_back(buffers(program));
    for (const Json &item : program["functions"]) {
      sections.push_back(function(program, item));
    }
  }
  return sections;
}

std::string textLine(const std::string &text) {
  std::string line = rt::escaped(text);
  for (size_t at; (at = line.find('\n')) != std::string::npos;) {
    line.replace(at, 1, "\\n");
  }
  return line;
}

} // namespace sft::tool
