//===- PlanWriter.h - Making a plan file's image ----------------*- C++ -*-===//
//
// For the compiler's emitter and for tests: header-only, links against
// nothing of the runtime. Usually `writePlan` is all that is needed:
//
//   fb::PlanT plan = ...;              // plan.blobs[i] without offset, bytes
//   std::vector<std::byte> image = writePlan(plan, blobs);
//
// An emitter that builds the FlatBuffer by hand lays it out with placeholder
// blob offsets (any number but 0: FlatBuffers leaves out defaults), calls
// `layoutPlan` with its size, sets the offsets and calls `assemblePlan`.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "runtime/plan/PlanHash.h"
#include "runtime/plan/PlanSchema.h"
#include "runtime/plan/plan_generated.h"

#include <algorithm>
#include <string_view>
#include <vector>

namespace sft::rt {

/// Bytes of one blob's machine code.
using BlobBytes = std::span<const std::byte>;

/// Where the parts of a file stand, in bytes from its start.
struct PlanLayout {
  uint64_t planOffset = 0;
  uint64_t fileBytes = 0;
  std::vector<uint64_t> blobOffsets;
};

inline uint64_t alignPlan(uint64_t offset) {
  return (offset + kPlanAlignment - 1) / kPlanAlignment * kPlanAlignment;
}

/// Places a FlatBuffer of `planBytes` and the blobs behind it.
inline PlanLayout layoutPlan(uint64_t planBytes,
                             std::span<const BlobBytes> blobs) {
  PlanLayout layout;
  layout.planOffset = alignPlan(sizeof(PlanHeader));
  layout.fileBytes = layout.planOffset + planBytes;
  for (const BlobBytes &blob : blobs) {
    layout.blobOffsets.push_back(alignPlan(layout.fileBytes));
    layout.fileBytes = layout.blobOffsets.back() + blob.size();
  }
  return layout;
}

/// Writes the hash of `image` into its header: the last step, and what a test
/// repeats after it has changed a byte.
inline void sealPlan(std::span<std::byte> image) {
  std::array<uint8_t, 16> hash = hashPlanFile(image);
  std::memcpy(image.data() + offsetof(PlanHeader, hash), hash.data(),
              hash.size());
}

/// The file image of a finished FlatBuffer whose blob offsets are those of
/// `layoutPlan`. `producer` is cut to 31 characters.
inline std::vector<std::byte>
assemblePlan(std::span<const std::byte> flatbuffer,
             std::span<const BlobBytes> blobs, std::string_view producer) {
  PlanLayout layout = layoutPlan(flatbuffer.size(), blobs);
  PlanHeader header{};
  std::memcpy(header.magic.data(), kPlanMagic, header.magic.size());
  header.major = kPlanMajor;
  header.minor = kPlanMinor;
  header.headerBytes = sizeof(PlanHeader);
  header.planOffset = layout.planOffset;
  header.planBytes = flatbuffer.size();
  header.fileBytes = layout.fileBytes;
  producer.copy(header.producer.data(), header.producer.size() - 1);

  std::vector<std::byte> image(layout.fileBytes);
  std::memcpy(image.data(), &header, sizeof(header));
  std::ranges::copy(flatbuffer, image.begin() + int64_t(layout.planOffset));
  for (size_t i = 0; i < blobs.size(); ++i) {
    std::ranges::copy(blobs[i], image.begin() + int64_t(layout.blobOffsets[i]));
  }
  sealPlan(image);
  return image;
}

/// The file image of `plan`, whose i-th blob has the content `blobs[i]`. Sets
/// the blobs' places and the schema hash in `plan`.
inline std::vector<std::byte> writePlan(fb::PlanT &plan,
                                        std::span<const BlobBytes> blobs = {}) {
  assert(plan.blobs.size() == blobs.size() && "one content for each blob");
  plan.schema_hash = kPlanSchemaHash;
  for (size_t i = 0; i < blobs.size(); ++i) {
    plan.blobs[i]->offset = kPlanAlignment;
    plan.blobs[i]->bytes = blobs[i].size();
  }
  auto pack = [&](flatbuffers::FlatBufferBuilder &builder) {
    fb::FinishPlanBuffer(builder, fb::CreatePlan(builder, &plan));
    return std::as_bytes(
        std::span(builder.GetBufferPointer(), builder.GetSize()));
  };
  // The first packing tells the size, on which the blobs' places depend.
  flatbuffers::FlatBufferBuilder first, second;
  PlanLayout layout = layoutPlan(pack(first).size(), blobs);
  for (size_t i = 0; i < blobs.size(); ++i) {
    plan.blobs[i]->offset = layout.blobOffsets[i];
  }
  return assemblePlan(pack(second), blobs, plan.producer);
}

} // namespace sft::rt
