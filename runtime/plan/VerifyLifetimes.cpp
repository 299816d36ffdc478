//===- VerifyLifetimes.cpp - Definition before use, overlap while live ----===//
//
// Executes a program on a map from bytes to the buffer that wrote them last.
// A read must find that its own buffer (or a view in the same memory) wrote
// every byte last: a byte that nobody wrote is a read before definition, a
// byte that another buffer wrote shows that the two overlap while both are
// live. This is exact: buffers may share bytes as often as they like, also
// where an instruction reads the last of one and writes the first of another.
//
//===----------------------------------------------------------------------===//
#include "runtime/plan/ByteOwners.h"
#include "runtime/plan/PlanText.h"
#include "runtime/plan/Verify.h"

namespace sft::rt::verify {
namespace {

using Kinds = std::vector<fb::EntryKind>;

/// Runs over the entries that execute one after another without anything in
/// between that could change a temporary.
class Lifetimes {
public:
  Lifetimes(const fb::Plan &plan, const fb::Program &program, Roles &roles,
            const std::vector<uint32_t> &rootOf)
      : plan(plan), program(program), roles(roles), rootOf(rootOf) {}

  Status run(const Kinds &sequence);

private:
  Status visit(const Site &site);
  Status read(const Access &access) const;
  Status mayWrite(const Access &access, const Site &site) const;
  Status everyTensorWritten() const;
  const fb::Buffer &at(uint32_t index) const {
    return *program.buffers()->Get(index);
  }

  const fb::Plan &plan;
  const fb::Program &program;
  Roles &roles;
  const std::vector<uint32_t> &rootOf;
  fb::EntryKind entry = fb::EntryKind::Initialize;
  ByteOwners owners;
  std::vector<Access> accesses; // scratch
};

Status Lifetimes::run(const Kinds &sequence) {
  for (fb::EntryKind kind : sequence) {
    entry = kind;
    std::optional<uint32_t> function = entryFunction(program, kind);
    if (!function) {
      continue;
    }
    SFT_RETURN_IF_ERROR(walk(program, *function, [&](const Site &site) {
      Status status = visit(site);
      return status.ok() ? Status()
                         : std::move(status).withContext(siteText(
                               plan, program, site.function, site.index));
    }));
    if (kind == fb::EntryKind::Initialize) {
      SFT_RETURN_IF_ERROR(everyTensorWritten());
    }
  }
  return {};
}

Status Lifetimes::visit(const Site &site) {
  accesses.clear();
  appendAccesses(program, *site.instruction, accesses);
  std::erase_if(accesses, [&](const Access &access) {
    return !happens(access, *site.instruction, roles);
  });
  for (const Access &access : accesses) {
    if (access.reads) {
      SFT_RETURN_IF_ERROR(read(access));
    }
  }
  for (const Access &access : accesses) {
    if (access.writes) {
      SFT_RETURN_IF_ERROR(mayWrite(access, site));
      owners.write(access.begin, access.end,
                   {access.end, rootOf[access.buffer], access.buffer, site});
    }
  }
  return {};
}

Status Lifetimes::read(const Access &access) const {
  const fb::Buffer &root = at(rootOf[access.buffer]);
  if (root.kind() != fb::BufferKind::Temporary &&
      root.kind() != fb::BufferKind::Input) {
    return {}; // holds its value from run to run
  }
  ByteOwners::Finding found =
      owners.find(access.begin, access.end, rootOf[access.buffer]);
  std::string name = quoted(at(access.buffer).name());
  if (found.undefined) {
    return malformed(ReadBeforeWrite,
                     "buffer " + name + " is read before it is written");
  }
  if (const ByteOwners::Segment *other = found.foreign) {
    return malformed(
        Overlap,
        "buffers " + name + " and " + quoted(at(other->buffer).name()) +
            " overlap while both are live: the former is read here, "
            "the latter was written over it by " +
            siteText(plan, program, other->site.function, other->site.index));
  }
  return {};
}

Status Lifetimes::mayWrite(const Access &access, const Site &site) const {
  const fb::Buffer &root = at(rootOf[access.buffer]);
  bool isLoad = site.instruction->op_type() == fb::Operation::LoadBatch;
  bool isTensor = root.kind() == fb::BufferKind::Parameter ||
                  root.kind() == fb::BufferKind::State;
  if (root.kind() == fb::BufferKind::Scalar ||
      (root.kind() == fb::BufferKind::Input && !isLoad)) {
    return malformed(ForbiddenWrite, "buffer " + quoted(root.name()) +
                                         " is written by the runtime only");
  }
  if (isTensor && entry != fb::EntryKind::Initialize &&
      entry != fb::EntryKind::Update) {
    return malformed(ForbiddenWrite,
                     format("buffer %s lives for the whole run and may be "
                            "written by Initialize and Update only, not by %s",
                            quoted(root.name()).c_str(),
                            fb::EnumNameEntryKind(entry)));
  }
  return {};
}

Status Lifetimes::everyTensorWritten() const {
  for (uint32_t i = 0; i < program.buffers()->size(); ++i) {
    const fb::Buffer &buffer = at(i);
    bool isTensor = buffer.kind() == fb::BufferKind::Parameter ||
                    buffer.kind() == fb::BufferKind::State;
    uint64_t end = buffer.offset() + dataBytes(buffer);
    if (isTensor && owners.find(buffer.offset(), end, rootOf[i]).undefined) {
      return malformed(ReadBeforeWrite, "Initialize does not write all of " +
                                            quoted(buffer.name()));
    }
  }
  return {};
}

} // namespace

bool happens(const Access &access, const fb::Instruction &instruction,
             Roles &roles) {
  if (!access.rootOnly) {
    return true;
  }
  const fb::Collective &collective = *instruction.op_as_Collective();
  return roles.indices(collective.group()).contains(collective.root());
}

Status lifetimes(const fb::Plan &plan, const fb::Program &program,
                 Roles &roles) {
  using enum fb::EntryKind;
  std::vector<uint32_t> rootOf = rootBuffers(program);
  for (const Kinds &sequence :
       {Kinds{Initialize}, {Gradients, Update}, {Evaluate}, {Predict}}) {
    SFT_RETURN_IF_ERROR(Lifetimes(plan, program, roles, rootOf).run(sequence));
  }
  return {};
}

} // namespace sft::rt::verify
