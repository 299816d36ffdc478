#include "runtime/base/File.h"
#include "runtime/checkpoint/Safetensors.h"
#include "runtime/data/Elements.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace sft::rt {
namespace {

const char *typeName(DataType type) {
  switch (type) {
  case DataType::F32:
    return "F32";
  case DataType::F64:
    return "F64";
  case DataType::BF16:
    return "BF16";
  case DataType::I8:
    return "I8";
  case DataType::I32:
    return "I32";
  case DataType::I64:
    return "I64";
  }
  return "";
}

Status unwritable(const std::string &what) {
  return Status::error(Code::Internal, 544, "safetensors: " + what);
}

Expected<uint64_t> bytesOf(const TensorRef &tensor) {
  std::optional<uint64_t> count = elementCount(tensor.dims);
  uint64_t bytes = 0;
  if (!count || __builtin_mul_overflow(*count, sizeOf(tensor.type), &bytes)) {
    return unwritable("tensor \"" + tensor.name + "\" has an impossible shape");
  }
  return bytes;
}

/// By falling alignment, then by name, as the reference writer does: each
/// tensor then stands aligned to its type.
std::vector<TensorRef> sorted(std::span<const TensorRef> tensors) {
  std::vector<TensorRef> order(tensors.begin(), tensors.end());
  std::sort(order.begin(), order.end(),
            [](const TensorRef &a, const TensorRef &b) {
              size_t left = sizeOf(a.type), right = sizeOf(b.type);
              return left != right ? left > right : a.name < b.name;
            });
  return order;
}

Expected<std::string>
headerOf(const std::vector<TensorRef> &tensors,
         const std::map<std::string, std::string> &metadata) {
  nlohmann::json header = nlohmann::json::object();
  if (!metadata.empty()) {
    header["__metadata__"] = metadata;
  }
  uint64_t at = 0;
  for (const TensorRef &tensor : tensors) {
    if (header.contains(tensor.name)) {
      return unwritable("tensor \"" + tensor.name + "\" is there twice");
    }
    SFT_ASSIGN_OR_RETURN(uint64_t bytes, bytesOf(tensor));
    header[tensor.name] = {{"dtype", typeName(tensor.type)},
                           {"shape", tensor.dims},
                           {"data_offsets", {at, at + bytes}}};
    at += bytes;
  }
  std::string text =
      header.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  text.resize((text.size() + 7) / 8 * 8, ' ');
  return text;
}

} // namespace

Status writeSafetensorsTo(FileWriter &file, std::span<const TensorRef> tensors,
                          const std::map<std::string, std::string> &metadata) {
  std::vector<TensorRef> order = sorted(tensors);
  SFT_ASSIGN_OR_RETURN(std::string header, headerOf(order, metadata));
  uint64_t length = header.size();
  SFT_RETURN_IF_ERROR(file.write(std::as_bytes(std::span(&length, 1))));
  SFT_RETURN_IF_ERROR(file.write(header));
  for (const TensorRef &tensor : order) {
    SFT_ASSIGN_OR_RETURN(uint64_t bytes, bytesOf(tensor));
    SFT_RETURN_IF_ERROR(
        file.write({static_cast<const std::byte *>(tensor.data), bytes}));
  }
  return {};
}

Status writeSafetensors(const std::string &path,
                        std::span<const TensorRef> tensors,
                        const std::map<std::string, std::string> &metadata) {
  return writeFileAtomically(path, [&](FileWriter &file) {
    return writeSafetensorsTo(file, tensors, metadata);
  });
}

} // namespace sft::rt
