#include "runtime/checkpoint/Agreement.h"

#include <algorithm>
#include <cstring>

namespace sft::rt {
namespace {

/// "65 511 message"; Ok is the empty text.
std::string encode(const Status &status) {
  return status.ok() ? ""
                     : format("%d %d ", int(status.code()), status.id()) +
                           status.message();
}

Status decode(const std::string &text) {
  int code = 0, id = 0, used = 0;
  if (sscanf(text.c_str(), "%d %d %n", &code, &id, &used) != 2) {
    return Status::error(Code::Internal, 545, "unreadable status: " + text);
  }
  return Status::error(Code(code), id, text.substr(size_t(used)));
}

} // namespace

Expected<std::vector<std::string>> gatherTexts(Communicator &world,
                                               const std::string &text) {
  size_t ranks = size_t(world.size());
  int64_t length = int64_t(text.size());
  std::vector<int64_t> lengths(ranks);
  SFT_RETURN_IF_ERROR(
      world.allGather(&length, lengths.data(), 1, DataType::I64));
  size_t longest = size_t(*std::max_element(lengths.begin(), lengths.end()));
  std::string padded = text;
  padded.resize(longest, '\0');
  std::string all(longest * ranks, '\0');
  if (longest != 0) {
    SFT_RETURN_IF_ERROR(
        world.allGather(padded.data(), all.data(), longest, DataType::I8));
  }
  std::vector<std::string> texts;
  for (size_t rank = 0; rank < ranks; ++rank) {
    texts.push_back(all.substr(rank * longest, size_t(lengths[rank])));
  }
  return texts;
}

Expected<std::string> broadcastText(Communicator &world,
                                    const std::string &text) {
  int64_t length = int64_t(text.size());
  SFT_RETURN_IF_ERROR(world.broadcast(&length, &length, 1, DataType::I64, 0));
  std::string out = text;
  out.resize(size_t(length), '\0');
  if (length != 0) {
    SFT_RETURN_IF_ERROR(
        world.broadcast(out.data(), out.data(), out.size(), DataType::I8, 0));
  }
  return out;
}

Status agree(Communicator &world, const Status &mine) {
  SFT_ASSIGN_OR_RETURN(std::vector<std::string> texts,
                       gatherTexts(world, encode(mine)));
  for (size_t rank = 0; rank < texts.size(); ++rank) {
    if (!texts[rank].empty()) {
      std::string where =
          texts.size() > 1 ? format("rank %zu", rank) : std::string();
      Status status = decode(texts[rank]);
      return where.empty() ? std::move(status)
                           : std::move(status).withContext(where);
    }
  }
  return {};
}

} // namespace sft::rt
