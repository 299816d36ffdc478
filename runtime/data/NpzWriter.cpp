#include "runtime/data/NpzWriter.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <unistd.h>

namespace sft::rt {
namespace {

constexpr std::array<uint32_t, 256> makeCrcTable() {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) {
      value = (value >> 1) ^ (value & 1 ? 0xedb88320u : 0);
    }
    table[i] = value;
  }
  return table;
}

uint32_t crc32(uint32_t crc, const void *data, size_t bytes) {
  static constexpr std::array<uint32_t, 256> table = makeCrcTable();
  crc = ~crc;
  for (size_t i = 0; i < bytes; ++i) {
    crc =
        table[(crc ^ static_cast<const uint8_t *>(data)[i]) & 255] ^ (crc >> 8);
  }
  return ~crc;
}

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

Member memberOf(const TensorRef &tensor, uint64_t offset) {
  Member member{
      tensor.name + ".npy", npyHeader(tensor), &tensor, sizeOf(tensor.type), 0,
      uint32_t(offset)};
  for (int64_t dim : tensor.dims) {
    member.dataBytes *= size_t(dim);
  }
  member.crc = crc32(0, member.header.data(), member.header.size());
  member.crc = crc32(member.crc, tensor.data, member.dataBytes);
  return member;
}

bool writeBytes(FILE *out, const void *data, size_t bytes) {
  return fwrite(data, 1, bytes, out) == bytes;
}

bool writeMember(FILE *out, const Member &member) {
  Record local;
  local.u32(0x04034b50);
  member.describe(local);
  local.text(member.name).text(member.header);
  return writeBytes(out, local.bytes.data(), local.bytes.size()) &&
         writeBytes(out, member.tensor->data, member.dataBytes);
}

bool writeDirectory(FILE *out, const std::vector<Member> &members,
                    uint32_t offset) {
  Record directory;
  for (const Member &member : members) {
    directory.u32(0x02014b50).u16(20);
    member.describe(directory);
    directory.u16(0).u16(0).u16(0).u32(0).u32(member.offset).text(member.name);
  }
  auto bytes = uint32_t(directory.bytes.size());
  auto count = uint32_t(members.size());
  directory.u32(0x06054b50).u16(0).u16(0).u16(count).u16(count);
  directory.u32(bytes).u32(offset).u16(0);
  return writeBytes(out, directory.bytes.data(), directory.bytes.size());
}

Status fail(Code code, int id, const std::string &path) {
  return Status::error(code, id,
                       "cannot write " + path + ": " + strerror(errno));
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
  std::string temporary = path + ".tmp-" + std::to_string(getpid());
  FILE *out = fopen(temporary.c_str(), "we");
  if (!out) {
    return fail(Code::CannotCreate, 343, path);
  }
  bool good = true;
  for (const Member &member : members) {
    good = good && writeMember(out, member);
  }
  good = good && writeDirectory(out, members, uint32_t(offset));
  good = fclose(out) == 0 && good;
  if (good && rename(temporary.c_str(), path.c_str()) == 0) {
    return {};
  }
  Status status = fail(Code::Io, 344, path);
  unlink(temporary.c_str());
  return status;
}

} // namespace sft::rt
