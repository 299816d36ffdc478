#include "runtime/plan/PlanText.h"
#include "tools/sft-plan/Commands.h"

namespace sft::tool {
namespace {

Json bufferModel(const fb::Buffer &buffer) {
  Json model = {{"name", buffer.name()->str()},
                {"shape", rt::shapeText(buffer)},
                {"kind", fb::EnumNameBufferKind(buffer.kind())},
                {"offset", buffer.offset()},
                {"bytes", buffer.bytes()}};
  if (buffer.parent() >= 0) {
    model["parent"] = buffer.parent();
  }
  return model;
}

Json functionModel(const fb::Plan &plan, const fb::Program &program,
                   const fb::Function &function) {
  Json list = Json::array();
  for (const fb::Instruction *instruction : *function.instructions()) {
    list.push_back({{"text", instructionText(plan, program, *instruction)},
                    {"at", rt::placeOf(plan, *instruction)}});
  }
  return {{"name", function.name()->str()}, {"instructions", list}};
}

Json entriesModel(const fb::Program &program) {
  Json entries = Json::object();
  for (const fb::Entry *entry : *program.entries()) {
    entries[fb::EnumNameEntryKind(entry->kind())] =
        program.functions()->Get(entry->function())->name()->str();
  }
  return entries;
}

Json programModel(const fb::Plan &plan, uint32_t index) {
  const fb::Program &program = *plan.programs()->Get(index);
  Json ranks = Json::array(), buffers = Json::array(),
       functions = Json::array();
  for (uint32_t rank = 0; rank < plan.rank_program()->size(); ++rank) {
    if (plan.rank_program()->Get(rank) == index) {
      ranks.push_back(rank);
    }
  }
  for (const fb::Buffer *buffer : *program.buffers()) {
    buffers.push_back(bufferModel(*buffer));
  }
  for (const fb::Function *function : *program.functions()) {
    functions.push_back(functionModel(plan, program, *function));
  }
  return {{"name", program.name()->str()},
          {"ranks", ranks},
          {"arena_bytes", program.arena_bytes()},
          {"entries", entriesModel(program)},
          {"buffers", buffers},
          {"functions", functions}};
}

Json blobModel(const fb::Blob &blob) {
  return {{"kind", fb::EnumNameBlobKind(blob.kind())},
          {"chip", blob.chip()->str()},
          {"bytes", blob.bytes()}};
}

} // namespace

Json modelOf(const rt::PlanFile &file) {
  const fb::Plan &plan = file.plan();
  Json mesh = Json::object(), groups = Json::array(), blobs = Json::array(),
       programs = Json::array();
  for (const fb::Axis *axis : *plan.mesh()->axes()) {
    mesh[axis->name()->str()] = axis->size();
  }
  for (uint32_t group = 0; group < plan.groups()->size(); ++group) {
    groups.push_back(groupText(plan, group));
  }
  for (const fb::Blob *blob : *plan.blobs()) {
    blobs.push_back(blobModel(*blob));
  }
  for (uint32_t i = 0; i < plan.programs()->size(); ++i) {
    programs.push_back(programModel(plan, i));
  }
  return {{"model", plan.model()->str()},
          {"digest", file.digest()},
          {"producer", plan.producer()->str()},
          {"command_line", plan.command_line()->str()},
          {"target", fb::EnumNameTarget(plan.target())},
          {"batch", plan.batch()},
          {"mesh", mesh},
          {"lanes", plan.lanes()},
          {"groups", groups},
          {"blobs", blobs},
          {"programs", programs}};
}

} // namespace sft::tool
