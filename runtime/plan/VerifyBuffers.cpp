#include "runtime/comm/Communicator.h"
#include "runtime/plan/PlanFile.h"
#include "runtime/plan/PlanText.h"
#include "runtime/plan/PlanWalk.h"
#include "runtime/plan/Verify.h"

#include <algorithm>
#include <cinttypes>
#include <numeric>

namespace sft::rt::verify {
namespace {

uint64_t end(const fb::Buffer &buffer) {
  return buffer.offset() + buffer.bytes();
}

/// "buffer "w" (bytes 0 to 64)".
std::string extentText(const fb::Buffer &buffer) {
  return format("%s (bytes %" PRIu64 " to %" PRIu64 ")",
                quoted(buffer.name()).c_str(), buffer.offset(), end(buffer));
}

Status size(const fb::Buffer &buffer) {
  uint64_t needed = sizeOf(DataType(buffer.type()));
  for (int64_t dim : *buffer.shape()) {
    if (__builtin_mul_overflow(needed, uint64_t(dim), &needed)) {
      return malformed(BadBuffer, "the shape's number of bytes overflows");
    }
  }
  if (buffer.bytes() < needed) {
    return malformed(BadBuffer, format("its shape needs %" PRIu64
                                       " bytes, it has %" PRIu64,
                                       needed, buffer.bytes()));
  }
  return {};
}

Status range(const fb::Program &program, const fb::Buffer &buffer) {
  uint64_t arena = program.arena_bytes();
  if (buffer.offset() > arena || buffer.bytes() > arena - buffer.offset()) {
    return malformed(BadBuffer, format("%" PRIu64 " bytes at offset %" PRIu64
                                       " leave the arena of %" PRIu64,
                                       buffer.bytes(), buffer.offset(), arena));
  }
  uint64_t alignment =
      buffer.parent() < 0 ? kPlanAlignment : sizeOf(DataType(buffer.type()));
  if (buffer.offset() % alignment != 0) {
    return malformed(BadBuffer, format("its offset %" PRIu64
                                       " is not a multiple of %" PRIu64,
                                       buffer.offset(), alignment));
  }
  return {};
}

Status localShape(const fb::Plan &plan, const fb::Buffer &buffer) {
  for (uint32_t i = 0; buffer.global_shape() && i < buffer.shape()->size();
       ++i) {
    SFT_RETURN_IF_ERROR(
        checkParts(plan,
                   buffer.sharding() ? buffer.sharding()->Get(i) : nullptr,
                   buffer.global_shape()->Get(i), buffer.shape()->Get(i))
            .withContext(format("dimension %u", i)));
  }
  return {};
}

Status shape(const fb::Plan &plan, const fb::Program &program,
             const fb::Buffer &buffer) {
  SFT_RETURN_IF_ERROR(checkEnum(buffer.type(), fb::DataType::MAX, "data type"));
  SFT_RETURN_IF_ERROR(
      checkEnum(buffer.kind(), fb::BufferKind::MAX, "buffer kind"));
  SFT_RETURN_IF_ERROR(checkExtents(*buffer.shape(), "dimensions"));
  SFT_RETURN_IF_ERROR(size(buffer));
  SFT_RETURN_IF_ERROR(range(program, buffer));
  SFT_RETURN_IF_ERROR(checkSharding(plan, buffer.global_shape(),
                                    buffer.sharding(), buffer.shape()->size()));
  return localShape(plan, buffer);
}

/// Names what keeps the view from standing in its parents.
Status view(const fb::Program &program, const fb::Buffer &buffer) {
  const fb::Buffer *inner = &buffer;
  for (uint32_t depth = 0; inner->parent() != -1; ++depth) {
    if (depth == kMaxViewDepth) {
      return malformed(BadView,
                       format("its views nest deeper than %u", kMaxViewDepth));
    }
    SFT_RETURN_IF_ERROR(checkIndex(uint64_t(int64_t(inner->parent())),
                                   program.buffers()->size(), "parent buffer"));
    const fb::Buffer *outer = program.buffers()->Get(uint32_t(inner->parent()));
    if (inner->offset() < outer->offset() || end(*inner) > end(*outer)) {
      return malformed(BadView, "the view " + extentText(*inner) +
                                    " leaves its parent " + extentText(*outer));
    }
    inner = outer;
  }
  return {};
}

/// A tensor that outlives the step cannot stand in memory that does not.
Status kindOfRoot(const fb::Buffer &buffer, const fb::Buffer &root) {
  if (root.kind() == fb::BufferKind::Temporary &&
      buffer.kind() != fb::BufferKind::Temporary) {
    return malformed(BadView, "it lives for the whole run, but is a view of "
                              "the temporary " +
                                  quoted(root.name()));
  }
  return {};
}

/// Checkpoints store these under their names.
Status tensorNames(const fb::Program &program) {
  std::set<std::string> names;
  for (const fb::Buffer *buffer : *program.buffers()) {
    bool stored = buffer->kind() == fb::BufferKind::Parameter ||
                  buffer->kind() == fb::BufferKind::State;
    if (stored && !names.insert(buffer->name()->str()).second) {
      return malformed(BadTensor, "two parameters or states are named " +
                                      quoted(buffer->name()));
    }
  }
  return {};
}

Status overlap(const fb::Buffer &a, const fb::Buffer &b) {
  return malformed(
      Overlap,
      "buffers " + extentText(a) + " and " + extentText(b) +
          " overlap while both are live: " +
          quoted((a.kind() == fb::BufferKind::Temporary ? b : a).name()) +
          " lives for the whole run");
}

/// What lives for the whole run shares bytes with nothing. One sweep over the
/// buffers by offset; temporaries among themselves are checked by use.
Status overlaps(const fb::Program &program) {
  const auto &buffers = *program.buffers();
  std::vector<const fb::Buffer *> sorted;
  for (const fb::Buffer *buffer : buffers) {
    if (buffer->parent() < 0 && buffer->bytes() > 0) {
      sorted.push_back(buffer);
    }
  }
  std::ranges::sort(sorted, {}, &fb::Buffer::offset);
  const fb::Buffer *lastPinned = nullptr, *last = nullptr;
  for (const fb::Buffer *buffer : sorted) {
    bool pinned = buffer->kind() != fb::BufferKind::Temporary;
    const fb::Buffer *before = pinned ? last : lastPinned;
    if (before && end(*before) > buffer->offset()) {
      return overlap(*before, *buffer);
    }
    auto furthest = [&](const fb::Buffer *&mark) {
      mark = !mark || end(*mark) < end(*buffer) ? buffer : mark;
    };
    furthest(last);
    if (pinned) {
      furthest(lastPinned);
    }
  }
  return {};
}

} // namespace

Status buffers(const fb::Plan &plan, const fb::Program &program) {
  if (program.arena_bytes() > kMaxArenaBytes) {
    return malformed(BadArena, format("the plan asks for %" PRIu64
                                      " bytes, more than %" PRIu64,
                                      program.arena_bytes(), kMaxArenaBytes));
  }
  const auto &buffers = *program.buffers();
  auto named = [](Status status, const fb::Buffer &buffer) {
    return std::move(status).withContext("buffer " + quoted(buffer.name()));
  };
  for (const fb::Buffer *buffer : buffers) {
    SFT_RETURN_IF_ERROR(named(shape(plan, program, *buffer), *buffer));
  }
  for (const fb::Buffer *buffer : buffers) {
    SFT_RETURN_IF_ERROR(named(view(program, *buffer), *buffer));
  }
  std::vector<uint32_t> roots = rootBuffers(program);
  for (uint32_t i = 0; i < roots.size(); ++i) {
    SFT_RETURN_IF_ERROR(named(
        kindOfRoot(*buffers.Get(i), *buffers.Get(roots[i])), *buffers.Get(i)));
  }
  SFT_RETURN_IF_ERROR(tensorNames(program));
  return overlaps(program);
}

} // namespace sft::rt::verify
