#include "runtime/data/NpzWriter.h"

#include "runtime/base/File.h"

#include <zlib.h>

namespace sft::rt {
namespace {

const char *numpyType(DataType type) {
  switch (type) {
  case DataType::F32:
    return "<f4";
  case DataType::F64:
    return "<f8";
  case DataType::I8:
    return "|i1";
  case DataType::I32:
    return "<i4";
  case DataType::I64:
    return "<i8";
  case DataType::BF16:
    break;
  }
  return nullptr;
}

/// Magic, version 1.0, and the header padded to a multiple of 64 bytes.
std::string npyHeader(const TensorRef &tensor) {
  std::string shape;
  for (int64_t dim : tensor.dims) {
    shape += std::to_string(dim) + ", ";
  }
  std::string text = format("{'descr': '%s', 'fortran_order': False, "
                            "'shape': (%s), }",
                            numpyType(tensor.type), shape.c_str());
  size_t padded = (10 + text.size() + 1 + 63) / 64 * 64;
  text.resize(padded - 11, ' ');
  text += '\n';
  std::string out("\x93NUMPY\x01\x00", 8);
  out += char(text.size() & 255);
  out += char(text.size() >> 8);
  return out + text;
}

/// Little-endian fields of a zip record.
class Record {
public:
  Record &u16(uint32_t value) { return put(value, 2); }
  Record &u32(uint32_t value) { return put(value, 4); }
  Record &text(const std::string &value) {
    bytes += value;
    return *this;
  }
  std::string bytes;

private:
  Record &put(uint32_t value, int count) {
    for (int i = 0; i < count; ++i) {
      bytes += char(value >> (8 * i));
    }
    return *this;
  }
};

struct Member {
  std::string name, header;
  const TensorRef *tensor;
  size_t dataBytes;
  uint32_t crc, offset;

  uint32_t size() const { return uint32_t(header.size() + dataBytes); }
  /// The fields that local and central headers share.
  void describe(Record &record) const {
    constexpr uint32_t kDate = 0x21; // 1980-01-01: files are reproducible
    record.u16(20).u16(0x800).u16(0).u16(0).u16(kDate);
    record.u32(crc).u32(size()).u32(size()).u16(uint32_t(name.size())).u16(0);
  }
};

uint32_t checksum(uint32_t start, const void *data, size_t bytes) {
  return uint32_t(crc32_z(start, static_cast<const Bytef *>(data), bytes));
}

Member memberOf(const TensorRef &tensor, uint64_t offset) {
  Member member{.name = tensor.name + ".npy",
                .header = npyHeader(tensor),
                .tensor = &tensor,
                .dataBytes = sizeOf(tensor.type),
                .crc = 0,
                .offset = uint32_t(offset)};
  for (int64_t dim : tensor.dims) {
    member.dataBytes *= size_t(dim);
  }
  member.crc = checksum(0, member.header.data(), member.header.size());
  member.crc = checksum(member.crc, tensor.data, member.dataBytes);
  return member;
}

Status writeMember(FileWriter &out, const Member &member) {
  Record local;
  local.u32(0x04034b50);
  member.describe(local);
  local.text(member.name).text(member.header);
  SFT_RETURN_IF_ERROR(out.write(local.bytes));
  return out.write(
      {static_cast<const std::byte *>(member.tensor->data), member.dataBytes});
}

Status writeDirectory(FileWriter &out, const std::vector<Member> &members) {
  auto offset = uint32_t(out.bytes()), count = uint32_t(members.size());
  Record directory;
  for (const Member &member : members) {
    directory.u32(0x02014b50).u16(20);
    member.describe(directory);
    directory.u16(0).u16(0).u16(0).u32(0).u32(member.offset).text(member.name);
  }
  auto bytes = uint32_t(directory.bytes.size());
  directory.u32(0x06054b50).u16(0).u16(0).u16(count).u16(count);
  directory.u32(bytes).u32(offset).u16(0);
  return out.write(directory.bytes);
}

} // namespace

Status writeNpz(const std::string &path, std::span<const TensorRef> tensors) {
  std::vector<Member> members;
  uint64_t offset = 0;
  for (const TensorRef &tensor : tensors) {
    if (!numpyType(tensor.type)) {
      return Status::error(Code::Config, 341,
                           "\"" + tensor.name + "\": NumPy has no type bf16");
    }
    const Member &member = members.emplace_back(memberOf(tensor, offset));
    offset += 30 + member.name.size() + member.header.size() + member.dataBytes;
    if (offset > UINT32_MAX) {
      return Status::error(Code::Config, 342,
                           path + ": more than 4 GiB of predictions");
    }
  }
  return writeFileAtomically(path, [&](FileWriter &out) -> Status {
    for (const Member &member : members) {
      SFT_RETURN_IF_ERROR(writeMember(out, member));
    }
    return writeDirectory(out, members);
  });
}

} // namespace sft::rt
